"""A CSV of any length by a sheet map."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from counterfoil.adapters.sheets.maps import SheetMap
from counterfoil.domain.blocks import Block


def read_blocks(path: Path, sheet_map: SheetMap, *, block_rows: int) -> Iterator[Block]:
    raise NotImplementedError
