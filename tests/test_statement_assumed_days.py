"""Days that are not printed where they belong: charges without one, and one out of the period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from counterfoil.domain.statements import Grade, StatementReading
from tests.test_statement_summaries import BOX, ENTRIES, HEAD, Cells, box, codes, reading, table

HEADED = table(balances=False)[0]
SAID = "{} charges have no date, and are given the last day of the period"
DATED = 9  # entries with a date for one that has none: a day that changes is printed, they say


def charged(
    words: str, *, times: int = 1, head: list[Cells] = HEAD, wrong: str = "", above: bool = False
) -> StatementReading:
    """Entries of 1.00 on their days, the first two on one, and *times* a charge of 0.25 below."""
    count = DATED * times
    days = [2, *(2 + 28 * place // count for place in range(count - 1))]
    dated: list[Cells] = [
        [(f"03/{day:02}/2025", 4_000), ("Parcel", 12_000), ("1.00", -42_000)] for day in days
    ]
    charges: list[Cells] = [[(words, 12_000), ("-0.25", -42_000)] for _ in range(times)]
    ends = [BOX[0], ("Ending balance", wrong or f"{500 + count - times * 0.25:,.2f}")]
    parts = [charges, dated] if above else [dated, charges]
    return reading(head, box(ends), [HEADED], *parts)


@pytest.mark.parametrize("words", ["Interest", "Monthly fee", "Finance charge on purchases"])
@pytest.mark.parametrize("times", [1, 4])
def test_charges_without_a_date_are_of_the_last_day_and_a_person_is_told(
    words: str, times: int
) -> None:
    (proved,) = charged(words, times=times).proved()
    days = [each.booking_date for each in proved.statement.transactions]
    assert days[-times:] == [date(2025, 3, 31)] * times
    assert date(2025, 3, 31) not in days[:-times]
    assert SAID.format(times) in proved.proof.shortfalls
    assert proved.proof.grade is Grade.B


def test_they_are_held_by_the_sums_as_others_are() -> None:
    assert codes(charged("Interest", wrong="508.76")) == {"does_not_add_up"}


def test_other_entries_have_to_have_their_date() -> None:
    assert codes(charged("Gift")) == {"date_missing"}
    assert codes(charged("Feeding the ducks")) == {"date_missing"}, "no fee"


def test_above_those_with_a_date_they_are_no_charges_at_the_end() -> None:
    assert codes(charged("Interest", above=True)) == {"date_missing"}


def test_where_no_period_is_printed_they_have_none() -> None:
    assert codes(charged("Interest", head=HEAD[:2])) == {"date_missing"}


def test_many_are_a_list_whose_dates_were_not_found() -> None:
    assert codes(charged("Interest", times=5)) == {"date_missing"}


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


def kept() -> list[Cells]:
    """An account of February."""
    return account("Checking 4711-0900", "02/01/2025 to 02/28/2025", KEPT, "1,050.00")


def test_a_charge_is_of_the_last_day_of_its_own_accounts_period() -> None:
    _, charge = charged("Interest", head=[*kept(), *HEAD[1:]]).proved()
    assert charge.statement.transactions[-1].booking_date == date(2025, 3, 31)


def test_no_day_is_borrowed_from_an_account_that_ended() -> None:
    two = account("Savings 4711-0901", "03/01/2025 to 03/31/2025", SAVED, "1,051.00")
    found = reading([[("Northern Union", 4_000)]], kept(), two)
    assert codes(found) == {"date_missing"}
