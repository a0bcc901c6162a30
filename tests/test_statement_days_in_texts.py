"""What belongs to the text of an entry: the day of a purchase, the number of a check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import Cells, box, codes, reading

HEAD: list[Cells] = [
    [("Harbour Mutual", 4_000)],
    [("Account number 4711-0815", 4_000)],
    [("Statement period 01/05/2025 to 31/05/2025", 4_000)],
]
PLACES = (4_000, 12_000, -42_000, -54_000)
HEADED: Cells = [*zip(("Date", "Particulars", "Amount", "Balance"), PLACES, strict=True)]
#: Days that are printed once, before texts of which some begin with the day of a purchase.
ROWS = [
    ("05/05", "Salary", "1,000.00", "1,500.00"),
    ("", "05/05 Bunnings", "-300.00", "1,200.00"),
    ("", "03/05 Woolworths", "-45.60", "1,154.40"),
    ("08/05", "Refund", "20.00", "1,174.40"),
    ("12/05", "10/05 Bunnings", "-74.40", "1,100.00"),
]
TEXTS = [text for _, text, *_ in ROWS]


def entered(
    rows: Sequence[tuple[str, ...]] = ROWS, heading: Cells = HEADED, below: str = ""
) -> StatementReading:
    """*rows* under *heading*, each with *below* as the second line of its text."""
    ends = box([("Opening balance", "500.00"), ("Closing balance", "1,100.00")])
    lines: list[Cells] = []
    for row in rows:
        lines.append([cell for cell in zip(row, PLACES, strict=True) if cell[0]])
        lines += [[(below, 4_000)]] if below else []
    return reading(HEAD, ends, [heading], lines)


def texts(found: StatementReading) -> list[str]:
    assert not found.unproved(), found.unproved()
    (proved,) = found.proved()
    return [each.description for each in proved.statement.transactions]


def test_the_day_of_a_purchase_in_its_text_is_neither_booking_nor_misprint() -> None:
    (proved,) = entered().proved()
    days = [each.booking_date for each in proved.statement.transactions]
    assert days == [date(2025, 5, day) for day in (5, 5, 5, 8, 12)]
    assert not any(each.value_date for each in proved.statement.transactions)


def test_it_is_a_part_of_the_text() -> None:
    assert texts(entered()) == TEXTS


def test_a_day_before_texts_that_begin_below_it_is_none() -> None:
    """Texts that go on at the left edge make one strip of the days and the texts."""
    again = "card of the holder, at the till of the shop"
    assert texts(entered(below=again)) == [f"{text} {again}" for text in TEXTS]


@pytest.mark.parametrize("day", ["38/05", "08/15"])
def test_what_stands_among_the_days_and_is_none_is_refused(day: str) -> None:
    """15 August is no day of a statement from 01/05/2025 to 31/05/2025 either."""
    assert codes(entered([*ROWS[:3], (day, *ROWS[3][1:]), ROWS[4]])) == {"no_such_day"}


def test_without_a_heading_over_the_texts_they_may_be_days_of_booking() -> None:
    assert codes(entered(heading=[HEADED[0], *HEADED[2:]])) == {"two_dates"}


CHECKS = [("6120", "250"), ("6121", "45.5"), ("6123", "1104"), ("6127", "74.25")]


def checks(
    opening: str = "2000", closing: str = "526.25", rows: Sequence[tuple[str, str]] = CHECKS
) -> StatementReading:
    """Checks by number; numbers are printed as a spreadsheet prints them, 1500 beside 45.5."""
    heading: Cells = [("Date", 4_000), ("Check number", -24_000), ("Amount", -42_000)]
    lines: list[Cells] = [
        [(f"{day:02}/05/2025", 4_000), (number, -24_000), (amount, -42_000)]
        for day, (number, amount) in enumerate(rows, start=12)
    ]
    ends = box([("Opening balance", opening), ("Closing balance", closing)])
    return reading(HEAD, ends, [[("Checks paid", 4_000)], heading], lines)


def test_the_number_of_a_check_is_text_where_numbers_without_decimals_are_money() -> None:
    found = checks()
    assert texts(found) == [f"Check {number}" for number, _ in CHECKS]
    (proved,) = found.proved()
    assert [each.reference for each in proved.statement.transactions] == [n for n, _ in CHECKS]
    assert [str(-each.amount) for each in proved.statement.transactions] == [a for _, a in CHECKS]


def test_it_is_no_money() -> None:
    other = [(f"{int(number) + 13}", amount) for number, amount in CHECKS]
    assert texts(checks(rows=other)) == [f"Check {number}" for number, _ in other]
    assert codes(checks(rows=[*CHECKS[:3], ("6127", "74.5")])) == {"does_not_add_up"}
