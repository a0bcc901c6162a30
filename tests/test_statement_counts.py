"""Printed numbers of entries: which set of entries each is of, and what is no such number."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_cards import CARD, HEADED
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table
from tests.test_statement_summary_boxes import BILL, BOUGHT


#: Two of its five entries came in, three went out.
def counted(*rows: Cells, below: bool = False) -> StatementReading:
    """A plain statement with *rows* above its entries, or below them."""
    parts = [box(BOX[:1]), table(), box(BOX[3:])]
    return reading(HEAD, *([*parts, [*rows]] if below else [[*rows], *parts]))


def one(text: str, number: int) -> Cells:
    return [(text.format(number), 4_000)]


SAID = [
    ("Number of transactions: {}", 5),
    ("Transaction count: {}", 5),
    ("{} transactions", 5),
    ("Total transactions {}", 5),
    ("Anzahl der Buchungen {}", 5),
    ("No of Debits {} Total Debits 420.00", 3),
    ("Withdrawal Count {}", 3),
    ("# of deposits/credits: {}", 2),
    ("Aantal afschrijvingen: {}", 3),
    ("OTTOJA KPL {}", 3),
    ("Otot yhteensä {} kpl", 3),
    ("TOTAL MOVIMIENTOS CARGOS {}", 3),
    ("Total no. of deposits 存入次數: {}", 2),
    ("출금 건수 {}", 3),
    ("Брой дебитни операции {}", 3),
    ("Suma uznań ({}) 1,020.00", 2),
    ("Total debits ({})", 3),
    ("{} Deposits and other credits 1,020.00", 2),
    ("Withdrawals and debits {} -420.00", 3),
    ("Withdrawals {} items totaling $420.00", 3),
    ("Other deductions There were {} deductions totaling $420.00.", 3),
]


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize(("text", "number"), SAID)
def test_a_count_is_that_of_its_entries(text: str, number: int, below: bool) -> None:
    assert not counted(one(text, number), below=below).unproved()
    assert codes(counted(one(text, number + 1), below=below)) == {"counts_contradict"}


def test_it_stands_in_the_proof() -> None:
    (proved,) = counted(one("Number of debits: {}", 3)).proved()
    (equation,) = (each for each in proved.proof.equations if each.kind == "count")
    assert (equation.says, int(equation.left)) == ("Number of debits: 3", 3)
    assert equation.places[0].page == 1


def test_the_reason_says_where_what_and_how_many() -> None:
    (refused,) = counted(one("Number of debits: {}", 4)).unproved()
    assert refused.reason == (
        "page 1: 'Number of debits' says 4, and 3 such entries were read: Number of debits: 4"
    )


@pytest.mark.parametrize("numbers", [("3", "2"), ("4", "2"), ("3", "1")])
def test_captions_say_which_way_each_went(numbers: tuple[str, str]) -> None:
    captions: Cells = [("Opening", 4_000), ("Dr Count", 14_000), ("Cr Count", 24_000)]
    values: Cells = [("500.00", 4_000), (numbers[0], 15_000), (numbers[1], 25_000)]
    found = counted(captions, values)
    assert codes(found) == (set() if numbers == ("3", "2") else {"counts_contradict"})


def test_what_stands_in_brackets_behind_a_total_has_to_be_borne_out() -> None:
    """One alone may be a note: "(1)"."""
    debits, credits = "Total debits 420.00 ({})", "Total credits 1,020.00 ({})"
    assert not counted(one(credits, 1)).unproved()
    assert not counted(one(debits, 3), one(credits, 2)).unproved()
    assert codes(counted(one(debits, 3), one(credits, 1))) == {"counts_contradict"}


def test_a_way_and_a_number_alone_have_to_be_borne_out_as_well() -> None:
    assert not counted(one("JUMLAH CR : {}", 1)).unproved()
    assert codes(counted(one("JUMLAH DB : {}", 3), one("JUMLAH CR : {}", 1))) == {
        "counts_contradict"
    }


@pytest.mark.parametrize(
    "text",
    [
        "Number of checks 4",
        "Number of enclosures: 0",
        "ATM withdrawals 4 1.00",
        "Days in statement period 31",
        "Number of items enclosed 9",
        "Free transactions per month: 10",
        "Number of transactions: 9 at 0.20 each",
        "Account number 47",
        "Credit account number 47",
        "Transactions 2025",
        "Statement number 9",
        "H NO 22 Main Street",
        "Total for card ending 6083 420.00",
        "1. Total credits 1,020.00",
        "Showing 10 of 57 transactions",
        "Total credits 1,020.00 (1)",
        "Credits (1)",
        "Transactions 2",
    ],
)
def test_what_is_no_number_of_entries_is_left_alone(text: str) -> None:
    assert not counted(one(text, 0)).unproved()
    assert not counted(one(text, 0), below=True).unproved()


def test_the_text_of_an_entry_counts_nothing() -> None:
    rows = table()
    rows.insert(2, [("Number of items: 9", 12_000)])
    assert not reading(HEAD, box(BOX[:1]), rows, box(BOX[3:])).unproved()


def test_an_account_below_that_did_not_move_has_none() -> None:
    count = "Transaction count: {}"
    other: list[Cells] = [[("Opening balance 0.00 Closing balance 0.00", 4_000)]]
    moved = [HEAD, box(BOX[:1]), table(), box(BOX[3:])]
    assert not reading(*moved, [one(count, 5)], other, [one(count, 0)]).unproved()
    assert codes(reading(*moved, [one(count, 0)])) == {"counts_contradict"}


def test_numbers_of_a_list_are_no_counts() -> None:
    listed = [one("1 Total credits 1,020.00", 0), one("2 Total debits 420.00", 0)]
    assert not counted(*listed).unproved()


def test_what_is_called_credit_on_a_card_may_be_either_way() -> None:
    rows: list[Cells] = [
        [(day, 4_000), (text, 12_000), (amount, -42_000)] for day, text, amount in BOUGHT
    ]
    ends = [
        ("Previous Balance", "300.00"),
        ("Payments and Credits", "200.00 CR"),
        ("Purchases", "150.00"),
        ("New Balance", "250.00"),
    ]

    def owed(number: int) -> StatementReading:
        count = [one("Number of credits: {}", number)]
        return reading(CARD, BILL, box(ends), count, [HEADED, *rows])

    assert not owed(1).unproved()
    assert not owed(2).unproved()
    assert codes(owed(3)) == {"counts_contradict"}


@pytest.mark.parametrize("printed", [5, 6])
def test_an_entry_of_no_amount_may_be_counted(printed: int) -> None:
    rows = table()
    rows.insert(
        3, [("03/08/2025", 4_000), ("Enquiry", 12_000), ("0.00", -42_000), ("1,200.00", -54_000)]
    )
    found = reading(HEAD, box(BOX[:1]), rows, box(BOX[3:]), [one("Number of entries: {}", printed)])
    assert not found.unproved()


def test_deposits_may_be_counted_without_the_interest() -> None:
    def with_interest(words: str, number: int) -> StatementReading:
        rows = table()
        text = rows[4][1]
        rows[4][1] = ("Interest paid", text[1])
        return reading(HEAD, box(BOX[:1]), rows, box(BOX[3:]), [one(words, number)])

    assert not with_interest("Number of deposits: {}", 1).unproved()
    assert not with_interest("Number of deposits: {}", 2).unproved()
    assert codes(with_interest("Number of credits: {}", 1)) == {"counts_contradict"}
