"""Signs in a column of their own, far before the numbers: ``+        1,000.00``."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.sign_columns import with_signs
from tests.test_statement_summaries import BOX, ENTRIES, HEAD, Cells, box, codes, page, reading

PLUS = "\N{FULLWIDTH PLUS SIGN}"
DASHES = ("-", "\N{EN DASH}", "\N{MINUS SIGN}")
SIGN = 36_500  # where the column of signs ends
HEADING: Cells = [("Date", 4_000), ("Description", 12_000), ("Amount", -48_000)]


def texts(*rows: Cells) -> list[str]:
    """The lines of a page of *rows*, after signs are joined."""
    (made,) = with_signs(page([*rows])).pages
    return [row.text for row in made.rows]


def signed(*pairs: tuple[str, str], at: Sequence[int] = (-SIGN,), ends: int = -48_000) -> list[str]:
    """Lines with a sign and a number, the signs at the places *at* in turn."""
    return texts(
        *[
            [("Grocer", 12_000), (sign, at[number % len(at)]), (amount, ends)]
            for number, (sign, amount) in enumerate(pairs)
        ]
    )


BOTH = (("+", "$1,000.00"), ("-", "300.00"))


def test_a_sign_is_joined_to_the_number_behind_it() -> None:
    assert signed(*BOTH) == ["Grocer +$1,000.00", "Grocer -300.00"]
    assert signed((PLUS, "1,000.00"), (DASHES[1], "MXN300.00")) == [
        "Grocer +1,000.00",
        "Grocer -MXN300.00",
    ]


def test_it_stands_right_before_the_number_then() -> None:
    (made,) = with_signs(page([[(sign, -SIGN), (text, -48_000)] for sign, text in BOTH])).pages
    word = made.rows[1].words[0]
    assert word.left == 48_000 - 450 * len("-300.00")
    assert len(word.edges) == len(word.text) + 1


@pytest.mark.parametrize("dash", DASHES)
def test_a_dash_alone_may_stand_for_nothing(dash: str) -> None:
    same = [f"Grocer {dash} 1,000.00", f"Grocer {dash} 300.00"]
    assert signed((dash, "1,000.00"), (dash, "300.00")) == same


def test_both_signs_have_to_be_in_one_column() -> None:
    apart = signed(*BOTH, at=(-SIGN, -SIGN - 300))
    assert apart == ["Grocer + $1,000.00", "Grocer - 300.00"]
    assert signed(*BOTH, at=(-SIGN, -SIGN - 100)) == ["Grocer +$1,000.00", "Grocer -300.00"]


def test_near_the_number_or_the_words_it_is_no_column() -> None:
    near = 48_000 - 450 * len("300.00") - 200
    one, two = signed(("+", "100.00"), ("-", "300.00"), at=(-near,))
    assert (one, two) == ("Grocer + 100.00", "Grocer - 300.00")
    said = 12_000 + 450 * len("Grocer") + 250
    assert signed(*BOTH, at=(said,)) == ["Grocer + $1,000.00", "Grocer - 300.00"]


def test_before_words_it_is_no_sign_of_a_number() -> None:
    assert signed(("+", "1,000.00"), ("-", "Rent")) == ["Grocer + 1,000.00", "Grocer - Rent"]


def statement(
    *, turned: int = -1, ends: tuple[str, str] = ("500.00", "1,100.00")
) -> StatementReading:
    """Every amount with its sign in a column of its own.

    Args:
        turned: The entry that has the other sign.
    """
    rows: list[Cells] = []
    for number, (day, text, amount, _) in enumerate(ENTRIES):
        came = (amount[0] != "-") is not (number == turned)
        sign = "+" if came else "-"
        rows.append([(day, 4_000), (text, 12_000), (sign, -SIGN), (amount.strip("-"), -48_000)])
    labels = [(words, amount) for (words, _), amount in zip((BOX[0], BOX[3]), ends, strict=True)]
    return reading(HEAD, box(labels), [HEADING, *rows])


def test_the_signs_tell_which_way_each_entry_went() -> None:
    found = statement()
    assert not found.unproved()
    (proved,) = found.proved()
    assert [str(each.amount) for each in proved.statement.transactions] == [
        amount.replace(",", "") for _, _, amount, _ in ENTRIES
    ]


@pytest.mark.parametrize("turned", range(len(ENTRIES)))
def test_each_of_them_has_to_hold(turned: int) -> None:
    assert codes(statement(turned=turned)) == {"does_not_add_up"}
