"""What chance would bring: how often an unrelated line has this amount, this day apart.

A supplier who is paid 15.00 every day makes 15.00 no evidence; an amount seen once in a
year is one. The measure is the party's own lines (those of the account where no party is
named). For an amount that occurs once, Turing's rule: twice the number of amounts seen twice,
divided by the number of amounts seen once, are to be expected again.
"""

from __future__ import annotations

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.weights import centibans

SMALL_PARTY = 6  # amounts; a party with fewer borrows from all the others
THOUSANDTHS = 1000


def repeats(lines: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """For each of *keys* and each amount: how many more of it are to be expected.

    Returns: *keys*, ``amount``, ``seen``, ``again`` (thousandths of a line over the whole time).
    """
    seen = lines.group_by(*keys, "amount").agg(pl.len().cast(pl.Int64).alias("seen"))
    once, twice = (pl.col("seen") == 1).sum(), (pl.col("seen") == 2).sum()
    overall = seen.select(once.alias("all_once"), twice.alias("all_twice"))
    shares = seen.group_by(keys).agg(once.alias("once"), twice.alias("twice"))
    borrowed = SMALL_PARTY * (overall["all_twice"].item() + 1) * THOUSANDTHS
    borrowed //= overall["all_once"].item() + 1
    turing = (
        (pl.col("twice").cast(pl.Int64) * THOUSANDTHS + borrowed)
        * 2
        // (pl.col("once").cast(pl.Int64) + SMALL_PARTY)
    )
    again = pl.when(pl.col("seen") > 1).then((pl.col("seen") - 1) * THOUSANDTHS).otherwise(turing)
    return seen.join(shares, on=keys).select(*keys, "amount", "seen", again.alias("again"))


def in_window(lines: pl.DataFrame, policy: Policy) -> tuple[int, int]:
    """The window's share of the time the lines span: numerator, denominator."""
    window = policy.days_before + policy.days_after + 1
    if lines.is_empty():
        return 1, 1
    highest, lowest = lines["day"].max(), lines["day"].min()
    assert isinstance(highest, int)
    assert isinstance(lowest, int)
    return min(window, highest - lowest + 1), highest - lowest + 1


def lag_weights(matched: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """What a gap of days says, learned from pairs that numbers prove.

    Args:
        matched: ``lag`` (days) and ``document`` (is it a cheque?) of each proved pair.

    Returns: ``lag``, ``document``, ``w_day``: centibans against a gap of no meaning.
    """
    window = policy.days_before + policy.days_after + 1
    every = pl.DataFrame(
        {"lag": range(-policy.days_before, policy.days_after + 1)}, schema={"lag": pl.Int64}
    ).join(pl.DataFrame({"document": [False, True]}), how="cross")
    counts = matched.group_by("lag", "document").agg(pl.len().cast(pl.Int64).alias("seen"))
    table = every.join(counts, on=["lag", "document"], how="left").fill_null(0)
    total = pl.col("seen").sum().over("document")
    return table.select(
        "lag",
        "document",
        centibans((pl.col("seen") * 2 + 1) * window, total * 2 + window).alias("w_day"),
    )
