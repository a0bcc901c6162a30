"""What people read of schedules: what is in force, what became of each time. Nothing changes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from counterfoil.domain.schedules import OPEN
from counterfoil.store import schedule_schema as schema
from counterfoil.store.reading import Step
from counterfoil.store.schedule_book import (
    OccurrenceRow,
    ScheduleBook,
    ScheduleRow,
    occurrence_row,
)
from counterfoil.store.schema import steps


class ScheduleReads(ScheduleBook):
    """Lists and histories."""

    def schedules(self, *, active_only: bool = True) -> list[ScheduleRow]:
        """Those in force, by name."""
        table = schema.schedules
        query = select(table).order_by(table.c.name)
        if active_only:
            query = query.where(table.c.active)
        with self.reading() as connection:
            return [ScheduleRow(**row) for row in connection.execute(query).mappings()]

    def occurrences(
        self, schedule: str, *, day: date | None = None, open_only: bool = False, limit: int = 1000
    ) -> list[OccurrenceRow]:
        """Of *schedule*, the newest first; of one *day* of its zone only."""
        table = schema.occurrences
        query = (
            select(table)
            .where(table.c.schedule == schedule)
            .order_by(table.c.due_at.desc(), table.c.key.desc())
            .limit(limit)
        )
        if day is not None:
            query = query.where(table.c.day == day)
        if open_only:
            query = query.where(table.c.run_state.in_(OPEN))
        with self.reading() as connection:
            return [occurrence_row(row) for row in connection.execute(query).mappings()]

    def schedule_history(self, schedule: str, key: str | None = None) -> list[Step]:
        """What happened to one occurrence, or to the schedule itself; first to last."""
        query = (
            select(steps.c.at, steps.c.kind, steps.c.told, steps.c.stream, steps.c.seq)
            .where(steps.c.schedule == schedule)
            .order_by(steps.c.at, steps.c.seq)
        )
        which = steps.c.occurrence.is_(None) if key is None else steps.c.occurrence == key
        with self.reading() as connection:
            return [Step(**row) for row in connection.execute(query.where(which)).mappings()]
