"""Which claims stand: those that are the best for every line they use, by a margin.

A claim that shares a line with another is its rival. Nothing is ever chosen among equals, and
nothing is assigned to make room for more matches: what does not stand out stays open.
"""

from __future__ import annotations

import polars as pl


def elements(claims: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """The lines that each claim uses: ``claim``, ``element`` (bank lines below 0), ``score``."""
    theirs = claims.join(members, on="target").select(
        "claim", pl.col("line").alias("element"), "score"
    )
    ours = claims.select("claim", (-1 - pl.col("bank")).alias("element"), "score")
    return pl.concat([ours, theirs])


def standing(claims: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Add to each claim its lead over the best of its rivals.

    Args:
        claims: ``claim`` (a number), ``bank``, ``target``, ``score`` (centibans).
        members: ``target``, ``line``: what each target is made of.

    Returns: *claims* with ``rivals`` (how many) and ``lead`` (centibans; null: none).
    """
    used = elements(claims, members)
    best = used.group_by("element").agg(
        pl.col("score").top_k(2).sort(descending=True).alias("top"), pl.len().alias("claims")
    )
    other = (
        pl.when(pl.col("score") == pl.col("top").list.get(0))
        .then(pl.col("top").list.get(1, null_on_oob=True))
        .otherwise(pl.col("top").list.get(0))
    )
    leads = (
        used.join(best, on="element")
        .with_columns((pl.col("score") - other).alias("lead"))
        .group_by("claim")
        .agg(pl.col("lead").min(), (pl.col("claims") - 1).sum().cast(pl.Int64).alias("rivals"))
    )
    return claims.join(leads, on="claim", maintain_order="left")


def upheld(claims: pl.DataFrame, *, score_min: pl.Expr, lead_min: int) -> pl.DataFrame:
    """The claims that are strong enough and far enough ahead."""
    ahead = pl.col("lead").is_null() | (pl.col("lead") >= lead_min)
    return claims.filter((pl.col("score") >= score_min) & ahead)
