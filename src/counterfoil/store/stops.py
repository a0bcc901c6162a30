"""What keeps a visit from being begun: an alarm, a pause, a deadline that has passed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from counterfoil.domain.pauses import EVERYWHERE, PauseKind
from counterfoil.store import schema
from counterfoil.store.prepared import FROZEN, PAUSES


def is_frozen(connection: Connection, system: str) -> bool:
    """Whether nothing may be keyed into *system*."""
    return bool(connection.execute(FROZEN, {"the_system": system}).scalar())


def in_maintenance(connection: Connection, system: str) -> bool:
    """Whether a person lets nothing new be begun in *system*."""
    return PauseKind.MAINTENANCE in pauses_of(connection, system)


def pauses_of(connection: Connection, system: str) -> dict[str, datetime | None]:
    """What stops *system*, or everything: kind of the pause -> when it may be probed."""
    found = connection.execute(PAUSES, {"the_system": system, "the_everywhere": EVERYWHERE})
    return {row.kind: row.probe_at for row in found}


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
