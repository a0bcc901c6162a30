"""The ink of one character: cut out of the picture of its page, and remembered by its pixels.

A font draws the same character in the same pixels again and again, so nearly every
character of a statement has been looked at before: only its first drawing is measured.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PIL import Image

from counterfoil.adapters.statement_pdf.rendered import Cutting, Picture, PixelBox
from counterfoil.adapters.statement_pdf.shapes import Shape, cells_of

CONTRAST = 24  # of 255: what differs less from the paper around it is not seen
TURNED = tuple(range(255, -1, -1))
KEPT = 20_000  # cuttings that are remembered
FREE = 3  # ink that touches no side is the character when it is a third of the rest at least


class Mark(NamedTuple):
    """What is drawn in one character's cell. Pixels from the picture's top left."""

    left: int
    top: int
    right: int
    bottom: int
    shape: Shape
    strength: int  # of the ink, against its paper; 255 is black on white

    @property
    def width(self) -> int:
        """Of its ink."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Of its ink."""
        return self.bottom - self.top


def mark_in(picture: Picture, box: PixelBox, *, ruled: bool = True, share: int = 50) -> Mark | None:
    """The ink within *box* of *picture*; None where nothing is seen.

    Args:
        ruled: A line from side to side is a rule of the table, and is left out.
        share: Per cent of the strongest ink from which on ink counts.
    """
    cutting = picture.cut(box)
    found = None if cutting is None else _measured(cutting, ruled, share)
    if found is None:
        return None
    (left, top, right, bottom), shape, strength = found
    return Mark(box[0] + left, box[1] + top, box[0] + right, box[1] + bottom, shape, strength)


def inked(cutting: Cutting, share: int = 50) -> tuple[Image.Image, int]:
    """Where it differs from its paper (255, else 0), and by how much: negative when lighter.

    By 0 where that is less than can be seen.
    """
    pixels = cutting.pixels
    paper = _paper(cutting)
    darker, lighter = paper - min(pixels), max(pixels) - paper
    reach = max(darker, lighter)
    size = cutting.width, cutting.height
    if reach < CONTRAST:
        return Image.new("L", size), 0
    ink = pixels.translate(_away_from(paper, reach * share // 100))
    return Image.frombytes("L", size, ink), darker if darker >= lighter else -lighter


@lru_cache(maxsize=KEPT)
def _away_from(paper: int, reach: int) -> bytes:
    """For each grey 255 where it is further than *reach* from *paper*, else 0."""
    return bytes([255 * (abs(grey - paper) > reach) for grey in range(256)])


@lru_cache(maxsize=KEPT)
def _measured(cutting: Cutting, ruled: bool, share: int) -> tuple[PixelBox, Shape, int] | None:
    ink, strength = inked(cutting, share)
    if not strength:
        return None
    if strangers := _strangers(ink):
        cutting = _without(cutting, strangers)
        ink, strength = inked(cutting, share)
    box = _without_rules(ink) if ruled else ink.getbbox()
    if box is None:
        return None
    if share > 50:
        return box, cells_of(ink.point(TURNED), box), abs(strength)
    shape = cells_of(Image.frombytes("L", ink.size, cutting.pixels), box)
    return box, shape if strength > 0 else tuple([-cell for cell in shape]), abs(strength)


def _strangers(ink: Image.Image) -> set[int]:
    """The pixels that come in from the sides: a neighbour's overhang, a rule of the table.

    Not where what stands free of the sides is too little to be the character itself.
    """
    wide, high = ink.size
    pixels = ink.tobytes()
    starts = range(0, wide * high, wide)
    edges = [at for start in starts for at in (start, start + wide - 1)]
    edges += [*range(wide), *range(len(pixels) - wide, len(pixels))]  # the lines above and below
    sides = [at for at in edges if pixels[at]]
    if not sides:
        return set()
    outside = _reached(sides, pixels, wide)
    free = len(pixels) - pixels.count(0) - len(outside)
    return outside if free * FREE > len(outside) else set()


def _reached(start: list[int], pixels: bytes, wide: int) -> set[int]:
    """Every inked pixel that hangs together with one of *start*."""
    found, waiting = set(start), list(start)
    while waiting:
        at = waiting.pop()
        column = at % wide
        beside = [at - wide, at + wide]
        if column:
            beside += [at - wide - 1, at - 1, at + wide - 1]
        if column < wide - 1:
            beside += [at - wide + 1, at + 1, at + wide + 1]
        for other in beside:
            if 0 <= other < len(pixels) and pixels[other] and other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _without(cutting: Cutting, strangers: set[int]) -> Cutting:
    """It with paper in their place, their soft edges too."""
    wide, paper = cutting.width, _paper(cutting)
    pixels = bytearray(cutting.pixels)
    for at in strangers:
        for other in (at, at - 1, at + 1, at - wide, at + wide):
            if 0 <= other < len(pixels):
                pixels[other] = paper
    return cutting._replace(pixels=bytes(pixels))


def _without_rules(ink: Image.Image) -> PixelBox | None:
    """The bounds of the ink; lines that run through the cell from side to side cut off."""
    wide, high = ink.size
    pixels = ink.tobytes()
    rows = [pixels[at : at + wide] for at in range(0, len(pixels), wide)]
    ruled = [number for number, row in enumerate(rows) if 0 not in row]
    if not ruled:
        return ink.getbbox()
    top = max((number + 1 for number in ruled if number < high // 2), default=0)
    bottom = min((number for number in ruled if number >= high // 2), default=high)
    box = ink.crop((0, top, wide, bottom)).getbbox()
    return None if box is None else (box[0], top + box[1], box[2], top + box[3])


def _paper(cutting: Cutting) -> int:
    """The grey around: the median of the border."""
    wide, _, pixels = cutting
    border = sorted(pixels[:wide] + pixels[-wide:] + pixels[::wide] + pixels[wide - 1 :: wide])
    return border[len(border) // 2]
