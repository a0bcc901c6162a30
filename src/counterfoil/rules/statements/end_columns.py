"""Summaries of accounts with a column for each end: ``Balance on 1 Sep | Balance on 30 Sep``.

Or ``Opening balance | Closing balance``. An account that is listed so and is nowhere else in the
document is missing from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from counterfoil.rules.statements.captions import Words, cells_of
from counterfoil.rules.statements.dates import DateToken, Printed
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import ENDS, Label
from counterfoil.rules.statements.vocabulary import label_of

LINES_MAX = 12  # accounts of one summary
_NUMBERED = re.compile(r"\d[\d .-]{4,}\d")


class End(NamedTuple):
    """A number under a balance of the first or the last day of the period, or the word for it."""

    line: Line
    amount: Amount
    label: Label
    words: str
    day: Printed | None


class _Caption(NamedTuple):
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
        named = _named(line)
        captions = named or _dated(line, ends)
        for below in lines[line.index + 1 : line.index + 1 + LINES_MAX] if captions else ():
            pair = [_under(caption, below) for caption in captions]
            if below.row.page != line.row.page or None in pair:
                break
            if named and not _NUMBERED.search(below.label()):
                continue  # what is held, not an account
            for amount, caption in zip(pair, captions, strict=True):
                if amount is not None:
                    yield End(below, amount, caption.label, _text(caption.words), caption.day)


def _named(line: Line) -> list[_Caption]:
    """Its two cells that name an opening and a closing balance; none on a line with money."""
    if line.amounts or line.dates:
        return []
    cells = [(words, label_of(_text(words))) for words in cells_of(line.row.words)]
    found = [_Caption(words, label, None) for words, label in cells if label in ENDS]
    return found if [each.label for each in found] == [*ENDS] else []


def _dated(line: Line, ends: Sequence[Printed]) -> list[_Caption]:
    """Its two cells that name a balance of the first and of the last day; else none."""
    if line.amounts or len(line.dates) != 2:
        return []
    cells = [
        (words, day)
        for words in cells_of(line.row.words)
        if label_of(_text(words)) is Label.BALANCE
        if (day := _day_in(words, line.dates)) is not None
    ]
    if len(cells) != 2 or not cells[0][1].is_before(cells[1][1]) or cells[1][1] not in ends:
        return []
    return [_Caption(words, label, day) for (words, day), label in zip(cells, ENDS, strict=True)]


def _text(words: Words) -> str:
    return " ".join(word.text for word in words)


def _day_in(words: Words, dates: Sequence[DateToken]) -> Printed | None:
    left, right = words[0].left, words[-1].right
    return next((each.printed for each in dates if left <= each.left and each.right <= right), None)


def _under(caption: _Caption, line: Line) -> Amount | None:
    """The one number of *line* that stands below *caption*."""
    left, right = caption.words[0].left, caption.words[-1].right
    found = [each for each in line.amounts if each.left <= right and left <= each.right]
    return found[0] if len(found) == 1 else None
