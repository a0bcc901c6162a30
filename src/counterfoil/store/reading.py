"""What people and reports read: progress, states, histories, witnesses. Nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, union

from counterfoil.domain.items import SETTLED, ItemState
from counterfoil.domain.pauses import EVERYWHERE, PauseKind
from counterfoil.store import schema
from counterfoil.store.book import Book
from counterfoil.store.stops import in_maintenance

NAMES_AT_ONCE = 500  # in one question


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item as lists and result workbooks show it; nothing that must stay sealed."""

    item_id: str
    batch_id: str
    row: int
    system: str
    reference: str
    kind: str
    currency: str
    amount: str  # decimal text
    state: ItemState
    code: str | None
    reason: str | None
    due_at: datetime | None  # UTC
    updated_at: datetime  # UTC
    attempts: int
    bank_reference: str | None
    confirmed_at: datetime | None  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One batch and how far it got."""

    batch_id: str
    name: str
    system: str
    sheet_map: str
    maker: str
    digest: str
    document_sha256: str
    document_path: str  # our own copy
    folder: str  # the watched folder's name in config.toml
    rows_read: int
    needs_approval: bool
    filed_at: datetime  # UTC
    approver: str | None
    states: Mapping[ItemState, int]
    unconfirmed: int  # settled, but the enquiry that bears it out is still owed

    @property
    def complete(self) -> bool:
        """Nothing more happens by itself, and nothing is owed."""
        return self.unconfirmed == 0 and all(each in SETTLED for each in self.states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of an item's history, and the audit record that tells it in full."""

    at: datetime  # UTC
    kind: str
    told: str
    stream: str
    seq: int


class Reading(Book):
    """Lists, counts and histories."""

    def batches(self, *, changed_since: datetime | None = None) -> list[BatchRow]:
        """Every batch, newest first; or those of which an item changed since then (UTC)."""
        batches, items = schema.batches, schema.items
        query = select(batches.c.batch_id).order_by(batches.c.filed_at.desc())
        if changed_since is not None:
            changed = select(items.c.batch_id).where(items.c.updated_at >= changed_since)
            query = query.where(batches.c.batch_id.in_(changed))
        with self.reading() as connection:
            known = list(connection.execute(query).scalars())
        return self.batches_of(known)

    def batch(self, batch_id: str) -> BatchRow:
        """One batch. Raises KeyError when there is none."""
        found = self.batches_of([batch_id])
        if not found:
            raise KeyError(batch_id)
        return found[0]

    def batches_of(self, names: Sequence[str]) -> list[BatchRow]:
        """These batches, in this order; those that there are not are left out."""
        found: dict[str, BatchRow] = {}
        for at in range(0, len(names), NAMES_AT_ONCE):
            with self.reading() as connection:
                found |= _batches(connection, names[at : at + NAMES_AT_ONCE])
        return [found[each] for each in names if each in found]

    def last_change(self, batch_id: str) -> datetime:
        """When an item of the batch changed last (UTC)."""
        items = schema.items
        query = select(func.max(items.c.updated_at)).where(items.c.batch_id == batch_id)
        with self.reading() as connection:
            found: datetime = connection.execute(query).scalar_one()
            return found

    def items(
        self,
        *,
        batch_id: str | None = None,
        state: ItemState | None = None,
        limit: int = 100_000,
    ) -> list[ItemRow]:
        """Items by batch and row."""
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
            .order_by(items.c.batch_id, items.c.row)
            .limit(limit)
        )
        if batch_id is not None:
            query = query.where(items.c.batch_id == batch_id)
        if state is not None:
            query = query.where(items.c.state == state)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [ItemRow(**{**row, "state": ItemState(row["state"])}) for row in rows]

    def counts(self, *, system: str | None = None) -> dict[ItemState, int]:
        """How many items stand in each state."""
        items = schema.items
        query = select(items.c.state, func.count()).group_by(items.c.state)
        if system is not None:
            query = query.where(items.c.system == system)
        with self.reading() as connection:
            return {ItemState(state): count for state, count in connection.execute(query)}

    def open_items(self, *, besides: Collection[str] = ()) -> int:
        """How many items something still happens to by itself; not in maintenance.

        Args:
            besides: Systems that are not looked at.
        """
        items, systems, pauses = schema.items, schema.systems, schema.pauses
        frozen = select(systems.c.system).where(systems.c.frozen)
        maintained = select(pauses.c.system).where(pauses.c.kind == PauseKind.MAINTENANCE)
        query = select(func.count()).where(
            items.c.due_at.is_not(None),
            items.c.system.not_in(frozen),
            items.c.system.not_in(besides),
            items.c.system.not_in(maintained),
        )
        with self.reading() as connection:
            if in_maintenance(connection, EVERYWHERE):
                return 0
            return connection.execute(query).scalar_one()

    def history(self, item_id: str) -> list[Step]:
        """What happened to the item, first to last."""
        steps = schema.steps
        query = (
            select(steps.c.at, steps.c.kind, steps.c.told, steps.c.stream, steps.c.seq)
            .where(steps.c.item_id == item_id)
            .order_by(steps.c.at, steps.c.seq)
        )
        with self.reading() as connection:
            return [Step(**row) for row in connection.execute(query).mappings()]

    def maker_of(self, item_id: str) -> str | None:
        """Who dropped the batch of an item; None: there is no such item."""
        items, batches = schema.items, schema.batches
        query = (
            select(batches.c.maker)
            .join(items, items.c.batch_id == batches.c.batch_id)
            .where(items.c.item_id == item_id)
        )
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def findings(self, batch_id: str) -> list[dict[str, Any]]:
        """What was wrong or odd with the batch's rows, by the names of ``Finding``."""
        findings = schema.findings
        names = ("code", "severity", "message", "row", "column", "cell")
        query = (
            select(*(findings.c[each] for each in names))
            .where(findings.c.batch_id == batch_id)
            .order_by(findings.c.id)
        )
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def frozen_systems(self) -> dict[str, str]:
        """System -> why nothing may be keyed into it."""
        systems = schema.systems
        query = select(systems.c.system, systems.c.reason).where(systems.c.frozen)
        with self.reading() as connection:
            return {system: reason or "" for system, reason in connection.execute(query)}

    def witnesses(self) -> Iterator[str]:
        """JSON lines ``{"hash","seq","stream"}``: what the audit log must still contain.

        Every step, and every intent once more from its own row.
        """
        steps, intents = schema.steps, schema.intents
        query = union(
            select(steps.c.hash, steps.c.seq, steps.c.stream),
            select(intents.c.audit_hash, intents.c.audit_seq, intents.c.audit_stream),
        ).order_by("stream", "seq")
        with self.reading() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query).mappings():
                yield json.dumps(dict(row), sort_keys=True, separators=(",", ":"))


def _batches(connection: Connection, names: Sequence[str]) -> dict[str, BatchRow]:
    batches, approvals, items = schema.batches, schema.approvals, schema.items
    documents = schema.documents
    query = (
        select(
            batches,
            approvals.c.approver,
            documents.c.path.label("document_path"),
            documents.c.folder,
        )
        .join(documents, documents.c.sha256 == batches.c.document_sha256)
        .outerjoin(approvals, approvals.c.batch_id == batches.c.batch_id)
        .where(batches.c.batch_id.in_(names))
    )
    mine = items.c.batch_id.in_(names)
    counted = (
        select(items.c.batch_id, items.c.state, func.count())
        .where(mine, items.c.state.in_(list(ItemState)))  # by the index of both
        .group_by(items.c.batch_id, items.c.state)
    )
    owed = (
        select(items.c.batch_id, func.count())
        .where(mine, items.c.unconfirmed_since.is_not(None))
        .group_by(items.c.batch_id)
    )
    states: dict[str, dict[ItemState, int]] = {}
    for batch_id, state, count in connection.execute(counted):
        states.setdefault(batch_id, {})[ItemState(state)] = count
    unconfirmed = dict(map(tuple, connection.execute(owed)))
    return {
        row["batch_id"]: BatchRow(
            **row,
            states=states.get(row["batch_id"], {}),
            unconfirmed=unconfirmed.get(row["batch_id"], 0),
        )
        for row in connection.execute(query).mappings()
    }
