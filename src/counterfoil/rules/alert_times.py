"""When an alert may go out, and what the clock on the wall expects. Pure.

Spans and deadlines are wall time; what they become is UTC, and a day with a clock change
is as long as it is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from counterfoil.domain.alerts import Addressing, DeadMan, QueueDeadline, Silence, WallSpan
from counterfoil.rules.due_times import instant_of

_ONE_DAY = timedelta(days=1)


def quiet_until(at: datetime, addressing: Addressing) -> datetime | None:
    """The end (UTC) of the quiet hours that *at* is in; None: it is in none."""
    if addressing.quiet is None:
        return None
    day = at.astimezone(addressing.zone).date()
    for begins in (day - _ONE_DAY, day):
        begin, end = span_of(begins, addressing.quiet, addressing.zone)
        if begin <= at < end:
            return end
    return None


def span_of(day: date, span: WallSpan, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Beginning and end (UTC) of the *span* that begins on *day*."""
    last = day if span.end > span.begin else day + _ONE_DAY
    return (
        instant_of(datetime.combine(day, span.begin), zone),
        instant_of(datetime.combine(last, span.end), zone),
    )


def watched_span(man: DeadMan, now: datetime) -> tuple[datetime, datetime] | None:
    """Beginning, and as much of the end as has come, of the last span; None: none of late.

    One that has ended is looked at for another day, for those who were not there in time.
    """
    today = now.astimezone(man.zone).date()
    for day in (today, today - _ONE_DAY):
        begin, end = span_of(day, man.between, man.zone)
        if begin <= now and not man.calendar.why_closed(day):
            return (begin, min(now, end)) if now < end + _ONE_DAY else None
    return None


def silence(man: DeadMan, span: tuple[datetime, datetime], last: datetime | None) -> Silence | None:
    """The silence in *span*, if it is longer than allowed; *last*: the last event until its end."""
    begin, until = span
    _, end = span_of(begin.astimezone(man.zone).date(), man.between, man.zone)
    allowed = man.silence or end - begin
    if man.silence is None and last is not None and last >= begin:
        return None
    since = begin if last is None else max(begin, last)
    if until - since < allowed:
        return None
    return Silence(man.name, since, until, allowed)


def deadline_today(queue: QueueDeadline, now: datetime) -> tuple[date, datetime] | None:
    """The day, and the instant (UTC) by which its queue has to be keyed; None: it is closed."""
    day = now.astimezone(queue.zone).date()
    if queue.calendar.why_closed(day):
        return None
    return day, instant_of(datetime.combine(day, queue.done_by), queue.zone)


def shown(at: datetime) -> str:
    """An instant for people, UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"
