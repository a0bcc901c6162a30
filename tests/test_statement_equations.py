"""Equations in print, what stands below a closing balance, totals with what was owed before."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.statements import Grade, StatementReading
from counterfoil.rules.statements.lines import lines_of
from counterfoil.rules.statements.number_styles import Style
from counterfoil.rules.statements.summary_rows import ends_in_rows
from counterfoil.rules.statements.terms import Label
from tests.test_statement_summaries import (
    BOX,
    ENTRIES,
    HEAD,
    Cells,
    box,
    codes,
    page,
    reading,
    table,
)

ENDS = [(Label.OPENING, Decimal(500)), (Label.CLOSING, Decimal(1_100))]
RIGHT = "500.00 + 600.00 = 1,100.00"


def equation(
    printed: str, beside: tuple[str, str] | None = None, over: str = "Previous balance"
) -> list[Cells]:
    """*printed* below *over*, and other things on the right of both."""
    rows: list[Cells] = [[(over, 4_000)], [(printed, 4_000)]]
    for row, text in zip(rows, beside or (), strict=False):
        row.append((text, 30_000))
    return rows


def ends(rows: list[Cells]) -> list[tuple[Label, Decimal]]:
    found = ends_in_rows(lines_of(page(rows), Style(".")))
    return [(each.label, each.amount.value) for each in found]


@pytest.mark.parametrize("printed", [RIGHT, "500.00 + 1,020.00 - 420.00 = 1,100.00"])
def test_a_printed_equation_begins_and_finishes_with_the_ends(printed: str) -> None:
    assert ends(equation(printed)) == ENDS
    found = reading(HEAD, equation(printed), table(balances=False))
    assert not found.unproved(), "what is between is called no balance"
    (proved,) = found.proved()
    assert (proved.statement.opening, proved.statement.closing) == (Decimal(500), Decimal(1_100))


def test_it_may_stand_beside_other_things() -> None:
    assert ends(equation(RIGHT, ("Your branch", "Main street 12"))) == ENDS


@pytest.mark.parametrize(
    "printed",
    [
        "500.00 + 601.00 = 1,100.00",
        "500.00 - 600.00 = 1,100.00",
        "500.00 and 600.00 = 1,100.00",
        "500.00 = 600.00 = 1,100.00",
        "500.00 + 600.00 1,100.00",
        "500.00 = 500.00",
    ],
)
def test_one_that_does_not_hold_or_has_other_words_gives_none(printed: str) -> None:
    assert ends(equation(printed)) == []
    found = reading(HEAD, equation(printed), table(balances=False))
    assert all(each.proof.grade is Grade.C for each in found.proved())
    assert found.unproved()


@pytest.mark.parametrize("over", ["Xyzzy", "Average balance", "Credit limit", "Closing balance"])
def test_nor_does_one_below_other_words(over: str) -> None:
    assert ends(equation(RIGHT, over=over)) == []


def test_nor_does_one_beside_such_words() -> None:
    assert ends(equation(RIGHT, ("Previous balance", "below them"), "Xyzzy")) == []


def test_an_equation_that_is_not_the_account_s_is_refused() -> None:
    wrong = equation("501.00 + 600.00 = 1,101.00")
    assert codes(reading(HEAD, wrong, table())) == {"end_contradicts"}
    wrong = equation("501.00 + 601.00 = 1,102.00")
    assert codes(reading(HEAD, wrong, table(balances=False))) == {"does_not_add_up"}


def below(*rows: tuple[str, str]) -> list[Cells]:
    """Under the list, in line with its texts and its numbers."""
    return [[(text, 12_000), (amount, -42_000)] for text, amount in rows]


TOTALS = (("Total deposits", "1,020.00"), ("Total withdrawals", "420.00"))
CLOSING, OTHER = ("Ending balance", "1,100.00"), ("Card payment", "12.40")


def ended(*rows: tuple[str, str]) -> StatementReading:
    return reading(HEAD, box(BOX[:1]), table(balances=False), below(*rows))


def test_behind_a_closing_balance_is_no_entry_though_totals_follow() -> None:
    found = ended(CLOSING, OTHER, *TOTALS)
    assert not found.unproved()
    assert len(found.proved()[0].statement.transactions) == len(ENTRIES)


def test_before_it_everything_counts() -> None:
    assert codes(ended(OTHER, CLOSING, *TOTALS)) == {"does_not_add_up"}


def test_a_closing_balance_with_more_below_it_has_to_be_that_of_the_entries() -> None:
    assert codes(ended((CLOSING[0], "1,112.40"), OTHER, *TOTALS)) == {"does_not_add_up"}


@pytest.mark.parametrize("right", [-42_000, -54_000])
@pytest.mark.parametrize("words", ["Total", "TOTAL"])
def test_a_total_below_all_that_includes_what_was_before_is_an_end(words: str, right: int) -> None:
    total: list[Cells] = [[(words, 12_000), ("1,100.00", right)]]
    found = reading(HEAD, box(BOX[:1]), table(balances=False), total)
    assert not found.unproved()
    (proved,) = found.proved()
    assert proved.statement.closing == Decimal(1_100)
    assert proved.proof.grade is Grade.C, "nothing calls it a balance"


@pytest.mark.parametrize("amount", ["1,101.00", "600.00"])
def test_another_total_there_is_none(amount: str) -> None:
    assert codes(ended(("Total", amount))) == {"does_not_add_up"}


def test_one_above_the_entries_is_none() -> None:
    found = reading(HEAD, box(BOX[:1]), below(("Total", "1,100.00")), table(balances=False))
    assert codes(found) == {"no_ends"}


def test_beside_a_closing_balance_it_is_none_either() -> None:
    found = reading(HEAD, box(BOX[::3]), table(balances=False), below(("Total", "600.00")))
    assert not found.unproved()
    assert found.proved()[0].proof.grade is Grade.B
