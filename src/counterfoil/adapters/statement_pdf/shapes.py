"""Which sign a drawn shape is: compared with what open fonts draw. No text is asked.

A shape is twelve rows of eight cells, stretched over its own bounds, of mean 0 and
length 1: neither size nor colour counts, nor whether it is dark on light.
"""

from __future__ import annotations

import math
from functools import cache
from operator import mul
from struct import unpack

from PIL import Image

from counterfoil.adapters.statement_pdf.masks import MASKS, USUAL

COLUMNS, ROWS = 8, 12
CELLS = COLUMNS * ROWS
Shape = tuple[float, ...]


def cells_of(image: Image.Image, box: tuple[float, float, float, float]) -> Shape:
    """The shape within *box* of a grey picture; ink is positive where it is darker."""
    small = image.resize((COLUMNS, ROWS), Image.Resampling.BOX, box=box)
    cells = small.tobytes()
    mean = sum(cells) / CELLS
    away = [mean - cell for cell in cells]
    length = math.sqrt(sum(map(mul, away, away))) or 1.0
    return tuple([each / length for each in away])


@cache
def _masks(alphabet: str) -> tuple[tuple[str, tuple[float, ...]], ...]:
    return tuple(
        (sign, tuple(weight / 1000 for weight in unpack(f">{CELLS + 1}h", bytes.fromhex(mask))))
        for sign, mask in MASKS[alphabet].items()
    )


@cache
def _usual(sign: str) -> tuple[tuple[float, ...], ...]:
    return tuple(
        tuple(cell / 100 for cell in unpack(f">{CELLS}b", bytes.fromhex(shape)))
        for shape in USUAL[sign]
    )


def best(shape: Shape, alphabet: str) -> tuple[str, float]:
    """The sign of *alphabet* ("digits", "signs") that *shape* is most like, and by how much.

    The lead over the second is a logit: 3 is twenty to one.
    """
    seen = (*shape, 0.1)
    scores = sorted(
        ((sum(map(mul, mask, seen)), sign) for sign, mask in _masks(alphabet)), reverse=True
    )
    return scores[0][1], scores[0][0] - scores[1][0]


def likeness(shape: Shape, sign: str) -> float:
    """How near *shape* is to a usual look of *sign*: 1 the same, 0 unlike."""
    return float(max(sum(map(mul, shape, usual)) for usual in _usual(sign)))
