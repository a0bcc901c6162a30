"""Which claims stand: those that are the best for every line they use, by a margin.

A claim that shares a line with another is its rival. Nothing is ever chosen among equals, and
nothing is assigned to make room for more matches: what does not stand out stays open.
"""

from __future__ import annotations

import polars as pl


def elements(claims: pl.DataFrame) -> pl.DataFrame:
    """The lines that each claim uses: ``claim``, ``element`` (bank lines below 0), ``score``."""
    theirs = claims.select("claim", pl.col("ledger").alias("element"), "score")
    ours = claims.select("claim", pl.col("bank").alias("element"), "score")
    return pl.concat(
        [
            theirs.explode("element"),
            ours.explode("element").with_columns((-1 - pl.col("element")).alias("element")),
        ]
    )


def standing(claims: pl.DataFrame) -> pl.DataFrame:
    """Add to each claim its lead over the best of its rivals.

    Args:
        claims: ``claim`` (a number), ``bank`` and ``ledger`` (lists of lines), ``score``
            (centibans).

    Returns: *claims* with ``rivals`` (how many) and ``lead`` (centibans; null: none).
    """
    used = elements(claims)
    best = used.group_by("element").agg(
        pl.col("score").max().alias("first"), pl.len().alias("claims")
    )
    contested = used.join(best.filter(pl.col("claims") > 1), on="element")
    shares = contested.filter(pl.col("score") == pl.col("first")).group_by("element").len("firsts")
    below = contested.filter(pl.col("score") < pl.col("first"))
    second = below.group_by("element").agg(pl.col("score").max().alias("second"))
    best = best.join(shares, on="element", how="left").join(second, on="element", how="left")
    alone = (pl.col("score") == pl.col("first")) & (pl.col("firsts").fill_null(1) == 1)
    other = pl.when(alone).then(pl.col("second")).otherwise(pl.col("first"))
    leads = (
        used.join(best, on="element")
        .with_columns((pl.col("score") - other).alias("lead"))
        .group_by("claim")
        .agg(pl.col("lead").min(), (pl.col("claims") - 1).sum().cast(pl.Int64).alias("rivals"))
    )
    return claims.drop("lead", "rivals", strict=False).join(
        leads, on="claim", maintain_order="left"
    )


def upheld(claims: pl.DataFrame, *, lead_min: int) -> pl.DataFrame:
    """The claims that are strong enough (``score_min``) and far enough ahead."""
    ahead = pl.col("lead").is_null() | (pl.col("lead") >= lead_min)
    return claims.filter((pl.col("score") >= pl.col("score_min")) & ahead)


def unspent(claims: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """The *claims* that use no line of those *settled*."""
    used = elements(claims)
    spent = used.join(elements(settled).select("element"), on="element", how="semi")
    return claims.join(
        spent.select("claim").unique(), on="claim", how="anti", maintain_order="left"
    )
