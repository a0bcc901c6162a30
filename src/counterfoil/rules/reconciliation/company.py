"""Which lines stand alone: could another open payment of the bank be for them as well?

An amount that a party has again and again says little, until nothing else is left that the
party paid or was paid. Then the ledger's line has no other use.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from counterfoil.domain.reconciliation import Policy


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
    days = pl.concat([facts["day"], bearing["day"]])
    low, high = days.min() or 0, days.max() or 0
    assert isinstance(low, int)
    assert isinstance(high, int)
    span = policy.days_before + policy.days_after + 1
    parties = max(facts["party"].max() or 0, bearing["party"].max() or 0) + 2  # type: ignore[type-var]
    width = high - low + 2 * span

    def place(table: pl.DataFrame) -> pl.Series:
        code = (pl.col("purse") * parties + pl.col("party") + 1) * width
        return table.select(code + pl.col("day") - low + span).to_series()

    known = np.sort(place(bearing).to_numpy())
    asked = place(facts).to_numpy()
    until = np.searchsorted(known, asked + policy.days_after, side="right")
    since = np.searchsorted(known, asked - policy.days_before, side="left")
    count = pl.Series("company", until - since, dtype=pl.Int64)
    return facts.with_columns(count - facts["same_party"].cast(pl.Int64))
