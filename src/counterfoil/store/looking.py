"""What a supervisor's pages look at: lists by page, the newest steps, who works. Read only."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from counterfoil.domain.items import ItemState, Payload
from counterfoil.store import schedule_schema, schema
from counterfoil.store.approving import Approving
from counterfoil.store.book import Book
from counterfoil.store.reading import BatchRow, ItemRow, Reading
from counterfoil.store.schedule_book import OccurrenceRow, occurrence_row

_ITEM_ID = re.compile(r"B-[A-Z0-9]{10}-[0-9]{4,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuery:
    """Which items; nothing given: all of them."""

    item_id: str | None = None
    batch_id: str | None = None
    system: str | None = None
    states: Collection[ItemState] = ()
    text: str = ""  # in id, reference, amount, code, reason or the bank's reference

    def where(self) -> list[ColumnElement[bool]]:
        """The conditions."""
        items, receipts = schema.items, schema.receipts
        found: list[ColumnElement[bool]] = []
        if self.item_id is not None:
            found.append(items.c.item_id == self.item_id)
        if self.batch_id is not None:
            found.append(items.c.batch_id == self.batch_id)
        if self.system is not None:
            found.append(items.c.system == self.system)
        if self.states:
            found.append(items.c.state.in_(self.states))
        if self.text:
            columns = (items.c.item_id, items.c.reference, items.c.amount, items.c.code)
            likely = (*columns, items.c.reason, receipts.c.bank_reference)
            found.append(or_(*(each.icontains(self.text, autoescape=True) for each in likely)))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class StepQuery:
    """Which changes; nothing given: all of them."""

    text: str = ""  # in what is told, or in the name of what it is about
    kind: str = ""
    since: datetime | None = None  # UTC, inside
    until: datetime | None = None  # UTC, outside

    def where(self) -> list[ColumnElement[bool]]:
        """The conditions."""
        steps = schema.steps
        found: list[ColumnElement[bool]] = []
        if self.kind:
            found.append(steps.c.kind == self.kind)
        if self.since is not None:
            found.append(steps.c.at >= self.since)
        if self.until is not None:
            found.append(steps.c.at < self.until)
        if _ITEM_ID.fullmatch(self.text):
            found.append(steps.c.item_id == self.text)  # by its index
        elif self.text:
            likely = (steps.c.told, steps.c.item_id, steps.c.batch_id, steps.c.arrival_id)
            found.append(or_(*(each.icontains(self.text, autoescape=True) for each in likely)))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One change of the ledger, and the audit record that tells it in full."""

    at: datetime  # UTC
    kind: str
    told: str
    stream: str
    seq: int
    hash: str
    batch_id: str | None
    item_id: str | None
    arrival_id: str | None
    reconciliation: str | None
    schedule: str | None
    occurrence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHead:
    """One batch without a look at its items."""

    batch_id: str
    name: str
    maker: str
    needs_approval: bool
    approver: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
    """A dropped file that was set aside as a whole."""

    sha256: str
    name: str
    folder: str
    received_at: datetime  # UTC
    quarantined: str  # why


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """What a person decided about an item."""

    kind: str
    person: str
    reason: str
    from_state: str
    to_state: str
    at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One intent and what became of it."""

    attempt: int
    at: datetime  # UTC
    login: str
    outcome: str | None
    outcome_at: datetime | None  # UTC
    audit_stream: str
    audit_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """A worker process and its last sign of life."""

    boot: str
    host: str
    pid: int
    started_at: datetime  # UTC
    beat_at: datetime  # UTC
    expires_at: datetime  # UTC


class Looking(Approving, Reading):
    """Lists for pages. Nothing is changed by what is defined here."""

    @classmethod
    def beside(cls, ledger: Book) -> Looking:
        """On *ledger*'s own connection and vault."""
        return cls._over(ledger)

    def batch_list(self, *, limit: int, skip: int = 0, waiting: bool = False) -> list[BatchRow]:
        """Batches, newest first; only those that wait for an approval."""
        batches, items = schema.batches, schema.items
        query = select(batches.c.batch_id).order_by(batches.c.filed_at.desc(), batches.c.batch_id)
        if waiting:
            state = items.c.state == ItemState.AWAITING_APPROVAL
            query = query.where(batches.c.batch_id.in_(select(items.c.batch_id).where(state)))
        with self.reading() as connection:
            known = list(connection.execute(query.limit(limit).offset(skip)).scalars())
        return [self.batch(each) for each in known]

    def batch_head(self, batch_id: str) -> BatchHead:
        """What an item's page says of its batch. Raises KeyError."""
        batches, approvals = schema.batches, schema.approvals
        query = (
            select(
                *(batches.c[each] for each in BatchHead.__slots__ if each != "approver"),
                approvals.c.approver,
            )
            .outerjoin(approvals, approvals.c.batch_id == batches.c.batch_id)
            .where(batches.c.batch_id == batch_id)
        )
        found = self._all(query)
        if not found:
            raise KeyError(batch_id)
        return BatchHead(**found[0])

    def amounts(self, batch_id: str) -> list[tuple[str, str]]:
        """Currency and amount (decimal text) of every item of one batch."""
        items = schema.items
        query = select(items.c.currency, items.c.amount).where(items.c.batch_id == batch_id)
        with self.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def find_items(self, wanted: ItemQuery, *, limit: int, skip: int = 0) -> list[ItemRow]:
        """A page of them, by batch and row."""
        items, receipts, intents = schema.items, schema.receipts, schema.intents
        attempts = (
            select(func.count()).where(intents.c.item_id == items.c.item_id).scalar_subquery()
        )
        names = [items.c[each] for each in ItemRow.__slots__ if each in items.c]
        query = (
            select(
                *names,
                attempts.label("attempts"),
                receipts.c.bank_reference,
                receipts.c.confirmed_at,
            )
            .outerjoin(receipts, receipts.c.item_id == items.c.item_id)
            .where(*wanted.where())
            .order_by(items.c.batch_id, items.c.row)
            .limit(limit)
            .offset(skip)
        )
        rows = self._all(query)
        return [ItemRow(**{**row, "state": ItemState(row["state"])}) for row in rows]

    def count_items(self, wanted: ItemQuery) -> int:
        """How many there are."""
        items, receipts = schema.items, schema.receipts
        query = select(func.count(items.c.item_id)).where(*wanted.where())
        if wanted.text:
            query = query.outerjoin(receipts, receipts.c.item_id == items.c.item_id)
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def item_row(self, item_id: str) -> ItemRow:
        """One item. Raises KeyError."""
        found = self.find_items(ItemQuery(item_id=item_id), limit=1)
        if not found:
            raise KeyError(item_id)
        return found[0]

    def payload_of(self, item_id: str) -> Payload:
        """What is keyed. Raises Illegible: the row was changed by another hand."""
        items = schema.items
        with self.reading() as connection:
            row = connection.execute(select(items).where(items.c.item_id == item_id)).one()
            return self.unsealed(row).payload

    def decisions_of(self, item_id: str) -> list[DecisionRow]:
        """What people decided about one item, first to last."""
        table = schema.decisions
        query = select(*(table.c[each] for each in DecisionRow.__slots__)).where(
            table.c.item_id == item_id
        )
        return [DecisionRow(**row) for row in self._all(query.order_by(table.c.id))]

    def attempts_of(self, item_id: str) -> list[AttemptRow]:
        """Every intent of one item."""
        table = schema.intents
        query = select(*(table.c[each] for each in AttemptRow.__slots__)).where(
            table.c.item_id == item_id
        )
        return [AttemptRow(**row) for row in self._all(query.order_by(table.c.attempt))]

    def quarantined(self, *, limit: int = 200) -> list[QuarantinedRow]:
        """Dropped files that were set aside as a whole, newest first."""
        table = schema.documents
        query = (
            select(*(table.c[each] for each in QuarantinedRow.__slots__))
            .where(table.c.quarantined.is_not(None))
            .order_by(table.c.received_at.desc())
            .limit(limit)
        )
        return [QuarantinedRow(**row) for row in self._all(query)]

    def steps(self, wanted: StepQuery, *, limit: int, skip: int = 0) -> list[StepRow]:
        """Changes of the ledger, newest first."""
        table = schema.steps
        query = select(*(table.c[each] for each in StepRow.__slots__)).where(*wanted.where())
        order = (table.c.at.desc(), table.c.seq.desc())
        return [
            StepRow(**row) for row in self._all(query.order_by(*order).limit(limit).offset(skip))
        ]

    def step_kinds(self) -> list[str]:
        """Every kind of change that there ever was."""
        query = select(schema.steps.c.kind).distinct().order_by(schema.steps.c.kind)
        with self.reading() as connection:
            return list(connection.execute(query).scalars())

    def newest(self) -> str:
        """Another text whenever something has changed: for pages that refresh themselves."""
        steps, workers = schema.steps, schema.workers
        seen = (select(func.max(steps.c.at)), select(func.count(workers.c.boot)))
        with self.reading() as connection:
            return "/".join(str(connection.execute(each).scalar()) for each in seen)

    def workers(self) -> list[WorkerRow]:
        """Who is working, the newest first."""
        table = schema.workers
        query = select(*(table.c[each] for each in WorkerRow.__slots__))
        return [WorkerRow(**row) for row in self._all(query.order_by(table.c.started_at.desc()))]

    def ended_badly(self, states: Collection[str], since: datetime) -> list[OccurrenceRow]:
        """Scheduled runs that ended in one of *states* since then, newest first."""
        table = schedule_schema.occurrences
        query = (
            select(table)
            .where(table.c.run_state.in_(states), table.c.ended_at >= since)
            .order_by(table.c.ended_at.desc())
            .limit(500)
        )
        with self.reading() as connection:
            return [occurrence_row(row) for row in connection.execute(query).mappings()]

    def oldest_waiting(self) -> Mapping[ItemState, datetime]:
        """State -> since when the longest-waiting item of it has stood so."""
        items = schema.items
        query = select(items.c.state, func.min(items.c.updated_at)).group_by(items.c.state)
        with self.reading() as connection:
            return {ItemState(state): at for state, at in connection.execute(query)}

    def _all(self, query: Select[Any]) -> list[dict[str, Any]]:
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
