"""What a line of a table is: an entry that speaks of a balance, and one whose day stands below."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import ENTRIES, HEAD, Cells, box, codes, reading

PAID = "ADDEBITO IN C/C SALDO PRECEDENTE"  # what paid for the balance of the month before
PLACES = (4_000, 12_000, -42_000, -54_000)
ENDS = [("Beginning balance", "500.00"), ("Ending balance", "1,050.00")]
FIVE_AND_ONE = [
    *ENTRIES[:2],
    ("03/09/2025", PAID, "-50.00", "1,150.00"),
    ("03/12/2025", "Grocer", "-45.60", "1,104.40"),
    ("03/20/2025", "Refund", "20.00", "1,124.40"),
    ("03/28/2025", "Water works", "-74.40", "1,050.00"),
]


def with_payment(
    text: str = PAID, amount: str = "-50.00", *, at: int = 2, balances: bool = False
) -> StatementReading:
    """Six entries, one of which is called like the balance before them; it is the one *at*."""
    columns = 4 if balances else 3
    rows = [list(row) for row in FIVE_AND_ONE]
    rows[2][1:3] = text, amount
    if at != 2:
        rows.insert(at, rows.pop(2))
    headed = ("Date", "Description", "Amount", "Balance")
    cells = [[*zip(row, PLACES, strict=True)][:columns] for row in (headed, *rows)]
    return reading(HEAD, box(ENDS), cells)


@pytest.mark.parametrize("balances", [True, False])
@pytest.mark.parametrize("text", [PAID, "Payment of previous balance"])
def test_what_paid_the_balance_before_is_an_entry_between_others(text: str, balances: bool) -> None:
    found = with_payment(text, balances=balances)
    assert not found.unproved()
    (proved,) = found.proved()
    entry = proved.statement.transactions[2]
    assert (entry.booking_date.day, entry.amount, entry.description) == (9, Decimal(-50), text)


@pytest.mark.parametrize("balances", [True, False])
def test_it_has_to_add_up(balances: bool) -> None:
    assert codes(with_payment(amount="-50.10", balances=balances)) == {"does_not_add_up"}


@pytest.mark.parametrize("at", [0, 5])
def test_where_it_stands_first_or_last_it_may_be_an_end(at: int) -> None:
    assert not with_payment(at=at).proved()


@pytest.mark.parametrize(("printed", "said"), [("1,200.00", set()), ("1,201.00", None)])
def test_a_balance_between_entries_that_moves_nothing_stays_one(
    printed: str, said: set[str] | None
) -> None:
    headed = ("Date", "Description", "Amount", "Balance")
    rows: list[Cells] = [[*zip(row, PLACES, strict=True)] for row in (headed, *ENTRIES)]
    carried: Cells = [("03/09/2025", 4_000), ("Previous balance", 12_000), (printed, -54_000)]
    found = reading(HEAD, box([ENDS[0], (ENDS[1][0], "1,100.00")]), rows[:3], [carried], rows[3:])
    assert codes(found) == said if said is not None else not found.proved()
    assert all(len(each.statement.transactions) == len(ENTRIES) for each in found.proved())


def days_below(*which: int, word: str = "Ref 7711820") -> StatementReading:
    """The days of the entries *which* stand a line below their text and money."""
    headed: Cells = [*zip(("Date", "Description", "Amount", "Balance"), PLACES, strict=True)]
    rows = [headed]
    for number, (day, *cells) in enumerate(ENTRIES):
        said: Cells = [*zip(cells, PLACES[1:], strict=True)]
        rows.append(said if number in which else [(day, PLACES[0]), *said])
        if number in which:
            rows.append([(text, at) for text, at in ((day, 4_000), (word, 12_000)) if text])
    return reading(HEAD, box([ENDS[0], (ENDS[1][0], "1,100.00")]), rows)


def booked(found: StatementReading) -> list[int]:
    assert not found.unproved(), found.unproved()
    return [each.booking_date.day for each in found.proved()[0].statement.transactions]


DAYS = [3, 7, 12, 20, 28]


@pytest.mark.parametrize("word", ["Ref 7711820", ""])
@pytest.mark.parametrize("which", [0, 2, 4])
def test_a_day_below_its_money_is_that_of_its_entry(which: int, word: str) -> None:
    assert booked(days_below(which, word=word)) == DAYS, "and not of the entry above"


@pytest.mark.parametrize("which", [(1, 2), (2, 3), (0, 1, 2)])
def test_of_two_days_over_its_money_and_below_none_is_believed(which: tuple[int, ...]) -> None:
    """The upper one is of the entry before, whose day stands below its money, too."""
    assert codes(days_below(*which)) == {"date_missing"}


def test_so_it_is_where_all_of_them_stand_there() -> None:
    assert booked(days_below(*range(len(ENTRIES)))) == DAYS


def test_a_day_that_is_the_heading_of_those_below_it_is_of_none_above() -> None:
    headed: Cells = [*zip(("Description", "Amount", "Balance"), PLACES[1:], strict=True)]
    rows: list[Cells] = [headed]
    for number, (day, *cells) in enumerate(ENTRIES):
        rows += [[(f"Date {day}", 4_000)]] if number in (0, 2, 4) else []
        rows.append([*zip(cells, PLACES[1:], strict=True)])
    ends = box([ENDS[0], (ENDS[1][0], "1,100.00")])
    assert booked(reading(HEAD, ends, rows)) == [3, 3, 12, 12, 28]


@pytest.mark.parametrize(("again", "right"), [("1,154.40", True), ("1,154.50", False)])
def test_an_opening_balance_right_below_a_closing_one_is_no_entry(again: str, right: bool) -> None:
    """A list without balances that is carried over in the middle of the month, in its amounts."""
    printed = [
        ("03/01/2025", "Opening balance", "500.00"),
        *[row[:3] for row in ENTRIES[:3]],
        ("03/15/2025", "Closing balance", "1,154.40"),
        ("03/16/2025", "Opening balance", again),
        *[row[:3] for row in ENTRIES[3:]],
        ("03/31/2025", "Closing balance", "1,100.00"),
    ]
    rows: list[Cells] = [
        [*zip(row, PLACES, strict=False)] for row in (("Date", "Description", "Amount"), *printed)
    ]
    found = reading(HEAD, rows)
    assert (codes(found) == set()) is right
    if right:
        assert booked(found) == DAYS
