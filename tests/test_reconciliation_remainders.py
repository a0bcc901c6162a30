"""Sums of the lines of a day that nothing better is proposed for: proposed, never matched."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest

from counterfoil.rules.reconciliation.matching import Reconciliation
from counterfoil.rules.reconciliation.slips import is_slip, may_be_slip
from tests.reconciliation_support import pairs, settled

Line = dict[str, Any]


def day(count: int, name: str = "Acme Tools") -> list[Line]:
    """So many vouchers of one supplier and day, of amounts that seldom add up to another."""
    amounts = Random(count).sample(range(1_000_001, 9_999_999, 2), count)
    return [
        {"amount": -amount, "name": name, "reference": f"PV{40_000 + place:08d}", "day": 99}
        for place, amount in enumerate(amounts)
    ]


def paid(lines: list[Line], *places: int, text: str = "ACME TOOLS", **more: Any) -> Line:
    amount = sum(lines[place]["amount"] for place in places)
    return {"amount": amount, "name": "Acme Tools", "text": text, **more}


def firsts(result: Reconciliation) -> dict[str, set[str]]:
    """The ledger lines proposed first for each bank line."""
    ours, theirs = result.bank["id"].to_list(), result.ledger["id"].to_list()
    first = result.breaks.proposals.filter(pl.col("place") == 1)
    return {
        ours[line]: {theirs[each] for each in lines}
        for line, lines in first.select("line", "ledger").iter_rows()
    }


def ids(*places: int) -> set[str]:
    return {f"L{place + 1}" for place in places}


def test_some_of_a_long_day_are_proposed_where_they_alone_make_the_sum() -> None:
    lines = day(20)
    result = settled([paid(lines, 1, 4, 6, 7, 11)], lines)
    assert firsts(result)["B1"] == ids(1, 4, 6, 7, 11)
    assert not any("B1" in bank for bank, _ in pairs(result))


def test_lines_that_another_payment_is_for_are_in_no_sum() -> None:
    """Three more lines than are tried, but the three are paid by themselves."""
    lines = day(31)
    alone = [paid(lines, each) for each in (0, 1, 2)]
    result = settled([paid(lines, 5, 9, 14, 20, 27), *alone], lines)
    assert firsts(result)["B1"] == ids(5, 9, 14, 20, 27)


def test_up_to_three_of_a_day_too_long_for_more_are_proposed() -> None:
    lines = day(60)
    result = settled([paid(lines, 3, 30, 58), paid(lines, 1, 2, 4, 5, 6)], lines)
    assert firsts(result) == {"B1": ids(3, 30, 58)}


def test_what_one_payment_takes_leaves_fewer_ways_to_another() -> None:
    """A and B are as much as C and D: only when B is gone with E must it be C and D."""
    lines = day(20)
    lines[3]["amount"] = lines[0]["amount"] + lines[1]["amount"] - lines[2]["amount"]
    result = settled([paid(lines, 2, 3), paid(lines, 1, 7, 8, 9)], lines)
    assert firsts(result) == {"B1": ids(2, 3), "B2": ids(1, 7, 8, 9)}


def test_rivals_that_are_as_likely_are_all_shown() -> None:
    lines = day(20)
    lines[3]["amount"] = lines[0]["amount"] + lines[1]["amount"] - lines[2]["amount"]
    result = settled([paid(lines, 2, 3)], lines)
    theirs = result.ledger["id"].to_list()
    shown = result.breaks.proposals.filter(pl.col("line") == 0)["ledger"].to_list()
    assert [{theirs[each] for each in lines} for lines in shown[:2]] == [ids(0, 1), ids(2, 3)]


def test_a_list_that_goes_on_is_completed() -> None:
    lines = day(24)
    places = (2, 5, 6, 8, 9, 12, 15, 18, 20, 21, 22)
    text = "ACME TOOLS PV00040002, PV00040005 +9 MORE"
    result = settled([paid(lines, *places, text=text)], lines)
    assert firsts(result)["B1"] == ids(*places)
    rules = result.breaks.proposals["rule"].to_list()
    assert rules == ["the lines that it lists, and others", "the lines that it lists"]


@pytest.mark.parametrize("count", [5, 8, 9])
def test_a_payment_without_a_name_is_proposed_a_sum_of_a_short_day(count: int) -> None:
    lines = day(count)
    result = settled([paid(lines, 0, 2, 3, name="", text="TRANSFER 84120036")], lines)
    assert ("B1" in firsts(result)) == (count <= 8)
    assert firsts(result).get("B1", ids(0, 2, 3)) == ids(0, 2, 3)


def test_the_order_of_the_lines_decides_nothing() -> None:
    lines = day(40)
    for place, line in enumerate(lines):
        line["id"] = f"L{place + 1}"
    payments = [
        paid(lines, *each, id=f"B{at}") for at, each in enumerate([(1, 2, 3), (4, 9), (10, 11, 12)])
    ]
    one = settled(payments, lines).breaks.proposals
    other = settled(payments[::-1], lines[::-1]).breaks.proposals
    assert len(one) >= 3
    assert one.equals(other)


def test_what_cannot_be_a_slip_is_told_at_once_and_nothing_else() -> None:
    draw = np.random.default_rng(4)
    one = draw.integers(0, 10 ** draw.integers(1, 9, 100_000))
    changed = one + draw.integers(-99, 100, 100_000) * 10 ** draw.integers(0, 6, 100_000)
    longer = one * 10 + draw.integers(0, 10, 100_000)
    for other in (np.abs(changed), longer, draw.permutation(one)):
        both = pl.DataFrame({"one": one, "other": -other})
        may = both.select(may_be_slip("one", "other")).to_series().to_numpy()
        assert not (is_slip(one, other) & ~may).any()
    assert (
        not pl.DataFrame({"one": [12_345], "other": [13_579]})
        .select(may_be_slip("one", "other"))
        .item()
    )
