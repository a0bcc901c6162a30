"""How many payments a bank says are in one of its lines: "BULK PMT 12 ITEMS", "+3 MORE"."""

from __future__ import annotations

import polars as pl

_ITEMS = r"\b([0-9]{1,4}) (?:ITEMS?|PMTS?|PAYMENTS|TXNS?|ENTRIES|POSTEN|STK)\b"
_MORE = r"\+ ?([0-9]{1,4}) (?:MORE|OTHERS?|WEITERE)\b"


def with_counts(bank: pl.DataFrame) -> pl.DataFrame:
    """Add ``items`` (payments in the line), ``more`` (beyond those it lists), ``own_charge``.

    Null: not said. A line without a name and without a single digit is most likely the bank's
    own: a fee, interest.
    """
    nobody = (pl.col("name") == "") & ~(pl.col("text") + pl.col("reference")).str.contains("[0-9]")
    text = pl.col("text").str.to_uppercase()
    return bank.with_columns(
        text.str.extract(_ITEMS, 1).cast(pl.Int64).alias("items"),
        text.str.extract(_MORE, 1).cast(pl.Int64).alias("more"),
        nobody.alias("own_charge"),
    )
