"""What the verbs of schedules have in common: rows, the queue, the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, RowMapping, insert, select, update

from counterfoil.domain.schedules import OPEN, Judged, Occurrence, RunState, Verdict
from counterfoil.store import schedule_schema as schema
from counterfoil.store.book import Book, Fact, Transaction


class RunCarrier(Protocol):
    """Whoever carries runs: an enqueue is part of the ledger's transaction."""

    def enqueue_run(self, connection: Connection, schedule: str, key: str, visit: int) -> None:
        """Have the run of an occurrence begun by the next worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """One schedule as it is in force."""

    name: str
    settings: Mapping[str, Any]
    active: bool
    began_at: datetime  # UTC
    looked_until: datetime  # UTC
    paused_at: datetime | None  # UTC
    paused_by: str | None
    pause_reason: str | None
    changed_at: datetime  # UTC

    @property
    def paused(self) -> str:
        """By whom, since when and why; "": it is not."""
        if self.paused_at is None:
            return ""
        return f"by {self.paused_by} since {self.paused_at:%Y-%m-%d %H:%M}Z: {self.pause_reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceRow:
    """One occurrence and what became of it."""

    schedule: str
    key: str
    due_at: datetime  # UTC
    day: date
    verdict: Verdict
    why: str
    judged_at: datetime  # UTC
    command: list[str] | None
    run_state: RunState | None
    visit: int
    starts: int
    holder: str | None
    not_after: datetime | None  # UTC
    deadline_at: datetime | None  # UTC
    started_at: datetime | None  # UTC
    ended_at: datetime | None  # UTC
    exit_code: int | None
    told: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An occurrence that was judged, and how it is to be run."""

    judged: Judged
    command: Sequence[str]
    not_after: datetime | None  # UTC: it may not start later
    deadline_at: datetime  # UTC: its run is broken off


#: Verdict -> kind of its audit record.
_KINDS = {each: f"occurrence_{each.lower()}" for each in Verdict}


class ScheduleBook(Book):
    """The ledger, and who carries runs."""

    #: None: the sweeper of a running worker finds what is queued.
    runs: RunCarrier | None = None

    def enqueue_run(self, tx: Transaction, schedule: str, key: str, visit: int) -> None:
        """In this transaction; without a carrier the sweeper finds it."""
        if self.runs is not None:
            self.runs.enqueue_run(tx.connection, schedule, key, visit)

    def write_entries(
        self, tx: Transaction, schedule: str, entries: Sequence[Entry], person: str | None = None
    ) -> int:
        """Record, enqueue, tell; how many were new. Those that are known stay as they are."""
        known = self._known(tx, schedule, [each.judged.occurrence.key for each in entries])
        new = [each for each in entries if each.judged.occurrence.key not in known]
        if new:
            rows = [_row(tx, schedule, each, self.redactor.text(each.judged.why)) for each in new]
            tx.connection.execute(insert(schema.occurrences), rows)
        for each in new:
            if each.judged.run is RunState.QUEUED:
                self.enqueue_run(tx, schedule, each.judged.occurrence.key, 1)
        for each in new:
            self._tell_judged(tx, schedule, each.judged, person)
        return len(new)

    def _known(self, tx: Transaction, schedule: str, keys: Sequence[str]) -> set[str]:
        table = schema.occurrences
        query = select(table.c.key).where(table.c.schedule == schedule, table.c.key.in_(keys))
        return set(tx.connection.execute(query).scalars())

    def _tell_judged(
        self, tx: Transaction, schedule: str, judged: Judged, person: str | None
    ) -> None:
        occurrence = judged.occurrence
        said = f": {judged.why}" if judged.why else ""
        tx.tell(
            Fact(
                kind=_KINDS[judged.verdict],
                told=f"{schedule} {occurrence.key} {judged.verdict}{said}",
                schedule=schedule,
                occurrence=occurrence.key,
                data={"due_at": occurrence.due_at.isoformat(), "run": judged.run},
                person=person,
            )
        )

    def open_run(self, connection: Connection, schedule: str) -> str:
        """The key of the first run that has not ended; "": there is none."""
        table = schema.occurrences
        query = (
            select(table.c.key)
            .where(table.c.schedule == schedule, table.c.run_state.in_(OPEN))
            .order_by(table.c.due_at, table.c.key)
            .limit(1)
        )
        return connection.execute(query).scalar() or ""

    def locked_schedule(self, tx: Transaction, name: str) -> ScheduleRow | None:
        """The schedule's row, ours until the transaction ends; None: there is none."""
        table = schema.schedules
        query = select(table).where(table.c.name == name).with_for_update()
        row = tx.connection.execute(query).mappings().one_or_none()
        return None if row is None else ScheduleRow(**row)

    def change_schedule(self, tx: Transaction, name: str, **values: Any) -> None:
        """Write *values* into the schedule's row."""
        table = schema.schedules
        tx.connection.execute(update(table).where(table.c.name == name).values(**values))


def occurrence_row(row: RowMapping) -> OccurrenceRow:
    """With the enums that the database keeps as words."""
    values = dict(row)
    state = values["run_state"]
    values["verdict"] = Verdict(values["verdict"])
    values["run_state"] = None if state is None else RunState(state)
    return OccurrenceRow(**values)


def occurrence_of(row: OccurrenceRow) -> Occurrence:
    """As the rules know it."""
    return Occurrence(row.due_at, row.key, row.day)


def _row(tx: Transaction, schedule: str, entry: Entry, why: str) -> dict[str, Any]:
    judged, occurrence = entry.judged, entry.judged.occurrence
    runs = judged.run is not None
    return {
        "schedule": schedule,
        "key": occurrence.key,
        "due_at": occurrence.due_at,
        "day": occurrence.day,
        "verdict": judged.verdict,
        "why": why,
        "judged_at": tx.now,
        "command": list(entry.command) if runs else None,
        "run_state": judged.run,
        "visit": 1 if judged.run is RunState.QUEUED else 0,
        "starts": 0,
        "not_after": entry.not_after if runs else None,
        "deadline_at": entry.deadline_at if runs else None,
    }
