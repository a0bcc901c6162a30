"""The console's accounts and lists in the ledger, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from counterfoil.config import ConsoleSettings
from counterfoil.domain.items import ItemState
from counterfoil.domain.people import ApiToken, Invitation, Role
from counterfoil.errors import Refused
from counterfoil.store.looking import Looking
from counterfoil.store.people_ledger import FAILURES_FREE, WAIT_MAX, PeopleLedger
from counterfoil.store.searching import ItemQuery, StepQuery
from tests.engine_support import CORE, Clock, House, a_batch, sqlite_house
from tests.postgres_support import new_database

HOUR, IDLE = timedelta(hours=1), timedelta(minutes=15)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return sqlite_house(tmp_path) if request.param == "sqlite" else House(tmp_path, new_database())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(house: House, clock: Clock) -> Iterator[PeopleLedger]:
    with house.ledger(clock=clock) as ledger:
        yield PeopleLedger.beside(ledger)


def opened(people: PeopleLedger, name: str, role: Role, *, by: str = "setup") -> str:
    made = Invitation(
        token_sha256=f"link of {name}",
        name=name,
        person=f" {name}.Berg ",
        role=role,
        by=by,
        ends_at=people.now() + HOUR,
    )
    people.invite(made)
    return people.accept(f"link of {name}", password="hash", second=b"second", step=10)


def test_an_account_is_opened_once_by_its_link(people: PeopleLedger, clock: Clock) -> None:
    assert opened(people, " Ada ", Role.ADMIN) == "ada"
    account = people.account("ADA")
    assert account is not None
    assert (account.name, account.person, account.role) == ("ada", "ada .berg", Role.ADMIN)
    assert people.second_of("ada") == b"second"
    with pytest.raises(Refused, match="no_invitation"):
        people.accept("link of  Ada ", password="hash", second=b"x", step=11)
    late = Invitation(
        token_sha256="late", name="late", person="late", role=Role.ADMIN, by="ada",
        ends_at=people.now() + HOUR,
    )  # fmt: skip
    people.invite(late)
    assert people.invitation("late") is not None
    clock.pass_(3_601)
    assert people.invitation("late") is None
    with pytest.raises(Refused, match="no_invitation"):
        people.accept("late", password="hash", second=b"x", step=11)


def test_the_second_factor_is_sealed(people: PeopleLedger) -> None:
    opened(people, "ada", Role.ADMIN)
    with people.reading() as connection:
        stored = connection.exec_driver_sql("SELECT second FROM console_accounts").scalar_one()
    assert b"second" not in bytes(stored)


def test_a_session_lives_while_somebody_is_there(people: PeopleLedger, clock: Clock) -> None:
    opened(people, "ada", Role.ADMIN)
    people.sign_on("ada", "one", step=11, lasts=HOUR)
    with pytest.raises(Refused, match="code_used"):
        people.sign_on("ada", "two", step=11, lasts=HOUR)
    clock.pass_(14 * 60)
    assert people.session("one", idle=IDLE) is not None
    people.touch({"one": clock()})
    clock.pass_(14 * 60)
    found = people.session("one", idle=IDLE)
    assert found is not None
    people.confirm(found, 12)
    again = people.session("one", idle=IDLE)
    assert again is not None
    assert again.confirmed_at > found.confirmed_at
    clock.pass_(15 * 60)
    assert people.session("one", idle=IDLE) is None
    people.touch({"one": clock()})
    clock.pass_(18 * 60)
    assert people.session("one", idle=HOUR) is None  # its hour is over, however busy


def test_wrong_sign_ons_cost_more_and_more_time(people: PeopleLedger, clock: Clock) -> None:
    opened(people, "ada", Role.ADMIN)
    waits = []
    for _ in range(FAILURES_FREE + 8):
        people.note_failure("ada", "wrong code")
        account = people.account("ada")
        assert account is not None
        if account.closed_until is not None:
            waits.append(account.closed_until - people.now())
            clock.pass_(waits[-1].total_seconds() + 1)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(seconds=30), WAIT_MAX)
    people.sign_on("ada", "one", step=11, lasts=HOUR)
    account = people.account("ada")
    assert account is not None
    assert (account.failures, account.closed_until) == (0, None)
    people.note_failure("nobody", "no such account")


def test_a_changed_account_is_signed_off_and_an_admin_stays(people: PeopleLedger) -> None:
    opened(people, "ada", Role.ADMIN)
    opened(people, "bo", Role.SUPERVISOR, by="ada")
    people.sign_on("bo", "one", step=11, lasts=HOUR)
    people.change_account("bo", by="ada", role=Role.AUDITOR)
    assert people.session("one", idle=IDLE) is None
    for change, by, code in ((False, "ada", "own_account"), (False, "bo", "last_admin")):
        with pytest.raises(Refused, match=code):
            people.change_account("ada", by=by, active=change)
    with pytest.raises(Refused, match="unknown_account"):
        people.change_account("nobody", by="ada", active=False)


def test_a_token_reads_until_it_ends_or_is_taken_back(people: PeopleLedger, clock: Clock) -> None:
    for name, hours in (("a" * 64, 1), ("b" * 64, 3)):
        ends = people.now() + hours * HOUR
        made = ApiToken(
            token_sha256=name, name="p", scope="read", by="ada", made_at=people.now(), ends_at=ends
        )
        people.make_token(made)
    clock.pass_(3_601)
    assert people.token("a" * 64) is None
    assert people.token("b" * 64) is not None
    for start in ("b", "%" * 12, "_" * 12):
        with pytest.raises(Refused, match="unknown_token"):
            people.end_token(start, by="ada")
    people.end_token("b" * 16, by="ada")
    assert [each.token_sha256[0] for each in people.tokens()] == ["a"]


def test_asvs_1_2_4_lists_come_by_page_and_words_are_no_patterns(
    house: House, clock: Clock
) -> None:
    with house.ledger(clock=clock) as ledger:
        looking = Looking.beside(ledger)
        before = looking.newest()
        document, batch = a_batch(5)
        ledger.file_batch(document, batch, needs_approval=True)
        assert looking.newest() != before
        everything = ItemQuery(batch_id=batch.batch_id)
        assert [each.row for each in looking.find_items(everything, limit=2, skip=2)] == [4, 5]
        by_text = {"0003": 1, batch.batch_id.lower(): 5, "%": 0, "_": 0, "\\": 0, "'": 0}
        for text, count in by_text.items():
            assert len(looking.find_items(ItemQuery(text=text), limit=10)) == count, text
        states = (ItemState.AWAITING_APPROVAL,)
        assert len(looking.find_items(ItemQuery(states=states, system=CORE), limit=10)) == 5
        assert looking.item_row(batch.items[0].item_id).row == 2
        assert looking.payload_of(batch.items[0].item_id) == batch.items[0].payload
        assert looking.amounts(batch.batch_id)[0] == ("CZK", "13.50")
        assert looking.batch_head(batch.batch_id).maker == "Anna"
        assert [each.batch_id for each in looking.batch_list(limit=5, waiting=True)] == [
            batch.batch_id
        ]
        kinds = {each.kind for each in looking.steps(StepQuery(), limit=10)}
        assert kinds == set(looking.step_kinds()) == {"batch_filed"}
        later = clock() + HOUR
        assert looking.steps(StepQuery(since=later), limit=10) == []
        assert len(looking.steps(StepQuery(kind="batch_filed", until=later), limit=10)) == 1
        assert looking.steps(StepQuery(text=batch.items[0].item_id), limit=10) == []
        assert set(looking.oldest_waiting()) == {ItemState.AWAITING_APPROVAL}
        assert looking.ended_badly(("FAILED",), clock() - HOUR) == []
        assert looking.workers() == []
        assert looking.quarantined() == []


def test_a_later_page_begins_after_the_last_row_of_the_one_before(
    house: House, clock: Clock
) -> None:
    with house.ledger(clock=clock) as ledger:
        looking = Looking.beside(ledger)
        batches = [a_batch(5, name=f"{each}.xlsx", first=10 * each) for each in range(3)]
        for document, batch in batches:
            ledger.file_batch(document, batch, needs_approval=True)
        for query in (ItemQuery(), ItemQuery(states=(ItemState.AWAITING_APPROVAL,))):
            seen: list[str] = []
            while page := looking.find_items(
                replace(query, after=seen[-1] if seen else ""), limit=4
            ):
                seen += [each.item_id for each in page]
            assert seen == sorted(each.item_id for _, batch in batches for each in batch.items)
        within = ItemQuery(batch_id=batches[0][1].batch_id, after=batches[0][1].items[2].item_id)
        assert [each.row for each in looking.find_items(within, limit=9)] == [5, 6]
        assert looking.find_items(ItemQuery(after="no item"), limit=9) == []


@pytest.mark.parametrize("text", ["", "xlsx", "items, 3", "nothing has it"])
def test_changes_are_found_piece_by_piece_and_none_is_passed_over(
    house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Also where many are of one instant, and where a search has no time at all."""
    monkeypatch.setattr("counterfoil.store.looking.PIECE", 3)
    with house.ledger(clock=clock) as ledger:
        looking = Looking.beside(ledger)
        for number in range(20):
            document, batch = a_batch(2 + number % 2, name=f"{number}.xlsx", first=10 * number)
            ledger.file_batch(document, batch, needs_approval=True)
            clock.pass_(number % 4)
        every = looking.steps(StepQuery(), limit=100)
        wanted, query = [each for each in every if text in each.told], StepQuery(text=text)
        for seconds in (0.0, None):
            page = looking.find_steps(query, limit=4, seconds=seconds)
            found = page.rows
            while page.further is not None:
                assert len(found) <= len(wanted)
                page = looking.find_steps(query, limit=4, after=page.further, seconds=seconds)
                found = found + page.rows
            assert found == wanted
        assert looking.place_of(every[3].stream, every[3].seq) == (
            every[3].at, every[3].stream, every[3].seq
        )  # fmt: skip


def test_changes_of_a_payment_are_found_by_what_people_call_it(house: House, clock: Clock) -> None:
    with house.ledger(clock=clock) as ledger:
        looking = Looking.beside(ledger)
        document, batch = a_batch(3)
        ledger.file_batch(document, batch, needs_approval=False)
        first = batch.items[0]
        claim = ledger.claim(first.item_id)
        assert claim is not None
        ledger.park(first, claim.token, "odd", "a person decides")
        for name in (first.item_id, first.reference):
            (step, *_) = looking.steps(StepQuery(text=name), limit=10)
            assert (step.item_id, step.kind) == (first.item_id, "item_parked")


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 70_000},
        {"port": -1},
        {"address": "http://ops.bank.example"},
        {"address": "https://ops.bank.example/path"},
        {"address": "https://evil example"},
        {"idle_minutes": 0},
        {"hours_max": 0},
        {"fresh_minutes": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, int | str]) -> None:
    with pytest.raises(ValueError, match=r"port|address"):
        ConsoleSettings(**wrong)  # type: ignore[arg-type]
