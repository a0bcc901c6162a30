"""Business days: which days a rule means, given what the calendar has closed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from counterfoil.domain.schedules import Calendar
from counterfoil.domain.when import DayRule, Period, Roll

ONE_DAY = timedelta(days=1)
#: A calendar without an open day for so long is wrong, and no loop of ours is endless.
SEARCH_MAX = 366
#: How far rolling and shifting carry a day from its own period: 30 business days at most.
REACH = timedelta(days=120)

_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


def is_open(day: date, calendar: Calendar) -> bool:
    """Whether *day* is a business day."""
    return calendar.why_closed(day) == ""


def next_open(day: date, calendar: Calendar, step: int) -> date:
    """The first business day after *day* (step 1) or before it (step -1)."""
    for distance in range(1, SEARCH_MAX + 1):
        found = day + distance * step * ONE_DAY
        if is_open(found, calendar):
            return found
    raise ValueError(f"the calendar has no business day within a year of {day}")


def rolled(day: date, roll: Roll, calendar: Calendar) -> date:
    """*day*, or where *roll* puts it when it is closed."""
    if roll is Roll.NONE or is_open(day, calendar):
        return day
    if roll is Roll.PRECEDING:
        return next_open(day, calendar, -1)
    found = next_open(day, calendar, 1)
    if roll is Roll.MODIFIED_FOLLOWING and found.month != day.month:
        return next_open(day, calendar, -1)
    return found


def shifted(day: date, count: int, calendar: Calendar) -> date:
    """*count* business days after *day*; negative: before it. A closed day is none of them."""
    for _ in range(abs(count)):
        day = next_open(day, calendar, 1 if count > 0 else -1)
    return day


def days_of(rule: DayRule, first: date, last: date, calendar: Calendar) -> Iterator[date]:
    """The days from *first* to *last*, both inside, that *rule* means; in order, each once."""
    moves = rule.roll is not Roll.NONE or rule.shift != 0
    reach = REACH if moves else timedelta(0)
    anchors = _anchors(rule, first - reach, last + reach, calendar)
    if not moves:
        yield from (day for day in anchors if first <= day <= last)
        return
    moved = {shifted(rolled(day, rule.roll, calendar), rule.shift, calendar) for day in anchors}
    yield from sorted(day for day in moved if first <= day <= last)


def _anchors(rule: DayRule, first: date, last: date, calendar: Calendar) -> Iterator[date]:
    """The days of *rule* before they are rolled and shifted."""
    if rule.period is not None and rule.place is not None:
        yield from _of_periods(rule.period, rule.place, rule.business, first, last, calendar)
        return
    for number in range((last - first).days + 1):
        day = first + number * ONE_DAY
        if day.weekday() in rule.weekdays and (not rule.business or is_open(day, calendar)):
            yield day


def _of_periods(  # noqa: PLR0913 - a rule in its parts
    period: Period, place: int, business: bool, first: date, last: date, calendar: Calendar
) -> Iterator[date]:
    begins = _begin_of(first, period)
    while begins <= last:
        after = _later(begins, _MONTHS[period])
        day = _place_in(begins, after, place, business, calendar)
        if day is not None:
            yield day
        begins = after


def _place_in(
    begins: date, after: date, place: int, business: bool, calendar: Calendar
) -> date | None:
    """The *place*-th day of the period; None: it has fewer business days than that."""
    step = 1 if place > 0 else -1
    day = begins if place > 0 else after - ONE_DAY
    if not business:
        return day + (place - step) * ONE_DAY
    left = abs(place)
    while begins <= day < after:
        left -= is_open(day, calendar)
        if left == 0:
            return day
        day += step * ONE_DAY
    return None


def _begin_of(day: date, period: Period) -> date:
    months = _MONTHS[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _later(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
