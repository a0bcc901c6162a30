"""Bar charts on a small page of a workbook: drawn by the program that opens it, from its cells.

Source: ECMA-376 part 1, 20.5 (drawings) and 21.2 (charts).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

from counterfoil.adapters.sheets.letters import column_letters
from counterfoil.adapters.sheets.package import DECLARED, RELATED, quoted

_ROWS = 17  # of a chart
_TITLE, _LABEL = 1100, 900  # hundredths of a point
_DRAWN = "http://schemas.openxmlformats.org/drawingml/2006"
_LABELS, _BARS = 10, 100  # what the two axes call each other


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChart:
    """Bars of some columns of a table, one on the other, a bar for each of its rows."""

    heading: str
    columns: tuple[int, ...]  # of the table, from 1; each is one colour of the bars
    colours: tuple[str, ...]  # RRGGBB, as columns
    rows: int  # from the first on: what follows is a total


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A chart in its place on a page."""

    chart: PageChart
    heads: int  # the row of its table's heads
    begin: int  # its first column, from 0
    end: int  # the column behind it
    row: int  # its first one, from 1


def side_by_side(
    charts: Sequence[tuple[PageChart, int]], row: int, widths: Sequence[int]
) -> list[Placed]:
    """From *row* on, together as wide as the page's columns.

    Args:
        charts: Each with the row of its table's heads.
        widths: Of the columns, in characters.
    """
    ends = list(accumulate(widths))
    placed: list[Placed] = []
    begin = 0
    for place, (chart, heads) in enumerate(charts, 1):
        share = ends[-1] * place // len(charts)
        end = max(begin + 1, min(range(len(ends)), key=lambda at: abs(ends[at] - share)) + 1)
        placed.append(Placed(chart=chart, heads=heads, begin=begin, end=end, row=row))
        begin = end
    return placed


def drawing_xml(charts: Sequence[Placed]) -> str:
    """Where each of *charts* stands; the part shows them in this order."""
    anchors = "".join(
        f'<xdr:twoCellAnchor editAs="oneCell">{_corner("from", each.begin, each.row - 1)}'
        f"{_corner('to', each.end, each.row - 1 + _ROWS)}"
        '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr>'
        f'<xdr:cNvPr id="{at}" name="Chart {at}"/><xdr:cNvGraphicFramePr/>'
        "</xdr:nvGraphicFramePr>"
        '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>'
        f'<a:graphic><a:graphicData uri="{_DRAWN}/chart"><c:chart r:id="rId{at}"/>'
        "</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor>"
        for at, each in enumerate(charts, 1)
    )
    return (
        f'{DECLARED}<xdr:wsDr xmlns:xdr="{_DRAWN}/spreadsheetDrawing" xmlns:a="{_DRAWN}/main" '
        f'xmlns:c="{_DRAWN}/chart" xmlns:r="{RELATED}">{anchors}</xdr:wsDr>'
    )


def _corner(name: str, column: int, row: int) -> str:
    """Args: column, row: from 0."""
    return (
        f"<xdr:{name}><xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff>"
        f"<xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:{name}>"
    )


def chart_xml(placed: Placed, page: str) -> str:
    """The bars. Args: page: the name of the sheet with the table."""
    chart = placed.chart
    series = "".join(
        _series(placed, page, at, column, colour)
        for at, (column, colour) in enumerate(zip(chart.columns, chart.colours, strict=True))
    )
    return (
        f'{DECLARED}<c:chartSpace xmlns:c="{_DRAWN}/chart" xmlns:a="{_DRAWN}/main"><c:chart>'
        f'{_title(chart.heading)}<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:barChart>'
        f'<c:barDir val="bar"/><c:grouping val="stacked"/><c:varyColors val="0"/>{series}'
        '<c:gapWidth val="40"/><c:overlap val="100"/>'
        f'<c:axId val="{_LABELS}"/><c:axId val="{_BARS}"/></c:barChart>'
        # the first row on top
        f'<c:catAx>{_axis(_LABELS, "maxMin")}<c:crossAx val="{_BARS}"/></c:catAx>'
        f'<c:valAx>{_axis(_BARS, "minMax")}<c:crossAx val="{_LABELS}"/></c:valAx>'
        f'</c:plotArea><c:legend><c:legendPos val="b"/>{_small()}</c:legend>'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        '<c:spPr><a:ln><a:solidFill><a:srgbClr val="D9D9D9"/></a:solidFill></a:ln></c:spPr>'
        "</c:chartSpace>"
    )


def _series(placed: Placed, page: str, at: int, column: int, colour: str) -> str:
    first, last = placed.heads + 1, placed.heads + placed.chart.rows
    return (
        f'<c:ser><c:idx val="{at}"/><c:order val="{at}"/>'
        f"<c:tx><c:strRef>{_cells(page, column, placed.heads, placed.heads)}</c:strRef></c:tx>"
        f'<c:spPr><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></c:spPr>'
        '<c:invertIfNegative val="0"/>'
        f"<c:cat><c:strRef>{_cells(page, 1, first, last)}</c:strRef></c:cat>"
        f"<c:val><c:numRef>{_cells(page, column, first, last)}</c:numRef></c:val></c:ser>"
    )


def _cells(page: str, column: int, first: int, last: int) -> str:
    letters = f"${column_letters(column)}$"
    place = f"{letters}{first}" + (f":{letters}{last}" if last > first else "")
    return f"<c:f>{escape(quoted(page), quote=False)}!{place}</c:f>"


def _axis(name: int, orientation: str) -> str:
    shown = '<c:numFmt formatCode="#,##0" sourceLinked="0"/>' if name == _BARS else ""
    return (
        f'<c:axId val="{name}"/><c:scaling><c:orientation val="{orientation}"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="l"/>{shown}'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/>' + _small()
    )


def _title(text: str) -> str:
    letters = f'sz="{_TITLE}" b="1"'
    return (
        "<c:title><c:tx><c:rich><a:bodyPr/><a:p>"
        f"<a:pPr><a:defRPr {letters}/></a:pPr>"
        f"<a:r><a:rPr {letters}/><a:t>{escape(text, quote=False)}</a:t></a:r></a:p></c:rich></c:tx>"
        '<c:overlay val="0"/></c:title>'
    )


def _small() -> str:
    letters = f'<a:p><a:pPr><a:defRPr sz="{_LABEL}"/></a:pPr><a:endParaRPr sz="{_LABEL}"/></a:p>'
    return f"<c:txPr><a:bodyPr/>{letters}</c:txPr>"
