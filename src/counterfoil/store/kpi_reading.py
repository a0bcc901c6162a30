"""The one reader of KPIs: rows of the ledger as facts, in one consistent view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from counterfoil.domain.items import ItemState
from counterfoil.domain.kpi import (
    FINISHED,
    Attempt,
    BatchFacts,
    ItemFacts,
    KpiFacts,
    Mishap,
    Period,
)
from counterfoil.store import schema
from counterfoil.store.book import Book

_What = Literal["refused", "in_doubt", "on_hold", "failed"]
#: The audit event -> what it is to a KPI.
MISHAPS: dict[str, _What] = {
    "item_refused": "refused",
    "item_in_doubt": "in_doubt",
    "item_parked": "on_hold",
    "system_frozen": "on_hold",  # with an item: the one that raised the alarm
    "item_failed": "failed",
}


def known_systems(book: Book) -> list[str]:
    """Every system for which a batch was filed."""
    with book.reading() as connection:
        query = select(schema.batches.c.system).distinct().order_by(schema.batches.c.system)
        return list(connection.execute(query).scalars())


def read_kpi_facts(book: Book, period: Period, *, system: str | None = None) -> KpiFacts:
    """What KPIs of *period* need; *system* None: of all systems."""
    now = book.now()
    with book.reading() as connection:
        if not book.alone:  # PostgreSQL shows each query what was committed meanwhile
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return KpiFacts(
            read_at=now,
            period=period,
            items=tuple(_items(connection, period, system)),
            batches=tuple(_batches(connection, period, system)),
            attempts=tuple(_attempts(connection, period, system)),
            mishaps=tuple(_mishaps(connection, period, system)),
            states=_states(connection, system),
            frozen=_frozen(connection),
        )


def _of(system: str | None, column: ColumnElement[str]) -> ColumnElement[bool]:
    return true() if system is None else column == system


def _during(column: ColumnElement[datetime], period: Period) -> ColumnElement[bool]:
    return and_(column >= period.begin, column < period.end)


def _wanted(period: Period, system: str | None) -> ColumnElement[bool]:
    """Items that are not finished, and those of which something happened since *period*."""
    items, batches = schema.items, schema.batches
    return and_(
        _of(system, items.c.system),
        or_(
            items.c.state.not_in([str(each) for each in FINISHED]),
            items.c.unconfirmed_since.is_not(None),
            items.c.updated_at >= period.begin,
            batches.c.filed_at >= period.begin,
        ),
    )


def _items(connection: Connection, period: Period, system: str | None) -> Iterable[ItemFacts]:
    items, batches, approvals = schema.items, schema.batches, schema.approvals
    intents, receipts, findings = schema.intents, schema.receipts, schema.findings
    begun = (
        select(func.min(intents.c.at)).where(intents.c.item_id == items.c.item_id).scalar_subquery()
    )
    held = (
        select(findings.c.id)
        .where(
            findings.c.batch_id == items.c.batch_id,
            findings.c.row == items.c.row,
            findings.c.severity == "hold",
        )
        .exists()
    )
    names = ("item_id", "system", "kind", "currency", "amount", "state", "unconfirmed_since")
    query = (
        select(
            *(items.c[each] for each in names),
            items.c.updated_at,
            batches.c.filed_at,
            batches.c.needs_approval,
            approvals.c.at.label("approved_at"),
            receipts.c.confirmed_at,
            begun.label("begun_at"),
            held.label("held"),
        )
        .join(batches, batches.c.batch_id == items.c.batch_id)
        .outerjoin(approvals, approvals.c.batch_id == items.c.batch_id)
        .outerjoin(receipts, receipts.c.item_id == items.c.item_id)
        .where(_wanted(period, system))
    )
    decided = _decisions(connection, period, system)
    for row in connection.execute(query).mappings():
        yield _item(row, decided.get(row["item_id"], ()))


def _item(row: Any, decisions: Iterable[datetime]) -> ItemFacts:
    return ItemFacts(
        item_id=row["item_id"],
        system=row["system"],
        kind=row["kind"],
        currency=row["currency"],
        amount=Decimal(row["amount"]),
        state=ItemState(row["state"]),
        owed=row["unconfirmed_since"] is not None,
        filed_at=row["filed_at"],
        ready_at=row["approved_at"] if row["needs_approval"] else row["filed_at"],
        begun_at=row["begun_at"],
        confirmed=row["confirmed_at"] is not None,
        changed_at=row["updated_at"],
        decisions=tuple(decisions),
        held_on_reading=bool(row["held"]),
    )


def _decisions(
    connection: Connection, period: Period, system: str | None
) -> dict[str, list[datetime]]:
    """Of the wanted items, whenever they were made: an item is touched or it is not."""
    items, batches, decisions = schema.items, schema.batches, schema.decisions
    query = (
        select(decisions.c.item_id, decisions.c.at)
        .join(items, items.c.item_id == decisions.c.item_id)
        .join(batches, batches.c.batch_id == items.c.batch_id)
        .where(_wanted(period, system))
        .order_by(decisions.c.id)
    )
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for item_id, at in connection.execute(query):
        found[item_id].append(at)
    return found


def _batches(connection: Connection, period: Period, system: str | None) -> Iterable[BatchFacts]:
    items, batches, approvals = schema.items, schema.batches, schema.approvals
    count = select(func.count()).where(items.c.batch_id == batches.c.batch_id).scalar_subquery()
    query = (
        select(
            *(batches.c[each] for each in ("system", "filed_at", "rows_read")),
            approvals.c.at.label("approved_at"),
            count.label("items"),
        )
        .outerjoin(approvals, approvals.c.batch_id == batches.c.batch_id)
        .where(
            _of(system, batches.c.system),
            or_(_during(batches.c.filed_at, period), _during(approvals.c.at, period)),
        )
    )
    for row in connection.execute(query).mappings():
        yield BatchFacts(**row)


def _attempts(connection: Connection, period: Period, system: str | None) -> Iterable[Attempt]:
    items, intents = schema.items, schema.intents
    query = (
        select(*(intents.c[each] for each in ("item_id", "login", "attempt", "at")), items.c.system)
        .join(items, items.c.item_id == intents.c.item_id)
        .where(_of(system, items.c.system), _during(intents.c.at, period))
        .order_by(intents.c.at, intents.c.item_id)
    )
    for row in connection.execute(query).mappings():
        yield Attempt(**row)


def _mishaps(connection: Connection, period: Period, system: str | None) -> Iterable[Mishap]:
    items, steps = schema.items, schema.steps
    query = (
        select(steps.c.item_id, steps.c.kind, steps.c.at)
        .join(items, items.c.item_id == steps.c.item_id)
        .where(
            _of(system, items.c.system),
            _during(steps.c.at, period),
            steps.c.kind.in_(list(MISHAPS)),
        )
    )
    for item_id, kind, at in connection.execute(query):
        yield Mishap(item_id=item_id, what=MISHAPS[kind], at=at)


def _states(connection: Connection, system: str | None) -> dict[tuple[ItemState, bool], int]:
    items = schema.items
    owed = items.c.unconfirmed_since.is_not(None)
    query = (
        select(items.c.state, owed, func.count())
        .where(_of(system, items.c.system))
        .group_by(items.c.state, owed)
    )
    return {(ItemState(state), bool(yes)): n for state, yes, n in connection.execute(query)}


def _frozen(connection: Connection) -> frozenset[str]:
    systems = schema.systems
    return frozenset(connection.execute(select(systems.c.system).where(systems.c.frozen)).scalars())
