"""The certain stage: a number and its amount agree, and nothing else claims either side."""

from __future__ import annotations

import polars as pl


def only_ones(pairs: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Those of *pairs* (``bank``, ``target``) in which every line stands in one pair only."""
    lines = pairs.select("bank", "target").join(members, on="target")
    shared = lines.with_columns(
        (pl.col("target").n_unique().over("bank") > 1).alias("torn"),
        (pl.struct("bank", "target").n_unique().over("line") > 1).alias("wanted"),
    ).filter(pl.col("torn") | pl.col("wanted"))
    return pairs.join(shared.select("bank", "target").unique(), on=["bank", "target"], how="anti")
