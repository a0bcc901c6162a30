"""What stands on a page: words in rows, with where each of them is. No meaning yet.

All lengths are whole hundredths of a point (1/7200 inch), from the page's top left, as a
person holds the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from counterfoil.domain.statements import Box, Place


class Word(NamedTuple):
    """Characters without a gap between them. A tuple: a year has a hundred thousand.

    ``edges`` has the left edge of every character and, last, the right edge of the word:
    ``len(text) + 1`` numbers. A word can be cut exactly where another column begins.
    """

    text: str
    edges: tuple[int, ...]
    top: int
    bottom: int
    hue: int = 0  # of a number or one symbol: -1 red, +1 green, 0 any other colour

    @property
    def left(self) -> int:
        """The left edge."""
        return self.edges[0]

    @property
    def right(self) -> int:
        """The right edge."""
        return self.edges[-1]

    @property
    def em(self) -> int:
        """The height of its font, near enough: the unit for "a wide gap"."""
        return self.bottom - self.top

    def cut(self, start: int, end: int | None = None) -> Word:
        """The characters from *start* up to *end* as a word of their own."""
        end = len(self.text) if end is None else end
        return Word(
            self.text[start:end], self.edges[start : end + 1], self.top, self.bottom, self.hue
        )


@dataclass(frozen=True)
class Row:
    """Words on one line, from left to right."""

    page: int  # the first page is 1
    words: tuple[Word, ...]

    @cached_property
    def top(self) -> int:
        """The upper edge of the highest word."""
        return min([word.top for word in self.words])

    @cached_property
    def bottom(self) -> int:
        """The lower edge of the lowest word."""
        return max([word.bottom for word in self.words])

    @cached_property
    def text(self) -> str:
        """Its words, one space between them."""
        return " ".join([word.text for word in self.words])

    def box(self) -> Box:
        """Around all its words."""
        return (self.words[0].left, self.top, max([w.edges[-1] for w in self.words]), self.bottom)


@dataclass(frozen=True, slots=True)
class Lie:
    """A word whose text is not what is seen in its place."""

    place: Place
    says: str
    seen: str  # for people: "1,111.00", "nothing for its '7'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as a reader saw it."""

    number: int
    width: int
    height: int
    rows: tuple[Row, ...]  # from top to bottom
    characters: int  # that are seen; hidden ones are not in the rows
    hidden: int = 0  # characters left out: invisible, white on white, off the page, tiny
    askew: int = 0  # left out too: they run another way than the page, as a watermark does
    images: int = 0  # pictures that cover a good part of the page
    turn: int = 0  # degrees clockwise from the page's own right to where its text runs


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPages:
    """A whole document, as one reader saw it."""

    reader: str  # "pdfium", "pdfplumber"
    pages: tuple[Page, ...]
    made_on: str = ""  # the file's own creation date, as it stands there ("D:20250901...")
