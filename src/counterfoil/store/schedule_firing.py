"""Schedules come into force, and what became due is judged: each verb is one transaction.

However many processes look at a schedule, its row is locked while one of them judges, so
an occurrence is recorded, told and enqueued once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from counterfoil.domain.approvals import plain_name
from counterfoil.domain.schedules import Occurrence, RunState
from counterfoil.errors import Refused
from counterfoil.store import schedule_schema as schema
from counterfoil.store.book import Fact
from counterfoil.store.deciding import Word, need_reason
from counterfoil.store.schedule_book import Entry, ScheduleBook, ScheduleRow

#: A schedule with nothing due is written down as looked at so often, and not more.
LOOKED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found at one look at a schedule."""

    entries: Sequence[Entry]
    until: datetime  # UTC: everything until then is among them


#: The row, now (UTC), key of the open run ("": none) -> what is found.
Judge = Callable[[ScheduleRow, datetime, str], Look]
#: The same of one occurrence: the row, what it follows, now, key of the open run.
JudgeOne = Callable[[ScheduleRow, Occurrence, datetime, str], Entry]


class ScheduleFiring(ScheduleBook):
    """What is expected, and what came of it."""

    def put_in_force(self, name: str, settings: Mapping[str, Any]) -> bool:
        """Have the schedule go by *settings* from now on; whether that changes anything.

        A schedule that is new, or comes back, expects nothing that was due before.
        """
        with self.writing() as tx:
            row = self.locked_schedule(tx, name)
            if row is not None and row.active and dict(row.settings) == dict(settings):
                return False
            values = {"settings": dict(settings), "active": True, "changed_at": tx.now}
            if row is None or not row.active:
                values |= {"began_at": tx.now, "looked_until": tx.now}
            if row is None:
                tx.connection.execute(insert(schema.schedules).values(name=name, **values))
            else:
                self.change_schedule(tx, name, **values)
            kind = "schedule_changed" if row is not None and row.active else "schedule_began"
            said = settings["schedule"]
            told = f"{name}: {said['when']}, runs {said['run']}"
            tx.tell(Fact(kind=kind, told=told, schedule=name, data={"settings": dict(settings)}))
        return True

    def end_schedule(self, name: str) -> None:
        """It stands in config.toml no more: nothing is expected of it from now on."""
        with self.writing() as tx:
            row = self.locked_schedule(tx, name)
            if row is not None and row.active:
                self.change_schedule(tx, name, active=False, changed_at=tx.now)
                told = f"{name} stands in config.toml no more"
                tx.tell(Fact(kind="schedule_ended", told=told, schedule=name))

    def look(self, name: str, judge: Judge) -> Look | None:
        """Judge what became due since the last look; None: somebody else did, or nobody has to.

        A clock that was put back finds nothing: what is judged stays so.
        """
        with self.writing() as tx:
            row = self.locked_schedule(tx, name)
            if row is None or not row.active or row.looked_until >= tx.now:
                return None
            look = judge(row, tx.now, self.open_run(tx.connection, name))
            if not look.entries and tx.now - row.looked_until < LOOKED_EVERY:
                return look
            self.change_schedule(tx, name, looked_until=max(look.until, row.looked_until))
            self.write_entries(tx, name, look.entries)
        return look

    def fire_followers(self, name: str, upstream: str, judge: JudgeOne, *, limit: int = 100) -> int:
        """Judge *name* for each run of *upstream* that succeeded; how many were new.

        Told by what has no row yet, not by the clock: a run that ends while another process
        looks is found by the next look.
        """
        with self.reading() as connection:
            began_at = connection.execute(
                select(schema.schedules.c.began_at).where(schema.schedules.c.name == name)
            ).scalar()
            if began_at is None or not _unfollowed(connection, name, began_at, upstream, 1):
                return 0  # the usual case, and it locks nobody out
        with self.writing() as tx:
            row = self.locked_schedule(tx, name)
            if row is None or not row.active:
                return 0
            made = 0
            for each in _unfollowed(tx.connection, name, row.began_at, upstream, limit):
                entry = judge(row, each, tx.now, self.open_run(tx.connection, name))
                made += self.write_entries(tx, name, [entry])
        return made

    def run_now(
        self, name: str, entry: Callable[[ScheduleRow, datetime, str], Entry], word: Word
    ) -> Entry:
        """Record a run that a person wants. Raises Refused: there is no such schedule."""
        need_reason(word)
        with self.writing() as tx:
            row = self._known_schedule(self.locked_schedule(tx, name), name)
            made = entry(row, tx.now, self.open_run(tx.connection, name))
            self.write_entries(tx, name, [made], person=word.person)
        return made

    def pause(self, name: str, word: Word) -> None:
        """Skip what is due until :meth:`resume`; each with the reason."""
        need_reason(word)
        with self.writing() as tx:
            row = self._known_schedule(self.locked_schedule(tx, name), name)
            if row.paused_at is not None:
                raise Refused("paused_already", f"{name} is paused {row.paused}")
            reason = self.redactor.text(word.reason)
            who = plain_name(word.person)
            self.change_schedule(tx, name, paused_at=tx.now, paused_by=who, pause_reason=reason)
            told = f"{name} paused: {word.reason}"
            tx.tell(Fact(kind="schedule_paused", told=told, schedule=name, person=word.person))

    def resume(self, name: str, word: Word) -> None:
        """Undo :meth:`pause`; what was skipped stays skipped."""
        need_reason(word)
        with self.writing() as tx:
            row = self._known_schedule(self.locked_schedule(tx, name), name)
            if row.paused_at is None:
                raise Refused("not_paused", f"{name} is not paused")
            self.change_schedule(tx, name, paused_at=None, paused_by=None, pause_reason=None)
            told = f"{name} resumed: {word.reason}"
            tx.tell(Fact(kind="schedule_resumed", told=told, schedule=name, person=word.person))

    def _known_schedule(self, row: ScheduleRow | None, name: str) -> ScheduleRow:
        if row is None or not row.active:
            raise Refused(
                "unknown_schedule", f"no schedule {name} is in force: counterfoil schedule list"
            )
        return row


def _unfollowed(
    connection: Connection, name: str, began_at: datetime, upstream: str, limit: int
) -> list[Occurrence]:
    """Runs of *upstream* that succeeded since *began_at* and that *name* has no row for."""
    first, second = schema.occurrences, schema.occurrences.alias("second")
    followed = (
        select(second.c.key).where(second.c.schedule == name, second.c.key == first.c.key).exists()
    )
    query = (
        select(first.c.ended_at, first.c.key, first.c.day)
        .where(
            first.c.schedule == upstream,
            first.c.run_state == RunState.SUCCEEDED,
            first.c.ended_at > began_at,
            ~followed,
        )
        .order_by(first.c.ended_at, first.c.key)
        .limit(limit)
    )
    return [Occurrence(*each) for each in connection.execute(query)]
