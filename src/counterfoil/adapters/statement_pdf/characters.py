"""Every character of one page with its box, asked for in bulk.

A page has some thousand characters, and three calls for each are most of what reading
costs. So the calls carry no conversions (the functions are bound again without argument
types), and each box is written where it belongs in one buffer.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import repeat
from typing import Any, NamedTuple

import pypdfium2_raw as pdfium

from counterfoil.adapters.statement_pdf.drawn import Box
from counterfoil.adapters.statement_pdf.glyphs import SPACE

SLANT = 20  # degrees: fake italics lean 12 to 15, a watermark 30 and more
UNKNOWN = "\ufffd"  # drawn, but the file does not say which letter it is
SPACES_MAX = 2  # between a sign and its number
#: Whose ink is not as high as a digit: points, apostrophes, dashes.
_LOW = frozenset(",.-\u2019\u2010\u2011\u2012\u2013\u2014\u2212")
SOFT_HYPHEN = 0xAD
_MADE_UP = {SPACE, UNKNOWN}  # without a width: by pdfium, between words and at line ends


class Characters(NamedTuple):
    """All characters of a page in the order of the file, a list for each thing known."""

    letters: Sequence[str]  # "" for what is not drawn
    degrees: Sequence[int]  # by how much each is turned
    lefts: Sequence[float]  # points, y upwards
    tops: Sequence[float]
    rights: Sequence[float]
    bottoms: Sequence[float]

    def box(self, index: int) -> Box:
        """Of one of them."""
        return (self.lefts[index], self.bottoms[index], self.rights[index], self.tops[index])


def bound(function: Any, result: type) -> Callable[..., Any]:
    """*function* without argument types: what it is called with must fit by itself."""
    return ctypes.CFUNCTYPE(result)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_unicode_of = bound(pdfium.FPDFText_GetUnicode, ctypes.c_uint)
_angle_of = bound(pdfium.FPDFText_GetCharAngle, ctypes.c_float)
_box_of = bound(pdfium.FPDFText_GetLooseCharBox, ctypes.c_int)
_BOX = ctypes.sizeof(pdfium.FS_RECTF)  # left, top, right, bottom: four floats


def characters_of(text: Any) -> Characters:
    """Everything on the page whose text page is *text*."""
    count = pdfium.FPDFText_CountChars(text)
    codes = list(map(_unicode_of, repeat(text), range(count)))
    angles = list(map(_angle_of, repeat(text), range(count)))
    boxes = (pdfium.FS_RECTF * max(count, 1))()
    slots = map(ctypes.byref, repeat(boxes), range(0, count * _BOX, _BOX))
    boxed = list(map(_box_of, repeat(text), range(count), slots))
    sides: list[float] = [*memoryview(boxes).cast("B").cast("f")[: count * 4]]
    lefts, tops, rights, bottoms = (sides[side::4] for side in range(4))
    letters = list(map(_letter, codes))
    if _AT_LINE_END in codes:
        _restore_hyphens(text, codes, letters)
    for index, letter in enumerate(letters):
        made_up = letter in _MADE_UP and rights[index] <= lefts[index]
        if made_up or not boxed[index]:
            letters[index] = ""
    if any(angles):
        _shrink(angles, (lefts, rights), (bottoms, tops))
    else:
        _set_in_line(text, letters, bottoms, tops)
        _lift_hanging(text, letters, bottoms, tops)
    return Characters(letters, _degrees(angles), lefts, tops, rights, bottoms)


def _set_in_line(
    text: Any, letters: Sequence[str], bottoms: list[float], tops: list[float]
) -> None:
    """Points, commas and dashes are as high as the letters beside them.

    Where a font does not say how high it rises, pdfium takes the height of its 65th letter,
    which in a font cut down to what is printed may be any: then some boxes fit their ink, and
    a comma would stand on a line below its number.
    """
    for index, letter in enumerate(letters):
        if letter not in _LOW:
            continue
        height = tops[index] - bottoms[index]
        for other in _beside(letters, index):
            higher = (tops[other] - bottoms[other]) * 2 > height * 3
            if higher and _baseline(text, other) == _baseline(text, index):
                bottoms[index], tops[index] = bottoms[other], tops[other]
                break


def _lift_hanging(
    text: Any, letters: Sequence[str], bottoms: list[float], tops: list[float]
) -> None:
    """A letter that hangs below its line stands on it as the one beside it does: see above.

    Where boxes fit no ink, the deeper of two on one line is of the larger size and higher, too.
    """
    for index in range(1, len(letters)):
        low, high = index, index - 1
        if bottoms[low] > bottoms[high]:
            low, high = high, low
        hangs = bottoms[low] < bottoms[high] < tops[low] <= tops[high]
        said = letters[low].isalpha() and letters[high].isalnum()
        if hangs and said and _baseline(text, low) == _baseline(text, high):
            bottoms[low] = bottoms[high]


def _beside(letters: Sequence[str], index: int) -> Iterator[int]:
    """The nearest letters or digits before and behind, a space or two between."""
    for way in (-1, 1):
        for other in range(index + way, index + way * (SPACES_MAX + 2), way):
            if 0 <= other < len(letters) and letters[other].isalnum():
                yield other
                break


def _baseline(text: Any, index: int) -> float:
    """Where the character stands; hundredths of a point."""
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, index, ctypes.byref(x), ctypes.byref(y))
    return round(y.value, 2)


def _shrink(
    angles: Sequence[float],
    across: tuple[list[float], list[float]],
    up: tuple[list[float], list[float]],
) -> None:
    """A letter that leans is as wide as it would be upright, not as the box around it."""
    for index, angle in enumerate(angles):
        quarter = round(angle / (math.pi / 2))
        lean = abs(math.tan(angle - quarter * math.pi / 2))
        if not 0.01 < lean < math.tan(math.radians(SLANT)):
            continue
        (near, far), (low, high) = (across, up) if quarter % 2 == 0 else (up, across)
        half = min(lean * (high[index] - low[index]), far[index] - near[index]) / 2
        near[index] += half
        far[index] -= half


def _restore_hyphens(text: Any, codes: Sequence[int], letters: list[str]) -> None:
    """A minus that ends a line is one."""
    for index, code in enumerate(codes):
        if code == _AT_LINE_END and pdfium.FPDFText_IsHyphen(text, index) == 1:
            letters[index] = "-"


#: How pdfium tells of a hyphen that ends a line behind a letter: "30,42 zł-" as well.
_AT_LINE_END = 2


@cache
def _letter(code: int) -> str:
    """The character with that code point."""
    if code < 32 or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF):
        return UNKNOWN
    if code == SOFT_HYPHEN:
        return "-"  # some fonts call their hyphen so
    return SPACE if chr(code).isspace() else chr(code)


def _degrees(angles: Sequence[float]) -> list[int]:
    if not any(angles):
        return [0] * len(angles)
    return [_straightened(angle) if angle else 0 for angle in angles]


def _straightened(angle: float) -> int:
    """Slanted letters (fake italics) and a page that lies a little askew run straight."""
    degrees = round(math.degrees(angle)) % 360
    quarter = round(degrees / 90) * 90
    return quarter % 360 if abs(degrees - quarter) <= SLANT else degrees
