"""Claims and intents: who may key an item now, and the durable word that a click may follow.

A claim is taken by compare-and-set and carries a token that grows; whatever is written
later names it, so that a worker that was thought dead changes nothing any more. A
claim of a dead worker is taken over, with everything that it left open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import ItemState, WorkItem
from counterfoil.errors import ClaimLost, SetupError
from counterfoil.store import payloads, schema, states
from counterfoil.store.book import Book, Fact, Illegible, Transaction, context_of
from counterfoil.store.entitled import may_be_keyed
from counterfoil.store.prepared import (
    INTEND,
    INTENTS,
    ITEM,
    ITEM_LOCKED,
    LAST_ATTEMPT,
    LEASE_LOCKED,
    RECEIPT,
    STILL_OURS,
    TAKE_ITEM,
)
from counterfoil.store.stops import in_maintenance, is_frozen, is_past

#: States with work for a bot: the last two owe an enquiry, or they are settled.
WORKABLE = frozenset(
    {
        ItemState.READY,
        ItemState.KEYING,
        ItemState.IN_DOUBT,
        ItemState.POSTED,
        ItemState.REFUSED,
    }
)
_OWING = frozenset({ItemState.POSTED, ItemState.REFUSED})
_PAYLOADS_TRIED = 5
#: An item that so many workers in a row died with is what they die of: a person looks.
TAKEOVERS_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """An item that is ours, as the ledger knew it when it became ours."""

    item_id: str
    token: int
    attempts: int  # intents since a person last released it, the void ones left out
    troubles: int
    open_intent: IntentRow | None
    unconfirmed_since: datetime | None  # UTC
    bookings_expected: int
    bank_reference: str | None  # the receipt's, if there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRow:
    """One intent as it stands in the ledger."""

    item_id: str
    attempt: int
    at: datetime  # UTC
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRow:
    """One worker's right to one bank login."""

    system: str
    login: str
    token: int


class PendingIntent:
    """An intent in a transaction that is still open: not durable, and no click yet."""

    def __init__(self, transaction: Transaction, intent: IntentRow) -> None:
        self._transaction = transaction
        self.intent = intent

    def make_durable(self) -> None:
        """Audit log first, then the ledger. Raises AuditLost, LedgerLost."""
        try:
            self._transaction.commit()
        finally:
            self._transaction.close()

    def drop(self) -> None:
        """Let it never have been."""
        self._transaction.close()


class Claims(Book):
    """Items on their way to a worker."""

    def item(self, item_id: str) -> WorkItem:
        """The item with its payload opened, proved to be what was filed.

        Raises:
            Illegible: The row was changed by another hand than ours.
        """
        with self.reading() as connection:
            row = connection.execute(ITEM, {"the_item": item_id}).one()
        return self.unsealed(row)

    def workable(self, item_id: str, visit: int) -> tuple[WorkItem, bool] | None:
        """The item, and whether it was begun; None: *visit* is not its current one, or not due.

        Raises:
            Illegible: The row was changed by another hand than ours.
        """
        with self.reading() as connection:
            row = connection.execute(ITEM, {"the_item": item_id}).one()
        if row.visit != visit or row.due_at is None or row.due_at > self.now():
            return None
        return self.unsealed(row), row.state in (ItemState.KEYING, ItemState.IN_DOUBT)

    def unsealed(self, row: Row[tuple[object, ...]]) -> WorkItem:
        """*row* of items as the item that was filed. Raises Illegible."""
        values = row._mapping
        item_id = values["item_id"]
        sealer = self.sealer()
        try:
            payload = payloads.load(sealer.open(values["payload"], context=context_of(item_id)))
        except (ValueError, KeyError, TypeError, AttributeError) as trouble:
            raise Illegible(f"{item_id}: the payload does not open") from trouble
        item = WorkItem(
            item_id=item_id,
            batch_id=values["batch_id"],
            row=values["row"],
            system=values["system"],
            reference=values["reference"],
            payload=payload,
        )
        if item.payload_sha256() != values["payload_sha256"]:
            raise Illegible(f"{item_id}: the row is not what was filed")
        return item

    def check_vault(self) -> None:
        """Make sure that our key opens what others sealed, before a row is called altered.

        Raises:
            SetupError: It opens none of the newest payloads.
        """
        items = schema.items
        query = select(items.c.item_id, items.c.payload).order_by(items.c.updated_at.desc())
        with self.reading() as connection:
            rows = connection.execute(query.limit(_PAYLOADS_TRIED)).all()
        if rows and not any(self._opens(row.item_id, row.payload) for row in rows):
            raise SetupError(
                "keys/vault.key of this data folder opens no payload of the ledger:"
                " copy the one of the machine that filed them"
            )

    def _opens(self, item_id: str, payload: bytes) -> bool:
        try:
            self.sealer().open(payload, context=context_of(item_id))
        except ValueError:
            return False
        return True

    def claim(self, item_id: str) -> ClaimRow | None:
        """Take the item, or None: settled, held by a worker that lives, or stopped.

        Stopped: its system is frozen or in maintenance, its deadline has passed, or it was
        parked just now: as poison, or because its approval does not hold any more.
        """
        with self.writing(durable=False) as tx:
            row = tx.connection.execute(ITEM_LOCKED, {"the_item": item_id}).one()
            if not self._may_claim(tx, row):
                return None
            takeovers = row.takeovers + (row.holder is not None)
            code, told = "poison", f"{takeovers} workers in a row died with it"
            if takeovers <= TAKEOVERS_MAX:
                if self._is_entitled(tx, row):
                    return self._take_item(tx, row, takeovers)
                code, told = "approval_void", "nobody who may say so has approved what is stored"
        self._park_unclaimed(item_id, row.token, code, told)
        return None

    def _is_entitled(self, tx: Transaction, row: Row[tuple[object, ...]]) -> bool:
        """What would be keyed is approved; an open intent is looked up whatever came."""
        if row._mapping["state"] not in (ItemState.READY, ItemState.KEYING):
            return True
        item_id, at = row._mapping["item_id"], tx.connection
        return may_be_keyed(at, item_id) or open_intent(at, item_id) is not None

    def _take_item(
        self, tx: Transaction, row: Row[tuple[object, ...]], takeovers: int
    ) -> ClaimRow | None:
        values = row._mapping
        state = ItemState(values["state"])
        after = state if state in _OWING else ItemState.KEYING
        states.check(state, after, values["item_id"])
        taken = tx.connection.execute(
            TAKE_ITEM,
            {
                "the_item": values["item_id"],
                "the_token": values["token"],
                "the_state": after,
                "the_boot": self.boot,
                "the_takeovers": takeovers,
                "the_instant": tx.now,
            },
        )
        return _claim_row(tx.connection, row) if taken.rowcount == 1 else None

    def _park_unclaimed(self, item_id: str, token: int, code: str, told: str) -> None:
        """Unless somebody had it in the meantime."""
        with self.writing() as tx:
            if tx.connection.execute(ITEM_LOCKED, {"the_item": item_id}).one().token == token:
                self._park(tx, item_id, code, told)

    def _may_claim(self, tx: Transaction, row: Row[tuple[object, ...]]) -> bool:
        values = row._mapping
        state = ItemState(values["state"])
        if state not in WORKABLE:
            return False
        if state in _OWING and values["unconfirmed_since"] is None:
            return False
        if values["holder"] is not None and not self.is_dead(tx, values["holder"]):
            return False
        if state is ItemState.READY and is_past(values["deadline_at"], tx.now):
            return False
        system = values["system"]
        return not (is_frozen(tx.connection, system) or in_maintenance(tx.connection, system))

    def _park(self, tx: Transaction, item_id: str, code: str, told: str) -> None:
        """ON_HOLD whoever holds it, told; an open intent stays open."""
        items = schema.items
        state = tx.connection.execute(
            select(items.c.state).where(items.c.item_id == item_id).with_for_update()
        ).scalar_one()
        states.check(ItemState(state), ItemState.ON_HOLD, item_id)
        batch_id = tx.connection.execute(
            update(items)
            .where(items.c.item_id == item_id)
            .values(
                state=ItemState.ON_HOLD,
                code=code,
                reason=self.redactor.text(told),
                due_at=None,
                holder=None,
                token=items.c.token + 1,
                takeovers=0,
                unconfirmed_since=None,
                bookings_expected=None,
                updated_at=tx.now,
            )
            .returning(items.c.batch_id)
        ).scalar_one()
        data = {"code": code}
        tx.tell(Fact(kind="item_parked", told=told, item_id=item_id, batch_id=batch_id, data=data))

    def intend(
        self,
        item: WorkItem,
        token: int,
        lease: LeaseRow,
        *,
        outlast: timedelta,
        before: tuple[Evidence, ...] = (),
    ) -> PendingIntent:
        """Write the next attempt's intent into an open transaction.

        Args:
            outlast: How long the bank login must still be ours: the claim limit.
            before: What stood on the committing screen; the intent's record names it.

        Raises:
            ClaimLost: The item, the bank login or the permission to key is not ours
                any more; nothing is written.
            AuditLost: It could not be told; nothing is written.
        """
        tx = self.begin()
        try:
            self._check_right(tx, item, token, lease, outlast)
            return PendingIntent(tx, self._intend(tx, item, token, lease, before))
        except BaseException:
            tx.close()
            raise

    def _intend(
        self,
        tx: Transaction,
        item: WorkItem,
        token: int,
        lease: LeaseRow,
        before: tuple[Evidence, ...],
    ) -> IntentRow:
        last = tx.connection.execute(LAST_ATTEMPT, {"the_item": item.item_id}).scalar()
        attempt = (last or 0) + 1
        mark = tx.tell(
            Fact(
                kind="item_intended",
                told=f"{item.reference} is about to be keyed",
                item_id=item.item_id,
                batch_id=item.batch_id,
                attempt=attempt,
                data={
                    "reference": item.reference,
                    "payload": item.payload_sha256(),
                    "login": lease.login,
                },
                evidence=before,
            )
        )
        intent = {
            "item_id": item.item_id,
            "attempt": attempt,
            "at": tx.now,
            "token": token,
            "login": lease.login,
            "payload_sha256": item.payload_sha256(),
            "audit_stream": mark.stream,
            "audit_seq": mark.seq,
            "audit_hash": mark.hash,
        }
        tx.connection.execute(INTEND, intent)
        return IntentRow(item_id=item.item_id, attempt=attempt, at=tx.now, token=token)

    def _check_right(
        self, tx: Transaction, item: WorkItem, token: int, lease: LeaseRow, outlast: timedelta
    ) -> None:
        """The claim, the bank login and the system still let us key. Raises ClaimLost."""
        asked = {
            "the_item": item.item_id,
            "the_token": token,
            "the_boot": self.boot,
            "the_payload": item.payload_sha256(),
            "the_instant": tx.now,
        }
        held = tx.connection.execute(STILL_OURS, asked).first()
        if held is None:
            raise ClaimLost(f"{item.item_id}: the claim is another worker's by now")
        if is_past(held.deadline_at, tx.now):
            raise ClaimLost(f"{item.item_id}: its deadline has passed")
        self._check_lease(tx, lease, outlast)
        if is_frozen(tx.connection, item.system):
            raise ClaimLost(f"{item.system} is frozen")
        if not may_be_keyed(tx.connection, item.item_id):
            raise ClaimLost(f"{item.item_id}: its approval does not hold any more")

    def _check_lease(self, tx: Transaction, lease: LeaseRow, outlast: timedelta) -> None:
        asked = lease_terms(self, lease, tx.now + outlast)
        if tx.connection.execute(LEASE_LOCKED, asked).first() is None:
            raise ClaimLost(f"the bank login {lease.login} is another worker's by now")


def lease_terms(book: Book, lease: LeaseRow, outlasts: datetime) -> dict[str, object]:
    """*lease*, ours, and longer than until *outlasts*: for the statements that ask for it."""
    return {
        "the_system": lease.system,
        "the_login": lease.login,
        "the_token": lease.token,
        "the_boot": book.boot,
        "the_instant": outlasts,
    }


def open_intent(connection: Connection, item_id: str) -> IntentRow | None:
    """The intent without an outcome, if any: at most one (a unique index)."""
    return _open_one(item_id, connection.execute(INTENTS, {"the_item": item_id}).all())


def _open_one(item_id: str, rows: Sequence[Any]) -> IntentRow | None:
    for row in rows:
        if row.outcome is None:
            return IntentRow(item_id=item_id, attempt=row.attempt, at=row.at, token=row.token)
    return None


def _claim_row(connection: Connection, row: Row[tuple[object, ...]]) -> ClaimRow:
    values = row._mapping
    item = {"the_item": values["item_id"]}
    made = connection.execute(INTENTS, item).all()
    since = values["unconfirmed_since"]
    return ClaimRow(
        item_id=values["item_id"],
        token=values["token"] + 1,
        attempts=sum(
            each.attempt > values["attempts_before"] and each.outcome != "void" for each in made
        ),
        troubles=values["troubles"],
        open_intent=_open_one(values["item_id"], made),
        unconfirmed_since=since,
        bookings_expected=values["bookings_expected"] or 0,
        bank_reference=None if since is None else connection.execute(RECEIPT, item).scalar(),
    )
