"""A value is typed as the system writes it, and only what reads as it is taken for it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from counterfoil.adapters.map_schema import Field, Locale, Says
from counterfoil.adapters.screens.spelling import (
    disagreements,
    field_reads_as,
    reads_as,
    says_once,
    spelled,
    typed,
)
from counterfoil.domain.values import Value
from counterfoil.errors import Refused

CZECH = Locale(decimal_mark=",", date_format="%d.%m.%Y")
AMERICAN = Locale(decimal_mark=".", date_format="%m-%d-%Y")
DAY = date(2026, 12, 31)
IBAN = "CZ6508000000192000145399"


@pytest.mark.parametrize(
    ("value", "locale", "text"),
    [
        (Decimal("1500"), CZECH, "1500,00"),  # never "1500": some boxes read it as 15.00
        (Decimal("1234.5"), CZECH, "1234,50"),
        (Decimal("1234.567"), CZECH, "1234,567"),  # no digit is dropped in silence
        (Decimal("1E+3"), AMERICAN, "1000.00"),
        (Decimal("0.05"), AMERICAN, "0.05"),
        (DAY, CZECH, "31.12.2026"),
        (DAY, AMERICAN, "12-31-2026"),
        ("Novák", CZECH, "Novák"),
    ],
)
def test_a_value_is_typed_in_the_system_s_own_format(
    value: Value, locale: Locale, text: str
) -> None:
    assert spelled(value, locale) == text
    assert reads_as(text, value, locale)


@pytest.mark.parametrize(
    ("shown", "value", "locale"),
    [
        ("1.234,50", Decimal("1234.50"), CZECH),
        ("1,234.50", Decimal("1234.50"), AMERICAN),
        ("1234.5", Decimal("1234.50"), AMERICAN),
    ],
)
def test_an_amount_is_compared_as_an_amount(shown: str, value: Decimal, locale: Locale) -> None:
    assert reads_as(shown, value, locale)


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("1234,5O", Decimal("1234.50")),
        ("1.234.50", Decimal("1234.50")),
        ("12345", Decimal("1234.5")),
        ("", Decimal("1")),
        ("12.31.2026", DAY),
        ("31.12.26", DAY),
        ("Nov", "Novák"),
        ("NOVÁK", "Novák"),
    ],
)
def test_what_cannot_be_read_as_the_value_is_not_the_value(shown: str, value: Value) -> None:
    assert not reads_as(shown, value, CZECH)


def test_only_declared_changes_are_forgiven() -> None:
    assert reads_as("FAKTURA 2026", "Faktura 2026/117", CZECH, ("cut-12", "upper"))
    assert not reads_as("FAKTURA 202", "Faktura 2026/117", CZECH, ("cut-12", "upper"))
    assert not reads_as("Faktura 2026", "Faktura 2026/117", CZECH, ("cut-12", "upper"))


def test_a_value_longer_than_its_box_is_refused_and_never_cut() -> None:
    field = Field(value="name", kind="text", name="F1", max_chars=5)
    assert typed(field, "Novák", CZECH) == "Novák"
    with pytest.raises(Refused, match="too_long: name: 6 characters, the box takes 5"):
        typed(field, "Nováki", CZECH)
    cut = Field(value="name", kind="text", name="F1", max_chars=5, shown=("cut-5",))
    assert typed(cut, "Nováki", CZECH) == "Novák"  # the map says that the system cuts it


def test_an_option_is_chosen_by_the_map_s_own_list() -> None:
    field = Field(value="charges", kind="select", name="F1", options={"SHA": "shared"})
    assert typed(field, "SHA", CZECH) == "shared"
    assert field_reads_as("shared", field, "SHA", CZECH)
    with pytest.raises(Refused, match="no_such_option: charges: 'OUR' is not offered"):
        typed(field, "OUR", CZECH)


def test_an_account_is_compared_without_its_blanks_and_a_password_only_for_being_there() -> None:
    account, number = Field(value="account", kind="account", name="F1", label="Account"), IBAN
    assert field_reads_as("CZ65 0800 0000 1920 0014 5399", account, number, CZECH)
    assert not field_reads_as("CZ65 0800 0000 1920 0014 5398", account, number, CZECH)
    secret = Field(value="password", kind="secret", name="F2")
    assert field_reads_as("***", secret, "geheim", CZECH)
    assert not field_reads_as("", secret, "geheim", CZECH)


def test_a_text_must_say_it_exactly_once() -> None:
    says = Says(pattern=r"^Amount:\t(?P<amount>.*)$")
    values: dict[str, Value] = {"amount": Decimal("1234.50")}
    assert says_once("Amount:\t1.234,50", says, values, CZECH) == ""
    assert "found 0 times" in says_once("Sum:\t1.234,50", says, values, CZECH)
    assert "found 2 times" in says_once("Amount:\t1.234,50\nAmount:\t1.234,50", says, values, CZECH)
    assert says_once("Amount:\t1.234,51", says, values, CZECH) == "another amount is shown"


def test_the_bank_s_own_words_are_not_ours_to_compare() -> None:
    found = re.search(r"REF (?P<bank_reference>\d+) (?P<amount>\S+)", "REF 71 9,00")
    assert found is not None
    assert disagreements(found, {}, {"amount": Decimal(9)}, CZECH) == ()
    assert disagreements(found, {}, {}, CZECH) == ("amount",)
