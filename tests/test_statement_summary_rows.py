"""Summaries in one row under their captions: ``Previous balance | Payments | Total``."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.lines import lines_of
from counterfoil.rules.statements.number_styles import Style
from counterfoil.rules.statements.summary_rows import ends_in_rows
from counterfoil.rules.statements.terms import Label
from tests.test_statement_cards import CARD, bought
from tests.test_statement_summaries import HEAD, Cells, codes, page, reading, table

Texts = tuple[str, ...]
PLACES = (-12_000, -22_000, -33_000, -44_000, -55_000)
OVER = ("Previous balance", "Credits", "Debits", "New balance")
ROW = ("500.00", "1,020.00", "420.00", "1,100.00")


def summary(over: Texts = OVER, row: Texts = ROW) -> list[Cells]:
    return [[*zip(texts, PLACES, strict=False)] for texts in (over, row)]


def ends(over: Texts = OVER, row: Texts = ROW) -> list[tuple[Label, Decimal]]:
    lines = lines_of(page(summary(over, row)), Style("."))
    return [(each.label, each.amount.value) for each in ends_in_rows(lines)]


BOTH = [(Label.OPENING, Decimal(500)), (Label.CLOSING, Decimal(1_100))]
FEES = ("500.00", "1,020.00", "400.00", "20.00", "1,100.00")


@pytest.mark.parametrize(
    ("over", "row"),
    [
        (OVER, ROW),
        (("Saldo anterior", "Abonos", "Cargos", "Saldo actual"), ROW),
        (("Previous balance", "Xyzzy", "Plugh", "Total"), ROW),  # both ends are called so
        (("Xyzzy", "Credits", "Debits", "Plugh"), ROW),  # the ways are known
        ((*OVER[:3], "Fees", OVER[3]), FEES),
        (OVER, ("500.00", "420.00", "-1,020.00", "1,100.00")),  # whichever way, by its name
    ],
)
def test_its_first_number_and_its_last_one_are_the_ends(over: Texts, row: Texts) -> None:
    assert ends(over, row) == BOTH


@pytest.mark.parametrize(
    ("over", "row"),
    [
        (OVER, ("500.00", "1,021.00", "420.00", "1,100.00")),
        (OVER, ("501.00", "1,020.00", "420.00", "1,100.00")),
        (
            OVER,
            ("500.00", "600.00", "0.00", "1,100.00"),
        ),  # of any two numbers one is the difference
        (OVER[::3], ROW[::3]),
        (("Xyzzy", "Plugh", "Debits", "Total"), ROW),
        (("Xyzzy", "Debits", "Credits", "Plugh"), ROW),  # the other way round
        (("Money in", "Credits", "Debits", "Total"), ROW),  # of all that came in
        (("Average balance", "Credits", "Debits", "New balance"), ROW),
        (("", *OVER[1:]), ROW),
        (("Xyzzy", "Credits", "Deposits", "Plugh"), ("500.00", "300.00", "300.00", "1,100.00")),
    ],
)
def test_a_row_that_only_looks_like_one_has_none(over: Texts, row: Texts) -> None:
    assert ends(over, row) == []


@pytest.mark.parametrize("day", [0, 1])
def test_a_row_with_a_day_is_an_entry(day: int) -> None:
    over, row = summary()
    dated: Cells = [("03/03/2025", 2_000), *row] if day else row
    lines = lines_of(page([over, dated]), Style("."))
    assert bool([*ends_in_rows(lines)]) is not bool(day)


def above(over: Texts = OVER, row: Texts = ROW, *, balances: bool = False) -> StatementReading:
    return reading(HEAD, summary(over, row), table(balances=balances))


def below(over: Texts = OVER, row: Texts = ROW) -> StatementReading:
    """Under the list: its heading is none of the row's."""
    return reading(HEAD, table(balances=False), summary(over, row))


UNKNOWN = ("Xyzzy", "Credits", "Debits", "Plugh")


@pytest.mark.parametrize("over", [OVER, UNKNOWN, ("Previous balance", "Xyzzy", "Plugh", "Total")])
def test_it_gives_a_list_its_ends_above_it_and_below(over: Texts) -> None:
    for found in (above(over), below(over)):
        assert not found.unproved()
        (proved,) = found.proved()
        ends = (proved.statement.opening, proved.statement.closing)
        assert ends == (Decimal(500), Decimal(1_100))
        assert len(proved.statement.transactions) == 5


@pytest.mark.parametrize("over", [OVER, ("Previous balance", "Xyzzy", "Plugh", "New balance")])
@pytest.mark.parametrize("at", [1, 2])
def test_one_that_cannot_add_up_is_refused_though_it_is_no_such_row(over: Texts, at: int) -> None:
    wrong = list(ROW)
    wrong[at] = wrong[at].replace("20.00", "21.00")
    for found in (above(over, (*wrong,)), below(over, (*wrong,))):
        assert codes(found) == {"totals_contradict"}
    assert codes(above(over, (*wrong,), balances=True)) == {"totals_contradict"}


def test_ends_that_add_up_and_are_not_the_accounts_are_refused() -> None:
    wrong = ("501.00", "1,020.00", "420.00", "1,101.00")
    found = above(row=wrong, balances=True)
    assert codes(found) == {"end_contradicts"}
    other = ("501.00", "1,021.00", "421.00", "1,101.00")
    assert codes(above(row=other, balances=True)) == {"end_contradicts"}


@pytest.mark.parametrize(("bill", "said"), [("194.93", set()), ("195.93", {"does_not_add_up"})])
def test_a_card_s_bill_is_one_too(bill: str, said: set[str]) -> None:
    over = ("Previous Balance", "Payments and Credits", "Purchases", "Total amount due")
    found = reading(CARD, summary(over, ("300.00", "300.00", bill, bill)), bought())
    assert codes(found) == said
    ends = [(each.statement.opening, each.statement.closing) for each in found.proved()]
    assert ends == ([] if said else [(Decimal(-300), Decimal("-194.93"))])
