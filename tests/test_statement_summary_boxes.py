"""Summaries line under line: whose numbers they are, and marks and signs that stand in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_cards import CARD, HEADED
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table

LEFT = ("Your branch", "Main Street 4", "Springfield", "Call 555")
BOUGHT = [
    ("03/02/2025", "Example Online Store", "100.00"),
    ("03/07/2025", "Payment - thank you", "200.00 CR"),
    ("03/11/2025", "Bistro Example", "50.00"),
]
BILL: list[Cells] = [
    [("Credit limit 4,500.00", 4_000)],
    [("Minimum payment 25.00", 4_000)],
    [("Payment due date 04/20/2025", 4_000)],
]


def deposits(came: str) -> list[tuple[str, str]]:
    return [BOX[0], ("Deposits and additions", came), *BOX[2:]]


def beside_another(came: str) -> list[Cells]:
    return [
        [(left, 4_000), (words, 20_000), (amount, -45_000)]
        for left, (words, amount) in zip(LEFT, deposits(came), strict=True)
    ]


def with_signs(came: str) -> list[Cells]:
    """A sign in a column of its own between the words and the numbers."""
    return [
        [(words, 4_000), *([(sign, 18_000)] if sign else []), (amount, -30_000)]
        for sign, (words, amount) in zip(("", "+", "-", "="), deposits(came), strict=True)
    ]


def among_others(came: str) -> list[Cells]:
    """Ten lines more than a box has, of another one beside it."""
    one, *others = box(deposits(came))
    notes: list[Cells] = [[("Other things to know", 34_000)] for _ in range(10)]
    return [one, *notes, *others]


@pytest.mark.parametrize("head", [beside_another, with_signs, among_others])
def test_a_box_is_held_whatever_stands_between_and_beside_its_numbers(
    head: Callable[[str], list[Cells]],
) -> None:
    assert not reading(HEAD, head("1,020.00"), table()).unproved()
    assert codes(reading(HEAD, head("1,021.00"), table())) == {"totals_contradict"}


def owed(paid: str, bought: str = "150.00", *, sticks_out: bool = True) -> StatementReading:
    """A card: the mark of what was paid stands to the right of where the numbers end, or there."""
    marked: Cells = [(paid, -30_000), ("CR", 30_250)] if sticks_out else [(f"{paid} CR", -30_000)]
    head: list[Cells] = [
        [("Previous Balance", 4_000), ("300.00", -30_000)],
        [("Payments and Credits", 4_000), *marked],
        [("Purchases", 4_000), (bought, -30_000)],
        [("New Balance", 4_000), ("250.00", -30_000)],
    ]
    rows: list[Cells] = [
        [(day, 4_000), (text, 12_000), (amount, -42_000)] for day, text, amount in BOUGHT
    ]
    return reading(CARD, BILL, head, [HEADED, *rows])


def test_what_is_marked_as_credit_lessens_what_is_owed() -> None:
    (proved,) = owed("200.00").proved()
    assert (int(proved.statement.opening), int(proved.statement.closing)) == (-300, -250)


@pytest.mark.parametrize(("paid", "bought"), [("210.00", "150.00"), ("200.00", "140.00")])
@pytest.mark.parametrize("sticks_out", [True, False])
def test_a_number_is_held_wherever_its_mark_stands(
    paid: str, bought: str, sticks_out: bool
) -> None:
    assert codes(owed(paid, bought, sticks_out=sticks_out)) == {"totals_contradict"}


def half_right(charges: str, *, below: bool) -> StatementReading:
    """The debits of a summary without the fee, which stands beside or below them."""
    fee: Cells = [("Charges", 34_000), (charges, -45_000)]
    head: list[Cells] = [
        [("Total credits", 4_000), ("1,020.00", -24_000)],
        [("Total debits", 4_000), ("374.40", -24_000), *([] if below else fee)],
        [*(fee if below else [("Thank you", 4_000)])],
    ]
    return reading(HEAD, box([BOX[0], BOX[3]]), head, table())


@pytest.mark.parametrize("below", [True, False])
def test_what_a_total_leaves_out_may_stand_beside_it(below: bool) -> None:
    assert not half_right("45.60", below=below).unproved()
    assert codes(half_right("46.60", below=below)) == {"totals_contradict"}


def ended(words: str, came: str) -> StatementReading:
    return reading(HEAD, box([*deposits(came)[:3], (words, "1,100.00")]), table())


@pytest.mark.parametrize("words", ["Balance", "Balance on 03/31/2025"])
def test_the_end_of_a_box_may_be_called_no_more_than_a_balance(words: str) -> None:
    assert not ended(words, "1,020.00").unproved()
    assert codes(ended(words, "1,021.00")) == {"totals_contradict"}


def test_words_for_both_ways_are_enough_whatever_else_is_in_the_box() -> None:
    def with_other(came: str) -> StatementReading:
        rows = deposits(came)
        return reading(HEAD, box([*rows[:3], ("Something else", "0.05"), rows[3]]), table())

    assert not with_other("1,020.00").unproved()
    assert codes(with_other("1,021.00")) == {"totals_contradict"}


def test_signs_for_both_ways_are_enough_whatever_the_words_are() -> None:
    def signed(came: str) -> StatementReading:
        return reading(
            HEAD, box([BOX[0], ("This", f"+{came}"), ("That", "-420.00"), BOX[3]]), table()
        )

    assert not signed("1,020.00").unproved()
    assert codes(signed("1,021.00")) == {"totals_contradict"}


def in_a_row(
    *numbers: str, over: tuple[str, ...] = ("A", "B", "C", "D"), balances: bool = False
) -> StatementReading:
    """The ends of an account and what moved between them, side by side under captions."""
    places = (-14_000, -26_000, -38_000, -52_000)
    rows: list[Cells] = [[*zip(each, places, strict=True)] for each in (over, numbers)]
    return reading(HEAD, box([BOX[0], BOX[3]]), rows, table(balances=balances))


@pytest.mark.parametrize("balances", [True, False])
@pytest.mark.parametrize("wrong", [("1,021.00", "420.00"), ("1,020.00", "421.00")])
def test_a_summary_in_one_row_has_to_add_up(wrong: tuple[str, str], balances: bool) -> None:
    assert not in_a_row("500.00", "1,020.00", "420.00", "1,100.00", balances=balances).unproved()
    found = in_a_row("500.00", *wrong, "1,100.00", balances=balances)
    assert codes(found) == {"totals_contradict"}


def test_where_neither_number_is_of_the_entries_the_row_may_be_of_other_things() -> None:
    assert not in_a_row("500.00", "1,021.00", "421.50", "1,100.00").unproved()


def test_a_row_that_does_not_go_from_end_to_end_is_no_summary() -> None:
    assert not in_a_row("501.00", "1,021.00", "420.00", "1,100.00").unproved()
    assert not in_a_row("500.00", "1,021.00", "420.00", "1,101.00").unproved()


def test_a_minus_on_one_side_is_enough_whatever_the_words_are() -> None:
    def minus(came: str, went: str) -> StatementReading:
        return reading(HEAD, box([BOX[0], ("This", came), ("That", went), BOX[3]]), table())

    assert not minus("1,020.00", "- 420.00").unproved()
    assert codes(minus("1,021.00", "- 420.00")) == {"totals_contradict"}
    assert not minus("1,021.00", "420.00").unproved(), "nothing says what its numbers are"


def test_running_balances_of_the_entries_are_none_of_a_box() -> None:
    """The ends stand in line with them, above the first and below the last entry."""
    places = (4_000, 12_000, -42_000, -54_000)
    rows = [row for row in table() if row]
    first: Cells = [("Beginning balance", 12_000), ("500.00", -54_000)]
    last: Cells = [("Ending balance", 12_000), ("1,100.00", -54_000)]
    assert {at for row in rows for _, at in row} == {*places}
    assert not reading(HEAD, [rows[0], first, *rows[1:], last]).unproved()


def test_a_box_that_begins_with_a_bare_balance_says_what_each_number_is() -> None:
    def begun(words: str, came: str) -> StatementReading:
        rows = [("Balance on 03/01/2025", "500.00"), (words, came), *BOX[2:]]
        return reading(HEAD, box(rows), table())

    assert not begun("Deposits and additions", "1,020.00").unproved()
    assert codes(begun("Deposits and additions", "1,021.00")) == {"totals_contradict"}
