"""Colours, shapes and words of the pictures: one place, so that all pictures look alike."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from counterfoil.domain.page_marks import MarkKind

Colour = tuple[int, int, int]

PAPER: Colour = (255, 255, 255)

#: After Okabe and Ito: told apart with any kind of colour vision; the shapes tell them too.
COLOURS: dict[MarkKind, Colour] = {
    MarkKind.COLUMN: (86, 180, 233),
    MarkKind.ENTRY: (70, 90, 120),
    MarkKind.HOLDS: (0, 120, 85),
    MarkKind.FAILS: (190, 20, 20),
    MarkKind.UNREAD: (200, 110, 0),
}

#: No band is red, green or amber: those say what holds.
BANDS: dict[str, Colour] = {
    "Booking date": (60, 120, 190),
    "Value date": (90, 160, 200),
    "Description": (130, 130, 130),
    "Reference": (150, 130, 110),
    "Debit": (170, 70, 140),
    "Credit": (0, 115, 178),
    "Amount": (120, 60, 170),
    "Balance": (90, 80, 200),
    "Unknown": (150, 150, 60),
    "Not used": (165, 165, 165),
}


class Shape(NamedTuple):
    """How a box is drawn."""

    width: int  # pixels
    pad: int
    dashed: bool
    sign: bool


SHAPES: dict[MarkKind, Shape] = {
    MarkKind.ENTRY: Shape(1, 2, dashed=False, sign=False),
    MarkKind.HOLDS: Shape(2, 3, dashed=False, sign=True),
    MarkKind.FAILS: Shape(4, 4, dashed=False, sign=True),
    MarkKind.UNREAD: Shape(2, 2, dashed=True, sign=True),
}

LEGEND: tuple[tuple[MarkKind, str], ...] = (
    (MarkKind.COLUMN, "column, by its role"),
    (MarkKind.ENTRY, "entry that was read"),
    (MarkKind.HOLDS, "balance or total that holds"),
    (MarkKind.FAILS, "does not hold"),
    (MarkKind.UNREAD, "row that is in no reading"),
)


def bare_of(character: str) -> str:
    """A letter without its accent or, where that is no Latin letter, a raised dot."""
    bare = unicodedata.normalize("NFKD", character)[:1]
    return bare if bare.isascii() and bare.isprintable() else "·"
