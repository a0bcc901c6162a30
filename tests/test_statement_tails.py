"""What stands under the end of a list, in line with its numbers, and is none of its entries."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import BOX, ENTRIES, HEAD, Cells, box, codes, reading, table


def with_tail(
    *words: str,
    closing: str = "1,100.00",
    day: str = "",
    balances: bool = True,
    right: int = -42_000,
) -> StatementReading:
    """Each of *words* with ``12.40`` behind it below the list.

    Args:
        right: Where those numbers end.
    """
    rows: list[Cells] = [[(day, 4_000), (each, 12_000), ("12.40", right)] for each in words]
    below = [[cell for cell in row if cell[0]] for row in rows]
    ends = box([BOX[0], (BOX[3][0], closing)])
    return reading(HEAD, ends, table(balances=balances), below)


OTHER = ["Interest earned year to date", "Annual percentage yield earned", "Overdraft limit"]


@pytest.mark.parametrize("words", OTHER)
def test_what_is_called_what_no_entry_is_and_has_no_balance_is_none(words: str) -> None:
    found = with_tail(words)
    assert not found.unproved()
    assert len(found.proved()[0].statement.transactions) == len(ENTRIES)
    assert not with_tail(words, "Average balance").unproved(), "so are two of them"


@pytest.mark.parametrize(
    "found",
    [
        with_tail("Card payment"),
        with_tail(OTHER[0], "Card payment"),
        with_tail(OTHER[0], day="03/31/2025"),
        with_tail(OTHER[0], balances=False),
    ],
    ids=["an entry's words", "beside one", "a day", "no balances"],
)
def test_whatever_may_be_an_entry_has_to_hold(found: StatementReading) -> None:
    assert codes(found) == {"does_not_add_up"}


@pytest.mark.parametrize("words", ["Interest paid", "Interest"])
def test_interest_that_leads_to_the_closing_balance_is_an_entry(words: str) -> None:
    (proved,) = with_tail(words, closing="1,112.40").proved()
    assert proved.statement.closing == Decimal("1112.40")
    assert proved.statement.transactions[-1].amount == Decimal("12.40")


@pytest.mark.parametrize("words", ["Interest paid", OTHER[0]])
def test_it_excuses_no_other_closing_balance(words: str) -> None:
    assert "end_contradicts" in codes(with_tail(words, closing="1,113.40"))
