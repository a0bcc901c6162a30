"""The workbook of a reconciliation: a proof of totals, what was matched and why, what is open.

One function writes any sheet of rows, :func:`_write_rows`: what writes a million of them
faster takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from counterfoil.adapters.sheets.results import put

Value = str | int | Decimal | date | None

ROWS_MAX = 1_048_576  # of a sheet, the heading among them
_HEAD = PatternFill("solid", start_color="1F3864")
_GOOD = PatternFill("solid", start_color="C6E0B4")
_FORMATS: dict[type, str] = {Decimal: "#,##0.00;[Red]-#,##0.00", date: "yyyy-mm-dd", int: "#,##0"}
_WIDTH_MAX, _WIDTH_MIN, _WIDTHS_FROM = 60, 9, 200  # characters; rows that are measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One sheet: its name, its headings, its rows."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]


def write_reconciliation(
    target: Path, summary: Iterable[Sequence[Value]], sheets: Sequence[Rows]
) -> None:
    """Write the workbook to *target*: the summary first, then *sheets*.

    Args:
        summary: Rows; a row of one text is a heading, an empty one a gap.
    """
    book = Workbook()
    head = book.active
    assert isinstance(head, Worksheet)
    head.title = "Summary"
    _write_summary(head, summary)
    for each in sheets:
        for number, begin in enumerate(range(0, max(len(each.rows), 1), ROWS_MAX - 1), 1):
            name = each.name if number == 1 else f"{each.name} {number}"
            part = each.rows[begin : begin + ROWS_MAX - 1]
            _write_rows(book.create_sheet(name), each.heads, part)
    book.properties.creator = "Counterfoil"
    book.save(target)


def _write_summary(sheet: Worksheet, rows: Iterable[Sequence[Value]]) -> None:
    sheet.column_dimensions["A"].width = 46
    for letter in "BCDEFGHI":
        sheet.column_dimensions[letter].width = 18
    sheet.sheet_view.showGridLines = False
    for place, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(place, column)
            _fill(cell, value)
            if len(row) == 1:
                cell.font = Font(bold=True, size=14 if place == 1 else 12)
            if value == "proved":
                cell.fill = _GOOD


def _write_rows(sheet: Worksheet, heads: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    """A heading that stays in sight, filters, columns as wide as what is in them."""
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(rows) + 1}"
    for column, head in enumerate(heads, 1):
        longest = max((len(str(row[column - 1])) for row in rows[:_WIDTHS_FROM]), default=0)
        width = min(max(longest, len(head), _WIDTH_MIN) + 2, _WIDTH_MAX)
        sheet.column_dimensions[get_column_letter(column)].width = width
        cell = sheet.cell(1, column)
        put(cell, head)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEAD
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    for place, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            if value is not None and value != "":
                _fill(sheet.cell(place, column), value)


def _fill(cell: Cell | MergedCell, value: Value) -> None:
    put(cell, value)
    if type(value) in _FORMATS:
        cell.number_format = _FORMATS[type(value)]
