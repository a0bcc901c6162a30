"""Bar charts on a small page of a workbook: drawn by the program that opens it, from its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)
from openpyxl.worksheet.worksheet import Worksheet

_ROWS = 17  # of a chart
_TITLE, _LABEL = 1100, 900  # hundredths of a point


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChart:
    """Bars of some columns of a table, one on the other, a bar for each of its rows."""

    heading: str
    columns: tuple[int, ...]  # of the table, from 1; each is one colour of the bars
    colours: tuple[str, ...]  # RRGGBB, as columns
    rows: int  # from the first on: what follows is a total


def draw_charts(
    sheet: Worksheet, charts: Sequence[tuple[PageChart, int]], row: int, widths: Sequence[int]
) -> None:
    """Side by side from *row* on, as wide as the page's columns.

    Args:
        charts: Each with the row of its table's heads.
        widths: Of the columns, in characters.
    """
    ends = list(accumulate(widths))
    begin = 0
    for place, (chart, heads) in enumerate(charts, 1):
        share = ends[-1] * place // len(charts)
        end = max(begin + 1, min(range(len(ends)), key=lambda at: abs(ends[at] - share)) + 1)
        drawn = _bars(sheet, chart, heads)
        drawn.anchor = TwoCellAnchor(  # type: ignore[assignment]  # its stub knows texts only
            editAs="oneCell",
            _from=AnchorMarker(col=begin, row=row - 1),
            to=AnchorMarker(col=end, row=row - 1 + _ROWS),
        )
        sheet.add_chart(drawn)
        begin = end


def _bars(sheet: Worksheet, chart: PageChart, heads: int) -> BarChart:
    bars = BarChart(barDir="bar", grouping="stacked", overlap=100, gapWidth=40)
    bars.title = _title(chart.heading)
    last = heads + chart.rows
    for column, colour in zip(chart.columns, chart.colours, strict=True):
        values = Reference(sheet, min_col=column, min_row=heads, max_row=last)
        bars.add_data(values, titles_from_data=True)
        bars.series[-1].graphicalProperties.solidFill = colour
    bars.set_categories(Reference(sheet, min_col=1, min_row=heads + 1, max_row=last))
    for axis in (bars.x_axis, bars.y_axis):
        axis.delete = False
        axis.txPr = _small()
    bars.x_axis.scaling.orientation = "maxMin"  # the first row on top
    bars.y_axis.number_format, bars.y_axis.majorGridlines = "#,##0", None
    bars.legend.position, bars.legend.txPr = "b", _small()
    bars.graphical_properties = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9"))
    return bars


def _title(text: str) -> Title:
    letters = CharacterProperties(sz=_TITLE, b=True)
    run = RegularTextRun(rPr=letters, t=text)
    line = Paragraph(pPr=ParagraphProperties(defRPr=letters), r=[run])
    return Title(tx=Text(rich=RichText(p=[line])), overlay=False)


def _small() -> RichText:
    letters = CharacterProperties(sz=_LABEL)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters)])
