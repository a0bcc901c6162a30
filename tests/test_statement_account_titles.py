"""Where an account begins on a page, and what it is called there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.accounts import account_numbers
from counterfoil.rules.statements.document import is_title
from counterfoil.rules.statements.lines import Line, lines_of
from counterfoil.rules.statements.number_styles import Style
from tests.test_statement_summaries import Cells, codes, page, reading

PLACES = (4_000, 12_000, -42_000, -54_000)
HEADED: Cells = [*zip(("Date", "Description", "Amount", "Balance"), PLACES, strict=True)]
BANK: list[Cells] = [
    [("Northern Union", 4_000)],
    [("Statement period 03/01/2025 to 03/31/2025", 4_000)],
]
FIRST = [
    ("03/02/2025", "Salary", "900.00", "1,000.00"),
    ("03/15/2025", "Rent", "-50.00", "950.00"),
]
SECOND = [
    ("03/05/2025", "Interest", "1.00", "21.00"),
    ("03/25/2025", "Cash", "-5.00", "16.00"),
]
CLOSING: list[Cells] = [[("Closing balance", 12_000), ("950.00", -54_000)]]
TOTAL: list[Cells] = [[("Total debits", 12_000), ("50.00", -42_000)]]


def account(title: str, rows: Sequence[tuple[str, ...]], opening: str) -> list[Cells]:
    first: Cells = [("Opening balance", 12_000), (opening, -54_000)]
    entries: list[Cells] = [[*zip(row, PLACES, strict=True)] for row in rows]
    return [[(title, 4_000)], HEADED, first, *entries]


def named(found: StatementReading) -> list[str]:
    assert not found.unproved(), found.unproved()
    return [each.statement.account for each in found.proved()]


def two(one: str, other: str, *, between: list[Cells]) -> StatementReading:
    """Two accounts on one page, without closing balances; *between* stands below the first."""
    return reading(BANK, account(one, FIRST, "100.00"), between, account(other, SECOND, "20.00"))


def test_below_a_total_a_title_and_an_opening_balance_begin_another_account() -> None:
    found = two("Everyday 15-3999-0447182-00", "Reserve saver", between=TOTAL)
    assert named(found) == ["15-3999-0447182-00", "Reserve saver"]


def test_below_another_balance_rows_may_be_missing() -> None:
    balance: list[Cells] = [[("Ledger balance", 12_000), ("950.00", -54_000)]]
    found = two("Everyday 15-3999-0447182-00", "Reserve saver", between=balance)
    assert codes(found) == {"does_not_add_up"}


@pytest.mark.parametrize("between", [CLOSING, TOTAL], ids=["end", "total"])
def test_a_long_number_right_above_a_heading_needs_no_word_beside_it(between: list[Cells]) -> None:
    found = two("Everyday 15-3999-0447182-00", "Bills 15-3999-0447182-01", between=between)
    assert named(found) == ["15-3999-0447182-00", "15-3999-0447182-01"]


def test_a_short_one_does() -> None:
    assert codes(two("Everyday 4711-0815", "Bills 4711-0816", between=TOTAL)) == {"does_not_add_up"}


def line(text: str) -> Line:
    (found,) = lines_of(page([[(text, 4_000)]]), Style("."))
    return found


@pytest.mark.parametrize(
    ("text", "titled"),
    [
        ("Free checking", True),
        ("Reserve saver", True),
        ("Free checking - for - students", True),  # dashes are no words
        ("A free checking plan for students", False),
        ("We look after your account.", False),
        ("For your savings,", False),
        ("ACCOUNT SUMMARY", False),  # of any account
        ("Your credit card account summary:", False),
        ("Account activity details", False),
        ("Savings account summary", True),
        ("Account summary 4711-0815", True),
    ],
)
def test_a_title_is_a_few_words_and_no_sentence(text: str, titled: bool) -> None:
    assert is_title(line(text)) is titled


@pytest.mark.parametrize("text", ["Platinum Visa ending in 8802", "Your card ending in 8802"])
def test_a_card_is_known_by_how_its_number_ends(text: str) -> None:
    (found,) = account_numbers([line(text)])
    assert found.text == "8802"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Účet 4711-0815", "4711-0815"),
        ("Számla 11773016-0815", "11773016-0815"),
        ("Cont 4711-0815", "4711-0815"),
        ("Konto 1234/2024", "1234/2024"),
        ("Account 2024-0815", "2024-0815"),
        ("Výpis z účtu 4/2024", ""),  # which statement of the year
        ("Konto 2024-004", ""),
        ("Account 012 / 2024", ""),
        ("Cont. on sheet 4711-0815", ""),  # the account goes on
        ("Cont'd 4711-0815", ""),
        ("Contact 4711-0815", ""),
    ],
)
def test_a_number_behind_a_word_for_an_account_is_its(text: str, number: str) -> None:
    assert [each.text for each in account_numbers([line(text)])] == ([number] if number else [])


CUSTOMER: list[Cells] = [[("Account number 4711-0815", 4_000)]]


def headed(one: str, other: str) -> list[str]:
    """What two accounts are called below a number that heads them both."""
    first, second = account(one, FIRST, "100.00"), account(other, SECOND, "20.00")
    return named(reading(BANK, CUSTOMER, first, CLOSING, second))


def test_a_number_in_each_title_is_the_accounts_whatever_heads_them_all() -> None:
    found = headed("Everyday checking 3634456712", "Reserve savings 3634456713")
    assert found == ["3634456712", "3634456713"]


@pytest.mark.parametrize(
    "other", ["Reserve savings", "Reserve savings 48", "Savings 03/01/2025 to 03/31/2025"]
)
def test_where_one_has_none_the_number_above_is_that_of_both(other: str) -> None:
    assert headed("Everyday checking 3634456712", other) == ["4711-0815", f"4711-0815 {other}"]


def test_one_number_in_both_titles_tells_them_not_apart() -> None:
    found = headed("Everyday checking 3634456712", "Reserve savings 3634456712")
    assert found == ["4711-0815", "3634456712"]


ONE_TABLE = PLACES[:3]
PARTS = [
    ("100.00", [("03/02/2025", "Shop", "-50.00"), ("03/15/2025", "Rent", "-20.00")], "30.00"),
    ("20.00", [("03/05/2025", "Fuel", "-5.00"), ("03/25/2025", "Cash", "-6.00")], "9.00"),
]


def in_one_table(*names: str, closing: str = "9.00") -> StatementReading:
    """Accounts in one table, under one heading, each below its name."""
    rows: list[Cells] = [HEADED[:3]]
    for name, (first, entries, last) in zip(names, PARTS, strict=True):
        end = closing if last == "9.00" else last
        rows += [[(name, 4_000)], [("Opening balance", 12_000), (first, -42_000)]]
        rows += [[*zip(each, ONE_TABLE, strict=True)] for each in entries]
        rows.append([("Closing balance", 12_000), (end, -42_000)])
    return reading(BANK, rows)


def test_a_second_account_may_be_named_inside_a_table() -> None:
    names = ("Everyday account 12345678", "Reserve account 12345679")
    assert named(in_one_table(*names)) == ["12345678", "12345679"]
    assert "does_not_add_up" in codes(in_one_table(*names, closing="9.10"))


def test_other_words_between_two_ends_name_none() -> None:
    assert "unread_line" in codes(in_one_table("Thank you", "Thanks once more"))
