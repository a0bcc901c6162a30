"""Read both sides of a reconciliation from CSV: columns by name, every cell accounted for.

The home of polars outside the rules: what comes out is columns (see
``rules/reconciliation/lines.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from counterfoil.errors import Quarantined

#: Our column and how the file calls it. A column that is not listed is left alone.
BANK = {
    "id": "bank_id",
    "account": "account",
    "currency": "currency",
    "name": "counterparty",
    "reference": "reference",
    "text": "narrative",
}
LEDGER = {
    "id": "ledger_id",
    "account": "account",
    "currency": "currency",
    "name": "counterparty",
    "reference": "reference",
    "document": "doc_no",
    "run": "run_id",
    "text": "description",
    "foreign_currency": "orig_currency",
}
_AMOUNT = r"^-?[0-9]{1,15}(?:\.[0-9]{1,2})?$"


def read_bank(path: Path) -> pl.DataFrame:
    """Read a bank's lines: texts, ``day`` (days since 1970) and ``amount`` (cents).

    Raises:
        Quarantined: The file cannot be read as a whole; the message names the line.
    """
    table = _read(path, [*BANK.values(), "stmt_date", "amount"])
    _refuse(table, path, "bank_id", ~table["bank_id"].is_first_distinct(), "an id of its own")
    return table.select(
        *_texts(BANK), _day(table, path, "stmt_date"), _cents(table, path, "amount", "bank_id")
    )


def read_ledger(path: Path) -> pl.DataFrame:
    """Read a ledger's lines, with ``foreign_amount`` (cents) where one is given.

    Raises:
        Quarantined: As :func:`read_bank`.
    """
    table = _read(path, [*LEDGER.values(), "posting_date", "amount", "orig_amount"])
    _refuse(table, path, "ledger_id", ~table["ledger_id"].is_first_distinct(), "an id of its own")
    return table.select(
        *_texts(LEDGER),
        _day(table, path, "posting_date"),
        _cents(table, path, "amount", "ledger_id"),
        _cents(table, path, "orig_amount", "ledger_id", may_be_empty=True).alias("foreign_amount"),
    )


def _read(path: Path, wanted: list[str]) -> pl.DataFrame:
    try:
        table = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as trouble:
        raise Quarantined("not_a_csv", f"{path}: {trouble}") from trouble
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise Quarantined(
            "column_missing",
            f"{path}: no column {', '.join(missing)}",
            remedy=f"the first line must name: {', '.join(wanted)}",
        )
    return table.select(pl.col(wanted).fill_null("").str.strip_chars())


def _texts(names: Mapping[str, str]) -> list[pl.Expr]:
    return [pl.col(theirs).alias(ours) for ours, theirs in names.items()]


def _day(table: pl.DataFrame, path: Path, column: str) -> pl.Series:
    days = table[column].str.to_date("%Y-%m-%d", strict=False)
    _refuse(table, path, column, days.is_null(), "a day such as 2018-03-31")
    return days.cast(pl.Int32).cast(pl.Int64).alias("day")


def _cents(
    table: pl.DataFrame, path: Path, column: str, key: str, *, may_be_empty: bool = False
) -> pl.Series:
    text = table[column]
    empty = text == ""
    wrong = ~text.str.contains(_AMOUNT)
    _refuse(
        table, path, column, wrong & ~empty if may_be_empty else wrong, "an amount such as -12.50"
    )
    whole = text.str.replace(r"\..*$", "").str.strip_chars_start("-")
    fraction = text.str.extract(r"\.([0-9]+)$").fill_null("").str.pad_end(2, "0")
    cents = (whole + fraction).cast(pl.Int64, strict=False)
    given = pl.when(text.str.starts_with("-")).then(-cents).otherwise(cents)
    signed = pl.select(pl.when(~empty).then(given)).to_series()
    return signed.alias(column)


def _refuse(table: pl.DataFrame, path: Path, column: str, wrong: pl.Series, want: str) -> None:
    if wrong.any():
        row = wrong.arg_max()
        assert row is not None
        raise Quarantined(
            "cell_unreadable",
            f"{path}, line {row + 2}, {column}: {table[column][row]!r} is not {want}",
        )
