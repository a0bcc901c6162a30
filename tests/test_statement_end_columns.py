"""Summaries with a column for each end: ``Balance on 1 Mar | Balance on 31 Mar``."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import Grade, StatementReading
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table

PERIOD: list[Cells] = [*HEAD[:2], [("Statement period 1 Mar 2025 to 31 Mar 2025", 4_000)]]
FIRST, LAST = "Balance on 1 Mar 2025", "Balance on 31 Mar 2025"
OWN = ("Everyday", "4711-0815", "500.00", "1,100.00")


def summary(*accounts: tuple[str, ...], over: tuple[str, str] = (FIRST, LAST)) -> list[Cells]:
    captions: Cells = [("Account", 4_000), ("Number", 14_000), (over[0], -36_000)]
    captions.append((over[1], -52_000))
    places = (4_000, 14_000, -36_000, -52_000)
    return [captions, *[list(zip(each, places, strict=True)) for each in accounts]]


def with_entries(head: list[Cells], *, balances: bool = False) -> StatementReading:
    return reading(PERIOD, head, table(balances=balances))


def ends(found: StatementReading) -> list[tuple[str, int, int]]:
    made = [each.statement for each in found.proved()]
    return [(each.account, int(each.opening), int(each.closing)) for each in made]


@pytest.mark.parametrize("balances", [True, False])
def test_both_ends_are_told_by_the_days_over_their_columns(balances: bool) -> None:
    found = with_entries(summary(OWN), balances=balances)
    assert not found.unproved()
    (proved,) = found.proved()
    assert ends(found) == [("4711-0815", 500, 1_100)]
    assert proved.proof.grade is Grade.B, "its ends are printed"


@pytest.mark.parametrize("wrong", [("501.00", "1,100.00"), ("500.00", "1,101.00")])
def test_an_end_in_such_a_column_that_is_not_the_accounts_is_refused(
    wrong: tuple[str, str],
) -> None:
    head = summary((*OWN[:2], *wrong))
    assert codes(with_entries(head)) == {"does_not_add_up"}
    assert codes(with_entries(head, balances=True)) == {"end_contradicts"}


@pytest.mark.parametrize(
    "over",
    [
        (FIRST, "Balance on 15 Mar 2025"),  # no end of the period
        (LAST, FIRST),
        (LAST, LAST),
        ("Limit on 1 Mar 2025", LAST),
    ],
    ids=["another day", "backwards", "one day", "no balance"],
)
def test_columns_of_other_days_and_things_say_no_ends(over: tuple[str, str]) -> None:
    assert codes(with_entries(summary(OWN, over=over))) == {"no_ends"}


def test_every_account_of_the_summary_has_to_be_there() -> None:
    missing = summary(OWN, ("Reserve", "4711-0900", "20.00", "25.00"))
    assert codes(with_entries(missing, balances=True)) == {"end_contradicts"}


@pytest.mark.parametrize(
    ("told", "name"),
    [(("Reserve", "4711-0900"), "4711-0900"), (("Reserve", "in pounds"), "Reserve in pounds")],
)
def test_one_that_did_not_move_is_a_statement_under_its_own_name(
    told: tuple[str, str], name: str
) -> None:
    found = with_entries(summary(OWN, (*told, "20.00", "20.00")), balances=True)
    assert not found.unproved()
    assert ends(found) == [("4711-0815", 500, 1_100), (name, 20, 20)]


def test_a_line_without_both_numbers_ends_the_summary() -> None:
    head = [*summary(OWN), [("Interest", 4_000), ("0.10", -36_000)]]
    head += summary(("Reserve", "4711-0900", "20.00", "25.00"))[1:]
    assert not with_entries(head, balances=True).unproved()


def listed(
    *rows: tuple[str, str, str], own: tuple[str, str] = ("500.00", "1,100.00")
) -> list[Cells]:
    """A list of accounts with the ends of each, in words and without days."""
    places = (4_000, -36_000, -52_000)
    over = ("Account number", "Opening balance", "Closing balance")
    mine = ("4711-0815", *own)
    return [[*zip(each, places, strict=True)] for each in (over, mine, *rows)]


@pytest.mark.parametrize("balances", [True, False])
def test_an_account_that_is_listed_by_number_has_to_be_there(balances: bool) -> None:
    assert not with_entries(listed(), balances=balances).unproved()
    found = with_entries(listed(("4711-0900", "20.00", "25.00")), balances=balances)
    assert codes(found) == {"end_contradicts"}
    below = reading(HEAD, box(BOX), table(), listed(("4711-0900", "20.00", "25.00")))
    assert codes(below) == {"end_contradicts"}


def test_one_that_did_not_move_is_a_statement_there_too() -> None:
    found = with_entries(listed(("4711-0900", "20.00", "20.00")))
    assert not found.unproved()
    assert ends(found) == [("4711-0815", 500, 1_100), ("4711-0900", 20, 20)]


def test_a_line_without_a_number_is_no_account() -> None:
    held = ("Bonds held", "20.00", "25.00")
    assert not with_entries(listed(held)).unproved()
    missing = ("4711-0900", "20.00", "25.00")
    assert codes(with_entries(listed(held, missing))) == {"end_contradicts"}, "one below it is"


def test_its_own_ends_in_the_list_have_to_hold() -> None:
    assert codes(with_entries(listed(own=("500.00", "1,101.00")))) == {"does_not_add_up"}
    assert codes(with_entries(listed(own=("501.00", "1,100.00")))) == {"does_not_add_up"}
