"""The small pages of a workbook, and the frame of a big sheet: all that openpyxl makes.

A page is a title and some tables, written cell by cell. A big sheet's frame is its header
row and one sample of every style; :mod:`book` fills the frame with a million rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from textwrap import wrap
from typing import Literal

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from counterfoil.adapters.sheets.charts import PageChart, draw_charts
from counterfoil.adapters.sheets.putting import put

Value = str | int | Decimal | date | None
#: Of a page's cell: number format, is it a text, is it indented, colour.
_Look = tuple[str, bool, bool, str]

DAY = "yyyy-mm-dd"
COUNT = "#,##0"
DIGITS_EXACT = 15  # a sheet keeps so many of a number
_LINE_POINTS = 15
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
    chart: PageChart | None = None  # it stands below all tables
    total: bool = False  # is the last row a total?
    wrap: bool = True  # may a text take several lines? Else it runs over what is empty


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
    charts: list[tuple[PageChart, int]] = []
    for table in page.tables:
        if table.chart is not None:
            charts.append((table.chart, row + bool(table.heading)))
        row = _write_table(sheet, row, table, page.widths) + 1
    draw_charts(sheet, charts, row, page.widths)
    for column, width in enumerate(page.widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.sheet_view.showGridLines = False
    set_up_print(sheet)


def write_frame(
    sheet: Worksheet, columns: Sequence[BigColumn], rows: int, keys: int = 0, across: int = 1
) -> None:
    """Header row, samples of every style below it, panes, filter and widths.

    Row 2 holds a sample of each column's style; the rows from 3 on hold, in the columns
    that have colours, one cell of each colour in their order.

    Args:
        keys: The first columns that stay in sight, and stand on every page.
        across: Pages beside each other when printed.
    """
    dressed: dict[bool, Cell] = {}
    for at, column in enumerate(columns, 1):
        head = sheet.cell(1, at)
        assert isinstance(head, Cell)
        put(head, column.head)
        right = column.kind in ("money", "count")
        if right in dressed:
            head._style = copy(dressed[right]._style)  # type: ignore[attr-defined]
        else:
            _dress_head(head, to_the_right=right)
            dressed[right] = head
        _sample(sheet.cell(2, at), column, None)
        for below, colour in enumerate(column.colours.values(), 3):
            _sample(sheet.cell(below, at), column, colour)
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    sheet.row_dimensions[1].height = 20
    sheet.freeze_panes = f"{get_column_letter(keys + 1)}2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{rows + 1}"
    sheet.print_title_rows = "1:1"
    if keys:
        sheet.print_title_cols = f"A:{get_column_letter(keys)}"
    set_up_print(sheet, across)


def _sample(cell: Cell | MergedCell, column: BigColumn, colour: str | None) -> None:
    put(cell, "x" if column.kind == "text" else 0)
    cell.number_format = column.shown
    if column.kind != "text":  # its last digit must not touch the next column's text
        cell.alignment = Alignment(horizontal="right", indent=1)
    if column.kind == "day":  # under its heading
        cell.alignment = Alignment(horizontal="left")
    if colour is not None:
        cell.fill = PatternFill("solid", start_color=colour)


def _write_table(sheet: Worksheet, row: int, table: PageTable, widths: Sequence[int]) -> int:
    """Write it from *row* on; the next free row."""
    if table.heading:
        put(sheet.cell(row, 1), table.heading)
        sheet.cell(row, 1).font = Font(name=_FONT, bold=True, size=12)
        row += 1
    for column, head in enumerate(table.heads, 1):
        right = all(isinstance(each[column - 1], int | Decimal | None) for each in table.rows)
        put(sheet.cell(row, column), head)
        _dress_head(sheet.cell(row, column), to_the_right=right, indent=column > 1 and not right)
    row += bool(table.heads)
    dressed: dict[_Look, Cell] = {}
    for values in table.rows:
        for column, value in enumerate(values, 1):
            _write_value(sheet.cell(row, column), value, table, dressed)
            if table.total and values is table.rows[-1]:
                sheet.cell(row, column).font = Font(name=_FONT, bold=True)
        if table.wrap and (lines := max(map(_lines, values, widths), default=1)) > 1:
            sheet.row_dimensions[row].height = _LINE_POINTS * lines
        row += 1
    return row


def _write_value(
    cell: Cell | MergedCell, value: Value, table: PageTable, dressed: dict[_Look, Cell]
) -> None:
    """Args: dressed: one cell of each look, to be copied: an order cheaper than made anew."""
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
    text = isinstance(value, str)
    colour = table.colours.get(value, "") if isinstance(value, str) else ""
    look = (shown, text, text and cell.column != 1, colour)
    if not isinstance(cell, Cell):  # covered by its neighbour
        return
    if look in dressed:
        cell._style = copy(dressed[look]._style)  # type: ignore[attr-defined]  # not in its stub
    else:
        _dress(cell, look, wrap_text=table.wrap)
        dressed[look] = cell


def _dress(cell: Cell, look: _Look, *, wrap_text: bool) -> None:
    shown, text, indented, colour = look
    cell.font, cell.border, cell.number_format = Font(name=_FONT), _LINE, shown
    cell.alignment = Alignment(
        vertical="top",
        horizontal="left" if text else None,
        wrap_text=text and wrap_text,
        indent=int(indented),  # the last digit of the column before must not touch it
    )
    if colour:
        cell.fill = PatternFill("solid", start_color=colour)


def _lines(value: Value, width: int) -> int:
    """How many a text takes: not every program finds that out by itself."""
    return len(wrap(value, max(width, 1))) if isinstance(value, str) else 1


def _dress_head(cell: Cell | MergedCell, *, to_the_right: bool, indent: bool | None = None) -> None:
    """Args: indent: by default that of a number in a big sheet."""
    cell.font, cell.fill = Font(name=_FONT, bold=True, color="FFFFFF"), _HEAD
    horizontal = "right" if to_the_right else "left"
    cell.alignment = Alignment(
        horizontal=horizontal, vertical="center", indent=to_the_right if indent is None else indent
    )


def set_up_print(sheet: Worksheet, across: int = 1) -> None:
    """A4 across, *across* pages wide, as many long as it takes, numbered."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = across, 0
    sheet.page_margins = PageMargins(
        left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3
    )
    sheet.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart("&A"), right=_HeaderFooterPart("Page &P of &N")
    )
