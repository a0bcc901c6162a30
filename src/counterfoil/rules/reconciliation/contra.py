"""Lines of one side that take each other back: nothing of them reaches the other side."""

from __future__ import annotations

import polars as pl

from counterfoil.rules.reconciliation.references import fold
from counterfoil.rules.reconciliation.windows import joined_near

DAYS_APART_MAX = 14
NUMBER_MIN = 4  # letters and digits in common, or a shared number says nothing
NUMBER = r"[0-9]{4}"


def ledger_contras(ledger: pl.DataFrame) -> pl.DataFrame:
    """Postings and their reversals: one party, opposite amounts, the number again.

    Returns: ``first``, ``second`` (lines), each line at most once.
    """
    lines = ledger.filter(pl.col("reference").str.contains("[0-9]")).select(
        *("line", "purse", "party", "day", "amount"),
        fold(pl.col("reference")).alias("key"),
    )
    pairs = _opposites(lines, ["purse", "party"])
    key, other = pl.col("key"), pl.col("key_right")
    again = key.str.ends_with(other) | other.str.ends_with(key) | key.str.starts_with(other)
    long_enough = pl.min_horizontal(key.str.len_bytes(), other.str.len_bytes()) >= NUMBER_MIN
    return _unique(pairs.filter((again | other.str.starts_with(key)) & long_enough))


def bank_contras(bank: pl.DataFrame) -> pl.DataFrame:
    """Payments and their returns: opposite amounts, the first one's text ending the second's.

    A text without a number may be anybody's: then what the second puts before it must be seen
    before numbers too ("RETURN").
    """
    lines = bank.filter(pl.col("text") != "").select(
        *("line", "purse", "name", "reference", "day", "amount", "text"),
    )
    pairs = _opposites(lines, ["purse", "name", "reference"])
    first, second = pl.col("text"), pl.col("text_right")
    again = second.str.ends_with(first) & (first != second)
    turned = (
        first.str.ends_with(second) & (first != second) & (pl.col("day") == pl.col("day_right"))
    )
    pairs = pairs.filter(again | turned).with_columns(
        pl.when(again).then(first).otherwise(second).alias("said"),
        pl.when(again).then(second).otherwise(first).alias("said_again"),
    )
    pairs = pairs.with_columns(
        pl.col("said_again").str.strip_suffix(pl.col("said")).alias("before"),
        (pl.col("said") + pl.col("reference")).str.contains(NUMBER).alias("numbered"),
    )
    returned = pairs.filter("numbered")["before"].unique()
    return _unique(pairs.filter(pl.col("numbered") | pl.col("before").is_in(returned.implode())))


def _opposites(lines: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Pairs of opposite amounts, the earlier one first."""
    first = lines.filter(pl.col("amount") != 0).with_columns(pl.col("amount").alias("back"))
    second = first.with_columns(-pl.col("back"), pl.col("day").alias("on")).rename(
        {name: f"{name}_right" for name in lines.columns if name not in keys}
    )
    pairs = joined_near(second, first, keys=[*keys, "back"], before=0, after=DAYS_APART_MAX)
    apart = pl.col("day_right") - pl.col("day")
    return pairs.filter((apart > 0) | (pl.col("line") < pl.col("line_right")))


def _unique(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs whose two lines stand in no other pair."""
    pairs = pairs.select(pl.col("line").alias("first"), pl.col("line_right").alias("second"))
    often = pl.concat([pairs["first"], pairs["second"].alias("first")]).value_counts()
    torn = often.filter(pl.col("count") > 1)["first"].implode()
    return pairs.filter(~pl.col("first").is_in(torn) & ~pl.col("second").is_in(torn)).sort("first")
