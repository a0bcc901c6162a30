"""Titles over stretches of entries that print their sum: ``Purchases and Other Debits  $88.65``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import takewhile

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.vocabulary import section_sign

Money = Mapping[int, Mapping[int, Amount]]  # by line, by column


def titles_with_sums(lines: Sequence[Line], money: Money) -> frozenset[int]:
    """The lines that are such titles; none unless what stands below one of them is its sum.

    A stretch may go on over the page, and its sum then cannot be taken here.
    """
    places = [place for place, line in enumerate(lines) if _may_be_title(line, money)]
    if not any(_sums_up(lines, place, money) for place in places):
        return frozenset()
    return frozenset(lines[place].index for place in places)


def _may_be_title(line: Line, money: Money) -> bool:
    """One number, no date, and words that say which way money went."""
    cells = money.get(line.index, {})
    return len(cells) == 1 and not line.dates and section_sign(line.label()) != 0


def _sums_up(lines: Sequence[Line], place: int, money: Money) -> bool:
    ((column, total),) = money[lines[place].index].items()
    amounts = list(_below(lines[place + 1 :], column, money))
    return len(amounts) > 1 and abs(sum_of(amounts)) == total.value


def _below(lines: Sequence[Line], column: int, money: Money) -> Iterator[Decimal]:
    """The numbers of the dated entries below, as far as the next number without a date."""
    entries = (line for line in lines if line.index in money)
    for line in takewhile(lambda each: bool(each.dates), entries):
        if (amount := money[line.index].get(column)) is not None:
            yield amount.signed
