"""Where the header is, where the rows end, and every row between, none dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from counterfoil.adapters.sheets.cells import UnreadableError, read_cell
from counterfoil.adapters.sheets.maps import SheetMap, plain
from counterfoil.adapters.sheets.raw import RawSheet
from counterfoil.adapters.sheets.seen import Looking, Seen
from counterfoil.domain.documents import SheetRow
from counterfoil.domain.findings import Finding
from counterfoil.domain.values import Value
from counterfoil.errors import Quarantined
from counterfoil.toml_records import did_you_mean

MERGED_ROWS_MAX = 10_000  # in one merge


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The header row and which of our fields stands in which column."""

    sheet: RawSheet
    row: int
    columns: Mapping[str, int]  # field -> column from 1
    headers: Mapping[str, str]  # field -> the analyst's words
    unknown: tuple[str, ...]  # headers that the map does not know


def find_table(sheets: list[RawSheet], seen: Looking, sheet_map: SheetMap) -> Table:
    """The one table of the map.

    Raises:
        Quarantined: There is none, or more than one; the message names what is missing.
    """
    wanted = wanted_sheets(sheets, sheet_map)
    found = [table for each in wanted if (table := _in_sheet(each, seen, sheet_map))]
    if len(found) != 1:
        raise no_header(wanted[0], seen, sheet_map, found=len(found))
    return found[0]


def wanted_sheets(sheets: list[RawSheet], sheet_map: SheetMap) -> list[RawSheet]:
    """The sheets in which the map looks for a header. Raises Quarantined: there is none."""
    wanted = [each for each in sheets if _is_named(each, sheet_map)]
    if not wanted:
        names = ", ".join(repr(each.name) for each in sheets[:20])
        raise Quarantined(
            "no_sheet",
            f"no sheet is called {sheet_map.sheet!r}, there is {names}",
            remedy=f"rename the sheet to {sheet_map.sheet!r}",
        )
    return wanted


def no_header(sheet: RawSheet, seen: Looking, sheet_map: SheetMap, *, found: int) -> Quarantined:
    """Why not one table was found, but *found*."""
    return Quarantined(
        "no_header",
        _why_no_header(sheet, seen, sheet_map) if not found else "two sheets have it",
        remedy=f"the header must hold {_required(sheet_map)}",
    )


def rows_of(table: Table, last: int, seen: Looking, sheet_map: SheetMap) -> Iterator[SheetRow]:
    """Every row of the table with anything in a mapped column, up to row *last*."""
    merged = merged_cells(table, table.sheet.last_row)
    for number in range(table.row + 1, last + 1):
        cells = {
            name: seen.look(table.sheet, number, column) for name, column in table.columns.items()
        }
        if all(cell.empty for cell in cells.values()):
            continue
        yield _row(number, cells, table, sheet_map, merged=number in merged)


def last_row(table: Table, seen: Looking, sheet_map: SheetMap) -> int:
    """The last row before the trailer or the control cells; without them the sheet's last."""
    ends = end_labels(sheet_map)
    for number in range(table.row + 1, table.sheet.last_row + 1):
        if first_text(table.sheet, number, seen) in ends:
            return number - 1
    return table.sheet.last_row


def first_text(sheet: RawSheet, number: int, seen: Looking) -> str | None:
    """What the row begins with, as labels are compared."""
    first = next(iter(_texts(sheet, number, seen)), None)
    return None if first is None else plain(first[1])


def end_labels(sheet_map: SheetMap) -> frozenset[str]:
    """What a row begins with that is no row of the table any more."""
    control = sheet_map.control
    return frozenset(map(plain, (*control.trailer, *control.count, *control.sum)))


def _row(
    number: int, cells: Mapping[str, Seen], table: Table, sheet_map: SheetMap, *, merged: bool
) -> SheetRow:
    values: dict[str, Value] = {}
    findings: list[Finding] = []
    for name, cell in cells.items():
        try:
            value = read_cell(cell, sheet_map.columns[name], sheet_map)
        except UnreadableError as trouble:
            findings.append(_refusal(trouble.code, trouble.message, number, cell, table, name))
            continue
        if value is not None:
            values[name] = value
    if merged:
        message = "merged cells: the other rows of the merge would stay empty; unmerge them"
        name, cell = next(iter(cells.items()))
        findings.append(_refusal("merged_cells", message, number, cell, table, name))
    return SheetRow(
        row=number,
        values=values,
        cells={name: cell.place for name, cell in cells.items()},
        headers=table.headers,
        findings=tuple(findings),
    )


def _refusal(  # noqa: PLR0913 - a finding has these parts
    code: str, message: str, row: int, cell: Seen, table: Table, name: str
) -> Finding:
    return Finding(
        code=code,
        severity="refuse",
        message=f"{table.headers[name]}: {message}",
        row=row,
        column=table.headers[name],
        cell=cell.place,
    )


def _is_named(sheet: RawSheet, sheet_map: SheetMap) -> bool:
    name, wanted = plain(sheet.name), plain(sheet_map.sheet)
    if sheet_map.several:
        return fnmatchcase(name, wanted or "*")
    return not wanted or name == wanted


def _in_sheet(sheet: RawSheet, seen: Looking, sheet_map: SheetMap) -> Table | None:
    numbers = range(1, min(sheet_map.header_within_rows, sheet.last_row) + 1)
    found = (header_in(sheet, number, seen, sheet_map) for number in numbers)
    return next((each for each in found if each is not None), None)


def header_in(sheet: RawSheet, number: int, seen: Looking, sheet_map: SheetMap) -> Table | None:
    """The table under row *number*, if that row holds every required header."""
    required = {name for name, column in sheet_map.columns.items() if column.required}
    texts = _texts(sheet, number, seen)
    fields = [(sheet_map.field_of(text), column, text) for column, text in texts]
    known = [each for each in fields if each[0] is not None]
    if not required <= {name for name, _, _ in known}:
        return None
    _refuse_twice([(name, text) for name, _, text in known if name], sheet, number)
    return Table(
        sheet=sheet,
        row=number,
        columns={name: column for name, column, _ in known if name},
        headers={name: text for name, _, text in known if name},
        unknown=tuple(text for name, _, text in fields if name is None),
    )


def _refuse_twice(known: list[tuple[str, str]], sheet: RawSheet, number: int) -> None:
    seen: dict[str, str] = {}
    for name, text in known:
        if name in seen:
            raise Quarantined(
                "ambiguous",
                f"{sheet.name} row {number}: {seen[name]!r} and {text!r} both mean {name}",
                remedy="rename or remove one of the two columns",
            )
        seen[name] = text


def _texts(sheet: RawSheet, number: int, seen: Looking) -> list[tuple[int, str]]:
    """(column, text) of a row's text cells, left to right."""
    columns = [each for each in range(1, sheet.last_column + 1) if (number, each) in sheet.cells]
    cells = ((each, seen.look(sheet, number, each)) for each in columns)
    return [
        (each, cell.value)
        for each, cell in cells
        if isinstance(cell.value, str) and cell.value.strip() and not _is_formula(cell)
    ]


def _is_formula(cell: Seen) -> bool:
    return cell.raw is not None and cell.raw.formula


def merged_cells(table: Table, last: int) -> dict[int, set[tuple[str, bool]]]:
    """Row below the header -> fields of it in a merge, and whether it is the one that counts.

    Args:
        last: The last row that there can be.
    """
    found: dict[int, set[tuple[str, bool]]] = {}
    for top, left, end, right in table.sheet.merged:
        bottom = min(end, last)
        if bottom - top > MERGED_ROWS_MAX:
            raise Quarantined(
                "merged_cells",
                f"sheet {table.sheet.name!r}: {bottom - top + 1} rows are merged",
                remedy="unmerge the cells",
            )
        for name, column in table.columns.items():
            if left <= column <= right:
                for row in range(max(top, table.row + 1), bottom + 1):
                    found.setdefault(row, set()).add((name, (row, column) == (top, left)))
    return found


def _required(sheet_map: SheetMap) -> str:
    names = [column.headers[0] for column in sheet_map.columns.values() if column.required]
    return ", ".join(repr(each) for each in names)


def _why_no_header(sheet: RawSheet, seen: Looking, sheet_map: SheetMap) -> str:
    """The row that comes nearest, and what it lacks."""
    best: list[str] = []
    for number in range(1, min(sheet_map.header_within_rows, sheet.last_row) + 1):
        texts = [text for _, text in _texts(sheet, number, seen)]
        if _known(texts, sheet_map) > _known(best, sheet_map):
            best = texts
    have = {sheet_map.field_of(text) for text in best}
    missing = [
        f"{column.headers[0]!r}{did_you_mean(column.headers[0], best)}"
        for name, column in sheet_map.columns.items()
        if column.required and name not in have
    ]
    return f"sheet {sheet.name!r} has no header with {'; '.join(missing)}"


def _known(texts: list[str], sheet_map: SheetMap) -> int:
    return sum(sheet_map.field_of(text) is not None for text in texts)
