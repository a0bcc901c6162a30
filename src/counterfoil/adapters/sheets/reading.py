"""Read one workbook by its map. Runs inside the parser box, never in the engine's process."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from python_calamine import CalamineError

from counterfoil.adapters.sheets import preflight, wire
from counterfoil.adapters.sheets.control import check_totals
from counterfoil.adapters.sheets.maps import SheetMap, load_sheet_map, plain
from counterfoil.adapters.sheets.raw import RawSheet, column_letters, read_raw
from counterfoil.adapters.sheets.readers import Looking, Witnesses
from counterfoil.adapters.sheets.table import Table, end_labels, find_table, last_row, rows_of
from counterfoil.domain.batches import Finding
from counterfoil.domain.documents import SheetReading, SheetRow
from counterfoil.errors import Quarantined

#: What the readers raise at a file that is no workbook inside.
BROKEN = (
    zipfile.BadZipFile,
    ParseError,
    DefusedXmlException,
    CalamineError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    EOFError,
    UnicodeError,
)


def read(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The parser box's entry: ``options["map"]`` is the path of the sheet map.

    Raises:
        Quarantined: The file as a whole cannot be trusted.
    """
    sheet_map = load_sheet_map(Path(options["map"]))
    preflight.check(path)
    with broken_is_quarantined():
        return wire.dump(read_rows(path, sheet_map))


@contextmanager
def broken_is_quarantined() -> Iterator[None]:
    """What is in BROKEN becomes a reason for people."""
    try:
        yield
    except BROKEN as trouble:
        raise Quarantined(
            "unreadable",
            f"the workbook's inside is broken ({type(trouble).__name__})",
            remedy=preflight.SAVE_AS,
        ) from trouble


def read_rows(path: Path, sheet_map: SheetMap) -> SheetReading:
    """The reading itself, for whoever is inside the box already."""
    with zipfile.ZipFile(path) as archive:
        sheets = read_raw(archive)
    seen = Witnesses(path)
    try:
        table = find_table(sheets, seen, sheet_map)
        last = last_row(table, seen, sheet_map)
        rows = tuple(rows_of(table, last, seen, sheet_map))
        count, total, notes = check_totals(table, last, rows, seen, sheet_map)
        below = below_findings(table, last, seen, sheet_map)
    finally:
        seen.close()
    findings = (
        *hidden_findings(sheets, table),
        *_blank(table, rows),
        *below,
        *unknown_findings(table),
        *notes,
    )
    return SheetReading(
        sheet=table.sheet.name,
        header_row=table.row,
        rows=rows,
        findings=findings,
        declared_count=int(count.value) if count else None,
        declared_sum=total.value if total else None,
    )


def hidden_findings(sheets: Sequence[RawSheet], table: Table) -> list[Finding]:
    """Hidden things are read like all others, and a second person has to know."""
    hidden = [each for each in table.sheet.hidden_rows if each > table.row]
    columns = sorted(set(table.sheet.hidden_columns) & set(table.columns.values()))
    names = [each.name for each in sheets if each.hidden]
    found = [
        ("hidden_rows", "rows", [str(each) for each in hidden]),
        ("hidden_columns", "columns", [column_letters(each) for each in columns]),
        ("hidden_sheets", "sheets", [repr(each) for each in names]),
    ]
    return [
        Finding(
            code=code,
            severity="hold",
            message=f"{len(which)} hidden {what} ({some(which)}): they count like the others",
        )
        for code, what, which in found
        if which
    ]


def _blank(table: Table, rows: Sequence[SheetRow]) -> list[Finding]:
    """Empty rows between filled ones: nothing is lost, but it is said."""
    filled = {each.row for each in rows}
    if not filled:
        return []
    blank = [each for each in range(table.row + 1, max(filled)) if each not in filled]
    if not blank:
        return []
    message = f"{len(blank)} blank rows inside the table ({some(list(map(str, blank)))})"
    return [Finding(code="blank_rows", severity="note", message=message, row=blank[0])]


def below_findings(table: Table, last: int, seen: Looking, sheet_map: SheetMap) -> list[Finding]:
    """Everything under the end of the table that is no control total."""
    labels = end_labels(sheet_map)
    found: list[int] = []
    for number in range(last + 1, table.sheet.last_row + 1):
        columns = sorted(column for row, column in table.sheet.cells if row == number)
        cells = [seen.look(table.sheet, number, each) for each in columns]
        filled = [cell for cell in cells if not cell.empty]
        if filled and plain(str(filled[0].value)) not in labels:
            found.append(number)
    return [
        Finding(
            code="below_the_end",
            severity="hold",
            message=f"row {number} stands below the end of the table and is not keyed",
            row=None,
            cell=f"{table.sheet.name}!{number}:{number}",
        )
        for number in found[:50]
    ]


def unknown_findings(table: Table) -> list[Finding]:
    """Columns that nobody reads."""
    return [
        Finding(
            code="column_not_read",
            severity="note",
            message=f"the column {header[:60]!r} is not in the map and is not read",
            column=header[:60],
        )
        for header in table.unknown[:50]
    ]


def some(words: Sequence[str]) -> str:
    """The first ten, and how many more there are."""
    more = f" and {len(words) - 10} more" if len(words) > 10 else ""
    return ", ".join(words[:10]) + more
