"""All that is open of one party in one stretch of time, where both sides come to the same sum.

Which line pays which may stay unknown; that they settle each other does not.
"""

from __future__ import annotations

import polars as pl

from counterfoil.domain.reconciliation import Policy

RULE = "amount, party and day, all that is open"
LINES_MAX = 8
PARTY = ["purse", "party"]
#: Millionths: that two sums of unrelated lines are the same; small ones meet more often.
CHANCE, SMALL_SUMS = 300, 10_000_000


def balance_claims(bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Open lines of both sides that come to the same sum, more than two of them.

    Args:
        bank: Open lines, with ``first`` and ``beyond``.
        ledger: Open lines, with ``party`` (-1: none).

    Returns: ``rule``, ``bank``, ``ledger``, ``w_number`` (0), ``chance`` (millionths).
    """
    one = (pl.col("paying") == 1) | (pl.col("lines") - pl.col("paying") == 1)
    # two on each side; were one of them another's equal, they would be two simple pairs
    of_two = (pl.col("paying") == 2) & (pl.col("lines") == 4) & ~pl.col("pairs")
    stretches = _stretches(bank, ledger, policy).filter(
        (pl.col("sum") == pl.col("owed"))
        & pl.col("lines").is_between(3, LINES_MAX)
        & (one | of_two)
    )
    chance = pl.max_horizontal(pl.lit(CHANCE), SMALL_SUMS // pl.col("sum").abs().clip(1))
    return stretches.select(
        pl.lit(RULE).alias("rule"),
        *("bank", "ledger"),
        pl.lit(0, pl.Int64).alias("w_number"),
        chance.cast(pl.Int64).alias("chance"),
    )


def _stretches(bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The open lines of a party, up to the next pause as long as the window."""
    paid = bank.filter(pl.col("beyond") - pl.col("first") == 1).select(
        *("purse", pl.col("first").alias("party"), "day", "line", "amount"),
        pl.lit(value=True).alias("ours"),
    )
    owed = ledger.filter(pl.col("party") >= 0).select(
        *(*PARTY, "day", "line", "amount"), pl.lit(value=False).alias("ours")
    )
    lines = pl.concat([paid, owed]).sort(*PARTY, "day", "ours", "line")
    later = pl.col("day").diff().over(PARTY) > policy.days_after
    ours, theirs = pl.col("amount").filter("ours"), pl.col("amount").filter(~pl.col("ours"))
    return (
        lines.with_columns(later.fill_null(value=False).cum_sum().over(PARTY).alias("stretch"))
        .group_by(*PARTY, "stretch")
        .agg(
            pl.col("line").filter("ours").alias("bank"),
            pl.col("line").filter(~pl.col("ours")).alias("ledger"),
            ours.sum().alias("sum"),
            theirs.sum().alias("owed"),
            pl.len().alias("lines"),
            pl.col("ours").sum().alias("paying"),
            ours.is_in(theirs.implode()).any().alias("pairs"),
        )
        .sort(*PARTY, "stretch")
    )
