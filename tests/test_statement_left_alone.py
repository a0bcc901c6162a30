"""What stands in a table and is none of its days or its money: instalments, details, rates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import (
    BOX,
    ENTRIES,
    HEAD,
    Cells,
    box,
    codes,
    reading,
    table,
)
from tests.test_statement_two_days import BOOKED_ON, beside, days

AMOUNTS = [Decimal(amount.replace(",", "")) for _, _, amount, _ in ENTRIES]


def amounts(found: StatementReading) -> list[Decimal]:
    assert not found.unproved(), found.unproved()
    (proved,) = found.proved()
    return [each.amount for each in proved.statement.transactions]


OF_SO_MANY = ["03/06", "01/06", "02/03", "11/12", "05/09"]


@pytest.mark.parametrize("over", ["N° CUOTA", "Cuotas", "Parcela", "Taksit", "Instalment", "Rata"])
def test_the_third_of_six_instalments_is_no_day(over: str) -> None:
    found = beside("Date", over, days=OF_SO_MANY)
    assert [booked for booked, _ in days(found)] == BOOKED_ON


@pytest.mark.parametrize("over", ["Xyzzy", "Rate", "Cuotidiano", "Date"])
def test_below_other_words_it_may_be_one(over: str) -> None:
    assert codes(beside("Date", over, days=OF_SO_MANY)) == {"two_dates"}


IN_WORDS = ["30 May 25", "02 Jun 25", "04 Jun 25", "10 Jun 25", "28 Jun 25"]


def in_words(printed: Sequence[str]) -> StatementReading:
    """Days with a month in words, of which the last two words may be a day as well."""
    heading, *rows = table()
    for row, day in zip(rows, printed, strict=True):
        row[0] = (day, 4_000)
    head = [*HEAD[:2], [("Statement period 30 May 25 to 30 Jun 25", 4_000)]]
    return reading(head, box(BOX), [heading, *rows])


def test_a_day_with_its_month_in_words_is_read_whole() -> None:
    (proved,) = in_words(IN_WORDS).proved()
    assert proved.statement.transactions[-1].booking_date == date(2025, 6, 28)


@pytest.mark.parametrize("place", [1, 3, 4])
def test_of_no_day_the_last_two_words_are_none(place: int) -> None:
    """``Jun 25`` is a day, and the first number one that June has not."""
    wrong = [*IN_WORDS[:place], "31 Jun 25", *IN_WORDS[place + 1 :]]
    assert codes(in_words(wrong)) == {"no_such_day"}


PLACES = (4_000, 12_000, 30_000, -44_000, -56_000)
OVER = ("Date", "Description", "Reference", "Amount", "Balance")
FEW, MANY = ["", "92.64", "", "", ""], ["1.00", "92.64", "3.00", "12.10", "8.00"]


def with_numbers(
    numbers: Sequence[str], *, right: int = -28_000, paid: str = "-300.00", over: str = OVER[2]
) -> StatementReading:
    """*numbers* that end at *right*; the heading *over* begins behind them."""
    rows: list[Cells] = [[*zip((*OVER[:2], over, *OVER[3:]), PLACES, strict=True)]]
    for (day, text, amount, balance), number in zip(ENTRIES, numbers, strict=True):
        row: Cells = [(day, 4_000), (text, 12_000), (number, right)]
        row += [(paid if text == "Rent" else amount, -44_000), (balance, -56_000)]
        rows.append([cell for cell in row if cell[0]])
    return reading(HEAD, box(BOX), rows)


@pytest.mark.parametrize("numbers", [FEW, MANY])
def test_numbers_among_the_texts_are_no_money_of_the_account(numbers: Sequence[str]) -> None:
    assert amounts(with_numbers(numbers)) == AMOUNTS


def test_the_money_has_to_hold_without_them() -> None:
    """``-300.00`` is ``-392.64`` and the number beside it, and nothing adds the two."""
    assert codes(with_numbers(FEW, paid="-392.64")) == {"does_not_add_up"}


def with_detail(
    day: str, *, at: int = 12_000, right: int = -34_000, balances: bool = True
) -> StatementReading:
    """A line below that of the rent: *day*, words, and a number that ends at *right*."""
    rows = table(balances=balances)
    rows.insert(3, [(day, at), ("Card payment", at + 7_000), ("92.64", right)])
    return reading(HEAD, box(BOX), rows)


@pytest.mark.parametrize("at", [4_000, 12_000])
def test_a_line_of_its_day_with_money_in_no_column_is_a_detail(at: int) -> None:
    assert amounts(with_detail("03/07/2025", at=at)) == AMOUNTS


@pytest.mark.parametrize("at", [4_000, 12_000])
def test_one_of_another_day_is_not_read(at: int) -> None:
    """Not even where that other day stands where a second day of the entry may stand."""
    assert codes(with_detail("03/08/2025", at=at)) == {"unread_line"}


@pytest.mark.parametrize("day", ["03/07/2025", "03/08/2025"])
def test_one_with_money_in_a_column_is_an_entry_that_has_to_hold(day: str) -> None:
    assert codes(with_detail(day, right=-42_000)) == {"does_not_add_up"}


TWICE = ("Date", "Description", "Amount", "Amount", "Balance")


def two_amounts(rows: Sequence[Sequence[str]], *, turned: bool = False) -> StatementReading:
    """Two columns that are called "Amount".

    Args:
        turned: The second one stands first.
    """
    places = (4_000, 12_000, -36_000, -46_000, -56_000)
    order = (0, 1, 3, 2, 4) if turned else range(5)
    lines: list[Cells] = [
        [(row[at], place) for at, place in zip(order, places, strict=True) if row[at]]
        for row in (TWICE, *rows)
    ]
    return reading(HEAD, box([(BOX[0][0], "500.00"), (BOX[3][0], rows[-1][-1])]), lines)


IN_AND_OUT = [
    ("03/03/2025", "Salary of Example Ltd", "1,000.00", "", "1,500.00"),
    ("03/07/2025", "Rent", "", "300.00", "1,200.00"),
    ("03/12/2025", "Grocer", "", "45.60", "1,154.40"),
    ("03/20/2025", "Refund", "20.00", "", "1,174.40"),
    ("03/28/2025", "Water works", "", "74.40", "1,100.00"),
]


@pytest.mark.parametrize("turned", [True, False])
def test_of_two_columns_of_amounts_one_is_money_out_and_one_is_money_in(turned: bool) -> None:
    assert amounts(two_amounts(IN_AND_OUT, turned=turned)) == AMOUNTS


@pytest.mark.parametrize("turned", [True, False])
def test_they_have_to_hold(turned: bool) -> None:
    wrong = [*IN_AND_OUT[:2], (*IN_AND_OUT[2][:3], "46.60", "1,154.40"), *IN_AND_OUT[3:]]
    assert codes(two_amounts(wrong, turned=turned)) == {"does_not_add_up"}


#: A second amount that moves nothing: of rates, of another currency.
BESIDE = [
    ("03/07/2025", "Rent", "-300.00", "1.00", "200.00"),
    ("03/12/2025", "Grocer", "-45.60", "2.00", "154.40"),
    ("03/28/2025", "Water works", "-74.40", "4.00", "80.00"),
]


@pytest.mark.parametrize("turned", [True, False])
def test_where_one_holds_all_the_other_is_nothing(turned: bool) -> None:
    paid = [Decimal("-300.00"), Decimal("-45.60"), Decimal("-74.40")]
    assert amounts(two_amounts(BESIDE, turned=turned)) == paid


@pytest.mark.parametrize("turned", [True, False])
def test_one_alone_is_no_money_out_whose_minus_would_take_it_back(turned: bool) -> None:
    """Every amount has a minus and every balance is higher than the one before."""
    rising = ["800.00", "845.60", "920.00"]
    rows = [(*row[:4], last) for row, last in zip(BESIDE, rising, strict=True)]
    assert codes(two_amounts(rows, turned=turned)) == {"does_not_add_up"}
