"""Pages whose fonts are only names: drawn by whatever font a reader has, so never alike twice.

Our own font may be wider than the one the page was set for, and its digits run into each other:
looked at, they are no digits. But such a page has no place for a lie about its letters. Their
codes are those of a published standard, and text and picture both come from them; only what is
painted over them can show something else.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pypdfium2_raw as pdfium

from counterfoil.adapters.statement_pdf import plumber
from counterfoil.adapters.statement_pdf.drawn import shown
from counterfoil.domain.pages import Lie

WITHIN = 1.0  # points: what reaches further into a word's box may be painted over it


def is_by_name(path: Path, password: str | None, lie: Lie, page: Any, turn: int) -> bool:
    """Whether the digits of *lie* are what they say, however our own font draws them.

    Args:
        page: pdfium's, the one on which it was seen; *turn* as its text runs.
    """
    number = lie.place.page
    if number is None or turn or lie.seen.startswith(("nothing", "a mark")):
        return False
    return plumber.only_names_fonts(path, password, number) and not _is_painted_over(page, lie)


def _is_painted_over(page: Any, lie: Lie) -> bool:
    """Whether anything but text is drawn, later than the text, where it stands."""
    box = lie.place.box
    if box is None:
        return True
    frame = shown(page)
    left, right = (frame.left + each / 100 for each in (box[0], box[2]))
    top, bottom = (frame.top - each / 100 for each in (box[1], box[3]))
    written = False
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        thing = pdfium.FPDFPage_GetObject(page, index)
        edges = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetBounds(thing, *edges):
            return True
        one, two, three, four = (edge.value for edge in edges)  # left, bottom, right, top
        wide = min(right, three) - max(left, one)
        high = min(top, four) - max(bottom, two)
        if min(wide, high) <= WITHIN:
            continue
        if pdfium.FPDFPageObj_GetType(thing) == pdfium.FPDF_PAGEOBJ_TEXT:
            written = True
        elif written:
            return True
    return not written
