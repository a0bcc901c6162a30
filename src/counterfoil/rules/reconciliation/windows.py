"""Lines near in time: joined, or counted, by keys and days, and never all by all.

Amounts, parties and numbers come back for years. A join on them alone grows with the square of
the time that a ledger spans; with the days among its keys it grows with the lines.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from counterfoil.rules.reconciliation.places import places_of
from counterfoil.rules.reconciliation.rows import answered, mixed

Asked = pl.DataFrame | pl.LazyFrame

_THEIRS = ":ledger"


def joined_near(
    bank: Asked, ledger: Asked, *, keys: Sequence[str], before: int, after: int
) -> pl.DataFrame:
    """Pairs with the same *keys*, the bank's day ``on`` in the window around the ledger's ``day``.

    Args:
        bank, ledger: Tables, or what is asked of tables; the ledger's is asked twice.
        before: Days by which the bank may be earlier.
        after: ... and later.
    """
    # the span is shorter than a bucket is wide: two buckets hold it
    width = before + after + 1
    low, high = ((pl.col("day") + shift) // width for shift in (-before, after))
    kinds = [[side.collect_schema()[each] for each in keys] for side in (bank, ledger)]
    assert kinds[0] == kinds[1], "keys of two kinds"
    key = mixed(keys)
    theirs = ledger.lazy()
    both = pl.concat(
        [
            theirs.with_columns((key + low).alias("bucket")),
            theirs.filter(low != high).with_columns((key + high).alias("bucket")),
        ]
    )
    gap = pl.col("on") - pl.col("day")
    same = [pl.col(each) == pl.col(f"{each}{_THEIRS}") for each in keys]
    return answered(
        bank.lazy()
        .with_columns((key + pl.col("on") // width).alias("bucket"))
        .join(both, on="bucket", suffix=_THEIRS)
        .filter(gap.is_between(-before, after), *same)
        .drop("bucket", *(f"{each}{_THEIRS}" for each in keys))
    )


def count_near(
    asked: pl.DataFrame, known: pl.DataFrame, *, keys: Sequence[str], before: int, after: int
) -> pl.Series:
    """For each row of *asked*: how many of *known* have its *keys*, around its day.

    Both with *keys* and ``day``; counted from ``day - before`` up to ``day + after``.
    """
    codes = asked.select(keys).unique(maintain_order=True).with_row_index("code")
    wanted = asked.select(*keys, "day").join(
        codes, on=keys, how="left", maintain_order="left", nulls_equal=True
    )
    there = known.select(*keys, "day").join(codes, on=keys, nulls_equal=True)
    if there.is_empty():
        return pl.Series([0], dtype=pl.Int64).new_from_index(0, len(asked))
    days_of_all = pl.concat([wanted["day"], there["day"]]).to_numpy()
    first, last = int(days_of_all.min()), int(days_of_all.max())
    # a window's width to spare keeps it inside its keys
    place = pl.col("code").cast(pl.Int64) * (last - first + before + after + 1) + pl.col("day")
    days = wanted.select(place).to_series().to_numpy()
    sorted_days = there.select(place).to_series().sort().to_numpy()
    near = places_of(days + after, sorted_days, "right") - places_of(days - before, sorted_days)
    return pl.Series(near, dtype=pl.Int64)
