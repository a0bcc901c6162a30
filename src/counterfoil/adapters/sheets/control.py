"""The analyst's own count and sum must hold: a cut-off or half-saved table never passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from counterfoil.adapters.sheets.cells import UnreadableError, exact_number, read_cell
from counterfoil.adapters.sheets.maps import SheetMap, plain
from counterfoil.adapters.sheets.raw import RawSheet
from counterfoil.adapters.sheets.seen import Looking, Seen
from counterfoil.adapters.sheets.table import Table
from counterfoil.domain.documents import SheetRow
from counterfoil.domain.findings import Finding
from counterfoil.errors import Quarantined


@dataclass(frozen=True, slots=True)
class Declared:
    """What one control cell says."""

    place: str
    value: Decimal
    by_formula: bool


def check_totals(
    table: Table,
    last: int,
    rows: Sequence[SheetRow],
    seen: Looking,
    sheet_map: SheetMap,
) -> tuple[Declared | None, Declared | None, tuple[Finding, ...]]:
    """Compare the declared count and sum with the rows; give both, and notes.

    Raises:
        Quarantined: A total is missing, declared twice, or does not hold; the message
            gives the cell, what it declares and what was found.
    """
    found = _sum(table, rows, seen, sheet_map)
    return check_declared(table, last, (len(rows), found), seen, sheet_map)


def check_declared(
    table: Table, last: int, found: tuple[int, Decimal], seen: Looking, sheet_map: SheetMap
) -> tuple[Declared | None, Declared | None, tuple[Finding, ...]]:
    """The same, where count and sum of the rows are *found* already."""
    around = [
        *range(1, table.row),
        *sorted({row for row, _ in table.sheet.cells if row > last}),
    ]
    control = sheet_map.control
    count = _declared(control.count, around, table.sheet, seen)
    total = _declared(control.sum, around, table.sheet, seen)
    trailer = _trailer_sum(table, last, seen, sheet_map)
    if control.required and (count is None or (total is None and trailer is None)):
        missing = control.count[0] if count is None else control.sum[0]
        raise Quarantined(
            "no_control_total",
            f"sheet {table.sheet.name!r} declares no {missing!r}",
            remedy=f"write {missing!r} in a cell outside the table and its value right of it",
        )
    for declared, actual in ((count, Decimal(found[0])), (total, found[1]), (trailer, found[1])):
        _compare(declared, actual)
    notes = tuple(_note(each) for each in (count, total, trailer) if each and each.by_formula)
    return count, total or trailer, notes


def _compare(declared: Declared | None, found: Decimal) -> None:
    # Six decimals: more than any currency has, fewer than a calculated cell's noise.
    if declared is not None and round(declared.value, 6) != round(found, 6):
        raise Quarantined(
            "control_total",
            f"{declared.place} declares {declared.value:,f}, the rows have {found:,f}",
            remedy="the table is not what was counted: mend the rows or the total",
        )


def _sum(table: Table, rows: Sequence[SheetRow], seen: Looking, sheet_map: SheetMap) -> Decimal:
    """Of every amount that is one; as SUM() does, other texts count as nothing."""
    name = sheet_map.control.sum_field
    total = Decimal(0)
    for row in rows:
        value = row.values.get(name)
        if isinstance(value, Decimal):
            total += value
        elif name in table.columns:
            total += _kept_result(table.sheet, row.row, table.columns[name])
    return total


def _kept_result(sheet: RawSheet, row: int, column: int) -> Decimal:
    """What a formula showed when the file was saved; its row is refused all the same."""
    cell = sheet.cells.get((row, column))
    if cell is None or not cell.formula or cell.kind != "n" or not cell.text:
        return Decimal(0)
    try:
        return exact_number(cell.text)
    except UnreadableError:
        return Decimal(0)


def _declared(
    labels: tuple[str, ...], numbers: Sequence[int], sheet: RawSheet, seen: Looking
) -> Declared | None:
    words = {plain(label) for label in labels}
    places = [
        (number, column)
        for number, column in _filled(sheet, numbers)
        if isinstance(text := seen.look(sheet, number, column).value, str) and plain(text) in words
    ]
    if len(places) > 1:
        raise Quarantined(
            "ambiguous",
            f"sheet {sheet.name!r} declares {labels[0]!r} twice",
            remedy="remove one of them",
        )
    if not places:
        return None
    number, column = places[0]
    right = [each for row, each in _filled(sheet, [number]) if each > column]
    if not right:
        return None
    return control_value(seen.look(sheet, number, right[0]))


def _filled(sheet: RawSheet, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    for number in numbers:
        for column in range(1, sheet.last_column + 1):
            if (number, column) in sheet.cells:
                yield number, column


def control_value(cell: Seen) -> Declared:
    """The number in a cell outside the table; of a formula what it showed. Raises Quarantined."""
    assert cell.raw is not None
    if cell.raw.kind != "n" or not cell.raw.text:
        raise Quarantined(
            "control_total",
            f"{cell.place} is no number" + (" yet" if cell.raw.formula else ""),
            remedy="type the control total as a number, or save the file in the spreadsheet "
            "program so that its formula has a result",
        )
    try:
        return Declared(cell.place, exact_number(cell.raw.text), cell.raw.formula)
    except UnreadableError as trouble:
        raise Quarantined(
            "control_total", f"{cell.place}: {trouble.message}", remedy="type it again"
        ) from trouble


def _trailer_sum(table: Table, last: int, seen: Looking, sheet_map: SheetMap) -> Declared | None:
    """The sum in the trailer row, under the amounts, if it is there."""
    labels = {plain(label) for label in sheet_map.control.trailer}
    column = table.columns.get(sheet_map.control.sum_field)
    if column is None or (last + 1, column) not in table.sheet.cells:
        return None
    first = min(each for row, each in table.sheet.cells if row == last + 1)
    label = seen.look(table.sheet, last + 1, first).value
    if not isinstance(label, str) or plain(label) not in labels:
        return None
    cell = seen.look(table.sheet, last + 1, column)
    if cell.raw is not None and cell.raw.kind == "n":
        return control_value(cell)
    amount = read_cell(cell, sheet_map.columns[sheet_map.control.sum_field], sheet_map)
    assert isinstance(amount, Decimal)
    return Declared(cell.place, amount, by_formula=False)


def _note(declared: Declared) -> Finding:
    return Finding(
        code="control_by_formula",
        severity="note",
        message=f"{declared.place} is a formula: its last saved result was compared",
        cell=declared.place,
    )
