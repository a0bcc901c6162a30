"""Totals right below the entries that they sum up: ``Total Withdrawals  $1,184.62``.

Where a document prints such totals and they hold, each of them is an equation of its own: one
that does not hold means that a number, or a row, is not what the bank wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.terms import Label
from counterfoil.rules.statements.vocabulary import section_sign
from counterfoil.rules.statements.ways import Use

HOLD_FROM = 2  # so many totals of an account that hold: then all of them have to
_TOTAL = re.compile(
    r"(?:sub ?-?)?(?:tota(?:ls?|le|al)|summe|suma|summa|soma)"
    r"(?: of| for| de| des| du| di| dos?| das?| der| van| av)? "
)


class SectionTotal(NamedTuple):
    """A total, and what stands between it and the one before."""

    event: Event
    value: Decimal  # as printed, without its sign
    rows: Decimal  # what its entries come to, without sign

    alike: bool  # all of them went one way

    @property
    def is_of_section(self) -> bool:
        """Whether its words name the way that its entries went: "Subtotal Withdrawals"."""
        said = folded(self.event.line.label())
        named = self.event.label in (Label.TOTAL_CREDITS, Label.TOTAL_DEBITS)
        return self.alike and (named or section_sign(_TOTAL.sub("", said, count=1)) != 0)

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
            alike = len({amount > 0 for amount in rows}) == 1
            yield SectionTotal(event, values[0], abs(sum_of(rows)), alike)
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
    if hold < len(wrong):
        return ""
    for each in wrong:
        sure = hold >= (1 if each.is_of_section else HOLD_FROM)
        if sure and each.value not in _sums_of_totals(found, each):
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
