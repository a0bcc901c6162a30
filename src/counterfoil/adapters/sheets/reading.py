"""Read one workbook by its map. Runs inside the parser box, never in the engine's process."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineError

from counterfoil.adapters.sheets import broken, preflight, wire
from counterfoil.adapters.sheets.control import check_totals
from counterfoil.adapters.sheets.findings import (
    below_findings,
    hidden_findings,
    some,
    unknown_findings,
)
from counterfoil.adapters.sheets.maps import SheetMap, load_sheet_map
from counterfoil.adapters.sheets.raw import read_raw
from counterfoil.adapters.sheets.readers import Witnesses
from counterfoil.adapters.sheets.table import Table, find_table, last_row, rows_of
from counterfoil.domain.documents import SheetReading, SheetRow
from counterfoil.domain.findings import Finding

#: What the readers raise at a file that is no workbook inside.
BROKEN = (*broken.BROKEN, CalamineError)


def read(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The parser box's entry: ``options["map"]`` is the path of the sheet map.

    Raises:
        Quarantined: The file as a whole cannot be trusted.
    """
    sheet_map = load_sheet_map(Path(options["map"]))
    preflight.check(path)
    with broken.broken_is_quarantined(BROKEN):
        return wire.dump(read_rows(path, sheet_map))


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
