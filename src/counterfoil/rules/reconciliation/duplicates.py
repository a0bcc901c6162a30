"""Lines of one side that say again what an earlier line said: the later one is a break."""

from __future__ import annotations

import polars as pl

from counterfoil.rules.reconciliation.references import fold
from counterfoil.rules.reconciliation.rows import mixed

DAYS_APART_MAX = 7
NUMBER = r"[0-9][0-9A-Za-z/.-]*[0-9]"
DIGITS_MIN = 4
_BOOKING = ["purse", "amount", "name", "reference", "text"]


def ledger_duplicates(ledger: pl.DataFrame) -> pl.DataFrame:
    """The same voucher posted again: ``first``, ``second`` (the later line)."""
    lines = ledger.filter(pl.col("reference").str.contains("[0-9]")).with_columns(
        fold(pl.col("reference")).alias("key")
    )
    return _repeats(lines, ["purse", "party", "amount", "key", "document"])


def bank_duplicates(bank: pl.DataFrame) -> pl.DataFrame:
    """The same booking again, word for word, with a number in it."""
    digits = (pl.col("text") + pl.col("reference")).str.count_matches("[0-9]")
    return _repeats(bank, _BOOKING, digits >= DIGITS_MIN)


def bank_twins(bank: pl.DataFrame) -> pl.DataFrame:
    """The same booking again, word for word, with or without a number: perhaps a duplicate."""
    return _repeats(bank, _BOOKING)


def _repeats(lines: pl.DataFrame, keys: list[str], where: pl.Expr | bool = True) -> pl.DataFrame:
    """Args: where: What must be true of the *keys*; few are looked at."""
    likely = lines.select(*keys, "day", "line").filter(mixed(keys).is_duplicated())
    alike = likely.filter(pl.len().over(keys) > 1, where)
    ordered = alike.sort([*keys, "day", "line"]).with_columns(
        pl.col("line").first().over(keys).alias("first"),
        (pl.col("day") - pl.col("day").first().over(keys)).alias("apart"),
    )
    again = (pl.col("line") != pl.col("first")) & (pl.col("apart") <= DAYS_APART_MAX)
    return (
        ordered.filter(again)
        .select("first", pl.col("line").alias("second"))
        .sort("first", "second")
    )
