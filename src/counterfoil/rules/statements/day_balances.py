"""A balance of a day under the entries of that day, which have no date of their own."""

from __future__ import annotations

from bisect import bisect_left

from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.terms import Label

_OF_A_DAY = {Label.BALANCE, Label.DAILY}


def of_another_day(chain: Chain) -> Event | None:
    """The first balance that prints another day than its entries have from their heading.

    Its entries stand above it or, in another print, below. Where the heading of a day is
    missing, neither holds: its entries would be booked on the day before.
    """
    entries = {entry.event.line.index: entry.event for entry in chain.entries}
    places = sorted(entries)
    odd: tuple[list[Event], list[Event]] = [], []
    for event in sorted(chain.labels, key=lambda each: each.line.index):
        if event.label not in _OF_A_DAY or len(event.line.dates) != 1:
            continue
        below = bisect_left(places, event.line.index)
        for found, beside in zip(odd, (places[:below][-1:], places[below:][:1]), strict=True):
            if any(_differ(entries[place], event) for place in beside):
                found.append(event)
    return odd[0][0] if all(odd) else None


def _differ(entry: Event, balance: Event) -> bool:
    """Whether *entry*, without a date of its own, has another day than *balance* prints."""
    if entry.anchored or entry.date is None:
        return False
    return entry.date.numbers[:2] != balance.line.dates[0].printed.numbers[:2]
