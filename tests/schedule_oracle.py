"""When a schedule is due, told another way: a walk through every quarter of an hour, and numpy.

It shares nothing with rules/due_times.py but zoneinfo's offsets: no fold, no conversion of a
wall time, no arithmetic of business days. What no clock on that wall ever shows (the clock
was put forward) is due as long after the jump as it lies behind its begin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import numpy as np

STEP = 15 * 60  # seconds: every offset of the last decades is a multiple of it
DAY = 86_400
_EPOCH = date(1970, 1, 1)

NumpyRoll = Literal["forward", "modifiedfollowing", "backward"]


@dataclass(slots=True)
class Walls:
    """What the clock on one wall showed, second of the epoch -> second of the wall."""

    first_at: dict[int, int] = field(default_factory=dict)  # wall -> the first instant
    jumps: list[tuple[int, int, int]] = field(default_factory=list)  # gap from, to; at instant
    offsets: list[tuple[int, int]] = field(default_factory=list)  # instant -> offset from there

    def instant(self, wall: int) -> int:
        """When *wall* is due."""
        if wall in self.first_at:
            return self.first_at[wall]
        (at,) = (at + wall - begin for begin, end, at in self.jumps if begin <= wall < end)
        return at


def walk(zone: ZoneInfo, first: date, last: date) -> Walls:
    """Look at the clock every quarter of an hour from *first* to *last*."""
    walls = Walls()
    before: int | None = None
    for instant in range(_seconds(first) - 2 * DAY, _seconds(last) + 2 * DAY, STEP):
        shown = datetime.fromtimestamp(instant, zone)
        offset = int((shown.utcoffset() or timedelta()).total_seconds())
        wall = instant + offset
        if before is not None and wall > before + STEP:
            walls.jumps.append((before + STEP, wall, instant))
        if before is None or wall != before + STEP:
            walls.offsets.append((instant, offset))
        walls.first_at.setdefault(wall, instant)
        before = wall
    return walls


def due(walls: Walls, days: Iterable[date], minutes: Iterable[int]) -> list[tuple[str, int]]:
    """(key, instant) of these minutes of these days; one of those that are due at once."""
    times = sorted(minutes)
    by_instant: dict[int, int] = {}
    for day in days:
        for minute in times:
            wall = _seconds(day) + 60 * minute
            instant = walls.instant(wall)
            if instant not in by_instant or wall in walls.first_at:
                by_instant[instant] = wall
    return [(_key(wall), instant) for instant, wall in sorted(by_instant.items())]


def zones_that_change(first: date, last: date) -> Iterator[tuple[list[str], Walls]]:
    """Every zone of the time zone data whose offset changes in between, aliases together."""
    weeks = range(_seconds(first), _seconds(last), 7 * DAY)
    same: dict[bytes, list[str]] = {}
    for name in sorted(available_timezones() - {"localtime", "Factory"}):
        same.setdefault(_rules_of(name), []).append(name)
    for names in same.values():
        zone = ZoneInfo(names[0])
        if len({datetime.fromtimestamp(each, zone).utcoffset() for each in weeks}) > 1:
            yield names, walk(zone, first, last)


def _rules_of(name: str) -> bytes:
    """Its file: two names of one zone have the same."""
    for folder in map(Path, TZPATH):
        if (folder / name).is_file():
            return (folder / name).read_bytes()
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def business_days(closed: Iterable[date], weekmask: str, first: date, last: date) -> list[date]:
    """By numpy."""
    span = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    holidays = np.array(sorted(closed), dtype="datetime64[D]")
    return [_date(each) for each in span[np.is_busday(span, weekmask, holidays)]]


@dataclass(frozen=True)
class Book:
    """numpy's arithmetic of business days for one calendar."""

    closed: frozenset[date]
    weekmask: str = "1111100"

    def rolled(self, day: date, roll: NumpyRoll) -> date:
        """*roll* in numpy's words: forward, modifiedfollowing, backward."""
        return self._offset(day, 0, roll)

    def shifted(self, day: date, count: int) -> date:
        """*count* business days on, or back."""
        return self._offset(day, count, "backward" if count > 0 else "forward")

    def _offset(self, day: date, count: int, roll: NumpyRoll) -> date:
        found = np.busday_offset(np.datetime64(day), count, roll=roll, busdaycal=self._calendar)
        return _date(found)

    @cached_property
    def _calendar(self) -> np.busdaycalendar:
        holidays = np.array(sorted(self.closed), dtype="datetime64[D]")
        return np.busdaycalendar(self.weekmask, holidays)


def _date(value: np.datetime64) -> date:
    return date.fromisoformat(str(value))


def _seconds(day: date) -> int:
    return (day - _EPOCH).days * DAY


@cache
def _key(wall: int) -> str:
    shown = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=wall)
    return f"{shown:%Y-%m-%dT%H:%M}"
