"""Totals right below the entries that they sum up: ``Total Withdrawals  $1,184.62``.

Where a document prints such totals and they hold, each of them is an equation of its own: one
that does not hold means that a number, or a row, is not what the bank wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.ways import Use

HOLD_FROM = 2  # totals of a document that hold: then all of them have to


class SectionTotal(NamedTuple):
    """A total, and what stands between it and the one before."""

    event: Event
    value: Decimal  # as printed, without its sign
    rows: Decimal  # what its entries come to, without sign

    @property
    def holds(self) -> bool:
        """Whether it is the sum of its entries."""
        return self.value == self.rows


def section_totals(chain: Chain) -> Iterator[SectionTotal]:
    """The totals of one number that follow entries, each with the sum of those above it."""
    entries = {entry.event.line.index: entry.amount for entry in chain.entries}
    start = -1
    for event in sorted(chain.totals, key=lambda each: each.line.index):
        end = event.line.index
        rows = [amount for line, amount in entries.items() if start < line < end]
        values = list(_values(chain, event))
        if rows and len(values) == 1 and not event.dated:
            yield SectionTotal(event, values[0], abs(sum_of(rows)))
        start = end


def _values(chain: Chain, event: Event) -> Iterator[Decimal]:
    uses = chain.hypothesis.use_of(event)
    for index, amount in event.cells.items():
        if uses[index] is not Use.NOTHING:
            yield amount.value


def section_total_contradicts(chain: Chain, sums: Sequence[Decimal]) -> str:
    """The first such total that does not hold, where others do; "" where there is none.

    Args:
        sums: What else a total may come to.
    """
    found = list(section_totals(chain))
    hold = sum(each.holds and each.value > 0 for each in found)
    wrong = [each for each in found if not each.holds and each.value not in sums]
    if hold < HOLD_FROM or len(wrong) >= hold:
        return ""
    for each in wrong:
        if each.value not in _sums_of_totals(found, each):
            line = each.event.line
            return (
                f"page {line.row.page}: {line.text[:60]}: the rows above it come to {each.rows:,}"
            )
    return ""


def _sums_of_totals(found: Sequence[SectionTotal], last: SectionTotal) -> Iterator[Decimal]:
    """What the total and those before it come to, one more and one more."""
    before = found[: found.index(last) + 1]
    for count in range(2, len(before) + 1):
        yield sum_of([each.rows for each in before[-count:]])
