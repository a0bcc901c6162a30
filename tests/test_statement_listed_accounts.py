"""An overview of accounts says again what each of them ends with."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import Cells, codes, reading

BANK: list[Cells] = [
    [("Sample Bank", 4_000)],
    [("Statement period 03/01/2025 to 03/31/2025", 4_000)],
]
PLACES = (4_000, 12_000, -42_000, -54_000)
SALARY, GIFT = ("03/02/2025", "Salary", "950.00"), ("03/05/2025", "Gift", "10.00")


def account(title: str, entry: tuple[str, str, str], ends: tuple[str, str]) -> list[Cells]:
    return [
        [(title, 4_000)],
        [*zip(("Date", "Description", "Amount", "Balance"), PLACES, strict=True)],
        [("Opening balance", 12_000), (ends[0], -54_000)],
        [*zip((*entry, ends[1]), PLACES, strict=True)],
        [("Closing balance", 12_000), (ends[1], -54_000)],
    ]


def listed(
    *balances: str, title: str = "Foreign Currency Savings", apart: int = 0
) -> StatementReading:
    """Two accounts, and a line for each above them.

    Args:
        title: Of the second line.
        apart: How many other lines stand between both.
    """
    between: list[Cells] = [[("Thank you", 4_000)]] * apart
    overview: list[Cells] = [
        [("Everyday Savings", 4_000), ("GBP", 30_000), (balances[0], -42_000)],
        *between,
        [(title, 4_000), ("USD", 30_000), (balances[1], -42_000)],
    ]
    own = account("Everyday Savings 4711-0815 GBP", SALARY, ("100.00", "1,050.00"))
    other = account("Foreign Currency Savings 4711-0900 USD", GIFT, ("10.00", "20.00"))
    return reading(BANK, overview, own, other)


def test_lines_that_say_either_end_are_no_trouble() -> None:
    assert not listed("1,050.00", "20.00").unproved()
    assert not listed("1,050.00", "10.00").unproved()


@pytest.mark.parametrize("balances", [("1,050.00", "21.00"), ("1,051.00", "20.00")])
def test_beside_a_line_that_holds_one_that_does_not_is_refused(balances: tuple[str, str]) -> None:
    found = listed(*balances)
    assert codes(found) == {"end_contradicts"}
    (reason,) = (each.reason for each in found.unproved())
    assert "the account of that title goes from" in reason


def test_where_none_holds_the_list_may_be_of_other_things() -> None:
    assert not listed("1.00", "2.00").unproved()


def test_a_line_of_another_title_or_a_short_one_is_of_no_account() -> None:
    assert not listed("1,050.00", "21.00", title="Foreign Bonds").unproved()
    assert not listed("1,050.00", "21.00", title="Foreign").unproved()
    assert codes(listed("1,050.00", "21.00", title="Foreign Currency")) == {"end_contradicts"}


def test_a_line_far_away_is_of_another_list() -> None:
    assert codes(listed("1,050.00", "21.00", apart=11)) == {"end_contradicts"}
    assert not listed("1,050.00", "21.00", apart=12).unproved()
