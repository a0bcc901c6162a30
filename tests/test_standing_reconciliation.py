"""Day after day: nothing is lost, doubled or decided by one person, and all of it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine_support import Clock, House, sqlite_house
from tests.postgres_support import new_database
from tests.standing_support import NAME, PETRA, Desk, bank_line, entry


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return sqlite_house(tmp_path) if request.param == "sqlite" else House(tmp_path, new_database())


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    clock = Clock()
    with house.ledger(boot="boot-1", clock=clock) as ledger:
        yield Desk.over(house, ledger, clock)


MONDAY = (
    [bank_line("B1", 5, "-100.00", "EFT INV-0001001"), bank_line("B2", 5, "-77.10", "COUNTER")],
    [entry("L1", 5, "-100.00", "INV-0001001"), entry("L2", 5, "-250.00", "INV-0001002")],
)


def test_a_break_is_closed_by_the_match_when_its_counterpart_arrives(desk: Desk) -> None:
    ran = desk.run(*MONDAY)
    assert ran.number == 1
    assert desk.open() == {"B2": "missing in the ledger", "L2": "timing"}

    desk.run([bank_line("B3", 6, "-250.00", "EFT INV-0001002")])

    assert desk.open() == {"B2": "missing in the ledger"}
    closed = desk.break_of("L2")
    assert (closed.state, str(closed.since), str(closed.closed_on)) == (
        "CLOSED", "2018-03-05", "2018-03-06",
    )  # fmt: skip
    assert closed.closed_by is not None
    assert "B3 = L2" in closed.closed_by
    assert desk.told() == ["account_reconciled"] * 2


def test_what_two_people_match_stands_from_the_next_run_on(desk: Desk) -> None:
    desk.run(*MONDAY)
    proposal = desk.match(bank=["B2"], entries=["L2"], difference="172.90")
    assert desk.open() == {"B2": "missing in the ledger", "L2": "timing"}

    assert desk.approve(proposal) == PETRA
    desk.run([bank_line("B3", 6, "-250.00", "EFT INV-0001002")])

    assert (("B2",), ("L2",), "matched by people") in desk.matches()
    assert desk.open() == {"B3": "missing in the ledger"}
    assert desk.told() == [
        "account_reconciled", "decision_proposed", "decision_approved", "account_reconciled",
    ]  # fmt: skip
    assert NAME in {each.reconciliation for each in desk.ledger.decisions()}
