"""The ink of one character: cut out of the picture of its page, and remembered by its pixels.

A font draws the same character in the same pixels again and again, so nearly every
character of a statement has been looked at before: only its first drawing is measured.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from PIL import Image

from counterfoil.adapters.statement_pdf.rendered import PixelBox
from counterfoil.adapters.statement_pdf.shapes import Shape, cells_of

CONTRAST = 24  # of 255: what differs less from the paper around it is not seen
KEPT = 20_000  # cuttings that are remembered


class Mark(NamedTuple):
    """What is drawn in one character's cell. Pixels from the picture's top left."""

    left: int
    top: int
    right: int
    bottom: int
    shape: Shape

    @property
    def width(self) -> int:
        """Of its ink."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Of its ink."""
        return self.bottom - self.top


def mark_in(image: Image.Image, box: PixelBox, *, ruled: bool = True) -> Mark | None:
    """The ink within *box*; None where nothing is seen.

    Args:
        ruled: A line from side to side is a rule of the table, and is left out.
    """
    cut = image.crop(box)
    found = _measured(cut.size, cut.tobytes(), ruled)
    if found is None:
        return None
    (left, top, right, bottom), shape = found
    return Mark(box[0] + left, box[1] + top, box[0] + right, box[1] + bottom, shape)


def inked(image: Image.Image) -> tuple[Image.Image, bool] | None:
    """Where *image* differs from its paper (255, else 0), and whether the paper is dark."""
    pixels = image.tobytes()
    paper = _paper(image.width, pixels)
    darker, lighter = paper - min(pixels), max(pixels) - paper
    reach = max(darker, lighter)
    if reach < CONTRAST:
        return None
    table = [255 * (abs(grey - paper) * 2 > reach) for grey in range(256)]
    return image.point(table), lighter > darker


@lru_cache(maxsize=KEPT)
def _measured(
    size: tuple[int, int], pixels: bytes, ruled: bool
) -> tuple[PixelBox, Shape] | None:
    image = Image.frombytes("L", size, pixels)
    ink = inked(image)
    if ink is None:
        return None
    found, dark = ink
    box = _without_rules(found) if ruled else found.getbbox()
    if box is None:
        return None
    shape = cells_of(image, box)
    return box, tuple([-cell for cell in shape]) if dark else shape


def _without_rules(ink: Image.Image) -> PixelBox | None:
    """The bounds of the ink; lines that run through the cell from side to side cut off."""
    wide, high = ink.size
    pixels = ink.tobytes()
    rows = [pixels[at : at + wide] for at in range(0, len(pixels), wide)]
    ruled = [number for number, row in enumerate(rows) if 0 not in row]
    top = max((number + 1 for number in ruled if number < high // 2), default=0)
    bottom = min((number for number in ruled if number >= high // 2), default=high)
    box = ink.crop((0, top, wide, bottom)).getbbox()
    return None if box is None else (box[0], top + box[1], box[2], top + box[3])


def _paper(wide: int, pixels: bytes) -> int:
    """The grey around: the median of the border."""
    border = sorted(pixels[:wide] + pixels[-wide:] + pixels[::wide] + pixels[wide - 1 :: wide])
    return border[len(border) // 2]
