"""An entry without a date among entries that all have one: of which day it is, if of any."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from counterfoil.domain.statements import Grade, StatementReading
from tests.test_statement_summaries import Cells, codes, reading

HEAD: list[Cells] = [
    [("Harbour Mutual", 4_000)],
    [("Account number 4711-0815", 4_000)],
    [("Statement period 01/07/2025 to 31/07/2025", 4_000)],
    [("Opening balance", 4_000), ("100.00", -30_000)],
    [("Closing balance", 4_000), ("155.50", -30_000)],
]
HEADED: Cells = [
    ("Date", 4_000), ("Description", 12_000), ("Amount", -42_000), ("Balance", -54_000),
]  # fmt: skip
DAYS = (2, 9, 9, 13, 14, 16, 16, 18, 21, 25)
BOOKED = [(f"{day:02}/07/2025", "Parcel of Example Ltd", "5.00") for day in DAYS]


def printed(rows: Iterable[tuple[str, str, str]]) -> StatementReading:
    """The statement of ten entries of 5.00 and one of 5.50, in the order of *rows*."""
    balance, lines = Decimal("100.00"), []
    for day, text, amount in rows:
        balance += Decimal(amount)
        cells = [(day, 4_000), (text, 12_000), (amount, -42_000), (str(balance), -54_000)]
        lines.append([cell for cell in cells if cell[0]])
    return reading(HEAD, [HEADED], lines)


def test_with_a_date_on_every_line_it_is_read() -> None:
    rows = [*BOOKED, ("25/07/2025", "Purchase", "5.50")]
    assert len(printed(rows).proved()[0].statement.transactions) == len(rows)


@pytest.mark.parametrize("place", [3, 5, 10])
def test_it_does_not_get_the_day_of_the_entry_above(place: int) -> None:
    rows = [*BOOKED[:place], ("", "Purchase", "5.50"), *BOOKED[place:]]
    assert codes(printed(rows)) == {"date_missing"}


def test_between_two_entries_of_one_day_it_is_of_that_day() -> None:
    rows = [*BOOKED[:2], ("", "Purchase", "5.50"), *BOOKED[2:]]
    (proved,) = printed(rows).proved()
    assert proved.statement.transactions[2].booking_date == date(2025, 7, 9)


def test_interest_below_all_others_is_of_the_last_day_and_that_is_said() -> None:
    (proved,) = printed([*BOOKED, ("", "Interest paid", "5.50")]).proved()
    assert proved.statement.transactions[-1].booking_date == date(2025, 7, 31)
    assert proved.proof.grade is Grade.B
    assert any("the last day of the period" in each for each in proved.proof.shortfalls)


def test_interest_above_others_is_not() -> None:
    rows = [*BOOKED[:5], ("", "Interest paid", "5.50"), *BOOKED[5:]]
    assert codes(printed(rows)) == {"date_missing"}


def test_where_no_day_is_printed_twice_an_empty_place_repeats_it() -> None:
    bare = [("", *row[1:]) if row[0] == above[0] else row for above, row in pairwise(BOOKED)]
    (proved,) = printed([BOOKED[0], *bare, ("", "Purchase", "5.50")]).proved()
    assert proved.statement.transactions[-1].booking_date == date(2025, 7, 25)


def test_among_others_of_different_days_that_is_said() -> None:
    booked = [(f"{day:02}/07/2025", "Parcel of Example Ltd", "5.00") for day in range(2, 12)]
    (proved,) = printed([*booked, ("", "Purchase", "5.50")]).proved()
    assert proved.statement.transactions[-1].booking_date == date(2025, 7, 11)
    assert any("the entry beside them" in each for each in proved.proof.shortfalls)
    (dated,) = printed([*booked, ("12/07/2025", "Purchase", "5.50")]).proved()
    assert not any("the entry beside them" in each for each in dated.proof.shortfalls)
