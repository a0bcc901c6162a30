"""Totals of both ways on one line: where one is a sum of the entries, so is the other."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table

OUT, IN = "420.00", "1,020.00"
ENDS = box([BOX[0], BOX[3]])


def in_words(out: str, money_in: str, *more: Cells, words: str = "Dr {} Cr {}") -> StatementReading:
    """Both below the entries, each behind a word for its side."""
    said = f"Page Total: {words.format(out, money_in)}"
    return reading(HEAD, ENDS, table(), [[(said, 4_000)], *more])


def in_columns(
    out: str, money_in: str, *, over: tuple[str, str] = ("Paid out", "Paid in"), below: bool = True
) -> StatementReading:
    """Both under headings of their own, in a box above the entries or below them."""
    heading: Cells = [(over[0], -36_000), (over[1], -45_000)]
    totals = [heading, [("Totals", 12_000), (out, -36_000), (money_in, -45_000)]]
    return reading(HEAD, *([ENDS, table(), totals] if below else [totals, ENDS, table()]))


WRONG = [("421.00", IN), (OUT, "1,021.00")]


@pytest.mark.parametrize("words", ["Dr {} Cr {}", "Dr. {} Cr. {}", "Debits: {} Credits: {}"])
def test_behind_words_for_their_sides_both_have_to_be_sums(words: str) -> None:
    assert not in_words(OUT, IN, words=words).unproved()
    for wrong in WRONG:
        assert codes(in_words(*wrong, words=words)) == {"totals_contradict"}


@pytest.mark.parametrize("below", [True, False])
def test_so_they_have_under_headings_of_money_in_and_out(below: bool) -> None:
    assert not in_columns(OUT, IN, below=below).unproved()
    for wrong in WRONG:
        assert codes(in_columns(*wrong, below=below)) == {"totals_contradict"}


def test_the_reason_says_which_is_none() -> None:
    (refused,) = in_words(OUT, "1,021.00").unproved()
    assert refused.reason == (
        "page 1: Page Total: Dr 420.00 Cr 1,021.00: no entries come to 1,021.00"
    )


@pytest.mark.parametrize(
    "found",
    [
        in_words("421.00", "1,021.00"),
        in_columns("421.00", "1,021.00"),
        in_words(OUT, "1,021.00", words="Dr {} Dr {}"),
        in_words(OUT, "1,021.00", words="{} {}"),
        in_words(OUT, "1,021.00", words="Dr {} limit {}"),
        in_columns("421.00", IN, over=("Paid out", "Limit"), below=False),
        in_words("0.00", "1,021.00"),
        in_words("5.00", IN, words="Dr 420.00 Dr {} Cr {}"),
        reading(HEAD, ENDS, table(), [[("Rates of interest: Dr 420.00 Cr 1,021.00", 4_000)]]),
    ],
    ids=range(9),
)
def test_what_nothing_bears_out_may_be_of_other_things(found: StatementReading) -> None:
    assert not found.unproved()


@pytest.mark.parametrize(("printed", "right"), [("11.00", True), ("12.00", False)])
def test_what_is_missing_may_be_printed_near_it(printed: str, right: bool) -> None:
    """Charges that the list does not have, and a total does."""
    found = in_words(OUT, "1,031.00", [(f"Charges of another account {printed}", 4_000)])
    assert (not found.unproved()) is right
    far: list[Cells] = [[("Thank you", 4_000)]] * 3
    apart = in_words(OUT, "1,031.00", *far, [(f"Charges of another account {printed}", 4_000)])
    assert codes(apart) == {"totals_contradict"}
