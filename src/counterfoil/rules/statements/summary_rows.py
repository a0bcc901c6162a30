"""Summaries in one row under their captions: ``Previous balance | Payments | Purchases | Total``.

The row is an equation: its first number and those between come to its last one. That, and the
words over it, tell that it is no row of a table, and which of its numbers are the ends. It may be
printed as one: ``Previous Balance`` over ``38,241.55 + 31,407.60 = 69,649.15``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise, product
from typing import NamedTuple

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.captions import captions_over, cells_of, stands_over, text_of
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import ENDS, TOTALS, Label
from counterfoil.rules.statements.vocabulary import label_of, section_sign, way_of

NUMBERS_MIN, NUMBERS_MAX = 4, 8  # both ends, and what moved
MOVED_MIN = 2  # that are not nothing: one alone may be the difference of any two
EQUATED_MIN = 3  # numbers of a printed equation
_MINUS = {"-", "\u2212", "\u2013"}
EQUALS = "="  # in front of the last number of one
_OPERATORS = {"+", EQUALS, *_MINUS}
_BEGINS = (Label.OPENING, Label.BALANCE)
_FINISHES = (Label.CLOSING, Label.BALANCE, *TOTALS)


class RowEnd(NamedTuple):
    """An end of an account in such a row."""

    line: Line
    amount: Amount
    label: Label
    words: str


def ends_in_rows(lines: Sequence[Line]) -> Iterator[RowEnd]:
    """The first and the last number of each such row."""
    for line in lines:
        amounts = line.amounts
        if begin := _begin_of_equation(lines[line.index - 1 : line.index], line):
            yield RowEnd(line, amounts[0], Label.OPENING, begin)
            yield RowEnd(line, amounts[-1], Label.CLOSING, EQUALS)
            continue
        if line.dates or not NUMBERS_MIN <= len(amounts) <= NUMBERS_MAX:
            continue
        over = captions_over(lines[max(line.index - 2, 0) : line.index][::-1], line)
        captions = [over.get(each.first, ("", None))[0] for each in amounts]
        if all(captions) and _says_so(captions, amounts) and _adds_up(amounts):
            for label, at in zip(ENDS, (0, -1), strict=True):
                yield RowEnd(line, amounts[at], label, captions[at])


def _begin_of_equation(above: Sequence[Line], line: Line) -> str:
    """The words over the first number of a printed equation that holds; "" where there is none."""
    amounts = line.amounts
    if len(amounts) < EQUATED_MIN or not above or above[0].row.page != line.row.page:
        return ""
    between = [
        {word.text for word in line.row.words[one.last + 1 : two.first]}
        for one, two in pairwise(amounts)
    ]
    if not all(each <= _OPERATORS for each in between) or EQUALS not in between[-1]:
        return ""
    moved = [
        -each.value if each.mark < 0 or not signs.isdisjoint(_MINUS) else each.value
        for each, signs in zip(amounts[1:-1], between, strict=False)
    ]
    if (
        any(EQUALS in each for each in between[:-1])
        or sum_of([amounts[0].value, *moved]) != amounts[-1].value
    ):
        return ""
    first = amounts[0]
    texts = [text_of(cell) for cell in cells_of(above[0].row.words) if stands_over(cell, first)]
    return next((text for text in texts if label_of(text) in _BEGINS), "")


def _says_so(captions: Sequence[str], amounts: Sequence[Amount]) -> bool:
    """Whether both ends are called so, or nothing else and what is between came in and went out."""
    first, last = label_of(captions[0]), label_of(captions[-1])
    if first in _BEGINS and (last in _FINISHES or captions[-1].startswith(EQUALS)):
        return True
    if first not in (None, *_BEGINS) or last not in (None, *_FINISHES):
        return False
    ways = [way_of(each) or section_sign(each) for each in captions[1:-1]]
    moved = sum_of([way * each.value for way, each in zip(ways, amounts[1:-1], strict=True)])
    return {1, -1} == set(ways) and amounts[0].signed + moved == amounts[-1].signed


def _adds_up(amounts: Sequence[Amount]) -> bool:
    """Whether the first and those between come to the last, each in one way or the other."""
    first, *moved, last = (each.value for each in amounts)
    moved = [each for each in moved if each]
    return len(moved) >= MOVED_MIN and any(
        _is(first, zip(signs, moved, strict=True), last)
        for signs in product((1, -1), repeat=len(moved))
    )


def _is(first: Decimal, moved: Iterator[tuple[int, Decimal]], last: Decimal) -> bool:
    return abs(first + sum_of([sign * value for sign, value in moved])) == last
