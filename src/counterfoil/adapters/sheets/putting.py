"""A text gets into a cell in one way only: as a text, whatever it begins with."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell

CELL_MAX_CHARS = 32_767  # the format's own limit
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def put(cell: Cell | MergedCell, value: str | int | Decimal | date | None) -> None:
    """Write *value* so that no program ever runs it: a text stays a text."""
    if isinstance(cell, MergedCell):  # covered by its neighbour: nobody would see it
        return
    if not isinstance(value, str):
        cell.value = value
        return
    text = harmless(value)
    cell.hyperlink = None
    if not text:
        cell.value = None
        return
    cell.value = text  # makes a formula of "=..." and an error of "#N/A"
    cell.data_type = "s"  # and this a text again
    cell.quotePrefix = True


def harmless(text: str) -> str:
    """What XML forbids is replaced, and what a cell cannot hold is cut off."""
    return _NO_XML.sub("\ufffd", ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))[:CELL_MAX_CHARS]
