"""Which claims stand: those that are the best for every line they use, by a margin.

A claim that shares a line with another is its rival. Nothing is ever chosen among equals, and
nothing is assigned to make room for more matches: what does not stand out stays open.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from counterfoil.rules.reconciliation.rows import answered


def elements(claims: pl.DataFrame) -> pl.DataFrame:
    """The lines that each claim uses: ``claim``, ``element`` (bank lines below 0), ``score``.

    The claims on a line stand behind each other, the best of them first.
    """
    theirs = claims.lazy().select("claim", pl.col("ledger").alias("element"), "score")
    ours = claims.lazy().select("claim", pl.col("bank").alias("element"), "score")
    both = pl.concat(
        [
            theirs.explode("element"),
            ours.explode("element").with_columns((-1 - pl.col("element")).alias("element")),
        ]
    )
    ordered = both.sort(pl.col("element") * 2**32 - pl.col("score"))
    return answered(ordered.with_columns(pl.col("element").set_sorted()))  # counted in no time


def standing(claims: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Add to each claim its lead over the best of its rivals.

    Args:
        claims: ``claim`` (a number) and whatever else.
        used: The elements of all claims.

    Returns: *claims* with ``rivals`` (how many) and ``lead`` (centibans; null: none).
    """
    element, score = pl.col("element"), pl.col("score")
    leads_there = element.ne_missing(element.shift(1))
    best = pl.when(leads_there).then(score).forward_fill()
    second = pl.when(element == element.shift(-1)).then(score.shift(-1))
    leads = (
        used.lazy()
        .with_columns(
            (score - pl.when(leads_there).then(second).otherwise(best)).alias("lead"),
            (pl.len().over("element") - 1).alias("rivals"),
        )
        .group_by("claim")
        .agg(pl.col("lead").min(), pl.col("rivals").sum().cast(pl.Int64))
    )
    bare = claims.lazy().drop("lead", "rivals", strict=False)
    return answered(bare.join(leads, on="claim", maintain_order="left"))


def upheld(claims: pl.DataFrame, used: pl.DataFrame, *, lead_min: pl.Expr) -> pl.DataFrame:
    """The claims that are strong enough (``score_min``) and far enough ahead."""
    strong = claims.filter(pl.col("score") >= pl.col("score_min"))
    ahead = pl.col("lead").is_null() | (pl.col("lead") >= lead_min)
    return standing(strong, used).filter(ahead)


def passes(
    claims: pl.DataFrame, *, lead_min: pl.Expr
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Pass after pass: those of *claims* that stand, and those that are left beside them.

    What stands makes room, in which others stand; a pass in which nothing does is the last.
    """
    used = elements(claims)
    asked, around = claims, used
    while len(good := upheld(asked, around, lead_min=lead_min)):
        gone = rivals_of(good, used)
        nearby = beside(gone, used)
        claims, used = (
            each.join(gone, on="claim", how="anti", maintain_order="left")
            for each in (claims, used)
        )
        yield good, claims
        # only those that lost a rival stand otherwise than before
        asked = claims.join(nearby, on="claim", how="semi", maintain_order="left")
        around = beside(asked, used)


def rivals_of(settled: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Those that use a line of the claims *settled*, and these themselves: ``claim``."""
    every = used.lazy()
    spent = every.join(settled.lazy(), on="claim", how="semi").select("element").unique()
    return answered(every.join(spent, on="element", how="semi").select("claim").unique())


def beside(claims: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """The rows of *used* for every line that one of *claims* uses: with all of their rivals."""
    every = used.lazy()
    lines = every.join(claims.lazy(), on="claim", how="semi").select("element").unique()
    return answered(every.join(lines, on="element", how="semi", maintain_order="left"))


def unspent(claims: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """The *claims* that use no line of those *settled*."""
    used = elements(claims)
    spent = used.join(elements(settled).select("element"), on="element", how="semi")
    return claims.join(
        spent.select("claim").unique(), on="claim", how="anti", maintain_order="left"
    )
