"""A day is ordered once, a file arrives once, a statement is filed once or waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, select, text

import counterfoil.store
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.statement_orders import (
    ArrivalState,
    Exceptional,
    FetchedFile,
    Filed,
    Judged,
    ListedStatement,
    StatementOrder,
    StatementState,
)
from counterfoil.domain.statements import Equation, Place
from counterfoil.errors import Refused
from counterfoil.store import statement_schema as schema
from counterfoil.store.deciding import Word
from counterfoil.store.schema import METADATA
from counterfoil.store.statement_arrivals import Arrival
from counterfoil.store.statement_ledger import StatementLedger
from tests.engine_support import Clock, House, sqlite_house
from tests.postgres_support import new_database
from tests.test_statement_rules import (
    ACCOUNT,
    OCTOBER,
    SEPTEMBER,
    a_statement,
    listed,
    proved,
)

OTHER = "2000000002"
PETRA = Word(person="petra.novakova", reason="looked at it")
EVIDENCE = (Evidence("screenshot", "ab" * 32, 10),)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return sqlite_house(tmp_path) if request.param == "sqlite" else House(tmp_path, new_database())


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    with house.ledger(boot="boot-1", clock=Clock()) as ledger:
        yield Desk(StatementLedger.beside(ledger))


@dataclass(slots=True)
class Desk:
    """The verbs in the order in which a run says them."""

    ledger: StatementLedger

    def order(
        self, account: str = ACCOUNT, *formats: str, days: tuple[date, date] = SEPTEMBER
    ) -> int:
        every = [days[0] + timedelta(days=at) for at in range((days[1] - days[0]).days + 1)]
        return self.ledger.order_statements("corebank", account, every, formats or ("pdf",))

    def wanted(self) -> list[StatementOrder]:
        return self.ledger.wanted_statements("corebank")

    def arrive(
        self,
        content: bytes = b"%PDF september",
        *,
        spoiled: str = "",
        on: ListedStatement | None = None,
    ) -> str:
        (order,) = self.wanted()
        return self.ledger.file_arrival(order, a_file(content, spoiled=spoiled, on=on))

    def read(self, *filed: Filed, exceptions: tuple[Exceptional, ...] = ()) -> Arrival:
        """File what was read of the one unread arrival, and compare it with its neighbours."""
        (arrival,) = self.ledger.unread_arrivals()
        judged = Judged(filed=filed, exceptions=exceptions, source="pdf", pages=2)
        assert self.ledger.file_reading(arrival, judged)
        for row in self.ledger.uncompared_statements():
            self.ledger.note_sequence(row.statement_id, ())
        return arrival

    def stands(self) -> list[str]:
        return [each.state for each in self.ledger.statements(states=list(StatementState))]


def a_file(
    content: bytes = b"%PDF september", *, spoiled: str = "", on: ListedStatement | None = None
) -> FetchedFile:
    kept = spoiled not in ("not_offered", "too_large")
    return FetchedFile(
        listed=on or listed(),
        format="pdf",
        path=Path("received/x") if kept else None,
        sha256=sha256(content).hexdigest() if kept else "",
        size=len(content) if kept else 0,
        spoiled=spoiled,
        reason="it broke off" if spoiled else "",
        evidence=EVIDENCE,
    )


def september() -> Filed:
    return Filed(proved=proved(a_statement()), first=SEPTEMBER[0], last=SEPTEMBER[1])


WRONG = Exceptional(
    code="does_not_add_up",
    reason=f"account {ACCOUNT}: 100.00 is not 90.00",
    remedy="look at it",
    place="page 2",
    failed=(
        Equation(
            kind="running",
            says="100.00 = 90.00",
            left=Decimal("100.00"),
            right=Decimal("90.00"),
            places=(Place(page=2, box=(100, 200, 300, 400)),),
        ),
    ),
)


# --- the tables ------------------------------------------------------------------------


def test_a_ledger_of_the_first_revision_is_brought_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    engine = create_engine(url)
    with engine.connect() as connection, connection.begin():
        config = Config()
        home = Path(counterfoil.store.__file__).parent
        config.set_main_option("script_location", str(home / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO steps (stream, seq, hash, kind, at, told) "
                "VALUES ('s', 1, 'h', 'k', '2026-11-24 08:00:00', 'before')"
            )
        )
    engine.dispose()

    with House(tmp_path, url).ledger() as ledger:
        names = inspect(ledger.engine).get_table_names()
        with ledger.reading() as connection:
            kept = connection.execute(text("SELECT told, arrival_id FROM steps")).all()

    assert {each.name for each in METADATA.sorted_tables} <= set(names)
    assert kept == [("before", None)]


# --- ordered once ----------------------------------------------------------------------


def test_a_day_is_ordered_once_for_ever(desk: Desk) -> None:
    assert desk.order() == 30
    assert desk.order() == 0
    assert desk.order(days=(SEPTEMBER[0], OCTOBER[0])) == 1
    (order,) = desk.wanted()
    assert order.days() == (SEPTEMBER[0], OCTOBER[0])


def test_an_order_s_id_is_the_same_in_every_run(desk: Desk, tmp_path: Path, house: House) -> None:
    def ids(ledger: StatementLedger) -> set[str]:
        with ledger.reading() as connection:
            return set(connection.execute(select(schema.orders.c.order_id)).scalars())

    desk.order()
    first = ids(desk.ledger)
    second_house = House(tmp_path / "second", f"sqlite:///{tmp_path / 'second.sqlite'}")
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "keys").symlink_to(house.folder / "keys")
    with second_house.ledger() as ledger:
        again = Desk(StatementLedger.beside(ledger))
        again.order()
        assert ids(again.ledger) == first


def test_each_format_and_account_is_an_order_of_its_own(desk: Desk) -> None:
    assert desk.order(ACCOUNT, "pdf", "csv") == 60
    assert desk.order(OTHER, "pdf") == 30
    wanted = {each.account: sorted(each.wanted) for each in desk.wanted()}
    assert wanted == {ACCOUNT: ["csv", "pdf"], OTHER: ["pdf"]}


def test_an_account_with_blanks_is_the_same_account(desk: Desk) -> None:
    desk.order("1000 0000 01")
    assert desk.order(ACCOUNT) == 0


def test_wanted_may_be_asked_for_some_accounts(desk: Desk) -> None:
    desk.order()
    desk.order(OTHER)
    (order,) = desk.ledger.wanted_statements("corebank", [OTHER])
    assert order.account == OTHER


# --- arrived once ----------------------------------------------------------------------


def test_a_file_answers_every_day_that_it_covers(desk: Desk) -> None:
    desk.order(days=(SEPTEMBER[0], OCTOBER[1]))
    desk.arrive()

    (order,) = desk.wanted()
    assert order.days() == OCTOBER


def test_a_day_that_a_known_file_covers_is_answered_when_it_is_ordered(desk: Desk) -> None:
    desk.order(days=(SEPTEMBER[0], SEPTEMBER[0]))
    desk.arrive()

    assert desk.order() == 29
    assert desk.wanted() == []


def test_the_same_bytes_are_one_document_and_one_arrival(desk: Desk) -> None:
    desk.order()
    (order,) = desk.wanted()

    first = desk.ledger.file_arrival(order, a_file())
    again = desk.ledger.file_arrival(order, a_file())

    assert first == again
    assert len(desk.ledger.arrivals()) == 1
    assert [each.kind for each in desk.ledger.arrival_history(first)] == ["statement_fetched"] * 2


def test_the_same_bytes_for_another_account_are_another_arrival_of_one_document(
    desk: Desk,
) -> None:
    desk.order()
    desk.order(OTHER)
    for order in desk.wanted():
        desk.ledger.file_arrival(order, a_file(on=listed(account=order.account)))

    rows = desk.ledger.arrivals()
    assert len(rows) == 2
    with desk.ledger.reading() as connection:
        assert len(connection.execute(select(schema.documents)).all()) == 1


@pytest.mark.parametrize("spoiled", ["truncated", "not_offered", "too_large"])
def test_a_spoiled_file_is_quarantined_at_once_and_never_read(desk: Desk, spoiled: str) -> None:
    desk.order()
    arrival_id = desk.arrive(spoiled=spoiled)

    assert desk.ledger.unread_arrivals() == []
    assert desk.wanted() == []
    (row,) = desk.ledger.arrivals()
    assert row.state is ArrivalState.QUARANTINED
    assert (row.document_sha256 is None) == (spoiled != "truncated")
    (found,) = desk.ledger.exceptions()
    assert (found.arrival_id, found.code) == (arrival_id, spoiled)
    assert found.remedy
    kinds = [each.kind for each in desk.ledger.arrival_history(arrival_id)]
    assert kinds == ["statement_fetched", "statement_quarantined"]


def test_what_the_list_said_comes_back_with_the_unread_file(desk: Desk) -> None:
    desk.order()
    desk.arrive()

    (arrival,) = desk.ledger.unread_arrivals()
    assert arrival.account == ACCOUNT
    assert arrival.listed == listed()


def test_why_nothing_came_is_kept_with_the_orders(desk: Desk) -> None:
    desk.order()
    (order,) = desk.wanted()
    desk.ledger.nothing_came([order], f"the list of {ACCOUNT} is closed", evidence=EVIDENCE)

    left = desk.ledger.unanswered_orders()
    assert len(left) == 30
    assert {each.trouble for each in left} == {"the list of ****0001 is closed"}
    assert len(desk.wanted()) == 1


# --- filed once ------------------------------------------------------------------------


def test_a_statement_comes_back_equal_to_what_was_filed(desk: Desk) -> None:
    desk.order()
    desk.arrive()
    filed = september()
    entries = tuple(
        replace(
            each,
            value_date=each.booking_date,
            reference="R 1",
            balance=Decimal("110.00"),
            place=Place(page=1, box=(1, 2, 3, 4)),
        )
        for each in filed.proved.statement.transactions
    )
    filed = replace(
        filed,
        proved=replace(
            filed.proved, statement=replace(filed.proved.statement, transactions=entries)
        ),
    )

    desk.read(filed)

    (row,) = desk.ledger.statements()
    assert desk.ledger.statement(row.statement_id) == filed
    assert (row.grade, row.state, row.lines) == ("A", StatementState.PASSED, 2)


def test_a_statement_without_a_printed_period_is_filed_on_the_list_s_days(desk: Desk) -> None:
    desk.order()
    desk.arrive()
    filed = replace(september(), proved=proved(a_statement(printed=False)))

    desk.read(filed)

    (row,) = desk.ledger.statements()
    assert (row.first_day, row.last_day) == SEPTEMBER
    assert desk.ledger.statement(row.statement_id) == filed


def test_no_row_holds_an_account_number_or_a_description(desk: Desk) -> None:
    desk.order()
    desk.arrive()
    desk.read(september())
    desk.order(OTHER)
    (order,) = desk.wanted()
    file = a_file(b"%PDF other", on=listed(account=OTHER))
    desk.ledger.file_arrival(order, file)
    payee = "CZ6508000000192000145399"
    reason = f"line 7 {payee} of account {OTHER}: 5 is not 6"
    desk.read(exceptions=(replace(WRONG, reason=reason),))

    with desk.ledger.reading() as connection:
        stored = repr([connection.execute(select(each)).all() for each in METADATA.sorted_tables])
    assert ACCOUNT not in stored
    assert OTHER not in stored
    assert payee not in stored
    assert "line 7 ****5399 of account ****0002: 5 is not 6" in stored
    assert "entry 0" not in stored
    assert "****0001" in stored


def test_a_statement_is_not_passed_before_it_was_compared(desk: Desk) -> None:
    """A run that is killed between the two leaves it held, and found by the next."""
    desk.order()
    desk.arrive()
    (arrival,) = desk.ledger.unread_arrivals()
    desk.ledger.file_reading(arrival, Judged(filed=(september(),), exceptions=()))

    assert desk.stands() == [StatementState.HELD]
    (row,) = desk.ledger.uncompared_statements()
    assert desk.ledger.note_sequence(row.statement_id, ()) is StatementState.PASSED
    assert desk.ledger.uncompared_statements() == []


def test_a_file_is_read_once(desk: Desk) -> None:
    desk.order()
    desk.arrive()
    arrival = desk.read(september())

    judged = Judged(filed=(september(),), exceptions=())
    assert desk.ledger.file_reading(arrival, judged) is False
    assert len(desk.ledger.statements()) == 1


def test_what_is_not_proved_is_an_exception_with_place_remedy_and_equation(desk: Desk) -> None:
    desk.order()
    desk.arrive()
    arrival = desk.read(exceptions=(WRONG,))

    assert desk.ledger.statements() == []
    (found,) = desk.ledger.exceptions()
    assert (found.code, found.place, found.remedy) == ("does_not_add_up", "page 2", "look at it")
    assert found.reason == "account ****0001: 100.00 is not 90.00"
    assert found.failed == WRONG.failed
    kinds = [each.kind for each in desk.ledger.arrival_history(arrival.arrival_id)]
    assert kinds == ["statement_fetched", "statement_quarantined"]


# --- decided ---------------------------------------------------------------------------


def held(desk: Desk) -> str:
    """A statement whose grade is too low; its arrival."""
    desk.order()
    desk.arrive()
    low = Exceptional(code="grade_too_low", reason="grade B", remedy="accept it")
    return desk.read(september(), exceptions=(low,)).arrival_id


def test_a_held_statement_passes_when_a_person_accepts_it(desk: Desk) -> None:
    arrival_id = held(desk)
    assert desk.stands() == [StatementState.HELD]

    desk.ledger.accept_statement(arrival_id, PETRA)

    assert desk.stands() == [StatementState.ACCEPTED]
    assert desk.ledger.exceptions() == []
    (decision,) = desk.ledger.decisions(arrival_id)
    assert (decision.kind, decision.person) == ("accept", "petra.novakova")


def test_what_is_not_proved_cannot_be_accepted(desk: Desk) -> None:
    desk.order()
    desk.arrive()
    arrival = desk.read(exceptions=(WRONG,))

    with pytest.raises(Refused, match="wrong_state"):
        desk.ledger.accept_statement(arrival.arrival_id, PETRA)
    assert len(desk.ledger.exceptions()) == 1


def test_what_waits_for_nobody_cannot_be_accepted(desk: Desk) -> None:
    desk.order()
    desk.arrive()
    arrival = desk.read(september())

    with pytest.raises(Refused, match="nothing_open"):
        desk.ledger.accept_statement(arrival.arrival_id, PETRA)
    assert desk.ledger.decisions(arrival.arrival_id) == []


def test_requeued_it_is_wanted_again_and_what_was_read_does_not_count(desk: Desk) -> None:
    arrival_id = held(desk)

    desk.ledger.requeue_statement(arrival_id, PETRA)

    assert desk.stands() == [StatementState.SUPERSEDED]
    (order,) = desk.wanted()
    assert order.days() == SEPTEMBER
    assert desk.ledger.exceptions() == []
    (closed,) = desk.ledger.exceptions(open_only=False)
    assert closed.state == "WANTED_AGAIN"


def test_the_same_bytes_after_a_requeue_are_read_again(desk: Desk) -> None:
    arrival_id = held(desk)
    desk.ledger.requeue_statement(arrival_id, PETRA)

    assert desk.arrive() == arrival_id
    desk.read(september())

    assert desk.stands() == [StatementState.SUPERSEDED, StatementState.PASSED]
    assert desk.wanted() == []


def test_other_bytes_after_a_requeue_are_another_arrival(desk: Desk) -> None:
    arrival_id = held(desk)
    desk.ledger.requeue_statement(arrival_id, PETRA)

    assert desk.arrive(b"%PDF corrected") != arrival_id
    desk.read(september())

    assert desk.wanted() == []
    assert sorted(desk.stands()) == [StatementState.PASSED, StatementState.SUPERSEDED]


def test_set_aside_it_is_neither_used_nor_fetched_again(desk: Desk) -> None:
    arrival_id = held(desk)

    desk.ledger.set_statement_aside(arrival_id, PETRA)

    assert desk.stands() == [StatementState.SET_ASIDE]
    assert desk.wanted() == []
    assert desk.ledger.exceptions() == []


@pytest.mark.parametrize("word", [Word(person="petra", reason=" "), Word(person="", reason="x")])
def test_a_decision_needs_a_person_and_a_reason(desk: Desk, word: Word) -> None:
    arrival_id = held(desk)
    for decide in (
        desk.ledger.requeue_statement,
        desk.ledger.set_statement_aside,
        desk.ledger.accept_statement,
    ):
        with pytest.raises(Refused, match="no_reason"):
            decide(arrival_id, word)
    assert desk.stands() == [StatementState.HELD]


def test_an_unknown_arrival_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="unknown_arrival"):
        desk.ledger.requeue_statement("A-NOWHERE", PETRA)


# --- the sequence ----------------------------------------------------------------------

GAP = Exceptional(code="gap", reason="number 22 is missing", remedy="order it", holds=False)
DIFFERS = Exceptional(code="opening_differs", reason="5 is not 6", remedy="ask the bank")


def one(desk: Desk) -> int:
    desk.order()
    desk.arrive()
    desk.read(september())
    (row,) = desk.ledger.statements()
    return row.statement_id


def test_a_gap_is_an_exception_and_the_statement_passes(desk: Desk) -> None:
    assert desk.ledger.note_sequence(one(desk), (GAP,)) is StatementState.PASSED
    assert [each.code for each in desk.ledger.exceptions()] == ["gap"]


def test_an_opening_that_differs_holds_the_statement(desk: Desk) -> None:
    assert desk.ledger.note_sequence(one(desk), (DIFFERS,)) is StatementState.HELD


def test_a_gap_that_is_closed_clears_its_exception(desk: Desk) -> None:
    statement_id = one(desk)
    desk.ledger.note_sequence(statement_id, (GAP, DIFFERS))

    assert desk.ledger.note_sequence(statement_id, ()) is StatementState.PASSED
    assert desk.ledger.exceptions() == []
    assert {each.state for each in desk.ledger.exceptions(open_only=False)} == {"CLEARED"}


def test_the_same_finding_again_is_one_exception(desk: Desk) -> None:
    statement_id = one(desk)
    for _ in range(3):
        desk.ledger.note_sequence(statement_id, (GAP,))
    assert len(desk.ledger.exceptions(open_only=False)) == 1


def test_what_a_person_accepted_stays_accepted(desk: Desk) -> None:
    statement_id = one(desk)
    desk.ledger.note_sequence(statement_id, (DIFFERS,))
    (row,) = desk.ledger.statements()
    desk.ledger.accept_statement(row.arrival_id, PETRA)

    assert desk.ledger.note_sequence(statement_id, (DIFFERS,)) is StatementState.ACCEPTED
    assert desk.ledger.exceptions() == []


def test_a_statement_that_goes_has_the_next_ones_compared_again(desk: Desk) -> None:
    desk.order(days=(SEPTEMBER[0], OCTOBER[1]))
    first = desk.arrive()
    desk.read(september())
    october = a_statement(days=OCTOBER, number="22", opening="105.50")
    desk.arrive(b"%PDF october", on=listed(first=OCTOBER[0], last=OCTOBER[1]))
    desk.read(Filed(proved=proved(october), first=OCTOBER[0], last=OCTOBER[1]))
    assert desk.ledger.uncompared_statements() == []

    desk.ledger.set_statement_aside(first, PETRA)

    (row,) = desk.ledger.uncompared_statements()
    assert row.first_day == OCTOBER[0]
    assert row.state is StatementState.PASSED


def test_every_step_is_witnessed_in_the_audit_log(desk: Desk) -> None:
    arrival_id = held(desk)
    desk.ledger.accept_statement(arrival_id, PETRA)

    kinds = [each.kind for each in desk.ledger.arrival_history(arrival_id)]
    assert kinds == ["statement_fetched", "statement_proved", "statement_decided"]
