"""What somebody has to be told, of what is known about it, and what became of the telling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from counterfoil.domain.schedules import Calendar


class AlertKind(StrEnum):
    """What is wrong. The words stand in config.toml and in the record: never renamed."""

    RUN_FAILED = "run_failed"  # of a schedule
    RUN_MISSED = "run_missed"  # an occurrence that did not run, or that nobody looked for
    RUN_WAITS = "run_waits"  # it fired, and no worker takes it
    ITEM_IN_DOUBT = "item_in_doubt"  # longer than an enquiry takes to clear it
    ITEM_ON_HOLD = "item_on_hold"  # ON_HOLD or FAILED: a person decides
    QUEUE_AT_RISK = "queue_at_risk"  # will not be keyed by its deadline, at the measured pace
    CIRCUIT_OPEN = "circuit_open"  # a system is paused after so many failures
    SYSTEM_FROZEN = "system_frozen"  # the alarm of docs/KEYING.md
    LOGIN_STOPPED = "login_stopped"  # a sign-on was refused: no second try
    WITNESS_SILENT = "witness_silent"  # the audit log's witness hears nothing, or is away
    NOTHING_HAPPENED = "nothing_happened"  # the dead man's switch


#: They pass quiet hours and wait for no digest, unless config.toml says otherwise.
CRITICAL = frozenset(
    {
        AlertKind.RUN_MISSED,
        AlertKind.QUEUE_AT_RISK,
        AlertKind.CIRCUIT_OPEN,
        AlertKind.SYSTEM_FROZEN,
        AlertKind.LOGIN_STOPPED,
        AlertKind.WITNESS_SILENT,
        AlertKind.NOTHING_HAPPENED,
    }
)
#: These happened once and stay so; the others are over when they are found no more.
HAPPENED = frozenset({AlertKind.RUN_FAILED, AlertKind.RUN_MISSED, AlertKind.CIRCUIT_OPEN})


class Stage(StrEnum):
    """Why an address gets an alert."""

    FIRST = "FIRST"
    ESCALATION = "ESCALATION"  # nobody acknowledged it in time


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that has to be told. The same *key* is the same alert, for ever."""

    kind: AlertKind
    key: str
    told: str  # a sentence for people
    remedy: str  # the command that tells more, or mends it
    about: Mapping[str, str] = field(default_factory=dict)  # names: system, schedule, batch ...


@dataclass(frozen=True, slots=True)
class WallSpan:
    """From one wall time to another; to an earlier one: over midnight."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> WallSpan:
        """``"22:00-06:00"``. Raises ValueError."""
        begin, dash, end = text.partition("-")
        if not dash or len(begin) != 5 or len(end) != 5 or begin == end:
            raise ValueError(f"{text!r} is no span of time: write it like 22:00-06:00")
        try:
            return cls(time.fromisoformat(begin), time.fromisoformat(end))
        except ValueError:
            raise ValueError(f"{text!r} is no span of time: write it like 22:00-06:00") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """Who is told, and when. Every time is wall time of *zone*."""

    to: tuple[str, ...]  # names of addresses
    escalate_to: tuple[str, ...]
    escalate_after: timedelta
    digest: timedelta  # what is not critical is gathered for so long
    quiet: WallSpan | None  # what is not critical waits for its end
    zone: ZoneInfo
    critical: frozenset[AlertKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long what mends itself may take, and what nobody wants to hear of."""

    in_doubt: timedelta
    run_waits: timedelta
    off: frozenset[AlertKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMan:
    """Something is expected to happen: on open days, within a span, at least every *silence*."""

    name: str
    events: tuple[str, ...]  # kinds of the audit record; (): any
    between: WallSpan
    silence: timedelta | None  # None: once in the span
    zone: ZoneInfo
    calendar: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDeadline:
    """What is to be keyed into a system has to be keyed by then, on open days."""

    system: str
    done_by: time
    zone: ZoneInfo
    calendar: Calendar


# What is known: read from the ledger in one view, and from the witness.


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTrouble:
    """Runs of one schedule and one day that came to grief, told by the first of them."""

    kind: AlertKind
    schedule: str
    day: date
    key: str  # of the first
    count: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlooked:
    """An occurrence that is due, and that nobody has looked at: no scheduler lives."""

    schedule: str
    day: date
    key: str
    due_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRun:
    """A run that fired, and that no worker has taken."""

    schedule: str
    day: date
    key: str
    since: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemGroup:
    """Items of one batch that are in the same trouble."""

    kind: AlertKind
    batch_id: str
    name: str  # of its file
    system: str
    code: str  # why; "": in doubt
    count: int
    newest: datetime  # UTC: when the last of them came into it
    oldest: datetime  # UTC
    example: str  # one item id


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A system or a bank login that a mishap stopped, and since when."""

    kind: AlertKind
    system: str
    mark: str  # which mishap it was: a time, or a place in the record
    why: str
    login: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """One queue today. Without a prediction *why_not* says why."""

    system: str
    day: date
    done_by: datetime  # UTC
    left: int
    expected: datetime | None  # UTC
    latest: datetime | None  # UTC
    why_not: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """A stream of the audit log that its witness has not heard of; "": it cannot be asked."""

    stream: str
    since: str  # ISO 8601; or why it cannot be asked


@dataclass(frozen=True, slots=True)
class Silence:
    """A dead man's span in which nothing was heard."""

    name: str
    since: datetime  # UTC: the last event, or the beginning of the span
    until: datetime  # UTC: now, or the end of the span
    allowed: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """All that alerts are judged by. None: it was not looked at this time."""

    now: datetime  # UTC
    troubles: tuple[RunTrouble, ...] = ()
    unlooked: tuple[Unlooked, ...] = ()
    waiting: tuple[WaitingRun, ...] = ()
    items: tuple[ItemGroup, ...] = ()
    stopped: tuple[Stopped, ...] = ()
    queues: tuple[QueueFacts, ...] | None = None
    witness: tuple[Unheard, ...] | None = None
    silences: tuple[Silence, ...] = ()


# What became of it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert as the ledger keeps it."""

    alert_id: int
    kind: AlertKind
    key: str
    told: str
    remedy: str
    critical: bool
    raised_at: datetime  # UTC
    over_at: datetime | None  # UTC; None: it still is so, or it happened once
    acknowledged_at: datetime | None  # UTC
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One alert on its way to one address."""

    alert_id: int
    address: str
    stage: Stage
    due_at: datetime  # UTC: not before, by digest and quiet hours
    attempts: int = 0
    sent_at: datetime | None = None  # UTC
    trouble: str | None = None  # of the last attempt
