"""Days that are not printed where they belong: charges without one, and one out of the period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from counterfoil.domain.statements import Grade, StatementReading
from tests.test_statement_summaries import BOX, ENTRIES, HEAD, Cells, box, codes, reading, table

HEADED, *ROWS = table(balances=False)
SAID = "{} charges have no date, and are given the last day of the period"


def charged(
    words: str,
    *,
    times: int = 1,
    head: list[Cells] = HEAD,
    closing: str = "",
    more: Sequence[Cells] = (),
) -> StatementReading:
    """A charge of 0.25, *times* over, above the first date; *more* below the last."""
    charges: list[Cells] = [[(words, 12_000), ("0.25", -42_000)] for _ in range(times)]
    ends = [BOX[0], ("Ending balance", closing or f"{1_100 + times * 0.25:,.2f}")]
    return reading(head, box(ends), [HEADED, *charges, *ROWS, *more])


@pytest.mark.parametrize("words", ["Interest", "Monthly fee", "Finance charge on purchases"])
@pytest.mark.parametrize("times", [1, 4])
def test_charges_without_a_date_are_of_the_last_day_and_a_person_is_told(
    words: str, times: int
) -> None:
    (proved,) = charged(words, times=times).proved()
    days = [each.booking_date for each in proved.statement.transactions]
    assert days[: times + 1] == [date(2025, 3, 31)] * times + [date(2025, 3, 3)]
    assert SAID.format(times) in proved.proof.shortfalls
    assert proved.proof.grade is Grade.B


def test_they_are_held_by_the_sums_as_others_are() -> None:
    assert codes(charged("Interest", closing="1,100.26")) == {"does_not_add_up"}


def test_other_entries_have_to_have_their_date() -> None:
    assert codes(charged("Gift")) == {"date_missing"}
    assert codes(charged("Feeding the ducks")) == {"date_missing"}, "no fee"


def test_where_no_period_is_printed_they_have_none() -> None:
    assert codes(charged("Interest", head=HEAD[:2])) == {"date_missing"}


def test_many_are_a_list_whose_dates_were_not_found() -> None:
    more: list[Cells] = [[("03/29/2025", 4_000), ("Gift", 12_000), ("1.00", -42_000)]] * 3
    assert not charged("Interest", times=4, closing="1,104.00", more=more).unproved()
    found = charged("Interest", times=5, closing="1,104.25", more=more)
    assert codes(found) == {"date_missing"}


def test_most_entries_have_a_date_of_their_own() -> None:
    charges: list[Cells] = [[("Interest", 12_000), ("0.25", -42_000)] for _ in range(2)]
    ends = box([BOX[0], ("Ending balance", "1,200.50")])
    rows = [[("03/03/2025", 4_000), ("Salary", 12_000), (each, -42_000)] for each in ("1,000.00",
            "-300.00")]  # fmt: skip
    found = reading(HEAD, ends, [HEADED, *charges, *rows])
    assert codes(found) == {"date_missing"}


def on(*days: str) -> StatementReading:
    """The entries on *days* without a year, in a paper that was printed a year after its period."""
    entries: list[Cells] = [
        [(day, 4_000), (text, 12_000), (amount, -42_000)]
        for day, (_, text, amount, _) in zip(days, ENTRIES, strict=True)
    ]
    printed: Cells = [("Printed on 06/02/2026", 4_000)]
    return reading([*HEAD, printed], box([BOX[0], BOX[3]]), [HEADED, *entries])


@pytest.mark.parametrize(("day", "said"), [("04/20", "2025-04-20"), ("08/29", "2025-08-29")])
def test_one_day_outside_the_period_takes_no_year_from_elsewhere(day: str, said: str) -> None:
    (found,) = on("03/03", "03/07", "03/12", "03/20", day).unproved()
    assert found.code == "outside_period"
    assert found.reason == f"{said} is outside the period 2025-03-01 to 2025-03-31"


def years(*days: str) -> set[int]:
    (proved,) = on(*days).proved()
    return {each.booking_date.year for each in proved.statement.transactions}


def test_a_period_that_most_days_are_not_in_gives_none_its_year() -> None:
    assert years("03/03", "03/07", "03/12", "03/20", "03/28") == {2025}
    assert years("03/31", "04/20", "05/07", "05/12", "05/28") == {2026}


KEPT = [
    ("02/03/2025", "Salary", "900.00", "1,000.00"),
    ("02/15/2025", "Refund", "100.00", "1,100.00"),
    ("02/20/2025", "Rent", "-50.00", "1,050.00"),
]
SAVED = [
    ("", "Interest", "1.00", "101.00"),
    ("03/05/2025", "Salary", "900.00", "1,001.00"),
    ("03/15/2025", "Refund", "100.00", "1,101.00"),
    ("03/20/2025", "Rent", "-50.00", "1,051.00"),
]


def account(title: str, period: str, rows: Sequence[tuple[str, ...]], end: str) -> list[Cells]:
    places = (4_000, 12_000, -42_000, -54_000)
    listed = [("Date", "Description", "Amount", "Balance"), *rows]
    first, last = "Opening balance", "Closing balance"
    cells: list[Cells] = [
        [(text, at) for text, at in zip(row, places, strict=True) if text] for row in listed
    ]
    return [
        [(title, 4_000)],
        [(f"Statement period {period}", 4_000)],
        cells[0],
        [(first, 12_000), ("100.00", -54_000)],
        *cells[1:],
        [(last, 12_000), (end, -54_000)],
    ]


def test_a_charge_of_one_account_is_of_its_own_period_and_not_of_the_day_of_another() -> None:
    one = account("Checking 4711-0815", "02/01/2025 to 02/28/2025", KEPT, "1,050.00")
    two = account("Savings 4711-0900", "03/01/2025 to 03/31/2025", SAVED, "1,051.00")
    _, saved = reading([[("Northern Union", 4_000)]], one, two).proved()
    assert [each.booking_date for each in saved.statement.transactions][:2] == [
        date(2025, 3, 31),
        date(2025, 3, 5),
    ]
    assert SAID.format(1) in saved.proof.shortfalls
