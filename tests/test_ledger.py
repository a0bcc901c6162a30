"""The ledger files once, hands out each item once, and lets no item go a forbidden way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.batches import Likeness
from counterfoil.domain.findings import Finding
from counterfoil.domain.items import ItemState, LookUp, Receipt
from counterfoil.errors import ClaimLost, Quarantined, Refused, SetupError
from counterfoil.store import (
    alert_schema,
    payloads,
    people_schema,
    reconciliation_schema,
    schema,
    statement_schema,
    states,
)
from counterfoil.store.book import Fact, Illegible
from counterfoil.store.claims import LeaseRow
from counterfoil.store.database import migrate, upgrade
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import Ledger
from tests.engine_support import CORE, CREDITOR, DEBTOR, Clock, House, a_batch, sqlite_house
from tests.postgres_support import new_database

LEASE = timedelta(seconds=60)
LIMIT = timedelta(seconds=10)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return sqlite_house(tmp_path) if request.param == "sqlite" else House(tmp_path, new_database())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(house: House, clock: Clock) -> Iterator[Ledger]:
    with house.ledger(boot="boot-1", clock=clock) as ledger:
        ledger.start_worker(host="here", pid=1, lease=LEASE)
        yield ledger


@pytest.fixture
def lease(ledger: Ledger) -> LeaseRow:
    taken = ledger.take_lease(CORE, ["OP1"], sessions_max=1, lease=LEASE)
    assert taken is not None
    return taken


def filed(ledger: Ledger, count: int = 1) -> str:
    """The first item of a batch that needs no approval."""
    document, batch = a_batch(count)
    ledger.file_batch(document, batch, needs_approval=False)
    return batch.items[0].item_id


def claimed(ledger: Ledger, item_id: str) -> int:
    claim = ledger.claim(item_id)
    assert claim is not None
    return claim.token


def receipt(ledger: Ledger) -> Receipt:
    return Receipt(bank_reference="BK000001", read_at=ledger.now(), source="receipt")


def state_of(ledger: Ledger, item_id: str) -> ItemState:
    return next(each.state for each in ledger.items() if each.item_id == item_id)


# The tables


def test_the_migrations_make_the_tables_that_the_schema_describes(ledger: Ledger) -> None:
    with ledger.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.METADATA) == []


def test_every_table_and_column_says_what_it_is() -> None:
    tables = schema.METADATA.sorted_tables
    beside = {statement_schema.orders, reconciliation_schema.runs, alert_schema.alerts}
    assert {*beside, people_schema.accounts} <= set(tables)
    silent = [str(column) for table in tables for column in table.c if not column.comment]
    silent += [table.name for table in tables if not table.comment]
    assert silent == []


def test_a_ledger_of_a_newer_program_is_refused(ledger: Ledger) -> None:
    with ledger.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SetupError, match="9999"):
        migrate(ledger.engine)


def test_sqlite_survives_a_power_cut_and_waits_for_its_turn(tmp_path: Path) -> None:
    with sqlite_house(tmp_path).ledger() as ledger, ledger.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


def test_only_what_nobody_has_to_remember_is_not_waited_for(tmp_path: Path) -> None:
    """Who has what in hand may be undone by a power cut; whatever is told may not."""
    with sqlite_house(tmp_path).ledger() as ledger:
        for durable in (True, False, True):
            with ledger.writing(durable=durable) as tx:
                found = tx.connection.exec_driver_sql("PRAGMA synchronous").scalar()
                assert found == (2 if durable else 1)  # FULL, NORMAL
        fact = Fact(kind="item_parked", told="x")
        with (
            pytest.raises(AssertionError, match="may be undone"),
            ledger.writing(durable=False) as tx,
        ):
            tx.tell(fact)


# Filing


def test_a_payload_comes_back_equal_and_its_row_holds_no_account_number(ledger: Ledger) -> None:
    document, batch = a_batch(3)
    ledger.file_batch(document, batch, needs_approval=False)

    assert ledger.batch_items(batch.batch_id) == batch.items
    with ledger.reading() as connection:
        stored = repr(connection.execute(select(schema.items)).all())
    assert DEBTOR not in stored
    assert CREDITOR not in stored
    assert payloads.load(payloads.dump(batch.items[0].payload)) == batch.items[0].payload


def test_the_same_document_is_one_batch_however_often_it_is_filed(ledger: Ledger) -> None:
    document, batch = a_batch(3)
    assert ledger.file_document(document) is None

    first = ledger.file_batch(document, batch, needs_approval=False)
    again = ledger.file_batch(document, batch, needs_approval=False)

    assert first == again == batch.batch_id
    assert len(ledger.items()) == 3
    known = ledger.file_document(document)
    assert known is not None
    assert known.batch_id == batch.batch_id


def test_asvs_2_3_3_a_reference_that_is_taken_files_nothing_of_the_batch(ledger: Ledger) -> None:
    document, batch = a_batch(3)
    ledger.file_batch(document, batch, needs_approval=False)
    other, second = a_batch(2, name="other.xlsx")
    with ledger.engine.begin() as connection:  # as if an earlier file had used it
        taken = update(schema.items).where(schema.items.c.row == 2)
        connection.execute(taken.values(reference=second.items[1].reference))

    with pytest.raises(Quarantined, match="reference_taken"):
        ledger.file_batch(other, second, needs_approval=False)

    assert len(ledger.items()) == 3
    assert ledger.known_document(other.sha256) is None


def test_rows_with_findings_wait_or_are_refused_and_the_rest_goes_on(ledger: Ledger) -> None:
    findings = (
        Finding(code="duplicate_suspect", severity="hold", message="twice?", row=2),
        Finding(code="iban_checksum", severity="refuse", message="wrong", row=3),
        Finding(code="odd", severity="note", message="odd", row=4),
    )
    document, batch = a_batch(3, findings=findings)
    ledger.file_batch(document, batch, needs_approval=False)

    assert [each.state for each in ledger.items()] == [
        ItemState.ON_HOLD,
        ItemState.REFUSED,
        ItemState.READY,
    ]
    assert [each["code"] for each in ledger.findings(batch.batch_id)] == [
        each.code for each in findings
    ]


def test_the_same_rows_in_another_file_are_recognised(ledger: Ledger) -> None:
    document, batch = a_batch(3)
    ledger.file_batch(document, batch, needs_approval=False)
    _, resaved = a_batch(3, name="resaved.xlsx")

    found = {(each.ours, each.item_id) for each in ledger.earlier(resaved)}
    assert found == {
        (ours.item_id, earlier.item_id)
        for ours, earlier in zip(resaved.items, batch.items, strict=True)
    }
    assert {each.likeness for each in ledger.earlier(resaved)} == set(Likeness)
    assert ledger.earlier(batch) == ()


def test_a_ledger_of_the_first_program_keeps_what_it_recognises(tmp_path: Path) -> None:
    """An upgrade in place: the prints of whole rows are taken over."""
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.execute(
            text(
                "INSERT INTO items (item_id, batch_id, row, system, reference, kind, currency, "
                "amount, payload, payload_sha256, fingerprint, state, visit, token, "
                "attempts_before, troubles, updated_at) VALUES ('B-1-0002', 'B-1', 2, 'core', "
                "'CF1', 'payment', 'CZK', '1.00', x'00', 'aa', 'the print', 'POSTED', 0, 0, 0, 0, "
                "'2026-11-24 08:00:00')"
            )
        )
    engine.dispose()
    migrate(engine)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT item_id, likeness, print FROM likenesses")).all()
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.METADATA) == []
    engine.dispose()
    assert rows == [("B-1-0002", "row", "the print")]


# Claims and intents


def test_asvs_2_3_4_an_item_is_handed_out_once(ledger: Ledger) -> None:
    item_id = filed(ledger)
    assert ledger.claim(item_id) is not None
    assert ledger.claim(item_id) is None
    assert state_of(ledger, item_id) is ItemState.KEYING


def test_a_claim_of_a_dead_boot_is_taken_over_with_what_it_left_open(
    house: House, ledger: Ledger, lease: LeaseRow, clock: Clock
) -> None:
    item_id = filed(ledger)
    token = claimed(ledger, item_id)
    ledger.intend(ledger.item(item_id), token, lease, outlast=LIMIT).make_durable()

    with house.ledger(boot="boot-2", clock=clock) as other:
        if not ledger.alone:  # PostgreSQL: it lives until its heartbeat expires
            assert other.claim(item_id) is None
            clock.pass_(61)
        taken = other.claim(item_id)

        assert taken is not None
        assert taken.token == token + 1
        assert taken.open_intent is not None
        assert taken.open_intent.attempt == 1
        with pytest.raises(ClaimLost):
            ledger.posted(other.item(item_id), token, receipt(ledger), confirm_at=None)
        assert state_of(other, item_id) is ItemState.KEYING


def test_an_intent_needs_the_claim_the_lease_and_a_system_that_is_not_frozen(
    ledger: Ledger, lease: LeaseRow, clock: Clock
) -> None:
    item_id = filed(ledger)
    item, token = ledger.item(item_id), claimed(ledger, item_id)

    with pytest.raises(ClaimLost, match="claim"):
        ledger.intend(item, token - 1, lease, outlast=LIMIT)
    stolen = LeaseRow(system=CORE, login="OP1", token=lease.token - 1)
    with pytest.raises(ClaimLost, match="login"):
        ledger.intend(item, token, stolen, outlast=LIMIT)
    clock.pass_(55)
    with pytest.raises(ClaimLost, match="login"):  # it would end before the latest click
        ledger.intend(item, token, lease, outlast=LIMIT)
    ledger.beat(LEASE)
    ledger.freeze_by_hand(CORE, Word(person="Eva", reason="two bookings seen"))
    with pytest.raises(ClaimLost, match="frozen"):
        ledger.intend(item, token, lease, outlast=LIMIT)
    ledger.unfreeze(CORE, Word(person="Eva", reason="reversed by the bank"))

    ledger.intend(item, token, lease, outlast=LIMIT).make_durable()
    assert [each.kind for each in ledger.history(item_id)] == ["item_intended"]


def test_a_frozen_system_hands_out_nothing(ledger: Ledger) -> None:
    item_id = filed(ledger)
    ledger.freeze_by_hand(CORE, Word(person="Eva", reason="looks wrong"))
    assert ledger.claim(item_id) is None
    assert ledger.due(limit=10) == []
    assert ledger.frozen_systems() == {CORE: "looks wrong"}
    ledger.unfreeze(CORE, Word(person="Eva", reason="it was a display error"))
    assert ledger.claim(item_id) is not None


def test_an_intent_that_was_not_made_durable_never_was(ledger: Ledger, lease: LeaseRow) -> None:
    item_id = filed(ledger)
    token = claimed(ledger, item_id)
    pending = ledger.intend(ledger.item(item_id), token, lease, outlast=LIMIT)
    pending.drop()
    ledger.give_back(ledger.item(item_id), token, "broken off", next_at=ledger.now())
    assert state_of(ledger, item_id) is ItemState.READY
    claim = ledger.claim(item_id)
    assert claim is not None
    assert (claim.attempts, claim.open_intent, claim.troubles) == (0, None, 1)


def test_a_doubt_is_cleared_and_the_next_attempt_has_the_next_number(
    ledger: Ledger, lease: LeaseRow
) -> None:
    item_id = filed(ledger)
    item = ledger.item(item_id)
    for attempt in (1, 2):
        token = claimed(ledger, item_id)
        pending = ledger.intend(item, token, lease, outlast=LIMIT)
        assert pending.intent.attempt == attempt
        pending.make_durable()
        ledger.in_doubt(item, token, "no answer", next_at=ledger.now())
        assert state_of(ledger, item_id) is ItemState.IN_DOUBT
        ledger.absent(item, claimed(ledger, item_id), LookUp(bookings=(), read_at=ledger.now()))
        assert state_of(ledger, item_id) is ItemState.READY
    assert next(iter(ledger.items())).attempts == 2


def test_a_receipt_is_confirmed_once_the_enquiry_is_due(ledger: Ledger, lease: LeaseRow) -> None:
    item_id = filed(ledger)
    item, token = ledger.item(item_id), claimed(ledger, item_id)
    ledger.intend(item, token, lease, outlast=LIMIT).make_durable()
    ledger.posted(item, token, receipt(ledger), confirm_at=ledger.now())
    assert not ledger.batch(item.batch_id).complete

    claim = ledger.claim(item_id)
    assert claim is not None
    assert (claim.bookings_expected, claim.bank_reference) == (1, "BK000001")
    assert claim.open_intent is None
    ledger.confirmed(item, claim.token, LookUp(bookings=(), read_at=ledger.now()))

    assert ledger.batch(item.batch_id).complete
    assert ledger.claim(item_id) is None
    assert ledger.open_items() == 0


def test_a_refusal_keeps_its_words_while_its_enquiry_is_owed(
    ledger: Ledger, lease: LeaseRow
) -> None:
    item_id = filed(ledger)
    item, token = ledger.item(item_id), claimed(ledger, item_id)
    ledger.intend(item, token, lease, outlast=LIMIT).make_durable()
    refusal = Refused("account_unknown", "E204 NO SUCH ACCOUNT")
    ledger.refused(item, token, refusal, confirm_at=ledger.now())
    token = claimed(ledger, item_id)
    ledger.confirm_later(item, token, "the list is closed", next_at=ledger.now())
    token = claimed(ledger, item_id)
    ledger.confirmed(item, token, LookUp(bookings=(), read_at=ledger.now()))

    row = next(iter(ledger.items()))
    assert (row.state, row.code, row.reason) == (
        ItemState.REFUSED,
        "account_unknown",
        "E204 NO SUCH ACCOUNT",
    )


def test_the_database_itself_refuses_a_second_receipt_and_a_second_open_intent(
    ledger: Ledger, lease: LeaseRow
) -> None:
    item_id = filed(ledger)
    item, token = ledger.item(item_id), claimed(ledger, item_id)
    ledger.intend(item, token, lease, outlast=LIMIT).make_durable()
    with pytest.raises(IntegrityError):
        ledger.intend(item, token, lease, outlast=LIMIT)
    ledger.posted(item, token, receipt(ledger), confirm_at=ledger.now())
    with pytest.raises(IntegrityError):
        ledger.posted(item, claimed(ledger, item_id), receipt(ledger), confirm_at=None)


def test_reasons_hide_what_must_not_be_seen(house: House, ledger: Ledger) -> None:
    item_id = filed(ledger)
    item, token = ledger.item(item_id), claimed(ledger, item_id)
    with house.redactor.hiding(item.payload.accounts()):
        ledger.park(item, token, "booked_differently", f"the screen shows {CREDITOR}")
    row = next(iter(ledger.items()))
    assert row.reason == "the screen shows ****3000"
    assert CREDITOR not in repr(ledger.history(item_id))


def test_a_row_that_was_edited_by_hand_is_illegible(ledger: Ledger) -> None:
    item_id = filed(ledger, count=2)
    items = schema.items
    first = select(items.c.payload).where(items.c.item_id == item_id)
    with ledger.engine.begin() as connection:
        other = update(items).where(items.c.item_id != item_id)
        connection.execute(other.values(payload=first.scalar_subquery()))
        connection.execute(
            update(items).where(items.c.item_id == item_id).values(reference="OTHER")
        )
    for each in ledger.items():
        with pytest.raises(Illegible):
            ledger.item(each.item_id)


def test_asvs_2_3_1_no_item_goes_a_way_that_is_not_in_the_table() -> None:
    assert set(states.ALLOWED) == set(ItemState)
    for before, after in product(ItemState, ItemState):
        if after in states.ALLOWED[before]:
            states.check(before, after, "B-1-0002")
        else:
            with pytest.raises(states.IllegalTransitionError):
                states.check(before, after, "B-1-0002")


def test_a_posted_item_never_becomes_ready_again() -> None:
    """From POSTED only a person's desk can be reached, and from there only with a
    receipt that release() refuses."""
    assert states.ALLOWED[ItemState.POSTED] == {ItemState.POSTED, ItemState.ON_HOLD}
    assert states.ALLOWED[ItemState.CANCELLED] == frozenset()


# Decisions


def parked(ledger: Ledger, lease: LeaseRow) -> str:
    """An item on hold with an open intent."""
    item_id = filed(ledger)
    item, token = ledger.item(item_id), claimed(ledger, item_id)
    ledger.intend(item, token, lease, outlast=LIMIT).make_durable()
    ledger.park(item, token, "bounds_unknown", "absent, but for how long?")
    return item_id


def test_the_maker_does_not_release_and_another_person_does(
    ledger: Ledger, lease: LeaseRow
) -> None:
    item_id = parked(ledger, lease)
    with pytest.raises(Refused, match="four_eyes"):
        ledger.release(item_id, Word(person=" ANNA ", reason="it is not there"))
    with pytest.raises(Refused, match="no_reason"):
        ledger.release(item_id, Word(person="Eva", reason=" "))
    ledger.release(item_id, Word(person="Eva", reason="the bank confirmed by phone: absent"))

    claim = ledger.claim(item_id)
    assert claim is not None
    assert (claim.open_intent, claim.attempts) == (None, 0)  # attempts start anew


def test_what_may_be_booked_is_not_cancelled_but_looked_up_again(
    ledger: Ledger, lease: LeaseRow
) -> None:
    item_id = parked(ledger, lease)
    with pytest.raises(Refused, match="may_be_booked"):
        ledger.cancel(item_id, Word(person="Eva", reason="not needed"))
    ledger.look_again(item_id, Word(person="Eva", reason="the list is up again"))
    assert state_of(ledger, item_id) is ItemState.IN_DOUBT
    claim = ledger.claim(item_id)
    assert claim is not None
    assert claim.open_intent is not None


def test_a_person_who_saw_it_at_the_bank_settles_it_and_it_is_never_released(
    ledger: Ledger, lease: LeaseRow
) -> None:
    item_id = parked(ledger, lease)
    ledger.booked(item_id, Word(person="Eva", reason="seen in ENQ200"), bank_reference="BK7")
    assert state_of(ledger, item_id) is ItemState.POSTED
    with pytest.raises(Refused, match="already_posted"):
        ledger.release(item_id, Word(person="Eva", reason="again, please"))
    assert ledger.claim(item_id) is None


def test_a_cancelled_item_stays_cancelled(ledger: Ledger) -> None:
    item_id = filed(ledger)
    ledger.cancel(item_id, Word(person="Eva", reason="the customer withdrew it"))
    with pytest.raises(Refused, match="wrong_state"):
        ledger.release(item_id, Word(person="Eva", reason="changed their mind"))
    assert ledger.claim(item_id) is None


# Leases


def test_a_bank_login_has_one_session_and_a_system_at_most_n(
    house: House, ledger: Ledger, clock: Clock
) -> None:
    logins = ["OP1", "OP2", "OP3"]
    with house.ledger(boot="boot-2", clock=clock) as other:
        other.alone = ledger.alone = False  # two machines, whatever the database
        other.start_worker(host="there", pid=2, lease=LEASE)
        mine = ledger.take_lease(CORE, logins, sessions_max=2, lease=LEASE)
        theirs = other.take_lease(CORE, logins, sessions_max=2, lease=LEASE)
        assert mine is not None
        assert theirs is not None
        assert (mine.login, theirs.login) == ("OP1", "OP2")
        assert other.take_lease(CORE, logins, sessions_max=2, lease=LEASE) is None

        clock.pass_(30)
        assert ledger.beat(LEASE)
        clock.pass_(31)  # theirs was not renewed
        assert ledger.holds(mine)
        assert not other.holds(theirs)
        taken = ledger.take_lease(CORE, logins, sessions_max=2, lease=LEASE)
        assert taken is not None
        assert (taken.login, taken.token) == ("OP2", theirs.token + 1)
        assert not other.beat(LEASE)  # declared dead: it must stop
        other.give_lease_back(theirs)
        assert ledger.holds(taken)


# Reading


def test_every_step_has_its_witness(ledger: Ledger, lease: LeaseRow) -> None:
    item_id = parked(ledger, lease)
    witnesses = [json.loads(line) for line in ledger.witnesses()]
    assert all(set(each) == {"stream", "seq", "hash"} for each in witnesses)
    assert len({(each["stream"], each["seq"]) for each in witnesses}) == len(witnesses)
    with ledger.reading() as connection:
        intent = connection.execute(select(schema.intents)).one()
    assert {
        "stream": intent.audit_stream,
        "seq": intent.audit_seq,
        "hash": intent.audit_hash,
    } in witnesses
    assert [each.kind for each in ledger.history(item_id)] == ["item_intended", "item_parked"]


def test_asvs_13_2_2_a_ledger_opened_for_reading_changes_nothing(
    house: House, ledger: Ledger
) -> None:
    item_id = filed(ledger)
    reader = Ledger.open(house.url)
    with pytest.raises(SetupError, match="for reading"):
        reader.cancel(item_id, Word(person="Eva", reason="by mistake"))
    assert reader.counts() == {ItemState.READY: 1}
    reader.close()


def test_a_foreign_key_is_more_than_a_comment(ledger: Ledger) -> None:
    filed(ledger)
    with ledger.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(delete(schema.batches))
    with ledger.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(
            insert(schema.receipts).values(
                item_id="nobody",
                bank_reference="BK1",
                source="receipt",
                read_at=ledger.now(),
                evidence=[],
            )
        )
