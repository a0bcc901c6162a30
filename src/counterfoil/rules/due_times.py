"""When a schedule is due between two instants. Pure: rule, zone and calendar in, times out.

A wall time that comes twice (the clock is put back) is due the first time. One that does
not exist (the clock is put forward) is due as much later as the clock jumped, like in
every calendar program; if the schedule is due at that very moment anyway, it is one.
Instants are compared in UTC only: two times of one zone compare without their fold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from counterfoil.domain.schedules import Calendar, Occurrence
from counterfoil.domain.when import After, Cron, Every, OnDays, When, Window
from counterfoil.rules.business_days import ONE_DAY, REACH, days_of, is_open, rolled

#: Fields of cron, first and last wall time (both inside) -> the wall times between.
CronWalls = Callable[[str, datetime, datetime], Iterable[datetime]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: No clock jumps further: Samoa left out a day.
_JUMP_MAX = timedelta(hours=25)
#: Nobody waits longer for the next time: the rarest rule is once a year, rolled.
HORIZON = timedelta(days=800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """All that due times depend on."""

    when: When
    zone: ZoneInfo
    calendar: Calendar
    cron_walls: CronWalls


def occurrences(rule: Rule, after: datetime, until: datetime) -> list[Occurrence]:
    """What is due later than *after* and not later than *until* (UTC), in order."""
    if until <= after or isinstance(rule.when, After):
        return []
    if isinstance(rule.when, Every):
        return list(_every(rule.when.step, rule.zone, after, until))
    if isinstance(rule.when, Window):
        return sorted(_in_windows(rule.when, rule, after, until))
    found = (_at_wall(wall, rule.zone) for wall in _walls(rule, after, until))
    return _one_each([each for each in found if after < each.due_at <= until], rule.zone)


def stretch(when: When) -> timedelta:
    """A time in which a schedule is due some hundred times at most."""
    if isinstance(when, Every):
        return 400 * when.step
    if isinstance(when, Window):
        return max(min(400 * when.step, timedelta(days=31)), timedelta(hours=1))
    return timedelta(hours=6) if isinstance(when, Cron) else timedelta(days=31)


def next_due(rule: Rule, after: datetime, *, until: datetime | None = None) -> Occurrence | None:
    """The first occurrence later than *after*; None: there is none by *until*."""
    last = after + HORIZON if until is None else until
    length = stretch(rule.when)
    begins = after
    while begins < last and not isinstance(rule.when, After):
        ends = min(begins + length, last)
        if found := occurrences(rule, begins, ends):
            return found[0]
        begins, length = ends, min(2 * length, timedelta(days=400))
    return None


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall time: the first of two; moved on by the jump if it is none."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _at_wall(wall: datetime, zone: ZoneInfo) -> Occurrence:
    return Occurrence(instant_of(wall, zone), wall.isoformat(timespec="minutes"), wall.date())


def at_instant(due_at: datetime, zone: ZoneInfo) -> Occurrence:
    """An occurrence that its UTC time names."""
    shown = f"{due_at:%Y-%m-%dT%H:%M:%S}" if due_at.second else f"{due_at:%Y-%m-%dT%H:%M}"
    return Occurrence(due_at, f"{shown}Z", due_at.astimezone(zone).date())


def _every(
    step: timedelta, zone: ZoneInfo, after: datetime, until: datetime
) -> Iterator[Occurrence]:
    """Counted from the epoch: every process means the same instants."""
    number = (after - _EPOCH) // step + 1
    while (due_at := _EPOCH + number * step) <= until:
        yield at_instant(due_at, zone)
        number += 1


def _in_windows(when: Window, rule: Rule, after: datetime, until: datetime) -> Iterator[Occurrence]:
    low, high = _wall_range(rule.zone, after, until)
    overnight = when.ends <= when.begins
    for day in days_of(when.days, low.date() - ONE_DAY, high.date(), rule.calendar):
        begins = instant_of(datetime.combine(day, when.begins), rule.zone)
        last = day + ONE_DAY if overnight else day
        ends = instant_of(datetime.combine(last, when.ends), rule.zone)
        number = max(0, -((begins - after) // when.step))
        while (due_at := begins + number * when.step) <= min(ends, until):
            if due_at > after:
                yield at_instant(due_at, rule.zone)
            number += 1


def _walls(rule: Rule, after: datetime, until: datetime) -> Iterator[datetime]:
    """Every wall time that may be due between the two, and a few more."""
    low, high = _wall_range(rule.zone, after, until)
    if isinstance(rule.when, Cron):
        yield from _cron_walls(rule, rule.when, low, high)
        return
    assert isinstance(rule.when, OnDays)
    for day in days_of(rule.when.days, low.date(), high.date(), rule.calendar):
        for moment in rule.when.times:
            yield datetime.combine(day, moment)


def _cron_walls(rule: Rule, when: Cron, low: datetime, high: datetime) -> Iterator[datetime]:
    reach = REACH if when.roll else timedelta(0)
    for wall in rule.cron_walls(when.fields, low - reach, high + reach):
        if when.business and not is_open(wall.date(), rule.calendar):
            continue
        day = rolled(wall.date(), when.roll, rule.calendar)
        yield datetime.combine(day, wall.time())


def _wall_range(zone: ZoneInfo, after: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The first and the last wall time that can be meant, whichever way the clock was put."""
    low = min(_wall(zone, after, at) for at in (after, after - _JUMP_MAX))
    high = max(_wall(zone, until, at) for at in (until, until - _JUMP_MAX))
    return low, high


def _wall(zone: ZoneInfo, instant: datetime, offset_at: datetime) -> datetime:
    offset = offset_at.astimezone(zone).utcoffset()
    assert offset is not None
    return instant.replace(tzinfo=None) + offset


def _one_each(found: list[Occurrence], zone: ZoneInfo) -> list[Occurrence]:
    """One of those that are due at the same instant: the one whose wall time exists."""
    by_instant: dict[datetime, Occurrence] = {}
    for each in sorted(found):
        other = by_instant.get(each.due_at)
        if other is None or _exists(each, zone):
            by_instant[each.due_at] = each
    return list(by_instant.values())


def _exists(each: Occurrence, zone: ZoneInfo) -> bool:
    return f"{each.due_at.astimezone(zone):%Y-%m-%dT%H:%M}" == each.key


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which *day* begins on that wall."""
    return instant_of(datetime.combine(day, datetime.min.time()), zone)
