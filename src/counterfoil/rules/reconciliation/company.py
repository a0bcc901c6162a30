"""Which lines stand alone: could another open line of the party be meant as well?

An amount that a party has again and again says little, until nothing else is left that the
party paid or was paid. Then the line has no other use.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.places import places_of
from counterfoil.rules.reconciliation.rows import pair


def with_company(facts: pl.DataFrame, bank: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add ``company``: other open bank lines that may be the party's, in the window of the target.

    Args:
        facts: ``purse``, ``party`` (-1: none) and ``day`` of the target, ``same_party`` (is the
            bank line one of them?).
        bank: Open lines, with ``first`` and ``beyond``.
    """
    bearing = (
        bank.filter(pl.col("first") < pl.col("beyond"))
        .select("purse", pl.int_ranges("first", "beyond").alias("party"), pl.col("day"))
        .explode("party")
    )
    around = within_days(facts, bearing, before=policy.days_before, after=policy.days_after)
    return facts.with_columns((around - facts["same_party"].cast(pl.Int64)).alias("company"))


def within_days(asked: pl.DataFrame, known: pl.DataFrame, *, before: int, after: int) -> pl.Series:
    """For each row of *asked*: how many of *known* have its purse and party, around its day.

    Both with ``purse``, ``party`` and ``day``.
    """
    both = pl.concat([each.select("purse", "party", "day") for each in (asked, known)])
    # a day's width to spare on each side keeps the window inside its purse and party
    places = both.select(
        (pair("purse", "party").rank("dense").cast(pl.Int64) - 1)
        * (pl.col("day").max() - pl.col("day").min() + before + after + 1)
        + pl.col("day")
    ).to_series()
    wanted = places.head(len(asked)).to_numpy()
    there = np.sort(places.tail(len(known)).to_numpy())
    near = places_of(wanted + after, there, "right") - places_of(wanted - before, there)
    return pl.Series(near, dtype=pl.Int64)
