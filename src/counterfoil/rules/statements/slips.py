"""How many one-digit slips in dates the checks on dates would let pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from counterfoil.rules.statements.dates import Printed
from counterfoil.rules.statements.events import Event

LOOK_BACK = timedelta(days=45)  # a window wider than that holds nothing anyway


def unnoticed(
    events: Sequence[Event],
    days: Sequence[date],
    value_days: Sequence[date | None],
    period: tuple[date, date] | None,
    gap: int,
) -> int:
    """Per cent of all one-digit slips that order, period and value dates would not show.

    Args:
        days: Of the events, settled; in order of time or not.
        value_days: Empty where some events have none.
        gap: The most days between a booking and its value date.
    """
    slips = passed = 0
    ordered = all(one <= two for one, two in zip(days, days[1:], strict=False))
    for index, (event, day) in enumerate(zip(events, days, strict=True)):
        printed = event.date
        if printed is None or not (event.dated or event.anchored):
            continue  # it shares the date of the line above
        slips += 9 * _digits(printed)
        first, last = _window(days, index, period, ordered=ordered)
        value = value_days[index] if value_days else None
        if value is not None:
            first, last = max(first, value - timedelta(gap)), min(last, value + timedelta(gap))
        passed += sum(_one_digit_apart(day, each, printed) for each in _between(first, last))
    return -(-passed * 100 // slips) if slips else 0


def _window(
    days: Sequence[date], index: int, period: tuple[date, date] | None, *, ordered: bool
) -> tuple[date, date]:
    """The days that one entry could be dated without anybody noticing."""
    first, last = days[index] - LOOK_BACK, days[index] + LOOK_BACK
    if period is not None:
        first, last = max(first, period[0]), min(last, period[1])
    if ordered and index:
        first = max(first, days[index - 1])
    if ordered and index + 1 < len(days):
        last = min(last, days[index + 1])
    return first, last


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
