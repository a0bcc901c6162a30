"""Summaries of accounts with a column for each end: ``Balance on 1 Sep | Balance on 30 Sep``.

Or ``Opening balance | Closing balance``, or ``Opening 1 Sep | Closing 30 Sep``. An account that
is listed so and is nowhere else in the document is missing from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from counterfoil.rules.statements.captions import Words, cells_of, stands_over, text_of
from counterfoil.rules.statements.dates import DateToken, Printed
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import ENDS, Label
from counterfoil.rules.statements.vocabulary import bare_end, label_of

LINES_MAX = 12  # accounts of one summary
_NUMBERED = re.compile(r"\d[\d .-]{4,}\d")


class End(NamedTuple):
    """A number under a balance of the first or the last day of the period, or the word for it."""

    line: Line
    amount: Amount
    label: Label
    words: str
    day: Printed | None


class Caption(NamedTuple):
    """Words over numbers, and the day among them."""

    words: Words
    label: Label
    day: Printed | None


def ends_in_columns(lines: Sequence[Line], ends: Sequence[Printed]) -> Iterator[End]:
    """The two ends of each account that such summaries list.

    Args:
        ends: The last days of the periods that the document prints: balances of other days
            are of other times.
    """
    for line in lines:
        named = both_ends(line)
        captions = named or _dated(line, ends)
        for below in lines[line.index + 1 : line.index + 1 + LINES_MAX] if captions else ():
            pair = [_under(caption, below) for caption in captions]
            if below.row.page != line.row.page or None in pair:
                break
            if named and not _NUMBERED.search(below.label()):
                continue  # what is held, not an account
            for amount, caption in zip(pair, captions, strict=True):
                if amount is not None:
                    yield End(below, amount, caption.label, text_of(caption.words), caption.day)


def account_beside_ends(lines: Sequence[Line]) -> str:
    """The account's number in the only row of such a summary among *lines*; "" for none."""
    rows = [
        one
        for over, one, two in zip(lines, lines[1:], lines[2:], strict=False)
        if both_ends(over) and one.amounts and not two.amounts
    ]
    number = _NUMBERED.search(rows[-1].label()) if rows else None
    return number[0] if number else ""


def both_ends(line: Line) -> list[Caption]:
    """Its two cells that name an opening and a closing balance; none on a line with money."""
    if line.amounts:
        return []
    cells = cells_of(line.row.words)
    named = [(words, _end_of(words, line.dates)) for words in cells]
    found = [
        Caption(words, label, _day_in(words, line.dates))
        for words, label in named
        if label is not None
    ]
    apart = len(line.dates) == sum(each.day is not None for each in found)
    return found if apart and [each.label for each in found] == [*ENDS] else []


def _end_of(words: Words, dates: Sequence[DateToken]) -> Label | None:
    """What the words say that stand before a day: ``Opening balance``, ``Closing 2025-06-30``."""
    left, right = words[0].left, words[-1].right
    begin = min((each.left for each in dates if left <= each.left <= right), default=right)
    said = text_of([word for word in words if word.left < begin])
    label = label_of(said)
    return label if label in ENDS else bare_end(said)


def _dated(line: Line, ends: Sequence[Printed]) -> list[Caption]:
    """Its two cells that name a balance of the first and of the last day; else none."""
    if line.amounts or len(line.dates) != 2:
        return []
    cells = [
        (words, day)
        for words in cells_of(line.row.words)
        if label_of(text_of(words)) is Label.BALANCE
        if (day := _day_in(words, line.dates)) is not None
    ]
    if len(cells) != 2 or not cells[0][1].is_before(cells[1][1]) or cells[1][1] not in ends:
        return []
    return [Caption(words, label, day) for (words, day), label in zip(cells, ENDS, strict=True)]


def _day_in(words: Words, dates: Sequence[DateToken]) -> Printed | None:
    left, right = words[0].left, words[-1].right
    return next((each.printed for each in dates if left <= each.left and each.right <= right), None)


def _under(caption: Caption, line: Line) -> Amount | None:
    """The one number of *line* that stands below *caption*."""
    found = [each for each in line.amounts if stands_over(caption.words, each)]
    return found[0] if len(found) == 1 else None
