"""A page as the XML of a sheet: a title, tables below each other, charts below all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from textwrap import wrap

from counterfoil.adapters.sheets.cell_texts import text_cell, value_cell
from counterfoil.adapters.sheets.charts import Placed, side_by_side
from counterfoil.adapters.sheets.looks import HEAD, Look, Looks
from counterfoil.adapters.sheets.pages import (
    COUNT,
    DAY,
    DIGITS_EXACT,
    Page,
    PageTable,
    Value,
    money,
)
from counterfoil.adapters.sheets.sheet_frames import NO_GRID, after_rows, before_rows

_TITLE = Look(text=True, points=14, bold=True)
_HEADING = Look(text=True, points=12, bold=True)
_FIRST_ROW = 3  # of the first table: below the title and an empty row
_LINE_POINTS = 15


def page_cells(page: Page, looks: Looks) -> str:
    """The sheet of *page*."""
    rows = [_row(1, [text_cell(page.title, looks.id_of(_TITLE))])]
    for table, first in _places(page):
        rows += _table(table, first, page.widths, looks)
    charts = any(each.chart for each in page.tables)
    return before_rows(NO_GRID, page.widths) + "".join(rows) + after_rows(drawing=charts)


def charts_of(page: Page) -> list[Placed]:
    """Its charts, side by side below the tables."""
    places = list(_places(page))
    charts = [(table.chart, first + bool(table.heading)) for table, first in places if table.chart]
    end = places[-1][1] + _height(places[-1][0]) + 1 if places else _FIRST_ROW
    return side_by_side(charts, end, page.widths)


def _places(page: Page) -> Iterator[tuple[PageTable, int]]:
    """Each table and its first row; an empty row stands between two."""
    row = _FIRST_ROW
    for table in page.tables:
        yield table, row
        row += _height(table) + 1


def _height(table: PageTable) -> int:
    return bool(table.heading) + bool(table.heads) + len(table.rows)


def _table(table: PageTable, row: int, widths: Sequence[int], looks: Looks) -> Iterator[str]:
    if table.heading:
        yield _row(row, [text_cell(table.heading, looks.id_of(_HEADING))])
        row += 1
    if table.heads:
        yield _row(row, _heads(table, looks))
        row += 1
    for at, values in enumerate(table.rows, 1):
        bold = table.total and at == len(table.rows)
        cells = (
            _cell(value, table, looks, first=column == 0, bold=bold)
            for column, value in enumerate(values)
        )
        lines = max(map(_lines, values, widths), default=1) if table.wrap else 1
        yield _row(row, cells, lines)
        row += 1


def _row(number: int, cells: Iterable[str], lines: int = 1) -> str:
    """Args: lines: of its longest text: not every program finds that out by itself."""
    height = f' ht="{_LINE_POINTS * lines}" customHeight="1"' if lines > 1 else ""
    return f'<row r="{number}"{height}>{"".join(cells)}</row>'


def _heads(table: PageTable, looks: Looks) -> Iterator[str]:
    for column, head in enumerate(table.heads):
        right = all(isinstance(row[column], int | Decimal | None) for row in table.rows)
        look = HEAD if not right else replace(HEAD, horizontal="right")
        indented = column > 0 and not right
        yield text_cell(head, looks.id_of(replace(look, indent=int(indented))))


def _cell(value: Value, table: PageTable, looks: Looks, *, first: bool, bold: bool) -> str:
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > DIGITS_EXACT:
        value, shown = f"{value:,f}", "@"
    else:
        shown = _shown(value, table.decimals)
    text = isinstance(value, str)
    look = Look(
        shown=shown,
        text=text,
        points=None,
        bold=bold,
        fill=table.colours.get(value, "") if isinstance(value, str) else "",
        line=True,
        horizontal="left" if text else "",
        vertical="top",
        indent=int(text and not first),  # the last digit of the column before must not touch it
        wrap=text and table.wrap,
    )
    return value_cell(value, looks.id_of(look))


def _shown(value: Value, decimals: int) -> str:
    """Its number format."""
    match value:
        case Decimal():
            return money(decimals)
        case date():
            return DAY
        case int():
            return COUNT
    return "General"


def _lines(value: Value, width: int) -> int:
    return len(wrap(value, max(width, 1))) if isinstance(value, str) else 1
