"""Render and compare: whether what the text says is what a person sees.

A PDF's text is a claim beside the drawing: a font can draw "1" and say "9". So every row
that a proof rests on is drawn, and each digit and sign in it is compared with its picture.
What looks wrong at first is drawn again, three times larger, and judged by that.

Found are: digits that are drawn as others, signs that are not what they say, values of which
nothing is seen (covered, clipped, white on white), and marks beside a value that no text has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pypdfium2_raw as pdfium

from counterfoil.adapters.statement_pdf.named_fonts import is_by_name
from counterfoil.adapters.statement_pdf.pdfium import opened
from counterfoil.adapters.statement_pdf.rendered import Picture, fits, picture_of
from counterfoil.adapters.statement_pdf.rows_seen import lies_of
from counterfoil.domain.pages import Lie, Page, PrintedPages, Row
from counterfoil.domain.statements import Box, Place

DIGIT_PIXELS = 18  # how high a digit is drawn at first: less, and an 8 is a 3
NEARER = 3  # times larger the second time
#: A digit is about so many hundredths of the height of its font.
DIGIT_SHARE = 62
BOLD = 75  # per cent of the strongest ink: a pale print over a black one is not seen
FEW = 4  # rows of a page: one picture each is cheaper than one of all
LIES_MAX = 10  # after so many the document is not worth another look
SCALE_MIN, SCALE_MAX = 1.0, 12.0  # pixels a point


def look(
    path: Path, password: str | None, printed: PrintedPages, places: Iterable[Place]
) -> tuple[Lie, ...]:
    """Where the rows at *places* say something else than they show; the first ten.

    Raises:
        Quarantined: A page is too big to be looked at.
    """
    rows = rows_at(printed, places)
    by_name = partial(is_by_name, path, password)
    found: list[Lie] = []
    with opened(path, password) as document:
        for page in printed.pages:
            if page.number in rows and len(found) < LIES_MAX:
                found += _page_lies(document, page, rows[page.number], by_name)
    return tuple(found[:LIES_MAX])


def rows_at(printed: PrintedPages, places: Iterable[Place]) -> Mapping[int, list[Row]]:
    """The rows that hold any of *places*, by page."""
    boxes = defaultdict(set)
    for place in places:
        if place.page is not None and place.box is not None:
            boxes[place.page].add((place.box[1], place.box[3]))
    found: dict[int, list[Row]] = {}
    for page in printed.pages:
        spans = boxes.get(page.number, set())
        rows = [row for row in page.rows if _in_any(row, spans)]
        if rows:
            found[page.number] = rows
    return found


def _in_any(row: Row, spans: Iterable[tuple[int, int]]) -> bool:
    middle = (row.top + row.bottom) // 2
    return any(top <= middle <= bottom for top, bottom in spans)


def _page_lies(
    document: object, printed: Page, rows: list[Row], by_name: Callable[..., bool]
) -> Iterator[Lie]:
    page, turn = pdfium.FPDF_LoadPage(document, printed.number - 1), printed.turn
    try:
        scale = _scale(rows)
        together = len(rows) > FEW and fits(page, scale)
        shared = picture_of(page, turn, scale, _around(*rows)) if together else None
        for row in rows:
            picture = shared or picture_of(page, turn, scale, _around(row))
            if any(lies_of(row, picture)):
                near = _nearer(page, turn, scale, row)
                if any(lies_of(row, near, BOLD)):
                    lies = lies_of(row, near)
                    yield from (lie for lie in lies if not by_name(lie, page, turn))
    finally:
        pdfium.FPDF_ClosePage(page)


def _scale(rows: list[Row]) -> float:
    """Pixels a point, by the smaller half of the text."""
    heights = sorted(word.em for row in rows for word in row.words)
    usual = heights[len(heights) // 4]
    wanted = DIGIT_PIXELS * 100 / (usual * DIGIT_SHARE / 100)
    return min(max(wanted, SCALE_MIN), SCALE_MAX)


def _nearer(page: object, turn: int, scale: float, row: Row) -> Picture:
    return picture_of(page, turn, scale * NEARER, _around(row))


def _around(*rows: Row) -> Box:
    boxes = [row.box() for row in rows]
    em = max(bottom - top for _, top, _, bottom in boxes)
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts) - em, min(tops) - em // 2, max(rights) + em, max(bottoms) + em // 2)
