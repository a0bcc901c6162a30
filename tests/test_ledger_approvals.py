"""An approval is bound to what was seen and to what is stored: one changed byte voids it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.batches import Batch, Finding
from counterfoil.domain.items import ItemState
from counterfoil.errors import Refused
from counterfoil.store import payloads, schema
from counterfoil.store.book import context_of
from counterfoil.store.ledger import Ledger
from tests.engine_support import House, a_batch, payment


def waiting(ledger: Ledger, name: str = "payments.xlsx", first: int = 1) -> Batch:
    document, batch = a_batch(3, name=name, first=first)
    ledger.file_batch(document, batch, needs_approval=True)
    return batch


def refusal(ledger: Ledger, batch: Batch, *, approver: str = "Eva", digest: str = "") -> str:
    """The code of the refusal; nothing may have become READY."""
    with pytest.raises(Refused) as refused:
        ledger.approve(batch.batch_id, approver=approver, digest=digest or batch.digest())
    assert ItemState.READY not in ledger.batch(batch.batch_id).states
    return refused.value.code


def test_nothing_is_keyed_before_somebody_else_approved(ledger: Ledger) -> None:
    batch = waiting(ledger)
    assert ledger.due(limit=10) == []
    assert all(ledger.claim(each.item_id) is None for each in batch.items)

    approval = ledger.approve(batch.batch_id, approver="Eva", digest=batch.digest())

    assert approval.digest == batch.digest()
    assert [each[0] for each in ledger.due(limit=10)] == [each.item_id for each in batch.items]


@pytest.mark.parametrize("spelling", ["Anna", "anna", "  ANNA  "])
def test_nobody_approves_what_they_dropped(ledger: Ledger, spelling: str) -> None:
    assert refusal(ledger, waiting(ledger), approver=spelling) == "self_approval"


def test_the_database_refuses_a_self_approval_too(ledger: Ledger) -> None:
    batch = waiting(ledger)
    row = {"batch_id": batch.batch_id, "digest": batch.digest(), "at": ledger.now()}
    with ledger.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(insert(schema.approvals).values(approver="anna", maker="anna", **row))


def test_a_digest_of_something_else_approves_nothing(ledger: Ledger) -> None:
    batch = waiting(ledger)
    other = waiting(ledger, "other.xlsx", first=100)
    assert refusal(ledger, batch, digest=other.digest()) == "digest_differs"
    assert refusal(ledger, batch, digest=batch.digest()[:-1] + "0") == "digest_differs"


def test_a_batch_is_approved_once(ledger: Ledger) -> None:
    batch = waiting(ledger)
    ledger.approve(batch.batch_id, approver="Eva", digest=batch.digest())
    with pytest.raises(Refused, match="not_waiting"):
        ledger.approve(batch.batch_id, approver="Jan", digest=batch.digest())
    with pytest.raises(Refused, match="not_waiting"):
        ledger.approve("B-NOSUCH", approver="Jan", digest=batch.digest())


def test_a_payload_replaced_by_hand_voids_the_approval(house: House, ledger: Ledger) -> None:
    """Whoever can write the database, and even has the vault's key, changes an amount:
    the approver's digest is recomputed from what is stored, and no longer fits."""
    batch = waiting(ledger)
    victim = batch.items[1]
    forged = payment(9_999)
    sealed = house.vault.seal(payloads.dump(forged), context=context_of(victim.item_id))
    items = schema.items
    with ledger.engine.begin() as connection:
        connection.execute(
            update(items).where(items.c.item_id == victim.item_id).values(payload=sealed)
        )
    assert refusal(ledger, batch) == "row_changed"

    with ledger.engine.begin() as connection:  # the hash beside it is forged as well
        fitting = replace(victim, payload=forged).payload_sha256()
        connection.execute(
            update(items).where(items.c.item_id == victim.item_id).values(payload_sha256=fitting)
        )
    assert refusal(ledger, batch) == "row_changed"


def test_two_rows_that_swapped_their_payloads_void_the_approval(ledger: Ledger) -> None:
    batch = waiting(ledger)
    items = schema.items
    with ledger.engine.begin() as connection:
        rows = connection.execute(select(items.c.item_id, items.c.payload)).all()
        for row, other in zip(rows, reversed(rows), strict=True):
            swap = update(items).where(items.c.item_id == row.item_id)
            connection.execute(swap.values(payload=other.payload))
    assert refusal(ledger, batch) == "row_changed"


def test_a_row_taken_out_or_put_in_by_hand_voids_the_approval(ledger: Ledger) -> None:
    batch = waiting(ledger)
    items = schema.items
    with ledger.engine.begin() as connection:
        gone = batch.items[2].item_id
        likenesses = schema.likenesses
        connection.execute(likenesses.delete().where(likenesses.c.item_id == gone))
        connection.execute(items.delete().where(items.c.item_id == gone))
    assert refusal(ledger, batch) == "row_changed"


def test_a_refused_attempt_is_on_the_record(ledger: Ledger) -> None:
    batch = waiting(ledger)
    refusal(ledger, batch, approver="Anna")
    with ledger.reading() as connection:
        told = select(schema.steps.c.kind).order_by(schema.steps.c.seq)
        kinds = list(connection.execute(told).scalars())
    assert kinds == ["batch_filed", "approval_refused"]


def test_what_waits_for_a_person_is_not_released_by_the_batch_approval(ledger: Ledger) -> None:
    held = Finding(code="duplicate_suspect", severity="hold", message="twice?", row=2)
    document, batch = a_batch(3, findings=(held,))
    ledger.file_batch(document, batch, needs_approval=True)
    ledger.approve(batch.batch_id, approver="Eva", digest=batch.digest())
    assert ledger.batch(batch.batch_id).states == {ItemState.ON_HOLD: 1, ItemState.READY: 2}


def test_the_digest_of_what_is_stored_is_the_digest_of_what_was_filed(ledger: Ledger) -> None:
    batch = waiting(ledger)
    assert ledger.stored_digest(batch.batch_id) == batch.digest()
