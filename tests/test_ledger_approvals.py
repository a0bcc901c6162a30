"""An approval is bound to what was seen and to what is stored: one changed byte voids it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.batches import Batch
from counterfoil.domain.findings import Finding
from counterfoil.domain.items import ItemState, LookUp, WorkItem
from counterfoil.domain.people import Role
from counterfoil.errors import ClaimLost, Refused
from counterfoil.store import payloads, schema
from counterfoil.store.book import context_of
from counterfoil.store.claims import LeaseRow
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import Ledger
from counterfoil.store.people_schema import accounts
from tests.engine_support import CORE, House, a_batch, payment


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


def test_asvs_8_3_2_and_8_3_3_whose_role_was_taken_away_has_approved_nothing_that_is_not_keyed(
    ledger: Ledger,
) -> None:
    """And an item that is typed just then is not clicked."""
    batch = approved_by_an_account(ledger)
    first, second, third = batch.items
    lease = a_lease(ledger)
    claim = ledger.claim(first.item_id)
    assert claim is not None
    move(ledger, Role.OPERATOR)

    with pytest.raises(ClaimLost, match="approval does not hold"):
        ledger.intend(first, claim.token, lease, outlast=timedelta(seconds=1))
    assert ledger.claim(second.item_id) is None
    assert state_of(ledger, second) == (ItemState.ON_HOLD, "approval_void")

    move(ledger, Role.SUPERVISOR)
    assert ledger.claim(third.item_id) is not None
    ledger.release(second.item_id, Word(person="Jan", reason="I looked at it, too"))
    move(ledger, Role.OPERATOR)
    assert ledger.claim(second.item_id) is not None, "somebody else's word stands by itself"


def test_a_doubt_is_cleared_whoever_approved_it(ledger: Ledger) -> None:
    """A click that was made is looked up, even if its approver may approve no more."""
    batch = approved_by_an_account(ledger)
    claim, lease = ledger.claim(batch.items[0].item_id), a_lease(ledger)
    assert claim is not None
    limit = timedelta(seconds=1)
    ledger.intend(batch.items[0], claim.token, lease, outlast=limit).make_durable()
    ledger.give_back(batch.items[0], claim.token, "it died", next_at=ledger.now())
    move(ledger, Role.AUDITOR)
    again = ledger.claim(batch.items[0].item_id)
    assert again is not None
    assert again.open_intent is not None


def test_a_row_that_somebody_set_to_ready_is_no_approval(ledger: Ledger) -> None:
    batch, items = waiting(ledger), schema.items
    with ledger.engine.begin() as connection:
        connection.execute(update(items).values(state=ItemState.READY, due_at=ledger.now()))
    assert ledger.claim(batch.items[0].item_id) is None
    assert state_of(ledger, batch.items[0]) == (ItemState.ON_HOLD, "approval_void")


def test_what_was_cancelled_or_belongs_elsewhere_is_not_keyed_whatever_its_state_says(
    ledger: Ledger,
) -> None:
    batch, items = waiting(ledger), schema.items
    ledger.approve(batch.batch_id, approver="Eva", digest=batch.digest())
    gone, moved, kept = batch.items
    ledger.cancel(gone.item_id, Word(person="Jan", reason="not this one"))
    with ledger.engine.begin() as connection:
        ready = {"state": ItemState.READY, "due_at": ledger.now()}
        connection.execute(update(items).where(items.c.item_id == gone.item_id).values(ready))
        elsewhere = update(items).where(items.c.item_id == moved.item_id)
        connection.execute(elsewhere.values(system="elsewhere"))
    assert ledger.claim(gone.item_id) is None
    assert ledger.claim(moved.item_id) is None
    assert ledger.claim(kept.item_id) is not None


def test_an_approval_of_nothing_is_none(ledger: Ledger) -> None:
    """Refused is refused: an approval that comes later finds nothing that waits."""
    batch = waiting(ledger)
    ledger.refuse_batch(batch.batch_id, Word(person="Eva", reason="the wrong month"))
    with pytest.raises(Refused, match="not_waiting"):
        ledger.approve(batch.batch_id, approver="Jan", digest=batch.digest())
    with ledger.reading() as connection:
        assert connection.execute(select(schema.approvals)).all() == []


def test_what_a_bot_has_in_hand_is_decided_by_nobody(ledger: Ledger) -> None:
    """Its click may be on its way: released now, it could be keyed twice."""
    batch = waiting(ledger)
    ledger.approve(batch.batch_id, approver="Eva", digest=batch.digest())
    item, word = batch.items[0], Word(person="Jan", reason="in a hurry")
    claim = ledger.claim(item.item_id)
    assert claim is not None
    for decide in (ledger.release, ledger.cancel, ledger.look_again):
        with pytest.raises(Refused, match=r"in_hand|nothing_open"):
            decide(item.item_id, word)
    ledger.give_back(item, claim.token, "it goes on", next_at=ledger.now())


def test_a_visit_that_a_person_overtook_has_lost_its_claim(ledger: Ledger) -> None:
    """No defect: the worker lets go of the item and lives."""
    document, batch = a_batch(1, name="refused.xlsx")
    ledger.file_batch(document, batch, needs_approval=False)
    (item,) = batch.items
    claim = ledger.claim(item.item_id)
    assert claim is not None
    refusal = Refused("E204", "account closed")
    ledger.refused(item, claim.token, refusal, confirm_at=ledger.now())
    asking = ledger.claim(item.item_id)  # the enquiry that bears the refusal out
    assert asking is not None
    ledger.cancel(item.item_id, Word(person="Jan", reason="it is closed indeed"))
    found = LookUp(bookings=(), read_at=ledger.now())
    with pytest.raises(ClaimLost):
        ledger.confirmed(item, asking.token, found)


def approved_by_an_account(ledger: Ledger) -> Batch:
    """By Eva, who has an account as a supervisor."""
    with ledger.engine.begin() as connection:
        connection.execute(
            insert(accounts).values(
                name="eva", person="eva", role=Role.SUPERVISOR, active=True, password="-",
                second=b"", second_used=0, failures=0, changed_at=ledger.now(),
            )
        )  # fmt: skip
    batch = waiting(ledger)
    ledger.approve(batch.batch_id, approver="Eva", digest=batch.digest())
    return batch


def move(ledger: Ledger, role: Role) -> None:
    """Give Eva's account another role."""
    with ledger.engine.begin() as connection:
        connection.execute(update(accounts).values(role=role))


def state_of(ledger: Ledger, item: WorkItem) -> tuple[ItemState, str | None]:
    (row,) = [each for each in ledger.items() if each.item_id == item.item_id]
    return row.state, row.code


def a_lease(ledger: Ledger) -> LeaseRow:
    lease = ledger.take_lease(CORE, ["OP1"], sessions_max=1, lease=timedelta(minutes=1))
    assert lease is not None
    return lease


def test_the_digest_of_what_is_stored_is_the_digest_of_what_was_filed(ledger: Ledger) -> None:
    batch = waiting(ledger)
    assert ledger.stored_digest(batch.batch_id) == batch.digest()
