"""Four eyes: an approval is bound to what was seen, and to what is stored now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, case, insert, select, update

from counterfoil.domain.approvals import Approval, plain_name
from counterfoil.domain.items import ItemState, WorkItem
from counterfoil.domain.values import digest_of
from counterfoil.errors import Refused
from counterfoil.store import schema, states
from counterfoil.store.book import Fact, Illegible, Transaction
from counterfoil.store.carrying import schedule
from counterfoil.store.claims import Claims
from counterfoil.store.deciding import Word, need_reason


class Approving(Claims):
    """Batches that wait for a second person."""

    def batch_items(self, batch_id: str) -> tuple[WorkItem, ...]:
        """The batch's items in order, payloads opened. Raises Illegible."""
        with self.reading() as connection:
            items = schema.items
            query = select(items).where(items.c.batch_id == batch_id).order_by(items.c.row)
            return tuple(self.unsealed(row) for row in connection.execute(query))

    def stored_digest(self, batch_id: str) -> str:
        """``Batch.digest()`` of what is stored now, from the opened payloads.

        Raises:
            Illegible: An item's row was changed by another hand.
        """
        with self.reading() as connection:
            batches = schema.batches
            query = select(batches.c.document_sha256).where(batches.c.batch_id == batch_id)
            document = connection.execute(query).scalar_one()
        return _digest(batch_id, document, self.batch_items(batch_id))

    def approve(
        self, batch_id: str, *, approver: str, digest: str, items: int | None = None
    ) -> Approval:
        """Let the batch's waiting items be keyed; enqueue them in the same transaction.

        Args:
            digest: What the approver saw; one changed byte since then voids it.
            items: How many of them the approver saw waiting: one that was refused since then
                voids it, too. None: nobody counted.

        Raises:
            Refused: "not_waiting", "self_approval", "digest_differs" or "row_changed";
                nothing is changed, and the attempt is on the record.
        """
        try:
            return self._approve(batch_id, approver, digest, items)
        except Refused as refusal:
            self._note_refusal(batch_id, approver, refusal)
            raise

    def refuse_batch(self, batch_id: str, word: Word) -> int:
        """Say no to a waiting batch: its waiting items are cancelled; how many they were.

        Raises:
            Refused: "not_waiting" or "no_reason"; nothing is changed.
        """
        need_reason(word)
        with self.writing() as tx:
            batch = self._waiting_batch(tx, batch_id)
            states.check(ItemState.AWAITING_APPROVAL, ItemState.CANCELLED, batch_id)
            items, reason = schema.items, self.redactor.text(word.reason)
            waiting = (items.c.batch_id == batch_id) & (
                items.c.state == ItemState.AWAITING_APPROVAL
            )
            changed = tx.connection.execute(
                update(items)
                .where(waiting)
                .values(
                    state=ItemState.CANCELLED,
                    code="cancel",
                    reason=reason,
                    due_at=None,
                    updated_at=tx.now,
                )
                .returning(items.c.item_id)
            )
            refused = sorted(changed.scalars())
            if not refused:
                raise Refused("not_waiting", f"nothing of {batch_id} waits for an approval")
            decided = {
                "kind": "cancel",
                "person": plain_name(word.person),
                "maker": plain_name(batch.maker),
                "reason": reason,
                "from_state": ItemState.AWAITING_APPROVAL,
                "to_state": ItemState.CANCELLED,
                "at": tx.now,
            }
            rows = [{"item_id": each, **decided} for each in refused]
            tx.connection.execute(insert(schema.decisions), rows)
            tx.tell(
                Fact(
                    kind="batch_refused",
                    told=f"{len(refused)} items refused: {word.reason}",
                    batch_id=batch_id,
                    data={"digest": batch.digest, "items": len(refused)},
                    person=word.person,
                )
            )
            return len(refused)

    def _approve(self, batch_id: str, approver: str, digest: str, items: int | None) -> Approval:
        with self.writing() as tx:
            batch = self._waiting_batch(tx, batch_id)
            if plain_name(approver) == plain_name(batch.maker):
                raise Refused(
                    "self_approval", f"{approver} dropped this batch: somebody else looks"
                )
            self._check_digest(tx, batch, digest)
            approval = Approval(batch_id=batch_id, digest=digest, approver=approver, at=tx.now)
            tx.connection.execute(
                insert(schema.approvals).values(
                    batch_id=batch_id,
                    digest=digest,
                    approver=plain_name(approver),
                    maker=plain_name(batch.maker),
                    at=tx.now,
                )
            )
            ready = self._make_ready(tx, batch_id, batch.system)
            if not ready:
                raise Refused("not_waiting", f"nothing of {batch_id} waits for an approval")
            if items not in (None, ready):
                raise Refused("digest_differs", f"{items} items were seen, and {ready} wait now")
            tx.tell(
                Fact(
                    kind="batch_approved",
                    told=f"{ready} items approved",
                    batch_id=batch_id,
                    data={"digest": digest, "approver": approver, "items": ready},
                    person=approver,
                )
            )
            return approval

    def _waiting_batch(self, tx: Transaction, batch_id: str) -> Row[tuple[object, ...]]:
        batches, approvals = schema.batches, schema.approvals
        query = select(batches).where(batches.c.batch_id == batch_id).with_for_update()
        batch = tx.connection.execute(query).one_or_none()
        if batch is None or not batch.needs_approval:
            raise Refused("not_waiting", f"{batch_id} is not a batch that waits for an approval")
        approved = select(approvals.c.approver).where(approvals.c.batch_id == batch_id)
        if by := tx.connection.execute(approved).scalar():
            raise Refused("not_waiting", f"{batch_id} is approved by {by} already")
        return batch

    def _check_digest(self, tx: Transaction, batch: Row[tuple[object, ...]], digest: str) -> None:
        """From the items as stored: a row that was edited by hand has another digest."""
        values = batch._mapping
        items = schema.items
        query = select(items).where(items.c.batch_id == values["batch_id"]).order_by(items.c.row)
        try:
            stored = [self.unsealed(row) for row in tx.connection.execute(query)]
        except Illegible as trouble:
            raise Refused("row_changed", str(trouble)) from trouble
        now = _digest(values["batch_id"], values["document_sha256"], stored)
        if now != values["digest"]:
            raise Refused("row_changed", f"{values['batch_id']} is not what was filed")
        if digest != now:
            raise Refused("digest_differs", f"{values['batch_id']} is not what was approved")

    def _make_ready(self, tx: Transaction, batch_id: str, system: str) -> int:
        """Enqueue what waited, each with its priority and not before its time; how many."""
        items = schema.items
        states.check(ItemState.AWAITING_APPROVAL, ItemState.READY, batch_id)
        due_at = case((items.c.not_before > tx.now, items.c.not_before), else_=tx.now)
        changed = tx.connection.execute(
            update(items)
            .where(items.c.batch_id == batch_id, items.c.state == ItemState.AWAITING_APPROVAL)
            .values(state=ItemState.READY, due_at=due_at, visit=1, updated_at=tx.now)
            .returning(items.c.item_id, items.c.due_at, items.c.priority)
        ).all()
        alike: dict[tuple[datetime, int], list[tuple[str, int]]] = {}
        for item_id, due, priority in sorted(tuple(each) for each in changed):
            alike.setdefault((due, priority), []).append((item_id, 1))
        for (due, priority), visits in alike.items():
            schedule(tx, system, visits, due, urgency=priority)
        return len(changed)

    def _note_refusal(self, batch_id: str, approver: str, refusal: Refused) -> None:
        with self.writing() as tx:
            batches = schema.batches
            known = select(batches.c.batch_id).where(batches.c.batch_id == batch_id)
            tx.tell(
                Fact(
                    kind="approval_refused",
                    told=refusal.reason,
                    batch_id=tx.connection.execute(known).scalar(),
                    data={"code": refusal.code, "approver": approver},
                    person=approver,
                )
            )


def _digest(batch_id: str, document_sha256: str, items: Sequence[WorkItem]) -> str:
    """The same as ``Batch.digest()``: a test compares the two."""
    return digest_of(
        {
            "batch": batch_id,
            "document": document_sha256,
            "items": [[each.item_id, each.payload_sha256()] for each in items],
        }
    )
