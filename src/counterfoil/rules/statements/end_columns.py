"""Summaries of accounts with a column for each end: ``Balance on 1 Sep | Balance on 30 Sep``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from counterfoil.rules.statements.captions import Words, cells_of
from counterfoil.rules.statements.dates import DateToken, Printed
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import ENDS, Label
from counterfoil.rules.statements.vocabulary import label_of

LINES_MAX = 12  # accounts of one summary


class End(NamedTuple):
    """A number under a balance of the first or the last day of the period."""

    line: Line
    amount: Amount
    label: Label
    words: str
    day: Printed


class _Caption(NamedTuple):
    words: Words
    day: Printed


def ends_in_columns(lines: Sequence[Line], ends: Sequence[Printed]) -> Iterator[End]:
    """The two ends of each account that such summaries list.

    Args:
        ends: The last days of the periods that the document prints: balances of other days
            are of other times.
    """
    for line in lines:
        captions = _captions(line)
        if len(captions) != 2 or not captions[0].day.is_before(captions[1].day):
            continue
        if captions[1].day not in ends:
            continue
        for below in lines[line.index + 1 : line.index + 1 + LINES_MAX]:
            pair = [_under(caption, below) for caption in captions]
            if below.row.page != line.row.page or None in pair:
                break
            for amount, caption, label in zip(pair, captions, ENDS, strict=True):
                if amount is not None:
                    text = " ".join(word.text for word in caption.words)
                    yield End(below, amount, label, text, caption.day)


def _captions(line: Line) -> list[_Caption]:
    """Its cells that name a balance and its day; none on a line with money."""
    if line.amounts or len(line.dates) != 2:
        return []
    cells = [(words, _day_in(words, line.dates)) for words in cells_of(line.row.words)]
    return [
        _Caption(words, day)
        for words, day in cells
        if day is not None and label_of(" ".join(word.text for word in words)) is Label.BALANCE
    ]


def _day_in(words: Words, dates: Sequence[DateToken]) -> Printed | None:
    left, right = words[0].left, words[-1].right
    return next((each.printed for each in dates if left <= each.left and each.right <= right), None)


def _under(caption: _Caption, line: Line) -> Amount | None:
    """The one number of *line* that stands below *caption*."""
    left, right = caption.words[0].left, caption.words[-1].right
    found = [each for each in line.amounts if each.left <= right and left <= each.right]
    return found[0] if len(found) == 1 else None
