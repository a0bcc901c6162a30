"""Until when a dropped file has to be keyed. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def next_wall_time(after: datetime, wall: time, zone: ZoneInfo) -> datetime:
    """The next *wall* in *zone* that is later than *after*, in UTC.

    One that the clock jumps over is as much later as it jumped; one that comes twice is
    the first.
    """
    day = after.astimezone(zone).date()
    days = (day + timedelta(days=number) for number in range(3))
    found = (datetime.combine(each, wall, tzinfo=zone).astimezone(UTC) for each in days)
    return next(each for each in found if each > after)
