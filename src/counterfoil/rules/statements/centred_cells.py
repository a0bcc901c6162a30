"""Rows of a table in which one cell has two lines and the others stand at their middle.

::

    BBPS PAYMENT RECEIVED REF
    18/10/2024                          1,243.10
    7711820034

What stands at the middle belongs with the first line, and is joined to it: then the entry begins
with its date and its text, and goes on below, as everywhere else. In the same tables a number may
stand a little above the only line of the other cells::

                                        788.16
    01.06.2023    Cash paid in
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from counterfoil.domain.pages import PrintedPages, Row, Word

_MONEY = re.compile(r"(?<![\d.,])\d[\d.,']*[.,]\d\d(?![\d.,])")  # and no date
_ONE = r"[-+\u2212]? ?(?:\d{1,3}(?:[.' ]\d{3}|,\d{2,3})+|\d+)[.,]\d\d ?[-+\u2212]?"
_NUMBERS = re.compile(f"{_ONE}(?: {_ONE})*")  # and no date before it
RAISED_FROM = 3  # such rows of a document make it a manner of printing
OFF = 15  # hundredths of the height: how far from the middle of the two lines
APART = 60  # and how far the middle is from either line at least, so that nothing is set twice


def with_centred_cells(printed: PrintedPages) -> PrintedPages:
    """*printed* with what stands at the middle of two lines in the first of them."""
    pages = [(page, [*_joined(page.rows)]) for page in printed.pages]
    raised = [_raised(rows) for _, rows in pages]
    manner = sum(map(len, raised)) >= RAISED_FROM
    lowered = tuple(
        replace(page, rows=tuple(_lowered(rows, places if manner else ())))
        for (page, rows), places in zip(pages, raised, strict=True)
    )
    return replace(printed, pages=lowered)


def _raised(rows: Sequence[Row]) -> list[int]:
    """Where a number is set a little above its line, and away from what is above and below."""
    return [
        place
        for place in range(len(rows) - 1)
        if _is_raised(rows[place], rows[place + 1])
        and not (place and _is_near(rows[place - 1], rows[place]))
        and not (place + 2 < len(rows) and _is_near(rows[place + 1], rows[place + 2]))
    ]


def _lowered(rows: Sequence[Row], raised: Sequence[int]) -> list[Row]:
    """*rows*; the *raised* ones stand in those below them."""
    if not raised:
        return [*rows]
    above = {place + 1: rows[place].words for place in raised}
    left = (place for place in range(len(rows)) if place not in raised)
    return [_with(rows[place], above.get(place, ())) for place in left]


def _with(row: Row, others: Sequence[Word]) -> Row:
    return Row(row.page, tuple(sorted([*others, *row.words], key=lambda word: word.left)))


def _is_raised(upper: Row, lower: Row) -> bool:
    """Whether *upper* is the number of *lower*, which begins where it ends."""
    if not _NUMBERS.fullmatch(upper.text) or _MONEY.search(lower.text) or not _has_digit(lower):
        return False
    touches = abs(lower.top - upper.bottom) * 3 < upper.words[0].em
    return touches and _height(lower) > upper.bottom and not _collide(upper, lower)


def _is_near(one: Row, two: Row) -> bool:
    """Whether *two* is less than a line below *one*."""
    return two.top - one.bottom < two.words[0].em


def _joined(rows: Sequence[Row]) -> Iterator[Row]:
    index = 0
    joined = -3  # the last row to which another was joined, two above the lower one
    while index < len(rows):
        triple = rows[index : index + 3]
        if len(triple) == 3 and _is_centred(*triple) and index > joined + 2:
            upper, middle = rows[index : index + 2]
            yield _with(upper, middle.words)
            joined, index = index, index + 2
        else:
            yield rows[index]
            index += 1


def _is_centred(upper: Row, middle: Row, lower: Row) -> bool:
    """Whether *upper* and *lower* are a cell's lines, and *middle* is what stands beside them."""
    if middle.top >= upper.bottom or lower.top >= middle.bottom:
        return False
    if sum(_MONEY.search(row.text) is not None for row in (upper, middle, lower)) > 1:
        return False  # rows of their own, or a box beside them
    cells = len(middle.words) > 1 or _has_digit(upper) or _has_digit(lower)
    if not _has_digit(middle) or not cells:
        return False  # a heading, or a number whose words are broken over the two lines
    em = upper.words[0].em
    off = abs(2 * _height(middle) - _height(upper) - _height(lower)) * 50
    apart = (_height(lower) - _height(upper)) * 100
    if off > em * OFF or not em * APART <= apart or _collide(upper, middle):
        return False
    return _collide(upper, lower) and not _collide(middle, lower)


def _has_digit(row: Row) -> bool:
    return any(letter.isdecimal() for letter in row.text)


def _height(row: Row) -> int:
    """Where it stands: the middle of its first word."""
    return (row.words[0].top + row.words[0].bottom) // 2


def _collide(one: Row, two: Row) -> bool:
    """Whether a word of one stands over or below a word of the other."""
    pairs = product(one.words, two.words)
    return any(a.left < b.right and b.left < a.right for a, b in pairs)
