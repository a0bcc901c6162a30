"""What alerts are judged by, read from the ledger. Nothing changes.

Looked at every ten seconds, however large the ledger is: each query goes by an index that
has little but trouble in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, func, or_, select

from counterfoil.domain.alerts import (
    Alert,
    AlertKind,
    ItemGroup,
    RunTrouble,
    Sending,
    Stage,
    Stopped,
    WaitingRun,
)
from counterfoil.domain.items import ItemState
from counterfoil.domain.schedules import RunState
from counterfoil.store import alert_schema, schedule_schema, schema
from counterfoil.store.book import Book

#: What happened longer ago is in the record, and no news.
NEWS_DAYS = 7
#: Troubles of schedules that one look reads: a week of one that fails every six seconds.
TROUBLES_MAX = 100_000

#: Signs of work: what a dead man's switch without events of its own listens for.
SIGNS_OF_WORK = (
    "batch_filed",
    "item_intended",
    "item_posted",
    "item_confirmed",
    "statement_fetched",
    "statement_proved",
    "scheduled_run_ended",
    "account_reconciled",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert, and how far each of its messages got."""

    alert: Alert
    reason: str | None
    sendings: tuple[Sending, ...]


class AlertReads(Book):
    """Lists, and the facts of one look."""

    def run_troubles(self, since: datetime) -> tuple[RunTrouble, ...]:
        """Of each schedule and day: what came to grief since *since* and was not acknowledged.

        What comes after an acknowledgement is another trouble, with its own first one.
        """
        table, kind = schedule_schema.occurrences, _kind_of_trouble()
        known = (
            select(
                alert_schema.alerts.c.subject,
                alert_schema.alerts.c.kind,
                func.max(alert_schema.alerts.c.acknowledged_at).label("at"),
            )
            .where(alert_schema.alerts.c.subject.is_not(None))
            .group_by(alert_schema.alerts.c.subject, alert_schema.alerts.c.kind)
            .subquery()
        )
        # First the few that are troubles, by their own index: all that ever was is never read.
        few = (
            select(
                table.c.schedule,
                table.c.day,
                table.c.due_at,
                kind.label("kind"),
                func.coalesce(table.c.ended_at, table.c.judged_at).label("came"),
            )
            .where(schedule_schema.TROUBLES, table.c.judged_at >= since - timedelta(days=1))
            .order_by(table.c.judged_at)
            .limit(TROUBLES_MAX)
            .subquery()
        )
        query = (
            select(
                few.c.schedule,
                few.c.day,
                few.c.kind,
                func.min(few.c.due_at).label("first"),
                func.count().label("count"),
            )
            .outerjoin(known, and_(known.c.subject == few.c.schedule, known.c.kind == few.c.kind))
            .where(few.c.came > since, or_(known.c.at.is_(None), few.c.came > known.c.at))
            .group_by(few.c.schedule, few.c.day, few.c.kind)
        )
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
            return tuple(_trouble(connection, row) for row in rows)

    def waiting_runs(self) -> tuple[WaitingRun, ...]:
        """Runs that wait for a worker, the first of each schedule."""
        table = schedule_schema.occurrences
        query = (
            select(table.c.schedule, table.c.day, table.c.key, table.c.judged_at)
            .where(table.c.run_state == RunState.QUEUED, table.c.starts == 0)
            .order_by(table.c.judged_at)
            .limit(100)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            WaitingRun(schedule=row.schedule, day=row.day, key=row.key, since=row.judged_at)
            for row in rows
        )

    def item_groups(self) -> tuple[ItemGroup, ...]:
        """Items in doubt, and items that wait for a person, by batch and reason."""
        items, intents, batches = schema.items, schema.intents, schema.batches
        doubted = and_(intents.c.item_id == items.c.item_id, intents.c.outcome.is_(None))
        in_doubt = (
            select(*_group(intents.c.at))
            .join(intents, doubted)
            .join(batches, batches.c.batch_id == items.c.batch_id)
            .where(schema.TROUBLED, items.c.state.in_([ItemState.IN_DOUBT, ItemState.KEYING]))
            .group_by(items.c.batch_id, batches.c.name, items.c.system)
        )
        on_hold = (
            select(*_group(items.c.updated_at), items.c.code)
            .join(batches, batches.c.batch_id == items.c.batch_id)
            .where(schema.TROUBLED, items.c.state.in_([ItemState.ON_HOLD, ItemState.FAILED]))
            .group_by(items.c.batch_id, batches.c.name, items.c.system, items.c.code)
        )
        with self.reading() as connection:
            return (
                *(_items(each, AlertKind.ITEM_IN_DOUBT) for each in _rows(connection, in_doubt)),
                *(_items(each, AlertKind.ITEM_ON_HOLD) for each in _rows(connection, on_hold)),
            )

    def stopped(self, since: datetime) -> tuple[Stopped, ...]:
        """Frozen systems, stopped logins, and circuits that opened since *since* and stay so."""
        systems, logins = schema.systems, schema.stopped_logins
        frozen = select(systems.c.system, systems.c.since, systems.c.reason).where(systems.c.frozen)
        refused = select(logins.c.system, logins.c.since, logins.c.reason, logins.c.login)
        with self.reading() as connection:
            return (
                *(_stop(each, AlertKind.SYSTEM_FROZEN) for each in _rows(connection, frozen)),
                *(_stop(each, AlertKind.LOGIN_STOPPED) for each in _rows(connection, refused)),
                *_open_circuits(connection, since),
            )

    def last_event(
        self, events: Sequence[str], begin: datetime, until: datetime
    ) -> datetime | None:
        """When one of *events* (none: any sign of work) was last recorded in that time."""
        steps = schema.steps
        query = select(func.max(steps.c.at)).where(
            steps.c.kind.in_(list(events or SIGNS_OF_WORK)),
            steps.c.at >= begin,
            steps.c.at <= until,
        )
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def left_to_key(self, system: str) -> int:
        """Items that bots would key now without anybody being asked."""
        items = schema.items
        query = (
            select(func.count())
            .select_from(items)
            .where(
                items.c.system == system,
                items.c.state.in_([ItemState.READY, ItemState.KEYING, ItemState.IN_DOUBT]),
            )
        )
        with self.reading() as connection:
            return connection.execute(query).scalar_one()

    def alerts(self, *, everything: bool = False, limit: int = 200) -> list[AlertRow]:
        """The newest first; without *everything* those that nobody acknowledged."""
        table = alert_schema.alerts
        query = select(table).order_by(table.c.alert_id.desc()).limit(limit)
        if not everything:
            query = query.where(table.c.acknowledged_at.is_(None))
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
            sent = sendings_of(connection, [row["alert_id"] for row in rows])
        return [
            AlertRow(
                alert=alert_of(row),
                reason=row["reason"],
                sendings=tuple(sent.get(row["alert_id"], ())),
            )
            for row in rows
        ]


def alert_of(row: RowMapping) -> Alert:
    """As the rules know it."""
    return Alert(
        alert_id=row["alert_id"],
        kind=AlertKind(row["kind"]),
        key=row["key"],
        told=row["told"],
        remedy=row["remedy"],
        critical=row["critical"],
        raised_at=row["raised_at"],
        over_at=row["over_at"],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_by=row["acknowledged_by"],
    )


def sending_of(row: RowMapping) -> Sending:
    """As the rules know it."""
    return Sending(
        alert_id=row["alert_id"],
        address=row["address"],
        stage=Stage(row["stage"]),
        due_at=row["due_at"],
        attempts=row["attempts"],
        sent_at=row["sent_at"],
        trouble=row["trouble"],
    )


def sendings_of(connection: Connection, alert_ids: Sequence[int]) -> dict[int, list[Sending]]:
    """The sendings of each of these alerts."""
    table = alert_schema.alert_sendings
    query = (
        select(table)
        .where(table.c.alert_id.in_(alert_ids))
        .order_by(table.c.alert_id, table.c.due_at, table.c.address)
    )
    found: dict[int, list[Sending]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["alert_id"], []).append(sending_of(row))
    return found


def _kind_of_trouble() -> ColumnElement[str]:
    failed = schedule_schema.occurrences.c.run_state == RunState.FAILED
    return case((failed, AlertKind.RUN_FAILED), else_=AlertKind.RUN_MISSED)


def _trouble(connection: Connection, row: RowMapping) -> RunTrouble:
    """With the words of the first of them."""
    table = schedule_schema.occurrences
    query = select(table.c.key, table.c.why, table.c.told).where(
        table.c.schedule == row["schedule"],
        table.c.due_at == row["first"],
        table.c.day == row["day"],
        schedule_schema.TROUBLES,
        _kind_of_trouble() == row["kind"],
    )
    first = connection.execute(query.order_by(table.c.key)).mappings().first()
    assert first is not None, "it was counted in the same transaction"
    return RunTrouble(
        kind=AlertKind(row["kind"]),
        schedule=row["schedule"],
        day=row["day"],
        key=first["key"],
        count=row["count"],
        why=first["told"] or first["why"],
    )


def _group(came: ColumnElement[datetime]) -> tuple[ColumnElement[Any], ...]:
    items, batches = schema.items, schema.batches
    return (
        items.c.batch_id,
        batches.c.name,
        items.c.system,
        func.count().label("count"),
        func.max(came).label("newest"),
        func.min(came).label("oldest"),
        func.min(items.c.item_id).label("example"),
    )


def _rows(connection: Connection, query: Any) -> Sequence[RowMapping]:
    rows: Sequence[RowMapping] = connection.execute(query).mappings().all()
    return rows


def _items(row: RowMapping, kind: AlertKind) -> ItemGroup:
    values = dict(row)
    code = values.pop("code", None) or ""
    return ItemGroup(kind=kind, code=code, **values)


def _stop(row: RowMapping, kind: AlertKind) -> Stopped:
    return Stopped(
        kind=kind,
        system=row["system"],
        login=row.get("login", ""),
        mark=row["since"].isoformat() if row["since"] else "",
        why=row["reason"] or "",
    )


def _open_circuits(connection: Connection, since: datetime) -> list[Stopped]:
    """By the record: a sentence that begins with the system, a colon after it.

    A circuit that was closed since, by a probe or a person, is no news any more.
    """
    steps = schema.steps
    query = (
        select(steps.c.kind, steps.c.at, steps.c.stream, steps.c.seq, steps.c.told)
        .where(steps.c.kind.in_(["circuit_opened", "circuit_closed"]), steps.c.at > since)
        .order_by(steps.c.at, steps.c.seq)
    )
    found: dict[str, Stopped] = {}
    for row in connection.execute(query):
        system, _, why = row.told.partition(": ")
        found.pop(system, None)
        if row.kind == "circuit_opened":
            mark = f"{row.stream}/{row.seq}"
            found[system] = Stopped(
                kind=AlertKind.CIRCUIT_OPEN, system=system, mark=mark, why=why or row.told
            )
    return list(found.values())
