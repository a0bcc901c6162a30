"""Entries of two lines, the balance under the amount: as apps on a phone print them.

``Coffee Shop          - 83.62``
``30 Mar, 10:12  Balance: 659.95``

Both numbers end at one edge, so no column tells them apart; the word in front of the lower
one does. Such pairs become one line each, the balance in a column of its own to the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.pages import Row
from counterfoil.rules.statements.columns import FAR
from counterfoil.rules.statements.dates import DateToken
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import Label
from counterfoil.rules.statements.vocabulary import label_of

PAIRS_MIN = 3
WORDS_MAX = 3  # in front of the balance, that say it is one
ALIGNED = 150  # hundredths of a point
NEARER = 80  # per cent of the gap below


def unstacked(lines: Sequence[Line]) -> tuple[Line, ...]:
    """*lines*; where entries are such pairs, each as one line."""
    places = range(1, len(lines))
    pairs = {place for place in places if _is_pair(lines[place - 1], lines[place])}
    if len(pairs) < PAIRS_MIN or not all(_hold_together(lines, place) for place in pairs):
        return tuple(lines)
    single = (
        _joined(lines[place - 1], line) if place in pairs else line
        for place, line in enumerate(lines)
        if place + 1 not in pairs
    )
    return tuple(replace(line, index=index) for index, line in enumerate(single))


def _hold_together(lines: Sequence[Line], place: int) -> bool:
    """Whether the lower line stands nearer to the upper one than to the line below it.

    A day with its balance may also stand over the entries of that day.
    """
    if place + 1 == len(lines) or lines[place + 1].row.page != lines[place].row.page:
        return True
    upper, lower, following = (lines[each].row for each in (place - 1, place, place + 1))
    return (lower.top - upper.bottom) * 100 < (following.top - lower.bottom) * NEARER


def _is_pair(upper: Line, lower: Line) -> bool:
    """Whether an amount stands over its balance, and one of the two lines has the day."""
    if len(upper.amounts) != 1 or len(lower.amounts) != 1 or upper.row.page != lower.row.page:
        return False
    one, two = upper.amounts[0], lower.amounts[0]
    if not one.alone or abs(one.right - two.right) > ALIGNED or not upper.label():
        return False
    dated = [line for line in (upper, lower) if line.dates]
    return len(dated) == 1 and _words_of_balance(lower) > 0 and _words_of_balance(upper) == 0


def _words_of_balance(line: Line) -> int:
    """How many words right in front of its amount say that it is a balance."""
    first = line.amounts[0].first
    words = [word.text for word in line.row.words[max(first - WORDS_MAX, 0) : first]]
    for count in range(1, len(words) + 1):
        if label_of(" ".join(words[-count:])) in (Label.BALANCE, Label.DAILY):
            return count
    return 0


def _joined(upper: Line, lower: Line) -> Line:
    """Both as one line: the words of the upper one, then those of the lower."""
    behind = len(upper.row.words)
    balance = lower.amounts[0]
    balance = _far(balance, behind, balance.first - _words_of_balance(lower))
    row = Row(upper.row.page, (*upper.row.words, *lower.row.words))
    dates = (*upper.dates, *(_moved(each, behind) for each in lower.dates))
    return Line(upper.index, row, row.text, dates, (upper.amounts[0], balance))


def _far(balance: Amount, words: int, first: int) -> Amount:
    left = FAR - (balance.right - balance.left)
    return balance._replace(
        first=first + words, last=balance.last + words, left=left, right=FAR, end=FAR, alone=True
    )


def _moved(date: DateToken, words: int) -> DateToken:
    return date._replace(first=date.first + words, last=date.last + words)
