"""Two balances on each line: one after what was booked, the other after the days of value."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import BOX, ENTRIES, HEAD, Cells, box, codes, reading

PLACES = (4_000, 14_000, -34_000, -44_000, -54_000)
BOOKED = [balance for *_, balance in ENTRIES]
OF_VALUE = ["1,500.00", "1,454.40", "1,154.40", "1,100.00", "1,174.40"]
#: One heading for both, over its own word for each.
ONE_NAMED = ("Operación", "Saldo")


def two(
    over: tuple[str, str] = ONE_NAMED,
    *,
    left: list[str] = BOOKED,
    right: list[str] = OF_VALUE,
    amounts: Mapping[int, str] | None = None,
) -> StatementReading:
    """Each entry with its amount and two balances.

    Args:
        amounts: Those of entries that are printed otherwise.
    """
    heading: Cells = [*zip(("Fecha", "Concepto", "Importe", *over), PLACES, strict=True)]
    rows: list[Cells] = [
        [
            *zip(
                (day, text, (amounts or {}).get(at, amount), left[at], right[at]),
                PLACES,
                strict=True,
            )
        ]
        for at, (day, text, amount, _) in enumerate(ENTRIES)
    ]
    table = [[cell for cell in row if cell[0]] for row in (heading, *rows)]
    return reading(HEAD, box([BOX[0], BOX[3]]), table)


@pytest.mark.parametrize("over", [ONE_NAMED, ("Xyzzy", "Saldo"), ("Saldo", "Valor")])
def test_one_of_two_balances_ties_to_the_entries(over: tuple[str, str]) -> None:
    found = two(over)
    assert not found.unproved()
    (proved,) = found.proved()
    assert [f"{each.balance:,}" for each in proved.statement.transactions] == BOOKED
    unread = "what is called the balance follows other days, and is not read"
    assert (unread in proved.proof.shortfalls) is (over[1] == "Saldo")


@pytest.mark.parametrize("at", range(len(ENTRIES)))
def test_a_lie_in_the_one_that_ties_is_refused(at: int) -> None:
    wrong = [*BOOKED]
    wrong[at] = wrong[at].replace("00.00", "10.00").replace("4.40", "5.40")
    assert wrong != BOOKED
    assert codes(two(left=wrong)) == {"does_not_add_up"}
    code = "end_contradicts" if at == 0 else "does_not_add_up"
    assert codes(two(amounts={at: "47.11"})) == {code}


def test_a_column_without_a_heading_excuses_no_balances() -> None:
    assert codes(two(("", "Saldo"))) == {"does_not_add_up"}


def test_nor_does_one_on_the_other_side_or_one_that_ties_to_nothing() -> None:
    assert codes(two(("Saldo", "Valor"), left=OF_VALUE, right=BOOKED)) == {"does_not_add_up"}
    assert codes(two(left=OF_VALUE)) == {"does_not_add_up"}


def test_where_both_tie_it_is_the_one_that_is_called_so() -> None:
    (proved,) = two(right=BOOKED).proved()
    assert "a column of numbers without a heading is not read" in proved.proof.shortfalls


@pytest.mark.parametrize("at", range(1, len(ENTRIES)))
def test_where_the_one_that_is_called_so_fails_once_the_proof_says_so(at: int) -> None:
    """It may follow days of value, which are the same for nearly all entries."""
    wrong = [*BOOKED]
    wrong[at] = "4,711.00"
    (proved,) = two(right=wrong).proved()
    assert "what is called the balance follows other days, and is not read" in (
        proved.proof.shortfalls
    )
