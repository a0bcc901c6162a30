"""What keeps a visit from being begun: an alarm, a pause, a deadline that has passed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from counterfoil.domain.pauses import EVERYWHERE, PauseKind
from counterfoil.store import schema


def is_frozen(connection: Connection, system: str) -> bool:
    """Whether nothing may be keyed into *system*."""
    systems = schema.systems
    query = select(systems.c.frozen).where(systems.c.system == system)
    return bool(connection.execute(query).scalar())


def in_maintenance(connection: Connection, system: str) -> bool:
    """Whether a person lets nothing new be begun in *system*."""
    pauses = schema.pauses
    query = select(pauses.c.since).where(of(system), pauses.c.kind == PauseKind.MAINTENANCE)
    return connection.execute(query).first() is not None


def of(system: str) -> ColumnElement[bool]:
    """The pauses of *system* and those of everything."""
    return schema.pauses.c.system.in_((system, EVERYWHERE))


def paused(connection: Connection, now: datetime) -> tuple[set[str], set[str]]:
    """Systems where nothing may be begun, and those that one visit may probe."""
    pauses = schema.pauses
    resting: set[str] = set()
    probed: set[str] = set()
    for system, probe_at in connection.execute(select(pauses.c.system, pauses.c.probe_at)):
        (probed if is_past(probe_at, now) else resting).add(system)
    return resting, probed - resting


def is_past(deadline_at: datetime | None, now: datetime) -> bool:
    """Whether a deadline, if there is one, has passed."""
    return deadline_at is not None and deadline_at <= now
