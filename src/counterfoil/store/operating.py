"""What operators look at: who works, which sessions are open, what waits for each system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from counterfoil.domain.items import ItemState
from counterfoil.store import schema
from counterfoil.store.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """One process that works, or did until it fell silent."""

    boot: str
    host: str
    pid: int
    started_at: datetime  # UTC
    beat_at: datetime  # UTC
    alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """What is on its way into one system."""

    system: str
    waiting: int  # ready, nothing begun
    in_hand: int  # held by a worker
    in_doubt: int
    unconfirmed: int  # booked or refused, the enquiry still owed
    oldest_due: datetime | None  # UTC, of what waits
    next_deadline: datetime | None  # UTC, of what waits


class Operating(Book):
    """Workers, sessions and queues."""

    def worker_rows(self) -> list[WorkerRow]:
        """Every process that was not stopped, the oldest first."""
        workers = schema.workers
        now = self.now()
        query = select(workers).order_by(workers.c.started_at)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        names = ("boot", "host", "pid", "started_at", "beat_at")
        return [
            WorkerRow(**{each: row[each] for each in names}, alive=row["expires_at"] > now)
            for row in rows
        ]

    def sessions(self) -> dict[str, int]:
        """System -> bank logins that are in use, over all machines."""
        leases = schema.leases
        query = (
            select(leases.c.system, func.count().label("used"))
            .where(leases.c.holder.is_not(None), leases.c.expires_at > self.now())
            .group_by(leases.c.system)
        )
        with self.reading() as connection:
            return {row.system: row.used for row in connection.execute(query)}

    def queues(self) -> dict[str, QueueRow]:
        """System -> what is on its way into it."""
        items = schema.items
        waits = (items.c.state == ItemState.READY) & items.c.holder.is_(None)
        query = (
            select(
                items.c.system,
                func.count().filter(waits).label("waiting"),
                func.count().filter(items.c.holder.is_not(None)).label("in_hand"),
                func.count().filter(items.c.state == ItemState.IN_DOUBT).label("in_doubt"),
                func.count().filter(items.c.unconfirmed_since.is_not(None)).label("unconfirmed"),
                func.min(items.c.due_at).filter(waits).label("oldest_due"),
                func.min(items.c.deadline_at).filter(waits).label("next_deadline"),
            )
            .where(items.c.due_at.is_not(None))
            .group_by(items.c.system)
        )
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return {row["system"]: QueueRow(**row) for row in rows}
