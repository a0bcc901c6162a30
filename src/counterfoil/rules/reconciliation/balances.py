"""All that is open of one party in one stretch of time, where both sides come to the same sum.

Which line pays which may stay unknown; that they settle each other does not.
"""

from __future__ import annotations

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.slips import with_slip
from counterfoil.rules.reconciliation.speaking import ALOUD

RULE = "amount, party and day, all that is open"
COMPLETED = "amount and day, all that is open and a payment without a name"
COLUMNS = ("rule", "bank", "ledger", "w_number", "chance")
MILLIONTHS = 1_000_000
NAMELESS_PRIOR = 0
LINES_MAX = 8
PARTY = ["purse", "party"]
#: Millionths: that two sums of unrelated lines are the same; small ones meet more often.
CHANCE, SMALL_SUMS = 300, 10_000_000


def balance_claims(bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Open lines of both sides that come to the same sum, more than two of them.

    Where one payment is missing to that, it may be one without a name.

    Args:
        bank: Open lines, with ``first``, ``beyond`` and ``loud``.
        ledger: Open lines, with ``party`` (-1: none).

    Returns: ``rule``, ``bank``, ``ledger``, ``w_number``, ``chance`` (millionths).
    """
    stretches = _stretches(bank, ledger, policy)
    # one payment that names something else is not for them all
    stretches = stretches.filter((pl.col("paying") > 1) | ~pl.col("aloud"))
    even = stretches.filter((pl.col("missing") == 0) & _few()).with_columns(
        pl.lit(RULE).alias("rule"),
        pl.lit(0, pl.Int64).alias("w_number"),
        pl.max_horizontal(pl.lit(CHANCE), SMALL_SUMS // _size("sum")).alias("chance"),
    )
    # what somebody owes just so is no missing part
    unowed = bank.join(ledger, on=["purse", "amount"], how="anti")
    both = [each.select(COLUMNS) for each in (even, _completed(stretches, unowed, policy))]
    return pl.concat(both)


def _size(column: str) -> pl.Expr:
    return pl.col(column).abs().clip(1)


def _few() -> pl.Expr:
    """One line on one side, or two on each, and not too many."""
    one = (pl.col("paying") == 1) | (pl.col("owing") == 1)
    # two on each side; were one of them another's equal, they would be two simple pairs
    of_two = (pl.col("paying") == 2) & (pl.col("owing") == 2) & ~pl.col("pairs")
    return (one | of_two) & (pl.col("paying") + pl.col("owing")).is_between(3, LINES_MAX)


def _completed(stretches: pl.DataFrame, bank: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Where a payment without a name makes up what is missing."""
    nameless = bank.filter((pl.col("first") < 0) & ~pl.col("own_charge") & (pl.col("loud") < ALOUD))
    nameless = nameless.select(
        *("purse", pl.col("line").alias("extra"), pl.col("amount").alias("missing")),
        *(pl.col("day").alias("on"), pl.len().over("purse").cast(pl.Int64).alias("among")),
    )
    # what may be one amount keyed wrongly is a question
    asked = with_slip(stretches, "sum", "owed").filter(
        ~(pl.col("slip") & (pl.col("paying") == 1) & (pl.col("owing") == 1))
    )
    whole = (
        asked.filter((pl.col("paying") > 0) & (pl.col("missing") != 0))
        .join(nameless, on=["purse", "missing"])
        .filter(
            pl.col("on") >= pl.col("since") - policy.days_before,
            pl.col("on") <= pl.col("until") + 2 * policy.days_after,
            ~pl.col("missing").is_in(pl.col("theirs")),
        )
        .with_columns(
            pl.col("paying") + 1, pl.concat_list("bank", "extra").list.sort().alias("bank")
        )
    )
    return whole.filter(_few()).with_columns(
        pl.lit(COMPLETED).alias("rule"),
        pl.lit(NAMELESS_PRIOR, pl.Int64).alias("w_number"),
        (pl.col("among") * MILLIONTHS // _size("missing")).clip(CHANCE).alias("chance"),
    )


def _stretches(bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The open lines of a party, up to the next pause as long as the window."""
    paid = bank.filter(pl.col("beyond") - pl.col("first") == 1).select(
        *("purse", pl.col("first").alias("party"), "day", "line", "amount"),
        *(pl.lit(value=True).alias("ours"), "loud"),
    )
    owed = ledger.filter(pl.col("party") >= 0).select(
        *(*PARTY, "day", "line", "amount"),
        *(pl.lit(value=False).alias("ours"), pl.lit(0, pl.Int64).alias("loud")),
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
            (pl.col("loud") == ALOUD).any().alias("aloud"),
            (theirs.sum() - ours.sum()).alias("missing"),
            theirs.alias("theirs"),
            pl.col("ours").sum().cast(pl.Int64).alias("paying"),
            (~pl.col("ours")).sum().cast(pl.Int64).alias("owing"),
            ours.is_in(theirs.implode()).any().alias("pairs"),
            pl.col("day").filter(~pl.col("ours")).min().alias("since"),
            pl.col("day").filter(~pl.col("ours")).max().alias("until"),
        )
        .filter((pl.col("owing") > 0) & (pl.col("owing") + pl.col("paying") <= LINES_MAX))
        .sort(*PARTY, "stretch")
    )
