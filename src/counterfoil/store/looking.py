"""What a supervisor's pages look at: lists by page, the newest steps, who works. Read only."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select, union

from counterfoil.domain.items import ItemState, Payload
from counterfoil.store import schedule_schema, schema
from counterfoil.store.approving import Approving
from counterfoil.store.book import Book
from counterfoil.store.reading import BatchRow, ItemRow, Reading
from counterfoil.store.schedule_book import OccurrenceRow, occurrence_row
from counterfoil.store.searching import (
    ITEM_ID,
    ORDER,
    Contains,
    ItemQuery,
    Place,
    StepQuery,
    down_to,
    older,
)

#: Changes that are read at a time in search of a text: some hundredths of a second.
PIECE = 50_000
SEARCH_SECONDS = 0.15
NAMED_MAX = 100
#: States of which the age says something.
WAITING = (
    ItemState.AWAITING_APPROVAL,
    ItemState.READY,
    ItemState.KEYING,
    ItemState.IN_DOUBT,
    ItemState.ON_HOLD,
    ItemState.FAILED,
)


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


@dataclass(frozen=True, slots=True)
class Found:
    """What a search through the changes brought, the newest first."""

    rows: list[StepRow]
    further: Place | None  # there is more after it, or it was not looked at; None: that is all


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
            mine = items.c.batch_id == batches.c.batch_id
            state = items.c.state == ItemState.AWAITING_APPROVAL
            query = query.where(select(items.c.item_id).where(state, mine).exists())
        with self.reading() as connection:
            known = list(connection.execute(query.limit(limit).offset(skip)).scalars())
        return self.batches_of(known)

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

    def batch_before(self, row: BatchRow) -> tuple[str, str] | None:
        """Id and name of the last batch of the same kind before *row*; None: it is the first."""
        batches = schema.batches
        query = (
            select(batches.c.batch_id, batches.c.name)
            .where(
                batches.c.sheet_map == row.sheet_map,
                batches.c.system == row.system,
                batches.c.filed_at < row.filed_at,
            )
            .order_by(batches.c.filed_at.desc())
            .limit(1)
        )
        return next(((each["batch_id"], each["name"]) for each in self._all(query)), None)

    def amounts(self, batch_id: str) -> list[tuple[str, str]]:
        """Currency and amount (decimal text) of every item of one batch."""
        items = schema.items
        query = select(items.c.currency, items.c.amount).where(items.c.batch_id == batch_id)
        with self.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def waiting_items(self, batch_id: str) -> frozenset[str]:
        """Ids of the items of one batch that wait for its approval."""
        items = schema.items
        waiting = items.c.state == ItemState.AWAITING_APPROVAL
        query = select(items.c.item_id).where(items.c.batch_id == batch_id, waiting)
        with self.reading() as connection:
            return frozenset(connection.execute(query).scalars())

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
            .where(*wanted.where(self._contains))
            .order_by(items.c.batch_id, items.c.row)
            .limit(limit)
            .offset(skip)
        )
        rows = self._all(query)
        return [ItemRow(**{**row, "state": ItemState(row["state"])}) for row in rows]

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
        """Changes of the ledger, newest first, however long it takes to find them."""
        return self.find_steps(wanted, limit=limit + skip, seconds=None).rows[skip:]

    def find_steps(
        self,
        wanted: StepQuery,
        *,
        limit: int,
        after: Place | None = None,
        seconds: float | None = SEARCH_SECONDS,
    ) -> Found:
        """Changes of the ledger, newest first, from *after* on.

        Args:
            seconds: A search for a text that takes longer says how far it came.
        """
        named = self._items_named(wanted.text) if wanted.text else []
        if named:
            of_them = schema.steps.c.item_id.in_(named)
            return self._page([*wanted.bounds(), of_them], after, limit)
        if not wanted.text:
            return self._page(wanted.bounds(), after, limit)
        return self._search(wanted, after, limit, seconds)

    def _search(
        self, wanted: StepQuery, after: Place | None, limit: int, seconds: float | None
    ) -> Found:
        """Piece by piece, so that a million rows hold nobody up."""
        begun, rows = time.monotonic(), list[StepRow]()
        has_text = wanted.has_text(self._contains)
        while True:  # ends: every piece is older than the one before
            edge = self._edge(wanted, after)
            piece = [] if edge is None else [down_to(edge)]
            found = self._page([*wanted.bounds(), *piece, has_text], after, limit - len(rows))
            rows += found.rows
            if found.further is not None or edge is None:
                return Found(rows, found.further)
            is_late = seconds is not None and time.monotonic() - begun >= seconds
            if is_late or len(rows) == limit:
                return Found(rows, edge)
            after = edge

    def _edge(self, wanted: StepQuery, after: Place | None) -> Place | None:
        """Where the next piece ends; None: at the last row."""
        steps = schema.steps
        more = [] if after is None else [older(after)]
        query = (
            select(steps.c.at, steps.c.stream, steps.c.seq)
            .where(*wanted.bounds(), *more)
            .order_by(*ORDER)
            .limit(1)
            .offset(PIECE)
        )
        return next((tuple(each.values()) for each in self._all(query)), None)

    def _page(self, where: Sequence[ColumnElement[bool]], after: Place | None, limit: int) -> Found:
        steps = schema.steps
        more = [] if after is None else [older(after)]
        query = select(*(steps.c[each] for each in StepRow.__slots__)).where(*where, *more)
        rows = [StepRow(**row) for row in self._all(query.order_by(*ORDER).limit(limit + 1))]
        last = rows[limit - 1] if len(rows) > limit else None
        return Found(rows[:limit], None if last is None else (last.at, last.stream, last.seq))

    def place_of(self, stream: str, seq: int) -> Place | None:
        """Where a list of changes goes on after that record; None: there is no such change."""
        steps = schema.steps
        query = select(steps.c.at).where(steps.c.stream == stream, steps.c.seq == seq)
        return next(((each["at"], stream, seq) for each in self._all(query)), None)

    def _items_named(self, text: str) -> list[str]:
        """Items that are called exactly so: by id, our reference or the bank's."""
        items, receipts = schema.items, schema.receipts
        if ITEM_ID.fullmatch(text):
            return [text]
        ours = select(items.c.item_id).where(items.c.reference == text)
        theirs = select(receipts.c.item_id).where(receipts.c.bank_reference == text)
        return [str(each["item_id"]) for each in self._all(union(ours, theirs).limit(NAMED_MAX))]

    def step_kinds(self) -> list[str]:
        """Every kind of change that there ever was, each found by the index."""
        steps = schema.steps
        kinds = select(func.min(steps.c.kind).label("kind")).cte("kinds", recursive=True)
        later = select(func.min(steps.c.kind)).where(steps.c.kind > kinds.c.kind)
        kinds = kinds.union_all(select(later.scalar_subquery()).where(kinds.c.kind.is_not(None)))
        query = select(kinds.c.kind).where(kinds.c.kind.is_not(None))
        with self.reading() as connection:
            return list(connection.execute(query).scalars())

    def newest(self) -> str:
        """Another text whenever something has changed: for pages that refresh themselves."""
        steps, workers = schema.steps, schema.workers
        seen = (select(func.max(steps.c.at)), select(func.count(workers.c.boot)))
        with self.reading() as connection:
            return "/".join(str(connection.execute(each).scalar()) for each in seen)

    def newest_of(self, item_id: str) -> str:
        """The same of one item."""
        steps = schema.steps
        newest = select(func.max(steps.c.at)).where(steps.c.item_id == item_id)
        with self.reading() as connection:
            return str(connection.execute(newest).scalar())

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
        """State -> since when the longest-waiting item of it has stood so; what still moves."""
        items = schema.items
        found: dict[ItemState, datetime] = {}
        with self.reading() as connection:
            for state in WAITING:
                oldest = select(func.min(items.c.updated_at)).where(items.c.state == state)
                at = connection.execute(oldest).scalar()
                if at is not None:
                    found[state] = at
        return found

    @property
    def _contains(self) -> Contains:
        return Contains(self.engine.dialect.name)

    def _all(self, query: Select[Any] | CompoundSelect[Any]) -> list[dict[str, Any]]:
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
