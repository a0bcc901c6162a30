"""Balances that say of themselves that they are owed, by the heading over them or as ends."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.owed_words import says_owed
from tests.test_statement_kept_and_owed import BANK, amounts
from tests.test_statement_summaries import Cells, box, codes, reading

PLACES = (4_000, 12_000, -36_000, -45_000, -56_000)
TITLE: list[Cells] = [[("Everyday 4711-0900", 4_000)]]
LENT = (-1_000, [-200, 300, -12])


def in_columns(over: str, *, last: str = "912.00") -> StatementReading:
    """Debits raise the balances, which stand in a column headed *over*."""
    rows = [
        ("Date", "Description", "Debit", "Credit", over),
        ("", "Opening balance", "", "", "1,000.00"),
        ("03/03/2025", "Advance", "200.00", "", "1,200.00"),
        ("03/12/2025", "Transfer", "", "300.00", "900.00"),
        ("03/28/2025", "Charge", "12.00", "", last),
        ("", "Closing balance", "", "", "912.00"),
    ]
    table: list[Cells] = [
        [(text, at) for text, at in zip(row, PLACES, strict=True) if text] for row in rows
    ]
    return reading(BANK, TITLE, table)


@pytest.mark.parametrize("over", ["Balance owed", "Amount owing", "Outstanding loan"])
def test_debits_may_raise_a_column_of_balances_that_are_owed(over: str) -> None:
    found = in_columns(over)
    assert not found.unproved()
    assert amounts(found) == [LENT]


def test_they_raise_no_other() -> None:
    assert codes(in_columns("Balance")) == {"does_not_add_up"}


def test_what_is_owed_has_to_follow_from_the_entries() -> None:
    assert codes(in_columns("Balance owed", last="913.00")) == {"does_not_add_up"}


def with_ends(opening: str, closing: str) -> StatementReading:
    """One column of amounts with signs, and ends that are called so."""
    entries = [
        ("Date", "Description", "Amount"),
        ("03/03/2025", "Advance", "200.00"),
        ("03/12/2025", "Transfer", "-300.00"),
        ("03/28/2025", "Charge", "12.00"),
    ]
    rows: list[Cells] = [[*zip(row, (4_000, 12_000, -42_000), strict=True)] for row in entries]
    return reading(BANK, TITLE, box([(opening, "1,000.00"), (closing, "912.00")]), rows)


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("Opening balance owing", "Closing balance owing"),
        ("Adeudo anterior", "Adeudo total"),
        ("Skuld från föregående faktura", "Ny skuld"),
        ("Saldo deudor anterior", "Saldo deudor total"),
        ("Previous amount owing", "New amount owing"),
    ],
)
def test_ends_that_are_both_called_a_debt_are_owed(opening: str, closing: str) -> None:
    found = with_ends(opening, closing)
    assert not found.unproved()
    assert amounts(found) == [LENT]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("Opening balance owing", "Closing balance"),
        ("Opening balance", "Closing balance owing"),
        ("Opening balance", "Closing balance"),
    ],
)
def test_one_end_alone_does_not_say_so(opening: str, closing: str) -> None:
    assert amounts(with_ends(opening, closing)) == [(1_000, [200, -300, 12])]


@pytest.mark.parametrize(
    ("text", "owed"),
    [
        ("Mortgage balance", True),
        ("Balance of the loan", True),
        ("Restschuld", True),
        ("Capital pendiente", True),
        ("Uitstaand saldo", True),
        ("Остаток задолженности", True),
        ("未償還残高", True),
        ("Balance", False),
        ("Available balance", False),
        ("Following balance", False),
    ],
)
def test_what_is_owed_in_other_words(text: str, owed: bool) -> None:
    assert says_owed(text) is owed
