"""A balance below zero whose sign is not printed: the columns of the entries lead to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from counterfoil.domain.pages import Page, PrintedPages, Row
from counterfoil.domain.statements import Grade, StatementReading
from counterfoil.rules.statements.reading import read
from tests.test_statement_seeds import a_row

Cells = tuple[str, str, str, str, str]
ROWS: tuple[Cells, ...] = (
    ("02/06/2025", "Rent", "250.00", "", "50.00"),
    ("03/06/2025", "Cash machine", "80.00", "", "30.00"),  # 30.00 owed
    ("05/06/2025", "Salary", "", "900.00", "870.00"),
    ("19/06/2025", "Groceries", "70.00", "", "800.00"),
)
LEFTS = (40, 120, 300, 380, 480)


def statement(rows: tuple[Cells, ...], opening: str = "300.00") -> StatementReading:
    head = ("Date", "Details", "Withdrawals", "Deposits", "Balance")
    lines = [
        ("Northbank statement, account number 12345678, GBP", "", "", "", ""),
        ("From 01/06/2025 to 30/06/2025", "", "", "", ""),
        head,
        ("", "Opening balance", "", "", opening),
        *rows,
        ("", "Closing balance", "", "", rows[-1][-1]),
    ]
    printed = tuple(_row(place, cells) for place, cells in enumerate(lines))
    page = Page(number=1, width=60_000, height=84_000, rows=printed, characters=600)
    return read(PrintedPages(reader="by hand", pages=(page,)), date(2025, 7, 1))


def _row(place: int, cells: Sequence[str]) -> Row:
    """The line number *place* of the page: every cell at its own left edge."""
    pairs = [(text, left) for text, left in zip(cells, LEFTS, strict=True) if text]
    row = a_row(*(part for pair in pairs for part in pair))
    top = 10_000 + place * 1_400
    return Row(1, tuple(word._replace(top=top, bottom=top + 1_000) for word in row.words))


def test_it_is_the_balance_that_the_entries_lead_to_and_a_person_is_told() -> None:
    found = statement(ROWS)
    (proved,) = found.proved()
    assert [str(each.balance) for each in proved.statement.transactions] == [
        "50.00", "-30.00", "870.00", "800.00",
    ]  # fmt: skip
    assert proved.proof.grade is not Grade.A
    assert "a balance below zero is printed without its sign" in proved.proof.shortfalls


@pytest.mark.parametrize(
    "changed",
    [
        ("03/06/2025", "Cash machine", "81.00", "", "30.00"),
        ("03/06/2025", "Cash machine", "80.00", "", "31.00"),
        ("03/06/2025", "Cash machine", "", "80.00", "30.00"),
    ],
    ids=["amount", "balance", "column"],
)
def test_it_has_to_be_just_that_balance(changed: Cells) -> None:
    assert not statement((ROWS[0], changed, *ROWS[2:])).proved()


def test_where_another_balance_has_its_sign_each_has_to_have_it() -> None:
    car: Cells = ("20/06/2025", "Car", "900.00", "", "-100.00")
    pay: Cells = ("21/06/2025", "Pay", "", "500.00", "400.00")
    rows = (*ROWS, car, pay)
    assert not statement(rows).proved()
    signed: Cells = ("03/06/2025", "Cash machine", "80.00", "", "-30.00")
    assert statement((ROWS[0], signed, *rows[2:])).proved()
