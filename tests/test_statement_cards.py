"""Prints of cards, and months in short: what is owed, how interest is reckoned, which days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.test_statement_summaries import Cells, box, codes, reading

CARD: list[Cells] = [
    [("Mint Leaf Card", 4_000)],
    [("Card number 4711-0815", 4_000)],
    [("Billing period 03/01/2025 to 03/31/2025", 4_000)],
]
CARD_BOX = [
    ("Previous Balance", "300.00"),
    ("Purchases", "194.93"),
    ("Payments and Credits", "(300.00)"),
    ("New Balance", "194.93"),
]
BOUGHT = [
    ("03/02", "Example Online Store", "59.99"),
    ("03/05", "City Parking", "12.00"),
    ("03/07", "Payment - thank you", "(300.00)"),
    ("03/11", "Bistro Example", "64.18"),
    ("03/23", "Hardware Example", "58.76"),
]
HEADED: Cells = [("Date", 4_000), ("Description", 12_000), ("Amount", -42_000)]


def bought(year: str = "/2025") -> list[Cells]:
    rows: list[Cells] = [
        [(day + year, 4_000), (text, 12_000), (amount, -42_000)] for day, text, amount in BOUGHT
    ]
    return [HEADED, *rows]


def test_a_box_in_which_purchases_add_to_the_balance_is_of_money_owed() -> None:
    (proved,) = reading(CARD, box(CARD_BOX), bought()).proved()
    assert proved.statement.opening == Decimal("-300.00")
    assert [each.amount for each in proved.statement.transactions][1:3] == [-12, 300]


@pytest.mark.parametrize("line", [1, 2])
def test_only_a_box_of_the_same_sums_says_so(line: int) -> None:
    wrong = [*CARD_BOX]
    wrong[line] = ("Other things", CARD_BOX[line][1])
    assert codes(reading(CARD, box(wrong), bought())) == {"polarity"}


RATES: list[Cells] = [
    [("Interest Charge Calculation", 4_000)],
    [("Purchases", 4_000), ("24.49%", 12_000), ("628.94", -34_000), ("11.83", -42_000)],
    [("Cash Advances", 4_000), ("29.24%", 12_000), ("0.00", -34_000), ("0.00", -42_000)],
]


def test_how_the_interest_was_reckoned_is_no_entry() -> None:
    (proved,) = reading(CARD, box(CARD_BOX), bought(), RATES).proved()
    assert len(proved.statement.transactions) == len(BOUGHT)


@pytest.mark.parametrize(("rate", "said"), [("24.49%", set()), ("24.49", {"end_contradicts"})])
def test_a_balance_that_interest_was_reckoned_of_is_no_end(rate: str, said: set[str]) -> None:
    owed: list[Cells] = [
        [("Interest Charge Calculation", 4_000)],
        [("Description", 4_000), ("Rate", 15_000), ("Balance", -36_000)],
        [("Cash Advances", 4_000), (rate, 15_000), ("194.93", -36_000)],
        [("Purchases", 4_000), (rate, 15_000), ("628.94", -36_000)],
    ]
    assert codes(reading(CARD, box(CARD_BOX), bought(), owed)) == said


@pytest.mark.parametrize(("word", "said"), [("Redeemed", set()), ("Used", {"end_contradicts"})])
def test_what_is_left_of_rewards_is_no_end_of_the_card(word: str, said: set[str]) -> None:
    rewards: list[Cells] = [
        [(f"{word} this month 120.00", 4_000), ("New balance", 25_000), ("48.00", -45_000)]
    ]
    assert codes(reading(CARD, box(CARD_BOX), bought(), rewards)) == said


def test_an_entry_with_a_rate_and_a_day_is_one() -> None:
    more: list[Cells] = [
        [("03/28/2025", 4_000), ("Interest at 24.49% on purchases", 12_000), ("11.83", -42_000)]
    ]
    assert codes(reading(CARD, box(CARD_BOX), bought(), more)) == {"does_not_add_up"}


@pytest.mark.parametrize("printed", ["March 1-31, 2025", "Mar 1 - 31, 2025"])
def test_a_month_by_its_first_day_and_its_last_gives_the_year(printed: str) -> None:
    head = [*CARD[:2], [("Statement period", 4_000), (printed, 20_000)]]
    (proved,) = reading(head, box(CARD_BOX), bought(year="")).proved()
    assert proved.statement.transactions[0].booking_date == date(2025, 3, 2)


@pytest.mark.parametrize("printed", ["March 1-30, 2025", "March 2-31, 2025", "March 11-31, 2025"])
def test_a_part_of_a_month_does_not(printed: str) -> None:
    head = [*CARD[:2], [("Statement period", 4_000), (printed, 20_000)]]
    assert codes(reading(head, box(CARD_BOX), bought(year=""))) == {"no_such_day"}


def test_letters_that_end_in_line_with_the_numbers_make_no_column_of_their_own() -> None:
    rows = [
        (day, text, amount.strip("()") + " (CR)" * ("(" in amount)) for day, text, amount in BOUGHT
    ]
    rows += [("03/24", "Returned shoes", "2.00 (CR)"), ("03/25", "Bistro Example", "2.00")]
    table: list[Cells] = [
        [(f"{day}/2025", 4_000), (text, 12_000), (amount, -42_000)] for day, text, amount in rows
    ]
    ends: list[Cells] = [
        [("Credit limit 4,500.00", 4_000)],
        [("Minimum payment 25.00", 4_000)],
        [("Payment due date 04/20/2025", 4_000)],
    ]
    (proved,) = reading(CARD, ends, box(CARD_BOX), [HEADED, *table]).proved()
    assert [each.amount for each in proved.statement.transactions][-2:] == [2, -2]
