"""What else is drawn on a page, as far as it decides which text a person sees."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pypdfium2_raw as pdfium

Box = tuple[float, float, float, float]  # left, bottom, right, top; points, y upwards
Colour = tuple[int, int, int, int]  # red, green, blue and how opaque: 0 to 255
Colours = Callable[[Any], Colour | None]

WHITE = 245  # every colour part from this on is white to the eye
FAINT = 13  # an opacity of 5 %
NESTED_MAX = 8  # drawings within drawings
OBJECTS_MAX = 30_000  # drawn things of one page, those inside of others counted
PICTURE_SHARE = 30  # per cent of the page: a picture of that size may be a scan

_INVISIBLE = {3, 7}  # text render modes: neither filled nor stroked; only a clip
_TEXT, _PATH, _IMAGE, _FORM = (
    pdfium.FPDF_PAGEOBJ_TEXT,
    pdfium.FPDF_PAGEOBJ_PATH,
    pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_FORM,
)


class Frame(NamedTuple):
    """The part of the page that is shown."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """The suspicious text of a page, and what lies behind it."""

    suspects: frozenset[int]  # addresses of text objects that may not be seen
    white: frozenset[int]  # of those, the ones that are seen on a dark ground
    grounds: tuple[Box, ...] = field(repr=False)  # filled shapes and pictures
    images: int  # pictures that cover a good part of the page

    def hides(self, text: Any, index: int, box: Box) -> bool:
        """Whether the character is there for machines only."""
        address = _address(pdfium.FPDFText_GetTextObject(text, index))
        if address not in self.suspects:
            return False
        if address not in self.white:
            return True
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return not any(
            left <= x <= right and bottom <= y <= top for left, bottom, right, top in self.grounds
        )


def shown(page: Any) -> Frame:
    """The crop box within the media box."""
    frames = []
    for box_of in (pdfium.FPDFPage_GetMediaBox, pdfium.FPDFPage_GetCropBox):
        sides = [ctypes.c_float() for _ in range(4)]
        if box_of(page, *(ctypes.byref(side) for side in sides)):
            frames.append([side.value for side in sides])
    if not frames:
        return Frame(0, 0, pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page))
    lefts, bottoms, rights, tops = zip(*frames, strict=True)
    return Frame(max(lefts), max(bottoms), min(rights), min(tops))


def look_at(page: Any, frame: Frame) -> Drawn:
    """Every drawn thing of *page*, once."""
    suspects, white, grounds = set(), set(), []
    images = 0
    area = max((frame.right - frame.left) * (frame.top - frame.bottom), 1)
    colour_of = _colours()
    for kind, thing in _objects(page):
        if kind == _TEXT:
            seen = _seen(thing, colour_of)
            if seen != "plain":
                suspects.add(_address(thing))
            if seen == "white":
                white.add(_address(thing))
        elif kind == _IMAGE:
            box = _bounds(thing)
            grounds.append(box)
            images += (box[2] - box[0]) * (box[3] - box[1]) * 100 > area * PICTURE_SHARE
        elif kind == _PATH and not _is_white(colour_of(thing)):
            grounds.append(_bounds(thing))
    return Drawn(frozenset(suspects), frozenset(white), tuple(grounds), images)


def _objects(page: Any) -> Iterator[tuple[int, Any]]:
    """Drawn things, those inside of forms included; bounded."""
    left = OBJECTS_MAX
    waiting = [
        (pdfium.FPDFPage_GetObject(page, index), 0)
        for index in range(min(pdfium.FPDFPage_CountObjects(page), OBJECTS_MAX))
    ]
    while waiting and left > 0:
        left -= 1
        thing, depth = waiting.pop()
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == _FORM and depth < NESTED_MAX:
            inside = min(pdfium.FPDFFormObj_CountObjects(thing), left)
            waiting += [
                (pdfium.FPDFFormObj_GetObject(thing, index), depth + 1) for index in range(inside)
            ]
        else:
            yield kind, thing


def _seen(thing: Any, colour_of: Colours) -> str:
    """ "plain", "hidden", or "white": to be seen only on a dark ground."""
    if pdfium.FPDFTextObj_GetTextRenderMode(thing) in _INVISIBLE:
        return "hidden"
    colour = colour_of(thing)
    if colour is None:
        return "plain"
    if colour[3] < FAINT:
        return "hidden"
    return "white" if min(colour[:3]) >= WHITE else "plain"


def _is_white(colour: Colour | None) -> bool:
    return colour is None or colour[3] < FAINT or min(colour[:3]) >= WHITE


def _colours() -> Colours:
    """What a thing is filled with; None where nothing says so."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    parts = tuple(ctypes.byref(part) for part in (red, green, blue, alpha))

    def colour_of(thing: Any) -> Colour | None:
        if not pdfium.FPDFPageObj_GetFillColor(thing, *parts):
            return None
        return red.value, green.value, blue.value, alpha.value

    return colour_of


def _bounds(thing: Any) -> Box:
    sides = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(thing, *(ctypes.byref(side) for side in sides))
    left, bottom, right, top = (side.value for side in sides)
    return (left, bottom, right, top)


def _address(thing: Any) -> int:
    return ctypes.cast(thing, ctypes.c_void_p).value or 0
