"""A text gets into a cell in one way only: as a text, whatever it begins with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from openpyxl.cell.cell import Cell, MergedCell

from counterfoil.adapters.sheets.cell_texts import harmless


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
