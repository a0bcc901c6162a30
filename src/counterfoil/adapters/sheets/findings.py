"""What is said of a table that was read, beside its rows."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.adapters.sheets.letters import column_letters
from counterfoil.adapters.sheets.maps import SheetMap, plain
from counterfoil.adapters.sheets.raw import RawSheet
from counterfoil.adapters.sheets.seen import Looking
from counterfoil.adapters.sheets.table import Table, end_labels
from counterfoil.domain.findings import Finding


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
