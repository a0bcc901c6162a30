"""Read a workbook or a CSV of a million rows by its map, in blocks of columns.

The checks are those of small workbooks: the same preflight with wider bounds, the same code
for header, cells and declared totals. What only reading everything twice could tell, this
reader refuses: it is slower to say yes, never quicker. Runs inside the parser box only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from counterfoil.adapters.sheets import big_csv, big_workbook, blocks_wire, preflight
from counterfoil.adapters.sheets.maps import SheetMap, load_sheet_map
from counterfoil.domain.blocks import Block

BLOCK_ROWS = 10_000


def read(path: Path, options: Mapping[str, Any]) -> Iterator[Any]:
    """The parser box's entry for a stream: ``options["maps"]`` are the paths of sheet maps.

    Raises:
        Quarantined: The file as a whole cannot be trusted, whatever came before.
    """
    # what is rare is asked of openpyxl, which loads it where it can; no picture is looked at here
    sys.modules.setdefault("PIL", None)  # type: ignore[arg-type]
    sheet_maps = [load_sheet_map(Path(each)) for each in options["maps"]]
    for block in read_blocks(path, *sheet_maps):
        yield blocks_wire.dump(block)


def read_blocks(path: Path, *sheet_maps: SheetMap, block_rows: int = BLOCK_ROWS) -> Iterator[Block]:
    """The blocks themselves, for whoever is inside the box already.

    Args:
        sheet_maps: The file must have the header of exactly one of them.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if not start.startswith((b"PK", preflight.OLE)):
        yield from big_csv.read_blocks(path, *sheet_maps, block_rows=block_rows)
        return
    yield from big_workbook.read_blocks(path, *sheet_maps, block_rows=block_rows)
