"""How many payments a bank says are in one of its lines: "BULK PMT 12 ITEMS", "+3 MORE"."""

from __future__ import annotations

import polars as pl

_ITEMS = r"\b([0-9]{1,4}) (?:ITEMS?|PMTS?|PAYMENTS|TXNS?|ENTRIES|POSTEN|STK)\b"
_MORE = r"\+ ?([0-9]{1,4}) (?:MORE|OTHERS?|WEITERE)\b"


def with_counts(bank: pl.DataFrame) -> pl.DataFrame:
    """Add ``items`` (payments in the line) and ``more`` (beyond those it lists); null: not said."""
    text = pl.col("text").str.to_uppercase()
    return bank.with_columns(
        text.str.extract(_ITEMS, 1).cast(pl.Int64).alias("items"),
        text.str.extract(_MORE, 1).cast(pl.Int64).alias("more"),
    )
