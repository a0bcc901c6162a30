"""What makes a statement a card's: the shape of its number, captions over a bill's days."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.card_words import captions_a_card, names_card
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.vocabulary import role_of
from tests.test_statement_cards import CARD, bought
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Carte 5500 88** **** 4477", True),
        ("Visa ending 4477", True),
        ("Card ending in 4477", True),
        ("Tarjeta final 3310", True),
        ("Tarjeta terminada en 3310", True),
        ("Karta kończąca się 3310", True),
        ("5500 88** **** 4477", True),
        ("XXXX-XXXX-XXXX-4477", True),
        ("卡号 5500 88** **** 4477", True),
        ("5500 8812 4433 4477", False),
        ("Account **** **** 4477", False),
        ("Saldo final 3310", False),
        ("Card number", False),
        ("Tarjeta final 33105", False),
        ("Reference 5500 88** **** 44771", False),
    ],
)
def test_the_shape_of_a_number_names_a_card(text: str, named: bool) -> None:
    assert names_card(folded(text)) is named


def numbered(*lines: str, spoken: str = "") -> StatementReading:
    """One column of amounts without a word of what is owed; *spoken* for the text of one."""
    head: list[Cells] = [
        [("Northern Union", 4_000)],
        [("Statement period 03/01/2025 to 03/31/2025", 4_000)],
        *[[(line, 4_000)] for line in lines],
    ]
    entries = [
        ("Date", "Description", "Amount"),
        ("03/03/2025", spoken or "Bookshop", "200.00"),
        ("03/12/2025", "Transfer", "-300.00"),
        ("03/28/2025", "Parking", "12.00"),
    ]
    rows: list[Cells] = [[*zip(row, (4_000, 12_000, -42_000), strict=True)] for row in entries]
    ends = box([("Opening balance", "1,000.00"), ("Closing balance", "912.00")])
    return reading(head, ends, rows)


@pytest.mark.parametrize(
    "line", ["Visa 5500 88** **** 4477", "5500 88** **** 4477", "Tarjeta final 3310"]
)
def test_a_card_by_its_number_owes_its_balances(line: str) -> None:
    found = numbered(line)
    assert not found.unproved()
    (proved,) = found.proved()
    assert proved.statement.opening == Decimal(-1_000)
    assert [int(each.amount) for each in proved.statement.transactions] == [-200, 300, -12]


@pytest.mark.parametrize(
    "lines",
    [
        ("Number 4711-0815",),
        ("5500 8812 4433 4477",),
        ("Savings 4711-0815", "Visa 5500 88** **** 4477"),
    ],
    ids=["of an account", "not masked", "beside savings"],
)
def test_other_numbers_and_money_that_is_kept_do_not(lines: tuple[str, ...]) -> None:
    (proved,) = numbered(*lines).proved()
    assert proved.statement.opening == Decimal(1_000)


def test_a_number_in_the_text_of_an_entry_names_nothing() -> None:
    (proved,) = numbered("Number 4711-0815", spoken="Visa 5500 88** **** 4477").proved()
    assert proved.statement.opening == Decimal(1_000)


def of_the_bill(captions: str, *, apart: str = "", label: str = "") -> StatementReading:
    """A row of a day and a number under *captions*, above the entries of an account.

    Args:
        apart: A line between both rows.
        label: In front of the day.
    """
    one, two = captions.split("/")
    over: Cells = [(one, -22_000), (two, -36_000)]
    row: Cells = [("04/20/2025", -22_000), ("4,500.00", -36_000)]
    between: list[Cells] = [[(apart, 4_000)]] if apart else []
    named: Cells = [(label, 4_000)] if label else []
    return reading(HEAD, box(BOX), [over], between, [[*named, *row]], table())


def test_a_row_under_captions_of_a_card_is_no_entry() -> None:
    assert not of_the_bill("Due date/Credit limit").unproved()
    assert not of_the_bill("Min. payment/Spending limit").unproved()


def test_under_other_captions_or_one_alone_it_may_be() -> None:
    assert codes(of_the_bill("Something/Limit")) == {"unread_line"}
    assert codes(of_the_bill("Due date/Limit")) == {"unread_line"}
    assert codes(of_the_bill("Due date/Credit limit", apart="Thank you")) == {"unread_line"}


@pytest.mark.parametrize(
    ("text", "captions"),
    [
        ("Due date Credit limit", True),
        ("Cash limit Minimum amount", True),
        ("Due date Amount", False),
        ("Overdue dates Credit limits", False),
    ],
)
def test_two_captions_on_a_line_are_a_cards(text: str, captions: bool) -> None:
    assert captions_a_card(text) is captions


def test_they_head_no_column_of_entries() -> None:
    heads = ("Due date", "Minimum payment", "Min. amount due", "Credit limit", "Date", "Payment")
    assert [role_of(each) is None for each in heads] == [True] * 4 + [False] * 2


def captioned(closing: str) -> StatementReading:
    """A card whose end stands beside a day, both under their captions."""
    over: Cells = [("Payment due date", -24_000), ("Total amount due", -40_000)]
    row: Cells = [("04/10/2025", -24_000), (closing, -40_000)]
    head = box([("Minimum payment", "25.00"), ("Previous balance", "300.00")])
    return reading(CARD, head, [over, row], bought())


def test_beside_a_day_an_end_has_its_caption_over_it() -> None:
    found = captioned("194.93")
    assert not found.unproved()
    (proved,) = found.proved()
    assert proved.statement.closing == Decimal("-194.93")
    assert proved.statement.closing_printed
    assert codes(captioned("194.39")) == {"does_not_add_up"}
