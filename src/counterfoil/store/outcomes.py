"""How a visit ended, one transaction each: state, intent, receipt, next visit, record.

Every one of these names the claim's token; a worker whose claim was taken over gets
ClaimLost and has changed nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import ItemState, LookUp, Receipt, WorkItem
from counterfoil.errors import ClaimLost, Refused
from counterfoil.store import schema, states
from counterfoil.store.book import Fact, Illegible, Transaction
from counterfoil.store.carrying import schedule, urgency_of
from counterfoil.store.claims import Claims
from counterfoil.store.prepared import (
    CONFIRM,
    END_INTENT,
    END_ITEM,
    END_ITEM_WHY,
    RECEIVE,
    STANDING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What one visit changes."""

    state: ItemState
    kind: str  # of the audit event; empty: not worth one
    told: str
    code: str | None = None  # why a person is asked
    next_at: datetime | None = None  # UTC: the next visit, if any
    outcome: str | None = None  # of the open intent
    troubles: int = 0
    owed: tuple[datetime, int] | None = None  # the enquiry: since, bookings expected
    data: dict[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


class Outcomes(Claims):
    """Items on their way back from a worker."""

    def not_keyed(
        self,
        item: WorkItem,
        token: int,
        reason: str,
        *,
        next_at: datetime | None,
        seen: tuple[Evidence, ...] = (),
    ) -> None:
        """Certain that nothing was keyed: READY again, or FAILED when *next_at* is None."""
        state = ItemState.READY if next_at is not None else ItemState.FAILED
        self._end(
            item,
            token,
            Ending(
                state=state,
                kind="item_not_keyed" if next_at is not None else "item_failed",
                told=reason,
                code=None if next_at is not None else "retries_used_up",
                next_at=next_at,
                outcome="void",
                troubles=1,
                evidence=seen,
            ),
        )

    def in_doubt(
        self,
        item: WorkItem,
        token: int,
        reason: str,
        *,
        next_at: datetime,
        seen: tuple[Evidence, ...] = (),
    ) -> None:
        """The intent stays open; it is looked up from *next_at* on."""
        ending = Ending(
            state=ItemState.IN_DOUBT,
            kind="item_in_doubt",
            told=reason,
            next_at=next_at,
            troubles=1,
            evidence=seen,
        )
        self._end(item, token, ending)

    def posted(
        self, item: WorkItem, token: int, receipt: Receipt, *, confirm_at: datetime | None
    ) -> None:
        """The bank has it. *confirm_at* None: the enquiry cannot prove more, it is done."""
        with self.writing() as tx:
            standing = _standing(tx, item.item_id)
            insert_receipt(tx, item.item_id, receipt)
            ending = Ending(
                state=ItemState.POSTED,
                kind="item_posted",
                told=f"booked as {receipt.bank_reference}",
                next_at=confirm_at,
                outcome="posted",
                owed=(standing.since, 1) if confirm_at is not None else None,
                data={"bank_reference": receipt.bank_reference, "source": receipt.source},
                evidence=receipt.evidence,
            )
            self._apply(tx, item, token, ending, standing)

    def refused(
        self, item: WorkItem, token: int, refusal: Refused, *, confirm_at: datetime | None
    ) -> None:
        """The bank or a rule said no. That nothing is booked is checked at *confirm_at*."""
        with self.writing() as tx:
            standing = _standing(tx, item.item_id)
            ending = Ending(
                state=ItemState.REFUSED,
                kind="item_refused",
                told=refusal.reason,
                code=refusal.code,
                next_at=confirm_at,
                outcome="refused",
                owed=(standing.since, 0) if confirm_at is not None else None,
                evidence=refusal.evidence,
            )
            self._apply(tx, item, token, ending, standing)

    def absent(self, item: WorkItem, token: int, found: LookUp) -> None:
        """Proved not keyed: the intent is closed, the item READY and due at once."""
        with self.writing() as tx:
            ending = Ending(
                state=ItemState.READY,
                kind="item_absent",
                told="the enquiry after the settle time does not show it",
                next_at=tx.now,
                outcome="absent",
                evidence=found.evidence,
            )
            self._apply(tx, item, token, ending, _standing(tx, item.item_id))

    def confirmed(self, item: WorkItem, token: int, found: LookUp) -> None:
        """The enquiry after the settle time shows exactly what it should."""
        with self.writing() as tx:
            standing = _standing(tx, item.item_id)
            read = {"the_item": item.item_id, "the_instant": found.read_at}
            tx.connection.execute(CONFIRM, read)
            ending = Ending(
                state=standing.state,
                kind="item_confirmed",
                told=f"the enquiry shows {len(found.bookings)} bookings, as it should",
                evidence=found.evidence,
            )
            self._apply(tx, item, token, ending, standing)

    def confirm_later(self, item: WorkItem, token: int, reason: str, *, next_at: datetime) -> None:
        """The enquiry could not be made yet; everything else stays as it is."""
        with self.writing(durable=False) as tx:
            standing = _standing(tx, item.item_id)
            ending = Ending(
                state=standing.state,
                kind="",
                told=reason,
                next_at=next_at,
                troubles=1,
                owed=standing.owed,
            )
            self._apply(tx, item, token, ending, standing)

    def park(
        self,
        item: WorkItem,
        token: int,
        code: str,
        reason: str,
        *,
        seen: tuple[Evidence, ...] = (),
    ) -> None:
        """ON_HOLD: a person decides. An open intent stays open."""
        ending = Ending(
            state=ItemState.ON_HOLD, kind="item_parked", told=reason, code=code, evidence=seen
        )
        self._end(item, token, ending)

    def freeze(
        self, item: WorkItem, token: int, reason: str, *, seen: tuple[Evidence, ...] = ()
    ) -> None:
        """Alarm: park the item and let nothing more be keyed into its system."""
        with self.writing() as tx:
            set_frozen(tx, item.system, frozen=True, reason=reason)
            ending = Ending(
                state=ItemState.ON_HOLD,
                kind="system_frozen",
                told=reason,
                code="alarm",
                data={"system": item.system},
                evidence=seen,
            )
            self._apply(tx, item, token, ending, _standing(tx, item.item_id))

    def give_back(self, item: WorkItem, token: int, reason: str, *, next_at: datetime) -> None:
        """The visit broke off without an ending: doubt if an intent is open, else again."""
        with self.writing() as tx:
            standing = _standing(tx, item.item_id)
            state = standing.state
            if state is ItemState.KEYING:
                state = ItemState.READY if standing.attempt is None else ItemState.IN_DOUBT
            ending = Ending(
                state=state,
                kind="visit_broke_off",
                told=reason,
                next_at=next_at,
                troubles=1,
                owed=standing.owed,
            )
            self._apply(tx, item, token, ending, standing)

    def give_back_orphans(self, visiting: Collection[str], *, next_at: datetime) -> None:
        """What this boot holds without visiting it: the ledger was lost in its last visit."""
        items = schema.items
        held = select(items.c.item_id, items.c.token).where(items.c.holder == self.boot)
        with self.reading() as connection:
            rows = connection.execute(held).all()
        for item_id, token in rows:
            if item_id in visiting:
                continue
            try:
                item = self.item(item_id)
            except Illegible as trouble:
                self.park_illegible(item_id, str(trouble))
            else:
                self.give_back(item, token, "the ledger was lost", next_at=next_at)

    def park_illegible(self, item_id: str, reason: str) -> None:
        """A row that another hand changed: ON_HOLD whoever holds it; nothing is keyed."""
        with self.writing() as tx:
            self._park(tx, item_id, "row_changed", reason)

    def _end(self, item: WorkItem, token: int, ending: Ending) -> None:
        with self.writing() as tx:
            self._apply(tx, item, token, ending, _standing(tx, item.item_id))

    def _apply(
        self, tx: Transaction, item: WorkItem, token: int, ending: Ending, before: _Standing
    ) -> None:
        """Everything that an ending changes; the record comes last. Raises ClaimLost."""
        if before.token != token:  # a person or another worker came in between
            raise ClaimLost(f"{item.item_id}: the claim is another worker's by now")
        states.check(before.state, ending.state, item.item_id)
        visit, priority = self._write_item(tx, item, token, ending)
        if ending.outcome is not None and before.attempt is not None:
            closed = {"the_item": item.item_id, "the_attempt": before.attempt}
            outcome = {"the_outcome": ending.outcome, "the_instant": tx.now}
            tx.connection.execute(END_INTENT, {**closed, **outcome})
        if ending.next_at is not None:
            urgency = urgency_of(ending.state, priority)
            schedule(tx, item.system, [(item.item_id, visit)], ending.next_at, urgency=urgency)
        if ending.kind:
            tx.tell(
                Fact(
                    kind=ending.kind,
                    told=ending.told,
                    item_id=item.item_id,
                    batch_id=item.batch_id,
                    attempt=before.attempt,
                    data={**({"code": ending.code} if ending.code else {}), **ending.data},
                    evidence=ending.evidence,
                )
            )

    def _write_item(
        self, tx: Transaction, item: WorkItem, token: int, ending: Ending
    ) -> tuple[int, int]:
        """The number of its next visit, and its priority."""
        since, expected = ending.owed or (None, None)
        changes: dict[str, Any] = {
            "the_item": item.item_id,
            "the_token": token,
            "the_boot": self.boot,
            "the_state": ending.state,
            "the_due_at": ending.next_at,
            "the_visits": int(ending.next_at is not None),
            "the_troubled": int(ending.troubles > 0),
            "the_since": since,
            "the_expected": expected,
            "the_instant": tx.now,
        }
        why = ending.code is not None or ending.state is ItemState.IN_DOUBT
        statement = END_ITEM_WHY
        if ending.state is ItemState.REFUSED and not why:
            statement = END_ITEM  # its enquiry is about the booking; the refusal's words stay
        else:
            reason = self.redactor.text(ending.told) if why else None
            changes |= {"the_code": ending.code, "the_reason": reason}
        changed = tx.connection.execute(statement, changes).first()
        if changed is None:
            raise ClaimLost(f"{item.item_id}: the claim is another worker's by now")
        return int(changed.visit), int(changed.priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """An item before its ending is written."""

    state: ItemState
    token: int  # of its latest claim
    attempt: int | None  # of its open intent; None: there is none
    since: datetime  # the enquiry is owed since the intent; a rule's refusal, since now
    owed: tuple[datetime, int] | None  # the enquiry that is owed already


def _standing(tx: Transaction, item_id: str) -> _Standing:
    row = tx.connection.execute(STANDING, {"the_item": item_id}).one()
    owed = row.unconfirmed_since
    return _Standing(
        state=ItemState(row.state),
        token=row.token,
        attempt=row.attempt,
        since=tx.now if row.attempt is None else row.at,
        owed=None if owed is None else (owed, row.bookings_expected),
    )


def insert_receipt(tx: Transaction, item_id: str, receipt: Receipt) -> None:
    """The item's one receipt. A second one is a defect: the database refuses it."""
    received = {
        "item_id": item_id,
        "bank_reference": receipt.bank_reference,
        "source": receipt.source,
        "read_at": receipt.read_at,
        "evidence": [
            {"kind": each.kind, "sha256": each.sha256, "size": each.size}
            for each in receipt.evidence
        ],
    }
    tx.connection.execute(RECEIVE, received)


def set_frozen(tx: Transaction, system: str, *, frozen: bool, reason: str) -> None:
    """Raise or lift the alarm of one system."""
    systems = schema.systems
    values = {"frozen": frozen, "reason": tx.book.redactor.text(reason), "since": tx.now}
    changed = tx.connection.execute(
        update(systems).where(systems.c.system == system).values(**values)
    )
    if changed.rowcount == 0:
        try:
            tx.connection.execute(insert(systems).values(system=system, **values))
        except IntegrityError as trouble:  # two alarms at one instant: the other one stands
            raise ClaimLost(f"{system} is being frozen by another worker") from trouble
