"""What is expected of a schedule, what became of each time that it was due, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol


class Misfire(StrEnum):
    """What becomes of an occurrence that nobody was there for in time."""

    RUN_ONCE = "run_once"  # however many there are, the last one is run
    RUN_ALL = "run_all"
    SKIP = "skip"
    NOT_AFTER_CUT_OFF = "not_after_cut_off"  # run it, unless its cut-off has passed


class Overlap(StrEnum):
    """What becomes of an occurrence while a run of the same schedule is open."""

    QUEUE = "queue"  # it waits for its turn
    SKIP = "skip"  # it is not needed
    REFUSE = "refuse"  # it must not happen, and a person is told


class Verdict(StrEnum):
    """How an occurrence was judged, once and for ever."""

    FIRED = "FIRED"
    LATE = "LATE"  # fired, later than late_after_seconds
    BY_HAND = "BY_HAND"  # a person had it run now
    SKIPPED = "SKIPPED"  # not run, as the schedule says: paused, coalesced, overlapping
    MISSED = "MISSED"  # nobody was there, and misfire says skip
    REFUSED = "REFUSED"  # it may not run: after the cut-off, or while another run is open


RUNS = frozenset({Verdict.FIRED, Verdict.LATE, Verdict.BY_HAND})


class RunState(StrEnum):
    """What became of the run of an occurrence that fired."""

    WAITING = "WAITING"  # another run of the schedule is open
    QUEUED = "QUEUED"  # the next worker takes it
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    NEEDS_PERSON = "NEEDS_PERSON"  # done, and something waits for a person: exit code 1
    FAILED = "FAILED"  # wrong settings, a crash, its deadline
    NOT_STARTED = "NOT_STARTED"  # its deadline or cut-off passed before a worker took it


OPEN = (RunState.WAITING, RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One time at which a schedule is due.

    Its *key* is what makes it one: the wall time for rules of days, so that a night with
    two half past twos has one of them; the UTC time for steps of elapsed time.
    """

    due_at: datetime  # UTC
    key: str
    day: date  # of the wall it is told by


@dataclass(frozen=True, slots=True)
class Judged:
    """An occurrence and what becomes of it."""

    occurrence: Occurrence
    verdict: Verdict
    why: str  # a sentence; "" for one that fires in time
    run: RunState | None = None  # None: it does not run


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a schedule says about times that are late, many, or overlapping."""

    misfire: Misfire
    overlap: Overlap
    coalesce: bool
    late_after: timedelta
    deadline: timedelta  # from firing to the end of the run
    cut_off: time | None = None  # wall time of the occurrence's day

    def __post_init__(self) -> None:
        if (self.misfire is Misfire.NOT_AFTER_CUT_OFF) != (self.cut_off is not None):
            raise ValueError("cut_off and misfire = 'not_after_cut_off' belong together")
        if self.misfire is Misfire.RUN_ALL and (self.coalesce or self.overlap is not Overlap.QUEUE):
            raise ValueError("misfire = 'run_all' needs overlap = 'queue' and coalesce = false")
        if self.late_after < timedelta(seconds=1) or self.deadline < timedelta(seconds=1):
            raise ValueError("late_after_seconds and deadline_minutes must be above 0")


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day on which the site itself is closed, and why."""

    day: date
    reason: str


class Calendar(Protocol):
    """Which days are business days."""

    def why_closed(self, day: date) -> str:
        """Why *day* is no business day; "": it is one."""
