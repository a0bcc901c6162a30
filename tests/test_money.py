"""Amounts are read exactly, or refused: never guessed, never rounded."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.money import Money, parse_decimal


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("1234.50", ".", "1234.50"),
        ("1,234.50", ".", "1234.50"),
        ("1'234.50", ".", "1234.50"),
        ("1 234,50", ",", "1234.50"),
        ("1\u00a0234\u00a0567,5", ",", "1234567.5"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("(1,234.50)", ".", "-1234.50"),
        ("1.234,50-", ",", "-1234.50"),
        ("-7", ".", "-7"),
    ],
)
def test_people_write_amounts_in_many_ways(text: str, mark: str, amount: str) -> None:
    assert parse_decimal(text, decimal_mark=mark) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["", "-", "12,34,5", "1.2.3", "1e5", "NaN", "Infinity", "0x10", "1_000", "\u0661\u0662", "--5"],
)
def test_what_is_not_one_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        parse_decimal(text, decimal_mark=".")


@pytest.mark.parametrize("text", ["12.50", "1.5", "1234.567,00", "-12.50", "0.001"])
def test_a_point_is_no_decimal_mark_where_the_mark_is_a_comma(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        parse_decimal(text, decimal_mark=",")


def test_the_decimal_mark_is_never_guessed() -> None:
    with pytest.raises(ValueError, match="neither"):
        parse_decimal("1.00", decimal_mark=";")


def test_an_endless_amount_is_no_money() -> None:
    with pytest.raises(ValueError, match="not an amount"):
        Money(Decimal("Infinity"), "CZK")


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_every_amount_survives_being_written_and_read(amount: Decimal) -> None:
    assert Money.parse(f"{amount:,}", "EUR", decimal_mark=".").amount == amount
    swapped = f"{amount:,}".translate(str.maketrans(",.", ".,"))
    assert Money.parse(swapped, "EUR", decimal_mark=",").amount == amount
