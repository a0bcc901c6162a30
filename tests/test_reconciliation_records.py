"""The matcher takes records as well as columns, and says the same of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterfoil.domain.reconciliation import Fee, Policy
from counterfoil.rules.reconciliation.records import Line, match_records, units_of
from tests.reconciliation_support import daily_business

DAY = date(2026, 5, 4)
POLICY = Policy(fees={"wire": Fee(kind="flat", cents=1500)})
OURS = Line(id="B1", account="A", currency="EUR", day=DAY, amount=Decimal("70.00"), text="TR4711")
THEIRS = replace(OURS, id="L1", text="", reference="TR4711")


def test_nothing_against_nothing_is_nothing() -> None:
    found = match_records([], [], POLICY)
    assert (found.matches, found.bank, found.ledger) == ((), (), ())


def test_where_everything_agrees_nothing_is_open() -> None:
    found = match_records([OURS], [THEIRS], POLICY)
    (match,) = found.matches
    assert (match.ours, match.theirs, match.difference) == (("B1",), ("L1",), Decimal(0))
    assert match.evidence
    assert (found.bank, found.ledger) == ((), ())


def test_one_side_alone_is_all_open() -> None:
    assert [each.id for each in match_records([OURS], [], POLICY).bank] == ["B1"]
    assert [each.id for each in match_records([], [THEIRS], POLICY).ledger] == ["L1"]


def test_an_amount_that_differs_names_the_other_line_and_the_difference() -> None:
    business = [
        Line(
            id=each["id"],
            account="A",
            currency="EUR",
            day=DAY,
            amount=Decimal(each["amount"]).scaleb(-2),
            name=each["name"],
            reference=each["reference"],
        )
        for each in daily_business()
    ]
    short = replace(OURS, amount=Decimal("61.25"))
    found = match_records([*business, short], [*business, THEIRS], POLICY)
    assert len(found.matches) == len(business)
    (open_line,) = found.bank
    assert (open_line.others, open_line.difference) == (("L1",), Decimal("-8.75"))


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("1.25", "EUR", 125), ("-3", "JPY", -300), ("1.234", "KWD", 1234), ("0", "CZK", 0)],
)
def test_amounts_become_whole_units(amount: str, currency: str, units: int) -> None:
    assert units_of(Decimal(amount), currency) == units


def test_an_amount_that_is_no_whole_unit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.005 EUR has more decimals"):
        match_records([replace(OURS, amount=Decimal("1.005"))], [], POLICY)


def test_three_decimals_are_kept_in_what_is_told() -> None:
    ours = replace(OURS, currency="KWD", amount=Decimal("70.125"))
    theirs = replace(THEIRS, currency="KWD", amount=Decimal("70.126"))
    found = match_records([ours], [theirs], POLICY)
    assert [each.difference for each in found.bank] == [Decimal("-0.001")]
