"""Runs of schedules on their way through a worker: begun, ended, taken over from the dead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select, update

from counterfoil.domain.pauses import EVERYWHERE
from counterfoil.domain.schedules import RunState
from counterfoil.store import schedule_schema as schema
from counterfoil.store.book import Fact, Transaction
from counterfoil.store.schedule_book import OccurrenceRow, ScheduleBook, occurrence_row
from counterfoil.store.schema import workers
from counterfoil.store.stops import in_maintenance

#: A run whose worker dies with it so often is a person's business.
STARTS_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended."""

    state: RunState
    told: str
    exit_code: int | None = None  # None: it was broken off


class ScheduleRuns(ScheduleBook):
    """What a worker does with what fired."""

    def due_runs(self) -> list[tuple[str, str, int]]:
        """Runs that nobody alive holds: (schedule, key, visit); none in maintenance."""
        table = schema.occurrences
        if self.alone:
            orphaned = table.c.holder != self.boot
        else:
            live = select(workers.c.boot).where(workers.c.expires_at > self.now())
            orphaned = table.c.holder.not_in(live)
        query = (
            select(table.c.schedule, table.c.key, table.c.visit)
            .where(
                or_(
                    table.c.run_state == RunState.QUEUED,
                    (table.c.run_state == RunState.RUNNING) & orphaned,
                )
            )
            .order_by(table.c.due_at)
            .limit(500)
        )
        with self.reading() as connection:
            if in_maintenance(connection, EVERYWHERE):
                return []
            return [(*row,) for row in connection.execute(query)]

    def held_runs(self) -> list[tuple[str, str]]:
        """Runs that this boot began and that have not ended: (schedule, key)."""
        table = schema.occurrences
        query = select(table.c.schedule, table.c.key).where(
            table.c.run_state == RunState.RUNNING, table.c.holder == self.boot
        )
        with self.reading() as connection:
            return [(*row,) for row in connection.execute(query)]

    def requeue_run(self, schedule: str, key: str, visit: int, *, anew: bool) -> None:
        """Have it begun now; *anew* under the next number. Nothing if it moved on meanwhile."""
        table = schema.occurrences
        number = visit + (1 if anew else 0)
        with self.writing() as tx:
            moved = tx.connection.execute(
                update(table)
                .where(*_is(schedule, key), table.c.visit == visit)
                .where(table.c.run_state.in_([RunState.QUEUED, RunState.RUNNING]))
                .values(visit=number)
            )
            if moved.rowcount == 1:
                self.enqueue_run(tx, schedule, key, number)

    def start_run(self, schedule: str, key: str, visit: int) -> OccurrenceRow | None:
        """Take the run; None: it is not due, or another worker's, or it may not start any more."""
        with self.writing() as tx:
            row = self._locked_run(tx, schedule, key)
            if row is None or row.visit != visit or not self._may_start(tx, row):
                return None
            if in_maintenance(tx.connection, EVERYWHERE):
                return None  # the sweeper comes back to it
            if ended := self._too_late(tx, row):
                self._end(tx, row, ended)
                return None
            table = schema.occurrences
            tx.connection.execute(
                update(table)
                .where(*_is(schedule, key))
                .values(
                    run_state=RunState.RUNNING,
                    holder=self.boot,
                    starts=row.starts + 1,
                    started_at=tx.now,
                )
            )
            words = " ".join(row.command or ())
            told = f"{schedule} {key} begun: counterfoil {words}"
            self._tell(tx, row, "scheduled_run_started", told, start=row.starts + 1)
        return row

    def end_run(self, schedule: str, key: str, ended: Ended) -> bool:
        """Record how our run ended; the next one that waited is queued. False: not ours."""
        with self.writing() as tx:
            row = self._locked_run(tx, schedule, key)
            if row is None or row.holder != self.boot:
                return False
            self._end(tx, row, ended)
        return True

    def give_run_back(self, schedule: str, key: str, reason: str) -> None:
        """We cannot finish it: the next worker begins it anew."""
        table = schema.occurrences
        with self.writing() as tx:
            row = self._locked_run(tx, schedule, key)
            if row is None or row.holder != self.boot:
                return
            tx.connection.execute(
                update(table)
                .where(*_is(schedule, key))
                .values(run_state=RunState.QUEUED, holder=None, visit=row.visit + 1)
            )
            self.enqueue_run(tx, schedule, key, row.visit + 1)
            self._tell(tx, row, "scheduled_run_given_back", f"{schedule} {key}: {reason}")

    def _locked_run(self, tx: Transaction, schedule: str, key: str) -> OccurrenceRow | None:
        """Its row; the schedule's is locked first, as whoever judges does."""
        self.locked_schedule(tx, schedule)
        query = select(schema.occurrences).where(*_is(schedule, key)).with_for_update()
        row = tx.connection.execute(query).mappings().one_or_none()
        return None if row is None else occurrence_row(row)

    def _may_start(self, tx: Transaction, row: OccurrenceRow) -> bool:
        if row.run_state is RunState.QUEUED:
            return not self._running(tx, row.schedule)
        if row.run_state is not RunState.RUNNING or row.holder is None:
            return False
        return self.is_dead(tx, row.holder)

    def _running(self, tx: Transaction, schedule: str) -> bool:
        table = schema.occurrences
        query = select(table.c.key).where(
            table.c.schedule == schedule, table.c.run_state == RunState.RUNNING
        )
        return tx.connection.execute(query).first() is not None

    def _too_late(self, tx: Transaction, row: OccurrenceRow) -> Ended | None:
        if row.deadline_at is not None and tx.now > row.deadline_at:
            at = f"{row.deadline_at:%Y-%m-%d %H:%M:%S}Z"
            if row.starts:
                return Ended(state=RunState.FAILED, told=f"its worker died; the deadline was {at}")
            return Ended(
                state=RunState.NOT_STARTED, told=f"no worker took it before its deadline {at}"
            )
        if row.not_after is not None and tx.now > row.not_after:
            at = f"{row.not_after:%Y-%m-%d %H:%M}Z"
            return Ended(state=RunState.NOT_STARTED, told=f"refused after the cut-off {at}")
        if row.starts >= STARTS_MAX:
            return Ended(state=RunState.FAILED, told=f"its worker died {row.starts} times with it")
        return None

    def _end(self, tx: Transaction, row: OccurrenceRow, ended: Ended) -> None:
        table = schema.occurrences
        told = self.redactor.text(ended.told)
        tx.connection.execute(
            update(table)
            .where(*_is(row.schedule, row.key))
            .values(
                run_state=ended.state,
                holder=None,
                ended_at=tx.now,
                exit_code=ended.exit_code,
                told=told,
            )
        )
        self._queue_next(tx, row.schedule)
        said = f"{row.schedule} {row.key} {ended.state}: {told}"
        self._tell(tx, row, "scheduled_run_ended", said, state=ended.state, exit=ended.exit_code)

    def _queue_next(self, tx: Transaction, schedule: str) -> None:
        """The first that waits, unless one is queued or running."""
        first = self.open_run(tx.connection, schedule)
        table = schema.occurrences
        moved: Row[tuple[int]] | None = tx.connection.execute(
            update(table)
            .where(*_is(schedule, first), table.c.run_state == RunState.WAITING)
            .values(run_state=RunState.QUEUED, visit=table.c.visit + 1)
            .returning(table.c.visit)
        ).first()
        if moved is not None:
            self.enqueue_run(tx, schedule, first, moved.visit)

    def _tell(self, tx: Transaction, row: OccurrenceRow, kind: str, told: str, **data: Any) -> None:
        tx.tell(Fact(kind=kind, told=told, schedule=row.schedule, occurrence=row.key, data=data))


def _is(schedule: str, key: str) -> tuple[Any, Any]:
    table = schema.occurrences
    return table.c.schedule == schedule, table.c.key == key
