"""Signs in a column of their own: ``+        $784.58``, as cards of Mexico print them.

They are joined to the numbers that they stand before. A dash alone may stand for nothing at all,
so that only a column in which both signs are counts as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from counterfoil.domain.pages import PrintedPages, Row, Word
from counterfoil.rules.statements.numbers import CELL_GAP, WIDE_GAP

LINED = 120  # hundredths of a point: so near, signs stand under each other
SIGNS = {"+": "+", "＋": "+", "-": "-", "−": "-", "–": "-"}
_NUMBER = re.compile(r"[^\w\s+(-]{0,2}(?:[A-Z]{3}|[A-Z]{1,2}\$)?\d[\d.,']*")


class _Sign(NamedTuple):
    """A sign that stands alone before a number: in which row, and where."""

    row: int
    at: int
    text: str
    middle: int


def with_signs(printed: PrintedPages) -> PrintedPages:
    """*printed* with such signs in one word with their numbers; as it is where there are none."""
    rows = [row for page in printed.pages for row in page.rows]
    found = {(sign.row, sign.at) for column in _columns(_signs(rows)) for sign in column}
    if not found:
        return printed
    numbered = iter(range(len(rows)))
    pages = [
        replace(page, rows=tuple(_joined(row, next(numbered), found) for row in page.rows))
        for page in printed.pages
    ]
    return replace(printed, pages=tuple(pages))


def _signs(rows: Sequence[Row]) -> Iterator[_Sign]:
    for number, row in enumerate(rows):
        for at, (sign, behind) in enumerate(pairwise(row.words)):
            if sign.text not in SIGNS or not _NUMBER.fullmatch(behind.text):
                continue
            em = max(min(sign.em, behind.em), 1)
            apart = (behind.left - sign.right) * 100 > em * CELL_GAP
            before = not at or (sign.left - row.words[at - 1].right) * 100 >= em * WIDE_GAP
            if apart and before:
                yield _Sign(number, at, SIGNS[sign.text], (sign.left + sign.right) // 2)


def _columns(signs: Iterator[_Sign]) -> Iterator[Sequence[_Sign]]:
    """Those that stand under each other, where both signs are among them."""
    column: list[_Sign] = []
    for sign in sorted(signs, key=lambda each: each.middle):
        if column and sign.middle - column[-1].middle > LINED:
            yield from _if_both(column)
            column = []
        column.append(sign)
    yield from _if_both(column)


def _if_both(column: Sequence[_Sign]) -> Iterator[Sequence[_Sign]]:
    if {sign.text for sign in column} == {"+", "-"}:
        yield column


def _joined(row: Row, number: int, found: set[tuple[int, int]]) -> Row:
    words: list[Word] = []
    for at, word in enumerate(row.words):
        if (number, at) in found:
            continue
        sign = row.words[at - 1] if (number, at - 1) in found else None
        words.append(word if sign is None else _one(SIGNS[sign.text], sign, word))
    return Row(row.page, tuple(words))


def _one(text: str, sign: Word, number: Word) -> Word:
    """Both, the sign right before the number, as wide as it is."""
    left = number.left - (sign.right - sign.left)
    top, bottom = min(sign.top, number.top), max(sign.bottom, number.bottom)
    return Word(text + number.text, (left, *number.edges), top, bottom, number.hue)
