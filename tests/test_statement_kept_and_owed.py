"""An account with money in it and one with money owed in one document: each keeps its own signs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import Cells, codes, reading

BANK: list[Cells] = [
    [("Northern Union", 4_000)],
    [("Statement period 03/01/2025 to 03/31/2025", 4_000)],
]
#: What a bank says of its cards, whoever has one.
OF_CARDS: list[Cells] = [
    [("Credit limit 1,000.00", 4_000)],
    [("Minimum payment 25.00", 4_000)],
    [("Annual percentage rate 9.9%", 4_000)],
    [("Late payment fees may apply", 4_000)],
]
KEPT = [
    ("03/02/2025", "Salary", "900.00", "1,000.00"),
    ("03/12/2025", "Wages", "100.00", "1,100.00"),
    ("03/15/2025", "Rent", "-50.00", "1,050.00"),
]
OWED = [
    ("03/05/2025", "Payment", "-100.00", "900.00"),
    ("03/25/2025", "Interest", "9.00", "909.00"),
]


def account(title: str, rows: Sequence[tuple[str, ...]], ends: tuple[str, str]) -> list[Cells]:
    places = (4_000, 12_000, -42_000, -54_000)
    heading = ("Date", "Description", "Amount", "Balance")
    return [
        [(title, 4_000)],
        [*zip(heading, places, strict=True)],
        [("Opening balance", 12_000), (ends[0], -54_000)],
        *[[*zip(row, places, strict=True)] for row in rows],
        [("Closing balance", 12_000), (ends[1], -54_000)],
    ]


def kept(title: str) -> list[Cells]:
    return account(title, KEPT, ("100.00", "1,050.00"))


def owed(title: str) -> list[Cells]:
    return account(title, OWED, ("1,000.00", "909.00"))


def amounts(found: StatementReading) -> list[tuple[int, list[int]]]:
    """(opening balance, amounts) of each proved account."""
    made = [each.statement for each in found.proved()]
    return [(int(each.opening), [int(row.amount) for row in each.transactions]) for each in made]


MINE = (100, [900, 100, -50])
LENT = (-1_000, [100, -9])


@pytest.mark.parametrize("title", ["Regular shares 4711-0815", "Checking 4711-0815"])
@pytest.mark.parametrize("loan", ["Car loan 4711-0900", "Visa card 4711-0900"])
def test_what_is_kept_beside_what_is_lent_keeps_its_signs(title: str, loan: str) -> None:
    found = reading(BANK, OF_CARDS, kept(title), owed(loan))
    assert not found.unproved()
    assert amounts(found) == [MINE, LENT]


def test_an_account_alone_that_calls_itself_kept_is_no_card_for_words_about_cards() -> None:
    assert amounts(reading(BANK, OF_CARDS, kept("Checking 4711-0815"))) == [MINE]


def test_headings_of_money_kept_say_so_too() -> None:
    places = (4_000, 12_000, -36_000, -45_000, -54_000)
    heading = ("Date", "Description", "Withdrawals", "Deposits", "Balance")
    rows: list[Cells] = [
        [("Everyday 15-3999-0447182", 4_000)],
        [*zip(heading, places, strict=True)],
        [("Opening balance", 12_000), ("100.00", -54_000)],
        [("03/02/2025", 4_000), ("Salary", 12_000), ("900.00", -45_000), ("1,000.00", -54_000)],
        [("03/15/2025", 4_000), ("Refund", 12_000), ("100.00", -45_000), ("1,100.00", -54_000)],
        [("03/15/2025", 4_000), ("Rent", 12_000), ("50.00", -36_000), ("1,050.00", -54_000)],
        [("Closing balance", 12_000), ("1,050.00", -54_000)],
    ]
    assert amounts(reading(BANK, OF_CARDS, rows)) == [MINE]


def test_a_card_that_savings_stand_for_is_lent_all_the_same() -> None:
    found = reading(BANK, OF_CARDS, owed("Savings secured card 4711-0900"))
    assert amounts(found) == [LENT]


def test_where_other_accounts_may_be_meant_nothing_is_owed_for_words_about_cards() -> None:
    """``Everyday`` is neither kept nor lent in so many words: a person decides."""
    found = reading(BANK, OF_CARDS, kept("Everyday account 4711-0815"), owed("Car loan 4711-0900"))
    assert amounts(found) == [LENT]
    assert [each.code for each in found.unproved()] == ["polarity"]


def test_without_other_accounts_they_are_about_this_one() -> None:
    found = reading(BANK, OF_CARDS, owed("Everyday account 4711-0900"))
    assert amounts(found) == [LENT]


def line_of_credit(paid: str) -> StatementReading:
    """What comes in is marked, what is owed is printed without a sign."""
    rows = [
        ("03/03/2025", "Advance", "200.00", "1,200.00"),
        ("03/12/2025", "Payment", paid, "900.00"),
        ("03/28/2025", "Interest", "12.00", "912.00"),
    ]
    return reading(BANK, account("Home loan 4711-0900", rows, ("1,000.00", "912.00")))


def test_marks_of_what_came_in_tell_that_balances_without_a_sign_are_owed() -> None:
    assert amounts(line_of_credit("300.00 CR")) == [(-1_000, [-200, 300, -12])]


def test_the_marks_have_to_bear_the_balances_out() -> None:
    assert line_of_credit("310.00 CR").unproved()


def test_the_same_marks_in_an_account_with_money_in_it_are_no_second_reading() -> None:
    rows = [
        ("03/03/2025", "Salary", "900.00 CR", "1,000.00"),
        ("03/15/2025", "Refund", "100.00 CR", "1,100.00"),
        ("03/15/2025", "Rent", "50.00", "1,050.00"),
    ]
    assert amounts(reading(BANK, account("Checking 4711-0815", rows, ("100.00", "1,050.00")))) == [
        MINE
    ]


def test_a_title_of_money_kept_above_the_line_of_the_number_keeps_the_signs_from_turning() -> None:
    above: list[Cells] = [[("Everyday Checking", 4_000)], [("Member 4711-0815", 4_000)]]
    found = reading(BANK, OF_CARDS, above, kept("")[1:])
    assert codes(found) == {"polarity"}
    assert not found.proved()


TOLD = [
    ("03/02/2025", "Salary", "900.00", "1,000.00"),
    ("03/05/2025", "Refund of shoes", "100.00", "1,100.00"),
    ("03/08/2025", "Dividend", "100.00", "1,200.00"),
    ("03/15/2025", "Purchase at grocer", "-50.00", "1,150.00"),
]
SAID_NOTHING = [(day, f"Item {day[3:5]}", *numbers) for day, _, *numbers in TOLD]


def test_entries_that_call_themselves_money_in_are_not_turned_for_words_about_cards() -> None:
    ends = ("100.00", "1,150.00")
    assert codes(reading(BANK, OF_CARDS, account("Everyday 4711-0815", TOLD, ends))) == {"polarity"}
    quiet = reading(BANK, OF_CARDS, account("Everyday 4711-0815", SAID_NOTHING, ends))
    assert amounts(quiet) == [(-100, [-900, -100, -100, 50])]


def test_a_line_of_credit_under_an_amount_owing_is_owed() -> None:
    places = (4_000, 12_000, -42_000, -58_000)
    rows = [
        ("Date", "Description", "Amount", "Amount owing"),
        ("", "Previous amount owing", "", "1,000.00"),
        ("03/03/2025", "Advance", "200.00", "1,200.00"),
        ("03/12/2025", "Payment", "-300.00", "900.00"),
        ("", "New amount owing", "", "900.00"),
    ]
    table: list[Cells] = [
        [(text, at) for text, at in zip(row, places, strict=True) if text] for row in rows
    ]
    found = reading(BANK, [[("Personal line of credit 4711-0900", 4_000)]], table)
    assert not found.unproved()
    assert amounts(found) == [(-1_000, [-200, 300])]
