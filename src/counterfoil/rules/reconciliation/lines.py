"""Both sides as columns: one row a line, money in cents, days as numbers.

Rows are ordered by id, so that the order of a file decides nothing. A million lines are not
copied: columns are added to them, and those that were there are shared.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

BANK_TEXTS = ("id", "account", "currency", "name", "reference", "text")
LEDGER_TEXTS = (
    *("id", "account", "currency", "name", "reference", "document", "run", "text"),
    "foreign_currency",
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Bank and ledger, prepared: ``line`` is the row's place, ``purse`` account and currency."""

    bank: pl.DataFrame
    ledger: pl.DataFrame


def prepare(bank: pl.DataFrame, ledger: pl.DataFrame) -> Lines:
    """Order both sides by id and number accounts with their currency alike on both.

    Args:
        bank: ``BANK_TEXTS`` as text, ``day`` (days since 1970), ``amount`` (cents, signed).
        ledger: ``LEDGER_TEXTS`` as text, ``day``, ``amount``, ``foreign_amount`` (cents, or
            null).

    Raises:
        ValueError: An id stands twice on one side; nothing is matched.
    """
    bank, ledger = in_order(bank), in_order(ledger)
    refuse_twice(bank, ledger)
    purses = (
        pl.concat([each.select("account", "currency") for each in (bank, ledger)])
        .unique()
        .sort("account", "currency")
        .with_row_index("purse")
    )
    return Lines(_number(bank, purses), _with_purposes(_with_runs(_number(ledger, purses))))


def in_order(lines: pl.DataFrame) -> pl.DataFrame:
    """*lines* in order of their ids; the same ones, where they are."""
    return lines if lines["id"].is_sorted() else lines.sort("id")


def refuse_twice(bank: pl.DataFrame, ledger: pl.DataFrame) -> None:
    """Raises ValueError: an id stands twice on one side."""
    for side, frame in (("bank", bank), ("ledger", ledger)):
        ids = in_order(frame)["id"]  # the same ones beside each other
        if len(twice := ids.filter(ids == ids.shift())):
            raise ValueError(f"{side}: the id {twice[0]!r} stands twice")


def _with_runs(ledger: pl.DataFrame) -> pl.DataFrame:
    """Number the payment runs, beyond the lines' own numbers: ``run_number`` (null: in none)."""
    runs = (
        ledger.filter(pl.col("run") != "")
        .select("purse", "run")
        .unique()
        .sort("purse", "run")
        .with_row_index("run_number", offset=len(ledger))
        .with_columns(pl.col("run_number").cast(pl.Int64))
    )
    return with_found(ledger, runs, ["purse", "run"])


def _with_purposes(ledger: pl.DataFrame) -> pl.DataFrame:
    """Number what the lines are for, as their texts say: ``purpose``."""
    texts = ledger.select("text").unique().sort("text").with_row_index("purpose")
    numbers = texts.with_columns(pl.col("purpose").cast(pl.Int64))
    return ledger.join(numbers, on="text", how="left", maintain_order="left")


def _number(side: pl.DataFrame, purses: pl.DataFrame) -> pl.DataFrame:
    numbered = with_found(side, purses, ["account", "currency"]).with_row_index("line")
    return numbered.with_columns(pl.col("purse").cast(pl.Int64), pl.col("line").cast(pl.Int64))


def with_found(lines: pl.DataFrame, table: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """*lines* with the other columns of *table*, which has its *keys* once; null: not those."""
    found = lines.select(keys).join(table, on=keys, how="left", maintain_order="left")
    return lines.hstack(found.drop(keys))
