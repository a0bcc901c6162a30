"""Totals below the entries: in and out under each other, of a day, and called no more than so."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.totalling import way_of_total
from tests.test_statement_summaries import BOX, ENTRIES, HEAD, Cells, box, codes, reading, table

OPPOSITE = [
    ("Total payments and credits", "Total new transactions"),
    ("Total money in", "Total money out"),
    ("Total opérations au crédit", "Total opérations au débit"),
]


def below(*totals: tuple[str, str], between: int = 0, first: int = 0) -> StatementReading:
    """Totals below the entries.

    Args:
        between: Other lines between two of them.
        first: Other lines between the last entry and the first of them.
    """
    note: list[Cells] = [[("Thank you", 12_000)]]
    rows: list[Cells] = [*table(balances=False), *note * first]
    for words, amount in totals:
        rows += [[(words, 12_000), (amount, -42_000)], *note * between]
    return reading(HEAD, box([BOX[0], BOX[3]]), rows)


@pytest.mark.parametrize("words", OPPOSITE)
@pytest.mark.parametrize("wrong", [("1,021.00", "420.00"), ("1,020.00", "421.00")])
def test_of_a_total_in_and_a_total_out_both_have_to_hold(
    words: tuple[str, str], wrong: tuple[str, str]
) -> None:
    assert not below(*zip(words, ("1,020.00", "420.00"), strict=True)).unproved()
    assert codes(below(*zip(words, wrong, strict=True))) == {"totals_contradict"}


def test_where_neither_holds_or_nothing_says_the_way_they_may_be_of_other_things() -> None:
    assert not below(*zip(OPPOSITE[0], ("1,021.00", "421.00"), strict=True)).unproved()
    assert not below(("Total this", "1,020.00"), ("Total that", "421.00")).unproved()


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("Total payments and credits", 1),
        ("Total new transactions", -1),
        ("Total des opérations au crédit", 1),
        ("Total opérations au débit", -1),
        ("Summe Haben", 1),
        ("Total purchases", -1),
        ("Total", 0),
        ("Total this month", 0),
    ],
)
def test_which_way_the_words_of_a_total_say(text: str, way: int) -> None:
    assert way_of_total(text) == way


@pytest.mark.parametrize("words", ["Total", "Summe", "Összesen", "I alt", "合計", "GRAND TOTAL:"])
def test_what_is_only_called_a_total_right_below_is_of_all(words: str) -> None:
    assert not below((words, "600.00")).unproved()
    assert codes(below((words, "601.00"))) == {"totals_contradict"}


def test_farther_below_or_in_other_words_it_need_not_be() -> None:
    assert codes(below(("Total", "601.00"), first=2)) == {"totals_contradict"}
    assert not below(("Total", "601.00"), first=3).unproved()
    assert not below(("Total this month", "601.00")).unproved()


DAYS = [
    ("03/03/2025", ["Salary", "Gift"], ["1,000.00", "20.00"], "1,020.00"),
    ("03/07/2025", ["Rent", "Grocer"], ["-300.00", "-45.60"], "-345.60"),
    ("03/12/2025", ["Tickets", "Postage"], ["-5.00", "-15.00"], "-20.00"),
    ("03/20/2025", ["Water", "Power"], ["-10.00", "-4.40"], "-14.40"),
    ("03/28/2025", ["Books", "Fuel"], ["-20.00", "-20.00"], "-40.00"),
]


def by_day(*wrong: int) -> StatementReading:
    """Two entries on each of five days, and below them what they come to.

    Args:
        wrong: The days whose totals are a cent off.
    """
    rows: list[Cells] = [table(balances=False)[0]]
    for number, (day, texts, amounts, total) in enumerate(DAYS):
        for text, amount in zip(texts, amounts, strict=True):
            rows.append([(day, 4_000), (text, 12_000), (amount, -42_000)])
        said = total[:-1] + "1" if number in wrong else total
        rows.append([("Total of the day", 12_000), (said, -42_000)])
    return reading(HEAD, box([BOX[0], BOX[3]]), rows)


def test_the_totals_of_the_days_are_equations_of_the_proof() -> None:
    (proved,) = by_day().proved()
    totals = [each for each in proved.proof.equations if each.kind == "total"]
    assert len(totals) == len(DAYS)
    assert all(each.holds for each in totals)


@pytest.mark.parametrize("wrong", range(len(DAYS)))
def test_of_many_totals_of_days_the_only_one_that_does_not_hold_is_refused(wrong: int) -> None:
    assert codes(by_day(wrong)) == {"totals_contradict"}


def in_columns(*last: str) -> StatementReading:
    """Days with a total for each column; on the second one nothing came in."""
    places = (4_000, 12_000, -34_000, -44_000)
    rows = [
        ("Date", "Description", "Debit", "Credit"),
        ("03/03/2025", "Salary", "", "1,020.00"),
        ("", "Total", "0.00", "1,020.00"),
        ("03/07/2025", "Rent", "300.00", ""),
        ("03/12/2025", "Grocer", "120.00", ""),
        ("", "Total", *last),
    ]
    cells: list[Cells] = [
        [(text, at) for text, at in zip(row, places, strict=True) if text] for row in rows
    ]
    return reading(HEAD, box([BOX[0], BOX[3]]), cells)


def test_nothing_is_a_total_where_nothing_moved_since_the_one_before() -> None:
    assert not in_columns("420.00", "0.00").unproved()
    assert codes(in_columns("421.00", "0.00")) == {"totals_contradict"}


def with_total(amount: str, closing: str, words: str = "Total fees") -> StatementReading:
    """A list without balances, and a line below it that has no day and is called a total."""
    ends = box([BOX[0], ("Ending balance", closing)])
    below: list[Cells] = [[(words, 12_000), (amount, -42_000)]]
    return reading(HEAD, ends, table(balances=False), below)


@pytest.mark.parametrize(
    ("amount", "closing"), [("600.00", "1,700.00"), ("1,020.00", "2,120.00"), ("-420.00", "680.00")]
)
@pytest.mark.parametrize("words", ["Total fees", "Total"])
def test_what_entries_come_to_is_no_entry_of_its_own(amount: str, closing: str, words: str) -> None:
    """All of them, all money in, all money out: the closing balance is a lie that counts it."""
    found = with_total(amount, closing, words)
    assert codes(found) == {"totals_contradict"}
    (refused,) = found.unproved()
    assert refused.reason == f"page 1: {words} {amount}: a total, or one more entry"


def test_beside_the_right_balance_it_is_a_total() -> None:
    (proved,) = with_total("600.00", "1,100.00").proved()
    assert len(proved.statement.transactions) == len(ENTRIES)


def test_what_no_entries_come_to_may_be_one() -> None:
    """``Total fees 7.00``, once a month and without a day."""
    (proved,) = with_total("-7.00", "1,093.00").proved()
    assert proved.statement.transactions[-1].amount == -7
