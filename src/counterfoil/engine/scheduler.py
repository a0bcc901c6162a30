"""Waking up in time, and the fields of cron. Home of apscheduler.

The ledger decides what is due and what has fired; APScheduler only wakes us for it. Its
jobs live in memory and are made anew at every sweep, so that whatever it forgets, skips
or fires twice costs ten seconds and nothing else. Nothing is left to its defaults, least
of all a grace of one second after which it says nothing and runs nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

SWEEP_SECONDS = 10.0
#: The ledger's clock may be another machine's: what it calls not yet due is tried again.
_NOT_SOONER = timedelta(seconds=0.5)
_A_BIT = timedelta(microseconds=1)

#: Schedule -> when it is due next (UTC).
Dues = Mapping[str, datetime]


def cron_walls(fields: str, first: datetime, last: datetime) -> Iterator[datetime]:
    """The wall times from *first* to *last*, both inside, that five *fields* of cron mean.

    The trigger is asked in UTC, where every wall time exists once; what a real clock on
    the wall does to them is rules/due_times.py's.

    Raises:
        ValueError: The fields are none; the message is APScheduler's.
    """
    minute, hour, day, month, weekday = fields.split()
    trigger = CronTrigger(
        minute=minute,
        hour=hour,
        day=day,
        month=month,
        day_of_week=weekday,
        second=0,
        timezone=UTC,
        end_date=last.replace(tzinfo=UTC),
        jitter=None,
    )
    at: datetime | None = trigger.get_next_fire_time(None, first.replace(tzinfo=UTC))
    while at is not None and at.replace(tzinfo=None) <= last:
        yield at.replace(tzinfo=None)
        at = trigger.get_next_fire_time(at, at + _A_BIT)


class Waker:
    """Calls *wake* when a schedule is due, and *sweep* every ten seconds whatever happens.

    Args:
        sweep: Looks at everything; answers when each schedule is due next.
        wake: Looks at one schedule; answers when it is due next, or None.
    """

    def __init__(
        self,
        sweep: Callable[[], Dues],
        wake: Callable[[str], datetime | None],
        *,
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        self._sweep = sweep
        self._wake = wake
        self._sweep_seconds = sweep_seconds
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def run(self, stop: threading.Event) -> None:
        """Until *stop* is set. What *sweep* raises ends it; what *wake* raises is swept up.

        The sweep goes by a clock that nobody can put back.
        """
        self._scheduler.start()
        try:
            while not stop.is_set():
                self._plan(self._sweep())
                stop.wait(self._sweep_seconds)
        finally:
            self._scheduler.shutdown(wait=True)

    def _plan(self, dues: Dues) -> None:
        for job in self._scheduler.get_jobs():
            if job.id not in dues:
                self._scheduler.remove_job(job.id)
        for name, due_at in dues.items():
            self._plan_one(name, due_at)

    def _plan_one(self, name: str, due_at: datetime) -> None:
        run_date = max(due_at, datetime.now(UTC) + _NOT_SOONER)
        self._scheduler.add_job(
            self._woken,
            DateTrigger(run_date=run_date, timezone=UTC),
            args=(name,),
            id=name,
            replace_existing=True,
        )

    def _woken(self, name: str) -> None:
        due_at = self._wake(name)
        if due_at is not None:
            self._plan_one(name, due_at)
