"""What a person decides about an item (look again, release, booked, cancel), and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from counterfoil.domain.approvals import plain_name
from counterfoil.domain.items import ItemState, Receipt
from counterfoil.errors import Refused
from counterfoil.store import schema, states
from counterfoil.store.book import Book, Fact, Transaction
from counterfoil.store.carrying import schedule, urgency_of
from counterfoil.store.claims import open_intent
from counterfoil.store.outcomes import insert_receipt, set_frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Who decided, and why."""

    person: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    kind: str  # of the decision
    state: ItemState
    next_at: datetime | None = None
    outcome: str | None = None  # of an intent that is open
    values: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


class Deciding(Book):
    """Items that wait for a person, and systems that were frozen."""

    def look_again(self, item_id: str, word: Word) -> None:
        """ON_HOLD with an open intent: have the bots enquire once more."""
        with self.writing() as tx:
            row = self._row(tx, item_id)
            if open_intent(tx.connection, item_id) is None:
                raise Refused("nothing_open", f"{item_id} has no open intent: release or cancel it")
            self._decide(
                tx,
                row,
                word,
                _Change(kind="look_again", state=ItemState.IN_DOUBT, next_at=tx.now),
            )

    def release(self, item_id: str, word: Word) -> None:
        """Let it be keyed (again): a person who is not the maker vouches that it is not booked.

        An intent that is open is closed as absent by their word; attempts start anew, and
        a deadline that it had counts no more.

        Raises:
            Refused: "four_eyes", "already_posted" or "no_reason".
        """
        with self.writing() as tx:
            row = self._row(tx, item_id)
            self._refuse_maker(tx, row, word)
            self._refuse_receipt(tx, row)
            intents = schema.intents
            made = tx.connection.execute(
                select(func.count()).select_from(intents).where(intents.c.item_id == item_id)
            ).scalar_one()
            change = _Change(
                kind="release",
                state=ItemState.READY,
                next_at=tx.now,
                outcome="absent",
                values={"attempts_before": made, "deadline_at": None},
            )
            self._decide(tx, row, word, change)

    def booked(self, item_id: str, word: Word, *, bank_reference: str) -> None:
        """A person has seen it at the bank: POSTED under *bank_reference*."""
        with self.writing() as tx:
            row = self._row(tx, item_id)
            known = self._receipt(tx, item_id)
            if known is None:
                seen = Receipt(bank_reference=bank_reference, read_at=tx.now, source="person")
                insert_receipt(tx, item_id, seen)
            elif known != bank_reference:
                raise Refused("already_posted", f"{item_id} has the receipt {known}")
            change = _Change(
                kind="booked",
                state=ItemState.POSTED,
                outcome="posted",
                data={"bank_reference": bank_reference},
            )
            self._decide(tx, row, word, change)

    def cancel(self, item_id: str, word: Word) -> None:
        """It is not to be keyed. Refused while it may be booked.

        Raises:
            Refused: "may_be_booked", "already_posted" or "no_reason".
        """
        with self.writing() as tx:
            row = self._row(tx, item_id)
            self._refuse_receipt(tx, row)
            if open_intent(tx.connection, item_id) is not None:
                raise Refused("may_be_booked", f"{item_id} has an open intent: look again first")
            self._decide(tx, row, word, _Change(kind="cancel", state=ItemState.CANCELLED))

    def unfreeze(self, system: str, word: Word) -> None:
        """Lift the alarm; the sweeper takes up what was due."""
        need_reason(word)
        with self.writing() as tx:
            set_frozen(tx, system, frozen=False, reason=word.reason)
            self._tell_system(tx, "system_unfrozen", system, word)

    def freeze_by_hand(self, system: str, word: Word) -> None:
        """Nothing more may be keyed into *system* until somebody lifts it."""
        need_reason(word)
        with self.writing() as tx:
            set_frozen(tx, system, frozen=True, reason=word.reason)
            self._tell_system(tx, "system_frozen", system, word)

    def _tell_system(self, tx: Transaction, kind: str, system: str, word: Word) -> None:
        tx.tell(Fact(kind=kind, told=word.reason, data={"system": system}, person=word.person))

    def _row(self, tx: Transaction, item_id: str) -> Row[tuple[object, ...]]:
        items, batches = schema.items, schema.batches
        row = tx.connection.execute(
            select(items, batches.c.maker)
            .join(batches, batches.c.batch_id == items.c.batch_id)
            .where(items.c.item_id == item_id)
            .with_for_update(of=items)
        ).one_or_none()
        if row is None:
            raise Refused("unknown_item", f"there is no item {item_id}")
        return row

    def _refuse_maker(self, tx: Transaction, row: Row[tuple[object, ...]], word: Word) -> None:
        if plain_name(word.person) == plain_name(row._mapping["maker"]):
            raise Refused("four_eyes", f"{word.person} dropped this batch: somebody else decides")

    def _receipt(self, tx: Transaction, item_id: str) -> str | None:
        receipts = schema.receipts
        query = select(receipts.c.bank_reference).where(receipts.c.item_id == item_id)
        return tx.connection.execute(query).scalar()

    def _refuse_receipt(self, tx: Transaction, row: Row[tuple[object, ...]]) -> None:
        item_id: str = row._mapping["item_id"]
        if known := self._receipt(tx, item_id):
            raise Refused("already_posted", f"{item_id} has the receipt {known}")

    def _decide(
        self, tx: Transaction, row: Row[tuple[object, ...]], word: Word, change: _Change
    ) -> None:
        need_reason(word)
        values = row._mapping
        item_id, before = values["item_id"], ItemState(values["state"])
        if before is ItemState.KEYING:  # its click may be on its way
            raise Refused("in_hand", f"a bot has {item_id} in hand: wait until it has ended")
        if change.state not in states.ALLOWED[before]:
            raise Refused("wrong_state", f"{item_id} is {before}: it cannot become {change.state}")
        visit = values["visit"] + (0 if change.next_at is None else 1)
        self._write_decided(tx, item_id, visit, word, change)
        self._write_decision(tx, row, word, change)
        if change.next_at is not None:
            urgency = urgency_of(change.state, values["priority"])
            schedule(tx, values["system"], [(item_id, visit)], change.next_at, urgency=urgency)
        tx.tell(
            Fact(
                kind="item_decided",
                told=f"{change.kind}: {word.reason}",
                item_id=item_id,
                batch_id=values["batch_id"],
                data={"from": before, "to": change.state, **change.data},
                person=word.person,
            )
        )

    def _write_decided(
        self, tx: Transaction, item_id: str, visit: int, word: Word, change: _Change
    ) -> None:
        items, intents = schema.items, schema.intents
        tx.connection.execute(
            update(items)
            .where(items.c.item_id == item_id)
            .values(
                state=change.state,
                code=change.kind,
                reason=self.redactor.text(word.reason),
                due_at=change.next_at,
                visit=visit,
                holder=None,
                token=items.c.token + 1,  # a worker that still thinks it holds it: fenced off
                troubles=0,
                takeovers=0,
                unconfirmed_since=None,
                bookings_expected=None,
                updated_at=tx.now,
                **change.values,
            )
        )
        if change.outcome is not None:
            tx.connection.execute(
                update(intents)
                .where(intents.c.item_id == item_id, intents.c.outcome.is_(None))
                .values(outcome=change.outcome, outcome_at=tx.now)
            )

    def _write_decision(
        self, tx: Transaction, row: Row[tuple[object, ...]], word: Word, change: _Change
    ) -> None:
        tx.connection.execute(
            insert(schema.decisions).values(
                item_id=row._mapping["item_id"],
                kind=change.kind,
                person=plain_name(word.person),
                maker=plain_name(row._mapping["maker"]),
                reason=self.redactor.text(word.reason),
                from_state=row._mapping["state"],
                to_state=change.state,
                at=tx.now,
            )
        )


def need_reason(word: Word) -> None:
    """Refuse a decision that nobody answers for."""
    if not word.reason.strip() or not word.person.strip():
        raise Refused("no_reason", "a decision needs a person and a reason")
