"""How many one-digit slips in dates the checks on dates would let pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from counterfoil.rules.statements.dates import Printed
from counterfoil.rules.statements.events import Event

LOOK_BACK = timedelta(days=45)  # a window wider than that holds nothing anyway
WEEKDAYS_FROM = 15  # different days, none at a weekend: by chance one document in 150
SATURDAY = 5


def unnoticed(
    events: Sequence[Event],
    days: Sequence[date],
    value_days: Sequence[date | None],
    period: tuple[date, date] | None,
    gap: int,
) -> int:
    """Per cent of all one-digit slips that order, period and value dates would not show.

    Where no entry is dated at a weekend, one that is would show too: by a lower grade.

    Args:
        days: Of the events, settled; in order of time or not.
        value_days: Empty where some events have none.
        gap: The most days between a booking and its value date.
    """
    slips = passed = 0
    ordered = all(one <= two for one, two in pairwise(days))
    slips = passed = 0
    working = len(set(days)) >= WEEKDAYS_FROM and all(day.weekday() < SATURDAY for day in days)
    for first, last in _printed_once(events):
        printed, day = events[first].date, days[first]
        if printed is None:
            continue
        slips += 9 * _digits(printed)
        start, end = _window(days, first, last, period, ordered=ordered)
        values = [value for value in value_days[first : last + 1] if value is not None]
        for value in values:
            start, end = max(start, value - timedelta(gap)), min(end, value + timedelta(gap))
        passed += sum(
            _one_digit_apart(day, each, printed)
            for each in _between(start, end)
            if not working or each.weekday() < SATURDAY
        )
    return -(-passed * 100 // slips) if slips else 0


def _printed_once(events: Sequence[Event]) -> Iterator[tuple[int, int]]:
    """(first, last) of the entries that share one printed date."""
    first = 0
    for index in range(1, len(events) + 1):
        if index == len(events) or _has_its_own(events[index], events[first]):
            yield first, index - 1
            first = index


def _has_its_own(event: Event, before: Event) -> bool:
    """Whether its date is printed anew; the same text twice is read as the same record."""
    return event.dated or event.anchored or event.date is not before.date


def _window(
    days: Sequence[date],
    first: int,
    last: int,
    period: tuple[date, date] | None,
    *,
    ordered: bool,
) -> tuple[date, date]:
    """The days that some entries could be dated without anybody noticing."""
    start, end = days[first] - LOOK_BACK, days[first] + LOOK_BACK
    if period is not None:
        start, end = max(start, period[0]), min(end, period[1])
    if ordered and first:
        start = max(start, days[first - 1])
    if ordered and last + 1 < len(days):
        end = min(end, days[last + 1])
    return start, end


def _between(first: date, last: date) -> Iterator[date]:
    yield from map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _digits(printed: Printed) -> int:
    """How many digits a date is printed with."""
    year = len(str(printed.numbers[2])) if printed.has_year else 0
    return 2 + (2 if printed.open or not printed.has_year else 0) + year


def _one_digit_apart(one: date, two: date, printed: Printed) -> bool:
    apart = _apart(one.day, two.day) + _apart(one.month, two.month)
    if printed.has_year:
        apart += _apart(one.year, two.year)
    return apart == 1


@cache
def _apart(one: int, two: int) -> int:
    """How many of their digits differ."""
    return sum(a != b for a, b in zip(f"{one:04d}", f"{two:04d}", strict=True))
