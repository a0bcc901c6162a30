"""Where and why nothing new is begun, and in what order the rest is: pauses, priorities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

#: In place of a system's name: every one of them.
EVERYWHERE = ""


class Priority(IntEnum):
    """Which of two items that nothing was begun of is keyed first: the lower number."""

    HIGH = 10
    NORMAL = 20
    LOW = 30


class PauseKind(StrEnum):
    """Who has to end it."""

    MAINTENANCE = "MAINTENANCE"  # a person began it, a person ends it
    CIRCUIT = "CIRCUIT"  # too many system exceptions in a row: a probe or a person ends it


class Leave(StrEnum):
    """What the pauses say to a visit that is about to begin."""

    GO = "go"
    PROBE = "probe"  # the circuit is open; this one visit finds out whether the system works
    STAY = "stay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """When a system's circuit opens, and how long it then rests."""

    opens_after: int  # system exceptions in a row, over all machines
    probe_after: timedelta  # then one visit is let through; again after each that fails


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One pause that is on."""

    system: str  # EVERYWHERE: all of them
    kind: PauseKind
    since: datetime  # UTC
    person: str | None  # None: it began by itself
    reason: str
    probe_at: datetime | None  # UTC; None: it is not probed


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When the items of a batch are to be keyed, as their folder says."""

    priority: Priority = Priority.NORMAL
    deadline_at: datetime | None = None  # UTC; what is not keyed by then waits for a person
