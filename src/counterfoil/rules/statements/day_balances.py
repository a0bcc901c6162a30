"""A balance of a day under the entries of that day, which have no date of their own."""

from __future__ import annotations

from bisect import bisect_left

from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.terms import Label

_OF_A_DAY = {Label.BALANCE, Label.DAILY}


def of_another_day(chain: Chain) -> Event | None:
    """The first balance that prints another day than the entry above it has from its heading.

    Where the heading of a day is missing, its entries would be booked on the day before.
    """
    entries = {entry.event.line.index: entry.event for entry in chain.entries}
    places = sorted(entries)
    for event in sorted(chain.labels, key=lambda each: each.line.index):
        above = bisect_left(places, event.line.index)
        if event.label not in _OF_A_DAY or len(event.line.dates) != 1 or not above:
            continue
        entry = entries[places[above - 1]]
        printed = event.line.dates[0].printed
        if entry.dated or entry.date is None or entry.anchored:
            continue
        if entry.date.numbers[:2] != printed.numbers[:2]:
            return event
    return None
