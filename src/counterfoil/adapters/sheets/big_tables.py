"""The one way in to a table of a million rows: by its map, through the parser box, in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from counterfoil.adapters import parser_box
from counterfoil.adapters.sheets import blocks_wire
from counterfoil.adapters.sheets.blocks_wire import Packed
from counterfoil.adapters.sheets.maps import load_sheet_map
from counterfoil.domain.blocks import Block

PARSER = "counterfoil.adapters.sheets.big_reading:read"


def read_columns(path: Path, *sheet_maps: Path) -> Iterator[Block]:
    """The rows of the workbook or CSV at *path*, a block of columns at a time.

    Args:
        sheet_maps: Files of maps, ``selectors/sheets/<kind>.toml``. The file must have the
            header of exactly one of them.

    Raises:
        Quarantined: The file cannot be trusted as a whole. It may come after blocks: they
            count for nothing then, so use none of them before the iterator has ended.
        MapError: A map is not exactly right.
    """
    for part in _parts(path, sheet_maps):
        yield blocks_wire.load(part)


def read_packed(path: Path, *sheet_maps: Path) -> Iterator[Packed]:
    """As :func:`read_columns`, columns as they came: for whoever takes them apart faster."""
    for part in _parts(path, sheet_maps):
        yield blocks_wire.load_packed(part)


def _parts(path: Path, sheet_maps: tuple[Path, ...]) -> Iterator[Any]:
    for each in sheet_maps:
        load_sheet_map(each)  # ours to mend: not a fault of the file, which the box would say
    options = {"maps": [str(each.resolve()) for each in sheet_maps]}
    yield from parser_box.stream(PARSER, path, options)
