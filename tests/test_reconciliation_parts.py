"""The small parts of the matcher: subsets, slips, names, numbers, totals."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.domain.reconciliation_report import Total
from counterfoil.rules.reconciliation.addends import with_addends
from counterfoil.rules.reconciliation.parties import span_of
from counterfoil.rules.reconciliation.slips import is_slip
from counterfoil.rules.reconciliation.subsets import WAYS_MAX, SizedSums, Sums
from tests.reconciliation_support import bank, found, ledger

AMOUNTS = st.integers(-30, 30).filter(bool)


@given(st.lists(AMOUNTS, min_size=2, max_size=8), st.integers(-60, 60))
def test_every_subset_that_makes_a_sum_is_found(amounts: list[int], wanted: int) -> None:
    expected = {
        places
        for size in range(2, len(amounts) + 1)
        for places in itertools.combinations(range(len(amounts)), size)
        if sum(amounts[place] for place in places) == wanted
    }
    ways = {way.places for way in Sums(amounts).ways(wanted)}
    assert ways <= expected
    assert len(ways) == min(len(expected), WAYS_MAX)


@given(st.lists(AMOUNTS, min_size=2, max_size=9), st.integers(1, 4), st.integers(-60, 60))
def test_every_subset_of_a_size_that_makes_a_sum_is_found(
    amounts: list[int], size: int, wanted: int
) -> None:
    size = min(size, len(amounts))
    expected = {
        places
        for places in itertools.combinations(range(len(amounts)), size)
        if sum(amounts[place] for place in places) == wanted
    }
    ways = {way.places for way in SizedSums(amounts, size).ways(wanted, size=size)}
    assert ways <= expected
    assert len(ways) == min(len(expected), WAYS_MAX)


@pytest.mark.parametrize(
    ("amount", "others", "many"),
    [
        (52, [17, 35, 20, 32, 11, 41], True),  # cents: two of them may as well make it
        (520_000, [170_011, 350_007, 201_013, 322_009, 110_003, 410_001], False),
        (500_000, [100_000, 200_000, 300_000, 150_000, 400_000, 250_000], True),  # all round
        (52, [], False),
    ],
)
def test_several_lines_are_likelier_where_amounts_are_small_or_round(
    amount: int, others: list[int], many: bool
) -> None:
    day = {"purse": 0, "party": 0, "day": 100}
    open_lines = pl.DataFrame(
        [day | {"amount": -each, "loose": True} for each in [amount, *others]]
    )
    facts = pl.DataFrame([day | {"gross": -amount}])
    odds = with_addends(facts, open_lines)["addends"].item()
    assert (odds > 10) == many


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        (12345, 12435, True),  # neighbours swapped
        (12345, 12945, True),  # one wrong digit
        (12345, 123450, True),  # a digit too many
        (12345, 1234, True),  # a digit lost
        (12345, 12345, False),
        (12345, 12300, False),
        (10000, 8500, False),  # less 15.00
    ],
)
def test_a_keying_error_is_told_from_another_amount(one: int, other: int, slip: bool) -> None:
    sizes = np.array([one, other]), np.array([other, one])
    assert is_slip(*sizes).tolist() == [slip, slip]


def test_a_cut_name_is_everybody_it_may_be() -> None:
    names = ["ACMETOOLS", "ACMETOOLSINC", "ACMETOWING", "BOLT"]
    assert span_of("ACMETOOLS", names) == (0, 1)  # itself, though others begin so
    assert span_of("ACMETOOLSI", names) == (1, 2)
    assert span_of("ACMETOWI", names) == (2, 3)
    assert span_of("ACME", names) == (0, 0)  # too short to be anybody
    assert span_of("ZZZZZZZZZZ", names) == (4, 4)


def test_totals_that_do_not_add_up_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="bank EUR: matched and open are not the input"):
        Total(
            side="bank",
            currency="EUR",
            count=2,
            sum=100,
            matched_count=1,
            matched_sum=60,
            open_count=1,
            open_sum=41,
        )


LINE = st.fixed_dictionaries(
    {
        "amount": st.sampled_from([-1250, 1250, -990, -2240, 2240, 100_000]),
        "currency": st.sampled_from(["USD", "EUR"]),
        "name": st.sampled_from(["", "Acme Tools", "Bolt & Sons"]),
        "reference": st.sampled_from(["", "PV00172633", "PV00172634", "PV0017263"]),
        "text": st.sampled_from(["", "EFT PV00172634", "RETURN EFT PV00172634", "ACME TOOLS"]),
        "day": st.integers(95, 105),
    }
)


@settings(deadline=None, max_examples=25)
@given(st.lists(LINE, max_size=12), st.lists(LINE, max_size=12))
def test_every_line_is_in_one_match_or_is_one_break(
    paid: list[dict[str, object]], owed: list[dict[str, object]]
) -> None:
    """Whatever comes in: matched and open are the input, and no line is used twice."""
    result = found(bank(*paid), ledger(*owed))
    for lines, matched, breaks in (
        (result.bank, result.matches["bank"], result.breaks.bank),
        (result.ledger, result.matches["ledger"], result.breaks.ledger),
    ):
        used = matched.list.explode(empty_as_null=False)
        seen = pl.concat([used, breaks["line"]])
        assert seen.sort().to_list() == lines["line"].to_list()
    assert sum(each.count for each in result.totals) == len(paid) + len(owed)
