"""What stands before and behind the rows of a sheet: widths, panes, and A4 for the printer."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.adapters.sheets.letters import column_letters
from counterfoil.adapters.sheets.package import DECLARED, MAIN, RELATED

PAPER_A4 = 9
#: Inches.
MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6, "header": 0.3, "footer": 0.3}
#: Of every printed page: left the sheet's name, right the page's number.
FOOTER = ("&A", "Page &P of &N")
NO_GRID = '<sheetView showGridLines="0" workbookViewId="0"/>'


def before_rows(view: str, widths: Sequence[int]) -> str:
    """Args: view: a ``sheetView``; widths: of the columns, in characters."""
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, width in enumerate(widths, 1)
    )
    return (
        f'{DECLARED}<worksheet xmlns="{MAIN}" xmlns:r="{RELATED}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews>{view}</sheetViews><sheetFormatPr baseColWidth="8" defaultRowHeight="15"/>'
        f"<cols>{columns}</cols><sheetData>"
    )


def below_heads(keys: int) -> str:
    """A view in which the first row and the first *keys* columns stay in sight."""
    across = f'xSplit="{keys}" ' if keys else ""
    pane = "bottomRight" if keys else "bottomLeft"
    return (
        f'<sheetView workbookViewId="0"><pane {across}ySplit="1" '
        f'topLeftCell="{column_letters(keys + 1)}2" activePane="{pane}" state="frozen"/>'
        f'<selection pane="{pane}"/></sheetView>'
    )


def after_rows(*, filtered: str = "", across: int = 1, drawing: bool = False) -> str:
    """The rest of the sheet.

    Args:
        filtered: The range of its filter.
        across: Pages beside each other when printed; as many long as it takes.
        drawing: Is there one? It is the part's only relation.
    """
    margins = " ".join(f'{side}="{inches}"' for side, inches in MARGINS.items())
    left, right = (each.replace("&", "&amp;") for each in FOOTER)
    return (
        "</sheetData>"
        + (f'<autoFilter ref="{filtered}"/>' if filtered else "")
        + f'<pageMargins {margins}/><pageSetup paperSize="{PAPER_A4}" fitToWidth="{across}" '
        'fitToHeight="0" orientation="landscape"/>'
        f"<headerFooter><oddFooter>&amp;L{left}&amp;R{right}</oddFooter></headerFooter>"
        + ('<drawing r:id="rId1"/>' if drawing else "")
        + "</worksheet>"
    )
