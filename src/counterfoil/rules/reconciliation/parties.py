"""Who is meant: names of the ledger by number, names of the bank as a span of them.

A bank cuts names. Sorted, the ledger's names that begin as the bank's does are neighbours,
so a name of the bank is a span of numbers, from ``first`` up to but without ``beyond``.
"""

from __future__ import annotations

from bisect import bisect_left

import polars as pl

from counterfoil.rules.reconciliation.lines import with_found

CUT_NAME_MIN = 8  # letters and digits; a shorter beginning is nobody's name


def fold_name(column: str) -> pl.Expr:
    """Letters and digits in capitals: all of a name that a bank keeps."""
    return pl.col(column).str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")


def with_parties(bank: pl.DataFrame, ledger: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add ``first`` and ``beyond`` to *bank* and ``party`` to *ledger* (-1: no name).

    ``first == beyond``: a name that the ledger does not know. ``(-1, -1)``: no name given.
    """
    bank, ledger = _with_folded(bank), _with_folded(ledger)
    names = sorted({*ledger["folded"].unique()} - {""})
    numbers = pl.DataFrame({"folded": names, "party": range(len(names))}, schema_overrides={
        "folded": pl.String, "party": pl.Int64,
    })  # fmt: skip
    written = sorted({*bank["folded"].unique()} - {""})
    spans = [span_of(name, names) for name in written]
    found = pl.DataFrame(
        {
            "folded": written,
            "first": [first for first, _ in spans],
            "beyond": [beyond for _, beyond in spans],
        },
        schema={"folded": pl.String, "first": pl.Int64, "beyond": pl.Int64},
    )
    ledger = with_found(ledger, numbers, ["folded"])
    bank = with_found(bank, found, ["folded"])
    return (
        bank.with_columns(pl.col("first", "beyond").fill_null(-1)).drop("folded"),
        ledger.with_columns(pl.col("party").fill_null(-1)).drop("folded"),
    )


def _with_folded(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``folded``, the name: a few are on many lines."""
    names = lines.select("name").unique().with_columns(fold_name("name").alias("folded"))
    return with_found(lines, names, ["name"])


def span_of(name: str, names: list[str]) -> tuple[int, int]:
    """Which of the sorted *names* the folded *name* may be: itself, or all it begins."""
    first = bisect_left(names, name)
    if first < len(names) and names[first] == name:
        return first, first + 1
    if len(name) < CUT_NAME_MIN:
        return first, first
    return first, bisect_left(names, name + "\x7f")
