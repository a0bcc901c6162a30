"""A day that is printed anew for every entry is lent to none: an entry without one has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from counterfoil.rules.statements.events import Event, Kind

DATED_FROM = 9  # tenths of the entries
ENTRIES_FROM = 6


def without_lent_days(events: Sequence[Event], earlier: Sequence[Event]) -> tuple[Event, ...]:
    """*events*; without a day those that only have that of the entry above.

    As they are where a day stands once for many entries, as it may wherever none is printed
    twice, and where the entries above and below have one day.

    Args:
        earlier: The events of the same table on the pages before.
    """
    if not _have_each_their_own([*earlier, *events]):
        return tuple(events)
    return tuple(
        replace(event, date=None) if _is_lent(event, events[place + 1 :]) else event
        for place, event in enumerate(events)
    )


def few_lent(events: Sequence[Event]) -> int:
    """How many of an account's entries have the day of another one, where nearly none has."""
    lent = sum(not event.anchored and event.date is not None for event in events)
    return lent if _are_dated(events) else 0


def _are_dated(entries: Sequence[Event]) -> bool:
    """Whether nearly all have a date of their own."""
    dated = sum(event.anchored for event in entries)
    return len(entries) >= ENTRIES_FROM and dated * 10 >= len(entries) * DATED_FROM


def _have_each_their_own(events: Sequence[Event]) -> bool:
    """Whether nearly all entries are dated, and a day that has not changed is printed again."""
    entries = [event for event in events if event.kind is Kind.ENTRY]
    return _are_dated(entries) and any(
        one.anchored and two.anchored and one.date == two.date
        for one, two in pairwise(entries)
        if one.line.row.page == two.line.row.page
    )


def _is_lent(event: Event, below: Sequence[Event]) -> bool:
    if event.kind is not Kind.ENTRY or event.anchored:
        return False
    following = next((each.date for each in below if each.anchored), None)
    return following is None or following != event.date
