"""Which bank lines carry a number of their own, so that silence about ours contradicts.

A number in the column for references, or one that the ledger knows, speaks aloud. Any other
number in the text speaks, unless numbers of that shape are noise: seen beside the true number
on lines that are already proved.
"""

from __future__ import annotations

import polars as pl

from counterfoil.rules.reconciliation.parties import fold_name
from counterfoil.rules.reconciliation.references import fold

SILENT, SPEAKS, ALOUD = range(3)
DIGITS_MIN = 3
LENGTH_MIN = 4
#: Proved lines in a thousand on which a shape must be seen to be noise.
NOISE_PER_MILLE = 2


def numbers_of(tokens: pl.DataFrame, bank: pl.DataFrame) -> pl.DataFrame:
    """The *tokens* that can be somebody's number: no amounts, no rates, no parts of a name."""
    names = bank.select("name").unique().with_columns(fold(fold_name("name")).alias("known_as"))
    known = bank.select("line", "name", "text").join(names, on="name").drop("name")
    digits = pl.col("key").str.count_matches("[0-9]")
    return (
        tokens.join(known, on="line")
        .filter(
            (digits >= DIGITS_MIN)
            & (pl.col("key").str.len_bytes() >= LENGTH_MIN)
            & ~pl.col("written").str.contains(r"^[0-9]+[.,][0-9]+$")
            & ~pl.col("known_as").str.contains(pl.col("key"), literal=True)
            & ~pl.col("written").str.contains(" ", literal=True)
        )
        .with_columns(
            _shape().alias("shape"), pl.col("text").str.ends_with(pl.col("written")).alias("last")
        )
        .drop("known_as", "text")
    )


def _shape() -> pl.Expr:
    return pl.col("written").str.replace_all("[0-9]", "9").str.replace_all("[A-Za-z]", "A")


def noise_shapes(numbers: pl.DataFrame, proved: pl.DataFrame, keys: pl.DataFrame) -> pl.Series:
    """Shapes of numbers that stand on proved lines beside the number that proves them.

    Args:
        proved: ``bank``, ``target`` of each proved pair.
        keys: What each target answers to.
    """
    if proved.is_empty():
        return pl.Series("shape", [], dtype=pl.String)
    answers = proved.join(keys.select("target", "tail"), on="target").select(
        pl.col("bank").alias("line"), pl.col("tail").alias("answer")
    )
    beside = (
        numbers.filter(~pl.col("column"))
        .join(answers, on="line")
        .with_columns(
            (
                pl.col("key").str.contains(pl.col("answer"), literal=True)
                | pl.col("answer").str.contains(pl.col("tail"), literal=True)
            ).alias("ours")
        )
        .group_by("line", "key", "shape")
        .agg(pl.col("ours").any())
        .filter(~pl.col("ours"))
    )
    seen = beside.group_by("shape").agg(pl.col("line").n_unique().alias("seen"))
    enough = pl.col("seen") * 1000 >= NOISE_PER_MILLE * proved["bank"].n_unique()
    return seen.filter(enough & (pl.col("seen") >= 3))["shape"].sort()


def speaking(numbers: pl.DataFrame, noise: pl.Series, links: pl.DataFrame) -> pl.DataFrame:
    """How loud each line speaks: ``line``, ``loud`` (SPEAKS or ALOUD); silent lines are absent."""
    begun = sorted({each[:end] for each in noise for end in range(LENGTH_MIN, len(each))})
    cut = pl.col("last") & pl.col("shape").is_in(begun)  # the bank's text ends amid a noise
    known = links.select("line", pl.col("token").alias("key"), pl.lit(value=True).alias("known"))
    loud = (
        pl.when(pl.col("column") | pl.col("known").fill_null(value=False))
        .then(ALOUD)
        .when(~pl.col("shape").is_in(noise.implode()) & ~cut)
        .then(SPEAKS)
        .otherwise(SILENT)
    )
    return (
        numbers.join(known.unique(), on=["line", "key"], how="left")
        .with_columns(loud.cast(pl.Int64).alias("loud"))
        .group_by("line")
        .agg(pl.col("loud").max())
        .filter(pl.col("loud") > SILENT)
        .sort("line")
    )
