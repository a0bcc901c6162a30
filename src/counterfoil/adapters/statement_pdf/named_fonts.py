"""Pages whose fonts are only names: drawn by whatever font a reader has, so never alike twice.

Our own font may be wider than the one the page was set for, and its digits run into each other:
looked at, they are no digits. But such a page has no place for a lie about its letters. Their
codes are those of a published standard, and text and picture both come from them; only what is
painted over them, or cuts them off, can show something else.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2_raw as pdfium

from counterfoil.adapters.statement_pdf import plumber
from counterfoil.adapters.statement_pdf.drawn import shown
from counterfoil.domain.pages import Lie

WITHIN = 1.0  # points: what reaches further into a word's box from above or below covers it
TOUCH = 0.2  # and from its left or its right


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
    """Whether anything but its own text, whole and upright, shows where it stands."""
    if lie.place.box is None:
        return True
    frame, box = shown(page), lie.place.box
    left, right = (frame.left + each / 100 for each in (box[0], box[2]))
    top, bottom = (frame.top - each / 100 for each in (box[1], box[3]))
    place = _Edges(left, bottom, right, top)
    if any(edges is None or edges.reach_into(place) for edges in _notes(page)):
        return True
    colours: set[tuple[int, ...] | None] = set()
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        thing = pdfium.FPDFPage_GetObject(page, index)
        edges = _edges_of(thing)
        if _is_clip(thing):
            return True  # of letters, for all that is drawn later
        if edges is not None and not edges.reach_into(place):
            continue
        written = pdfium.FPDFPageObj_GetType(thing) == pdfium.FPDF_PAGEOBJ_TEXT
        if edges is None or (not written and colours) or (written and not _is_whole(thing, place)):
            return True
        if written:
            colours.add(_colour(thing))
    return len(colours) != 1 or None in colours  # white over black is no text to a reader


class _Edges(NamedTuple):
    """In points, from the bottom left of the page."""

    left: float
    bottom: float
    right: float
    top: float

    def reach_into(self, place: _Edges) -> bool:
        """Whether this is in *place*, further than a rule that adjoins it from above or below."""
        beside = self.right <= place.left + TOUCH or self.left >= place.right - TOUCH
        return not beside and self.top > place.bottom + WITHIN and self.bottom < place.top - WITHIN

    def hold(self, other: _Edges) -> bool:
        """Whether *other* is all in this, horizontally, and but for what rules may touch."""
        wide = self.left <= other.left + TOUCH and other.right - TOUCH <= self.right
        return wide and self.bottom <= other.bottom + WITHIN and other.top - WITHIN <= self.top


def _edges_of(thing: Any) -> _Edges | None:
    edges = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(thing, *edges):
        return None
    return _Edges(*(edge.value for edge in edges))


def _notes(page: Any) -> Iterator[_Edges | None]:
    """Where notes and fields lie, which are drawn last."""
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        note, rect = pdfium.FPDFPage_GetAnnot(page, index), pdfium.FS_RECTF()
        known = pdfium.FPDFAnnot_GetRect(note, rect)
        pdfium.FPDFPage_CloseAnnot(note)
        yield _Edges(rect.left, rect.bottom, rect.right, rect.top) if known else None


def _is_clip(thing: Any) -> bool:
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(thing) >= pdfium.FPDF_TEXTRENDERMODE_FILL_CLIP)


def _is_whole(text: Any, place: _Edges) -> bool:
    """Whether *text* is upright and opaque, and nothing at *place* is cut off."""
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(text, matrix) or pdfium.FPDFPageObj_HasTransparency(text):
        return False
    upright = matrix.a > 0 and matrix.d > 0 and matrix.b == matrix.c == 0
    clip = pdfium.FPDFPageObj_GetClipPath(text)
    paths = range(max(pdfium.FPDFClipPath_CountPaths(clip), 0) if clip else 0)
    return upright and all(_is_around(clip, path, place) for path in paths)


def _is_around(clip: Any, path: int, place: _Edges) -> bool:
    """Whether that path of *clip* is a rectangle around *place*."""
    xs, ys = set[float](), set[float]()
    for index in range(pdfium.FPDFClipPath_CountPathSegments(clip, path)):
        x, y = ctypes.c_float(), ctypes.c_float()
        segment = pdfium.FPDFClipPath_GetPathSegment(clip, path, index)
        if not pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            return False
        xs.add(x.value)
        ys.add(y.value)
    if len(xs) != 2 or len(ys) != 2:
        return False
    return _Edges(min(xs), min(ys), max(xs), max(ys)).hold(place)


def _colour(text: Any) -> tuple[int, ...] | None:
    parts = [ctypes.c_uint() for _ in range(4)]
    known = pdfium.FPDFPageObj_GetFillColor(text, *parts)
    return tuple(part.value for part in parts) if known else None
