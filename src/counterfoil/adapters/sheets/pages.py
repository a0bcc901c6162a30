"""The small pages of a workbook, and the frame of a big sheet: all that openpyxl makes.

A page is a title and some tables, written cell by cell. A big sheet's frame is its header
row and one sample of every style; :mod:`book` fills the frame with a million rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from counterfoil.adapters.sheets.results import put

Value = str | int | Decimal | date | None

DAY = "yyyy-mm-dd"
COUNT = "#,##0"
DIGITS_EXACT = 15  # a sheet keeps so many of a number
_FONT = "Calibri"
_HEAD = PatternFill("solid", start_color="1F3864")
_LINE = Border(bottom=Side(style="hair", color="BFBFBF"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable:
    """A heading, a row of heads if there are any, and rows of values."""

    heading: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Value, ...], ...]
    decimals: int = 2  # of its amounts (Decimal)
    colours: Mapping[str, str] = field(default_factory=dict)  # a text -> RRGGBB of its cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One small sheet: the summary, the proof of totals, how to read it all."""

    name: str
    title: str
    tables: tuple[PageTable, ...]
    widths: tuple[int, ...] = (28, 24, 24, 24, 24, 24)  # of the columns, in characters


@dataclass(frozen=True, slots=True, kw_only=True)
class BigColumn:
    """One column of a big sheet.

    ``money`` takes integers of the smallest unit (12345 with two decimals is 123.45) or
    Decimals, ``count`` integers, ``day`` dates, ``text`` texts; None leaves a cell empty.
    """

    head: str
    kind: Literal["text", "money", "day", "count"]
    width: int  # characters
    decimals: int = 2
    colours: Mapping[str, str] = field(default_factory=dict)  # a text -> RRGGBB of its cell

    def __post_init__(self) -> None:
        if self.colours and self.kind != "text":
            raise ValueError(f"{self.head}: only texts have colours")

    @property
    def shown(self) -> str:
        """The number format of its cells."""
        return {"text": "@", "day": DAY, "count": COUNT}.get(self.kind) or money(self.decimals)


def money(decimals: int) -> str:
    """An amount's number format; a minus is red as well."""
    number = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f"{number};[Red]-{number}"


def write_page(sheet: Worksheet, page: Page) -> None:
    """Everything of *page*, and A4 for the printer."""
    put(sheet.cell(1, 1), page.title)
    sheet.cell(1, 1).font = Font(name=_FONT, bold=True, size=14)
    row = 3
    for table in page.tables:
        row = _write_table(sheet, row, table) + 1
    for column, width in enumerate(page.widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.sheet_view.showGridLines = False
    set_up_print(sheet)


def write_frame(sheet: Worksheet, columns: Sequence[BigColumn], rows: int) -> None:
    """Header row, samples of every style below it, panes, filter and widths.

    Row 2 holds a sample of each column's style; the rows from 3 on hold, in the columns
    that have colours, one cell of each colour in their order.
    """
    for at, column in enumerate(columns, 1):
        head = sheet.cell(1, at)
        put(head, column.head)
        _dress_head(head, to_the_right=column.kind in ("money", "count"))
        _sample(sheet.cell(2, at), column, None)
        for below, colour in enumerate(column.colours.values(), 3):
            _sample(sheet.cell(below, at), column, colour)
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    sheet.row_dimensions[1].height = 20
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{rows + 1}"
    sheet.print_title_rows = "1:1"
    set_up_print(sheet)


def _sample(cell: Cell | MergedCell, column: BigColumn, colour: str | None) -> None:
    put(cell, "x" if column.kind == "text" else 0)
    cell.number_format = column.shown
    if column.kind != "text":  # its last digit must not touch the next column's text
        cell.alignment = Alignment(horizontal="right", indent=1)
    if colour is not None:
        cell.fill = PatternFill("solid", start_color=colour)


def _write_table(sheet: Worksheet, row: int, table: PageTable) -> int:
    """Write it from *row* on; the next free row."""
    if table.heading:
        put(sheet.cell(row, 1), table.heading)
        sheet.cell(row, 1).font = Font(name=_FONT, bold=True, size=12)
        row += 1
    for column, head in enumerate(table.heads, 1):
        right = all(isinstance(each[column - 1], int | Decimal | None) for each in table.rows)
        put(sheet.cell(row, column), head)
        _dress_head(sheet.cell(row, column), to_the_right=right)
    row += bool(table.heads)
    for values in table.rows:
        for column, value in enumerate(values, 1):
            _write_value(sheet.cell(row, column), value, table)
        row += 1
    return row


def _write_value(cell: Cell | MergedCell, value: Value, table: PageTable) -> None:
    shown = "General"
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > DIGITS_EXACT:
        value, shown = f"{value:,f}", "@"
    elif isinstance(value, Decimal):
        shown = money(table.decimals)
    elif isinstance(value, date):
        shown = DAY
    elif isinstance(value, int):
        shown = COUNT
    put(cell, value)
    cell.font, cell.border, cell.number_format = Font(name=_FONT), _LINE, shown
    cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
    if isinstance(value, str) and (colour := table.colours.get(value)):
        cell.fill = PatternFill("solid", start_color=colour)


def _dress_head(cell: Cell | MergedCell, *, to_the_right: bool) -> None:
    cell.font, cell.fill = Font(name=_FONT, bold=True, color="FFFFFF"), _HEAD
    horizontal = "right" if to_the_right else "left"
    cell.alignment = Alignment(horizontal=horizontal, vertical="center", indent=to_the_right)


def set_up_print(sheet: Worksheet) -> None:
    """A4 across, one page wide, as many long as it takes, numbered."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart("&A"), right=_HeaderFooterPart("Page &P of &N")
    )
