"""Totals between and below entries: in no words, behind a note, of nothing, one wrong of many."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.reading import read
from tests.statement_pdf_support import TODAY
from tests.test_statement_few_rows import amounts, row
from tests.test_statement_shifted_pages import paged
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading

WAYS = (4_000, 12_000, -42_000, -52_000)
HEADED = row(WAYS, "Date", "Description", "Debit", "Credit")
SALARY = row(WAYS, "03/03/2025", "Salary", "", "1,000.00")
SPENT = [
    row(WAYS, "03/07/2025", "Rent", "300.00", ""),
    row(WAYS, "03/12/2025", "Grocer", "45.60", ""),
]


def summed(
    words: str,
    out: str = "345.60",
    came: str = "1,000.00",
    *,
    day: str = "",
    first: str = "Date",
    spent: Sequence[Cells] = SPENT,
    end: str = "1,154.40",
) -> StatementReading:
    """Money out and money in, and a line with *out* and *came* between the entries and the end."""
    heading = row(WAYS, first, "Description", "Debit", "Credit")
    opening = row(WAYS, "", "Opening balance", "", "500.00")
    closing = row(WAYS, "", "Closing balance", "", end)
    line = row(WAYS, day, words, out, came)
    return reading(HEAD, [heading, opening, SALARY, *spent, line, closing])


@pytest.mark.parametrize("words", ["In all these weeks", ""])
def test_money_out_and_in_on_a_line_without_a_date_are_sums_in_whatever_words(words: str) -> None:
    found = summed(words)
    assert amounts(found) == [1_000, -300, -45]
    (wrong,) = summed(words, came="1,001.00").unproved()
    assert wrong.code == "totals_contradict"
    assert wrong.reason.endswith("no entries come to 1,001.00")


@pytest.mark.parametrize("spent", [SPENT, ()], ids=["below entries", "between"])
def test_where_the_entries_come_to_neither_it_is_none(spent: Sequence[Cells]) -> None:
    """A fee and its refund leave every balance as it is."""
    line = row(WAYS, "", "Fee and its refund", "5.00", "5.00")
    rest = [each for each in SPENT if each not in spent]
    opening = row(WAYS, "", "Opening balance", "", "500.00")
    closing = row(WAYS, "", "Closing balance", "", "1,154.40")
    (found,) = reading(HEAD, [HEADED, opening, SALARY, *spent, line, *rest, closing]).unproved()
    assert found.code == "totals_contradict"
    assert found.reason.endswith("Fee and its refund 5.00 5.00: no entries come to 5.00")


def test_totals_of_as_much_in_as_out_are_totals() -> None:
    even = row(WAYS, "03/12/2025", "Grocer", "1,000.00", "")
    held = summed("Totals", out="1,000.00", spent=[even], end="500.00")
    assert amounts(held) == [1_000, -1_000]
    (proved,) = held.proved()
    assert [each.kind for each in proved.proof.equations].count("total") == 2


def test_nothing_else_does() -> None:
    assert not summed("Closing balance").proved(), "it says what it is"
    (found,) = summed("In all these weeks", day="03/13/2025").unproved()
    assert found.reason.endswith("two amounts stand on one line")
    assert summed("In all these weeks", out="", came="7.00").unproved(), "nor does one way sum up"
    (found,) = summed("In all these weeks", came="1,001.00", first="Ref").unproved()
    assert found.reason.endswith("two amounts stand on one line"), "where entries have no dates"


@pytest.mark.parametrize(("out", "came"), [("0.00", "1,000.00"), ("345.60", "0.00")])
def test_a_total_of_nothing_is_one_all_the_same(out: str, came: str) -> None:
    (found,) = summed("Totals", out, came).unproved()
    assert found.code == "totals_contradict"
    assert found.reason.endswith("no entries come to 0.00")


def test_where_nothing_went_it_holds() -> None:
    assert amounts(summed("Totals", out="0.00", spent=(), end="1,500.00")) == [1_000]


SINGLE = (4_000, 12_000, -42_000)


def counted(words: str, total: str = "1,020.00") -> StatementReading:
    """Two deposits and *words* with their total; two withdrawals with theirs."""
    heading = row(SINGLE, "Date", "Description", "Amount")
    came = [("03/03/2025", "Salary", "1,000.00"), ("03/05/2025", "Refund", "20.00")]
    went = [("03/07/2025", "Rent", "300.00"), ("03/12/2025", "Grocer", "45.60")]
    return reading(
        HEAD,
        box([BOX[0], ("Ending balance", "1,174.40")]),
        [[("Deposits", 4_000)], heading, *(row(SINGLE, *each) for each in came)],
        [row(SINGLE, "", words, total)],
        [[("Withdrawals", 4_000)], heading, *(row(SINGLE, *each) for each in went)],
        [row(SINGLE, "", "Total withdrawals (2)", "345.60")],
    )


def test_behind_a_note_a_total_is_known_by_its_count() -> None:
    assert amounts(counted("Thank you deposits (2)")) == [1_000, 20, -300, -45]
    (found,) = counted("Thank you deposits (2)", "1,021.00").unproved()
    assert found.code == "totals_contradict"
    assert found.reason.endswith("1,021.00: the rows above it come to 1,020.00")


@pytest.mark.parametrize("words", ["Thank you deposits", "Thank you for gifts (2)"])
def test_without_a_count_or_a_total_a_note_is_an_entry(words: str) -> None:
    assert codes(counted(words)) == {"does_not_add_up"}


def on_pages(*totals: tuple[str, str]) -> StatementReading:
    """Pages of three entries, whose sums are 30.00, 40.00, ... out and 3.00, 4.00, ... in."""
    numbers = range(3, 3 + len(totals))
    ends = box([BOX[0], ("Ending balance", f"{500 - 9 * sum(numbers)}.00")])
    pages = [
        paged(
            number - 2,
            [
                *([*HEAD, *ends] if number == 3 else []),
                HEADED,
                row(WAYS, f"03/0{number}/2025", "Rent", f"{number - 1}0.00", ""),
                row(WAYS, f"03/0{number}/2025", "Fuel", "10.00", ""),
                row(WAYS, f"03/0{number}/2025", "Refund", "", f"{number}.00"),
                row(WAYS, "", "Total of page", *total),
            ],
        )
        for number, total in zip(numbers, totals, strict=True)
    ]
    return read(PrintedPages(reader="pdfium", pages=tuple(pages)), TODAY)


THIRD = ("50.00", "5.00")


def test_of_many_totals_in_the_same_words_a_single_one_that_does_not_hold_is_wrong() -> None:
    assert not on_pages(("30.00", "3.00"), ("40.00", "4.00"), THIRD).unproved()
    (found,) = on_pages(("30.00", "3.00"), ("41.23", "4.00"), THIRD).unproved()
    assert found.code == "totals_contradict"
    assert found.reason.startswith("Total of page: 41.23")


def test_where_several_do_not_they_are_of_something_else() -> None:
    assert not on_pages(("31.17", "3.00"), ("41.23", "4.00"), THIRD).unproved()
    assert not on_pages(("31.17", ""), ("40.00", "")).unproved(), "two are not many"


ENDS = (4_000, 12_000, -44_000, -54_000)


def below(*lines: tuple[str, str]) -> StatementReading:
    """Entries with balances, and *lines* below them under the balances."""
    rows = [
        row(ENDS, "Date", "Description", "Amount", "Balance"),
        row(ENDS, "", "Opening balance", "", "500.00"),
        row(ENDS, "03/03/2025", "Salary", "1,000.00", "1,500.00"),
        row(ENDS, "03/07/2025", "Rent", "-300.00", "1,200.00"),
    ]
    return reading(HEAD, rows, [row(ENDS, "", words, "", amount) for words, amount in lines])


OUT, IN = ("Total debits", "300.00"), ("Total credits", "1,000.00")
FIRST, LAST = ("Balance", "500.00"), ("Balance", "1,200.00")


def test_two_balances_with_totals_between_are_a_summary() -> None:
    assert amounts(below(FIRST, OUT, IN, LAST)) == [1_000, -300]


@pytest.mark.parametrize(
    "lines",
    [
        (FIRST, LAST),
        (FIRST, OUT, IN),
        (FIRST, OUT, ("Gift", "7.00"), LAST),
        (FIRST, OUT, ("Total credits", "1,001.00"), LAST),
    ],
    ids=["no totals", "no end", "an entry between", "a wrong total"],
)
def test_anything_else_has_to_follow_from_the_balance_above(
    lines: tuple[tuple[str, str], ...],
) -> None:
    assert not below(*lines).proved()
