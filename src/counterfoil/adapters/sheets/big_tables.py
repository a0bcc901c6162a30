"""The one way in to a table of a million rows: by its map, through the parser box, in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from counterfoil.adapters import parser_box
from counterfoil.adapters.sheets import blocks_wire
from counterfoil.adapters.sheets.maps import load_sheet_map
from counterfoil.domain.blocks import Block

PARSER = "counterfoil.adapters.sheets.big_reading:read"


def read_columns(path: Path, sheet_map: Path) -> Iterator[Block]:
    """The rows of the workbook or CSV at *path*, a block of columns at a time.

    Args:
        sheet_map: The map's file, ``selectors/sheets/<kind>.toml``.

    Raises:
        Quarantined: The file cannot be trusted as a whole. It may come after blocks: they
            count for nothing then, so use none of them before the iterator has ended.
        MapError: The map is not exactly right.
    """
    load_sheet_map(sheet_map)  # ours to mend: not a fault of the file, which the box would say
    options = {"map": str(sheet_map.resolve())}
    for part in parser_box.stream(PARSER, path, options):
        yield blocks_wire.load(part)
