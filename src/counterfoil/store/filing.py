"""Filing: a document becomes a batch and its items, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.batches import Batch, Earlier, Likeness
from counterfoil.domain.documents import Document
from counterfoil.domain.findings import Finding
from counterfoil.domain.items import ItemState, WorkItem
from counterfoil.domain.pauses import Terms
from counterfoil.errors import Quarantined
from counterfoil.store import payloads, schema
from counterfoil.store.book import Book, Fact, Transaction, context_of
from counterfoil.store.carrying import schedule

_NO_TERMS = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDocument:
    """What became of the same bytes when they came first."""

    name: str
    received_at: datetime  # UTC
    batch_id: str | None
    quarantined: str | None  # why, if it was set aside


class Filing(Book):
    """Documents, batches and their items."""

    def known_document(self, sha256: str) -> KnownDocument | None:
        """The same bytes received before, if any."""
        with self.reading() as connection:
            return _known(connection, sha256)

    def file_document(self, document: Document) -> KnownDocument | None:
        """Note that *document* arrived; what it already was, if its bytes are known."""
        with self.writing() as tx:
            known = _known(tx.connection, document.sha256)
            if known is not None:
                return known
            _insert_document(tx, document)
            tx.tell(
                Fact(
                    kind="document_received",
                    told=f"{document.name} received in {document.folder}",
                    data={"sha256": document.sha256, "size": document.size},
                )
            )
            return None

    def quarantine_document(self, document: Document, reason: str) -> None:
        """The file as a whole cannot be trusted; *reason* says why and where."""
        reason = self.redactor.text(reason)
        with self.writing() as tx:
            if _known(tx.connection, document.sha256) is None:
                _insert_document(tx, document)
            documents = schema.documents
            where = documents.c.sha256 == document.sha256
            tx.connection.execute(update(documents).where(where).values(quarantined=reason))
            tx.tell(
                Fact(
                    kind="document_quarantined",
                    told=f"{document.name}: {reason}",
                    data={"sha256": document.sha256},
                )
            )

    def file_batch(
        self,
        document: Document,
        batch: Batch,
        *,
        needs_approval: bool,
        terms: Terms = _NO_TERMS,
    ) -> str:
        """File *batch* with all its items, or nothing; give the id of the batch that stands.

        Rows with a finding of severity "hold" wait for a person, with "refuse" they are
        refused; the rest waits for the approval, or is enqueued in this transaction.
        The same document filed twice is one batch: the first.

        Args:
            terms: Priority and deadline of its items.

        Raises:
            Quarantined: One of its references is already taken in its system.
        """
        try:
            with self.writing() as tx:
                known = _known(tx.connection, document.sha256)
                if known is not None and known.batch_id is not None:
                    return known.batch_id
                if known is None:
                    _insert_document(tx, document)
                self._file(tx, batch, needs_approval, terms)
        except IntegrityError as trouble:
            raced = self.known_document(document.sha256)
            if raced is not None and raced.batch_id is not None:
                return raced.batch_id
            raise self._taken(batch) from trouble
        return batch.batch_id

    def _taken(self, batch: Batch) -> Quarantined:
        """One of our references is another item's: which row's, and whose it is."""
        items, batches = schema.items, schema.batches
        ours = {item.reference: item.row for item in batch.items}
        query = (
            select(items.c.reference, items.c.row, batches.c.name, batches.c.batch_id)
            .join(batches, batches.c.batch_id == items.c.batch_id)
            .where(items.c.system == batch.system, items.c.reference.in_(ours))
        )
        with self.reading() as connection:
            found = connection.execute(query).first()
        if found is None:
            return Quarantined("not_filed", f"{batch.name} contradicts what the ledger holds")
        return Quarantined(
            "reference_taken",
            f"{batch.name}, row {ours[found.reference]}: our reference {found.reference} in"
            f" {batch.system} is row {found.row} of {found.name} ({found.batch_id})",
            remedy="save the file once more, so that its references are made anew, and drop it",
        )

    def _file(self, tx: Transaction, batch: Batch, needs_approval: bool, terms: Terms) -> None:
        _insert_batch(tx, batch, needs_approval)
        normal = ItemState.AWAITING_APPROVAL if needs_approval else ItemState.READY
        worst = _worst_by_row(batch.findings)
        common = {"priority": int(terms.priority), "deadline_at": terms.deadline_at}
        rows = [
            {**self._item_row(tx, item, worst.get(item.row), normal), **common}
            for item in batch.items
        ]
        if rows:
            tx.connection.execute(insert(schema.items), rows)
            _insert_likenesses(tx, batch.items)
        _insert_findings(tx, batch)
        ready = [(str(row["item_id"]), 1) for row in rows if row["state"] is ItemState.READY]
        schedule(tx, batch.system, ready, tx.now, urgency=int(terms.priority))
        tx.tell(
            Fact(
                kind="batch_filed",
                told=f"{batch.name}: {len(rows)} items, {batch.rows_read} rows read",
                batch_id=batch.batch_id,
                data={"digest": batch.digest(), "needs_approval": needs_approval},
            )
        )

    def _item_row(
        self, tx: Transaction, item: WorkItem, finding: Finding | None, normal: ItemState
    ) -> dict[str, object]:
        state = _STATE_OF.get(finding.severity, normal) if finding else normal
        return {
            "item_id": item.item_id,
            "batch_id": item.batch_id,
            "row": item.row,
            "system": item.system,
            "reference": item.reference,
            "kind": item.kind,
            "currency": item.payload.currency,
            "amount": f"{item.payload.total():f}",
            "payload": self.sealer().seal(
                payloads.dump(item.payload), context=context_of(item.item_id)
            ),
            "payload_sha256": item.payload_sha256(),
            "state": state,
            "code": finding.code if finding and state is not normal else None,
            "reason": self.redactor.text(finding.message)
            if finding and state is not normal
            else None,
            "due_at": tx.now if state is ItemState.READY else None,
            "visit": 1 if state is ItemState.READY else 0,
            "updated_at": tx.now,
        }

    def earlier(self, batch: Batch) -> tuple[Earlier, ...]:
        """Items of earlier batches of its system that look like one of *batch*."""
        sought: dict[str, list[str]] = {}
        for item in batch.items:
            for each in payloads.prints(item.payload).values():
                sought.setdefault(each, []).append(item.item_id)
        keys, query = list(sought), _alike(batch)
        found: list[Earlier] = []
        with self.reading() as connection:
            for at in range(0, len(keys), 500):
                rows = connection.execute(query, {"prints": keys[at : at + 500]}).all()
                found += [_earlier(row, ours) for row in rows for ours in sought[row.print]]
        return tuple(found)


def _alike(batch: Batch) -> Select[Any]:
    likenesses, items, batches = schema.likenesses, schema.items, schema.batches
    return (
        select(
            likenesses.c.likeness,
            likenesses.c.print,
            items.c.item_id,
            items.c.row,
            items.c.state,
            items.c.amount,
            items.c.currency,
            items.c.unconfirmed_since,
            batches.c.name,
        )
        .join(items, items.c.item_id == likenesses.c.item_id)
        .join(batches, batches.c.batch_id == items.c.batch_id)
        .where(
            likenesses.c.print.in_(bindparam("prints", expanding=True)),
            items.c.system == batch.system,
            items.c.batch_id != batch.batch_id,
        )
        .order_by(batches.c.filed_at.desc(), items.c.row)
    )


def _earlier(row: Row[Any], ours: str) -> Earlier:
    state = ItemState(row.state)
    over = state in (ItemState.REFUSED, ItemState.CANCELLED) and row.unconfirmed_since is None
    return Earlier(
        ours=ours,
        likeness=Likeness(row.likeness),
        item_id=row.item_id,
        row=row.row,
        file=row.name,
        state=state,
        amount=row.amount,
        currency=row.currency,
        may_be_booked=not over,
    )


def _insert_likenesses(tx: Transaction, items: tuple[WorkItem, ...]) -> None:
    rows = [
        {"item_id": item.item_id, "likeness": likeness, "print": each}
        for item in items
        for likeness, each in payloads.prints(item.payload).items()
    ]
    tx.connection.execute(insert(schema.likenesses), rows)


#: What a finding makes of its row; a note changes nothing.
_STATE_OF = {"hold": ItemState.ON_HOLD, "refuse": ItemState.REFUSED}


def _known(connection: Connection, sha256: str) -> KnownDocument | None:
    documents, batches = schema.documents, schema.batches
    query = (
        select(
            documents.c.name,
            documents.c.received_at,
            documents.c.quarantined,
            batches.c.batch_id,
        )
        .outerjoin(batches, batches.c.document_sha256 == documents.c.sha256)
        .where(documents.c.sha256 == sha256)
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else KnownDocument(**row)


def _insert_document(tx: Transaction, document: Document) -> None:
    tx.connection.execute(
        insert(schema.documents).values(
            sha256=document.sha256,
            name=document.name,
            size=document.size,
            folder=document.folder,
            path=str(document.path),
            received_at=document.received_at,
        )
    )


def _insert_batch(tx: Transaction, batch: Batch, needs_approval: bool) -> None:
    tx.connection.execute(
        insert(schema.batches).values(
            batch_id=batch.batch_id,
            document_sha256=batch.document_sha256,
            name=batch.name,
            system=batch.system,
            sheet_map=batch.sheet_map,
            maker=batch.maker,
            rows_read=batch.rows_read,
            digest=batch.digest(),
            needs_approval=needs_approval,
            filed_at=tx.now,
        )
    )


def _insert_findings(tx: Transaction, batch: Batch) -> None:
    rows = [
        {
            "batch_id": batch.batch_id,
            "code": each.code,
            "severity": each.severity,
            "message": tx.book.redactor.text(each.message),
            "row": each.row,
            "column": each.column,
            "cell": each.cell,
        }
        for each in batch.findings
    ]
    if rows:
        tx.connection.execute(insert(schema.findings), rows)


def _worst_by_row(findings: tuple[Finding, ...]) -> dict[int, Finding]:
    order = {"note": 0, "hold": 1, "refuse": 2}
    worst: dict[int, Finding] = {}
    for each in findings:
        known = worst.get(each.row) if each.row is not None else None
        if each.row is not None and (known is None or order[each.severity] > order[known.severity]):
            worst[each.row] = each
    return worst
