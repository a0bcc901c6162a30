"""A page as a person sees it: a grey picture, upright, and where each place is in it."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2_raw as pdfium

from counterfoil.errors import Quarantined

PIXELS_MAX = 24_000_000  # of one picture: 24 MB; A4 at 250 dpi has 6 million
_WHITE = 0xFFFFFFFF

PixelBox = tuple[int, int, int, int]  # left, top, right, bottom


class Cutting(NamedTuple):
    """Grey pixels, row by row."""

    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A page, or a part of it, in grey; the part's first pixel is *left*, *top* of the page."""

    pixels: bytes  # of 0 (black) to 255, row by row
    width: int
    height: int
    scale: float  # pixels a point
    left: int = 0
    top: int = 0
    stride: int = 0  # bytes of a row, where there are more than its pixels

    def cut(self, box: PixelBox) -> Cutting | None:
        """The part within *box*; None where that is all white paper, or off the picture."""
        left, right = max(box[0], 0), min(box[2], self.width)
        top, bottom = max(box[1], 0), min(box[3], self.height)
        if left >= right or top >= bottom:
            return None
        wide, source = self.stride or self.width, self.pixels
        first, wanted = top * wide + left, right - left
        starts = range(first, first + (bottom - top) * wide, wide)
        pixels = b"".join([source[start : start + wanted] for start in starts])
        if pixels.count(255) == len(pixels):
            return None
        return Cutting(right - left, bottom - top, pixels)

    def x(self, hundredths: int) -> float:
        """The column of a place of the page; hundredths of a point from its left."""
        return hundredths * self.scale / 100 - self.left

    def y(self, hundredths: int) -> float:
        """The line of a place of the page; hundredths of a point from its top."""
        return hundredths * self.scale / 100 - self.top


def fits(page: Any, scale: float) -> bool:
    """Whether the whole page is small enough for one picture."""
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    return bool(math.ceil(width * scale) * math.ceil(height * scale) <= PIXELS_MAX)


def picture_of(
    page: Any, turn: int, scale: float, part: tuple[int, int, int, int] | None = None
) -> Picture:
    """*page* with everything that is drawn on it, notes and form fields too.

    Args:
        turn: As its text runs: see :class:`counterfoil.domain.pages.Page`.
        scale: Pixels a point.
        part: Left, top, right, bottom in hundredths of a point; None: all of it.

    Raises:
        Quarantined: It is too big to be looked at.
    """
    quarter = _upright(page, turn)
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    if quarter % 2:
        width, height = height, width
    whole = max(1, math.ceil(width * scale)), max(1, math.ceil(height * scale))
    left, top, right, bottom = 0, 0, *whole
    if part is not None:
        left, top = (max(0, math.floor(side * scale / 100)) for side in part[:2])
        right = min(whole[0], math.ceil(part[2] * scale / 100))
        bottom = min(whole[1], math.ceil(part[3] * scale / 100))
    cut = max(1, right - left), max(1, bottom - top)
    if cut[0] * cut[1] > PIXELS_MAX:
        raise Quarantined(
            "page_too_big",
            f"a picture of {cut[0]:,} x {cut[1]:,} pixels would be needed to look at its text",
            remedy="ask the bank for an ordinary statement",
        )
    pixels, stride = _drawn(page, whole, quarter, (left, top), cut)
    return Picture(pixels, *cut, scale, left, top, stride)


def _drawn(
    page: Any, whole: tuple[int, int], quarter: int, start: tuple[int, int], cut: tuple[int, int]
) -> tuple[bytes, int]:
    """The pixels, and how many bytes each row has."""
    bitmap = pdfium.FPDFBitmap_CreateEx(*cut, pdfium.FPDFBitmap_Gray, None, 0)
    if not bitmap:
        raise MemoryError
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, *cut, _WHITE)
        flags = pdfium.FPDF_ANNOT | pdfium.FPDF_GRAYSCALE
        pdfium.FPDF_RenderPageBitmap(bitmap, page, -start[0], -start[1], *whole, quarter, flags)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * cut[1])
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return pixels, stride


def _upright(page: Any, turn: int) -> int:
    """The quarter turns after which the text runs to the right."""
    across, up = round(math.cos(math.radians(turn))), -round(math.sin(math.radians(turn)))
    for quarter in range(4):
        origin, end = _pixel(page, quarter, 0, 0), _pixel(page, quarter, across, up)
        if end[0] > origin[0] and abs(end[1] - origin[1]) <= 1:
            return quarter
    return 0


def _pixel(page: Any, quarter: int, x: float, y: float) -> tuple[int, int]:
    found = ctypes.c_int(), ctypes.c_int()
    pointers = (ctypes.byref(each) for each in found)
    pdfium.FPDF_PageToDevice(page, 0, 0, 1_000_000, 1_000_000, quarter, x, y, *pointers)
    return found[0].value, found[1].value
