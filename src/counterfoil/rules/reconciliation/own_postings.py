"""Vouchers that an earlier run proposed, keyed since, and now in the ledger: the loop closes.

A voucher's number is made of the bank lines that it is for, so nothing has to be remembered: the
posting of a charge meets its bank line, and the posting of a difference joins the match it is of,
which leaves no difference any more. A posting whose number or amount fits nothing is a break.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Sequence
from hashlib import sha256

import polars as pl

from counterfoil.rules.reconciliation.position import Position, less
from counterfoil.rules.reconciliation.scoring import CONFIRMED

#: Twelve characters: what a legacy screen takes as a voucher's number.
_NUMBER = r"\b(RV[A-Z2-7]{10})\b"
POSTED = "our own voucher"
_AND_POSTED = ", difference posted"


def voucher_number(account: str, currency: str, bank_lines: Sequence[str]) -> str:
    """The number of the voucher for these bank lines (ids): the same in every run."""
    told = "\n".join([account, currency, *sorted(bank_lines)])
    return "RV" + b32encode(sha256(told.encode()).digest()).decode()[:10]


def hold_own_postings(position: Position) -> tuple[Position, pl.DataFrame]:
    """Take ledger lines that carry a voucher's number out of the matching.

    Returns: the position without them, and them with their ``voucher``.
    """
    texts = pl.concat_str("reference", "document", "text", separator=" ")
    held = position.ledger.with_columns(texts.str.extract(_NUMBER, 1).alias("voucher")).filter(
        pl.col("voucher").is_not_null()
    )
    if held.is_empty():
        return position, held
    return Position(position.bank, less(position.ledger, held["line"]), position.matches), held


def meet_own_postings(position: Position, held: pl.DataFrame, bank: pl.DataFrame) -> Position:
    """Put the postings that were *held* back: into what they are for, or among what is open.

    Args:
        bank: All lines of the bank.
    """
    if held.is_empty():
        return position
    known = [name for name in position.ledger.columns if name in held]
    back = pl.concat([position.ledger, held.select(known)], how="diagonal").sort("line")
    position = Position(position.bank, back, position.matches)
    return _charges(_differences(position, held, bank), held, bank)


def _differences(position: Position, held: pl.DataFrame, bank: pl.DataFrame) -> Position:
    """Join each posting of a difference to its match, if it is all of the difference."""
    sums = held.group_by("voucher").agg(
        pl.col("amount").sum().alias("difference"), pl.col("line").alias("postings")
    )
    joined = tuple(_with_postings(each, sums, bank) for each in position.matches)
    used = held["line"].filter(
        held["line"].is_in(pl.concat(joined)["ledger"].list.explode().implode())
    )
    return Position(position.bank, less(position.ledger, used), joined)


def _with_postings(matches: pl.DataFrame, sums: pl.DataFrame, bank: pl.DataFrame) -> pl.DataFrame:
    numbered = matches.with_row_index("at")
    unequal = numbered.filter(pl.col("difference").fill_null(0) != 0)
    numbers = [_number_of(bank, lines) for lines in unequal["bank"].to_list()]
    found = (
        unequal.select("at", "difference", pl.Series("voucher", numbers, dtype=pl.String))
        .join(sums, on=["voucher", "difference"])
        .select("at", "postings")
    )
    both = numbered.join(found, on="at", how="left", maintain_order="left")
    posted = pl.col("postings").is_not_null()
    return both.with_columns(
        pl.when(posted)
        .then(pl.concat_list("ledger", "postings").list.sort())
        .otherwise(pl.col("ledger"))
        .alias("ledger"),
        pl.when(posted).then(0).otherwise(pl.col("difference")).alias("difference"),
        pl.when(posted).then(pl.col("rule") + _AND_POSTED).otherwise(pl.col("rule")).alias("rule"),
    ).select(matches.columns)


def _number_of(bank: pl.DataFrame, lines: Sequence[int]) -> str:
    first = bank.row(lines[0], named=True)
    return voucher_number(
        first["account"], first["currency"], bank["id"].gather(list(lines)).to_list()
    )


def _charges(position: Position, held: pl.DataFrame, bank: pl.DataFrame) -> Position:
    """Match each posting with the open bank line that it is for."""
    facts = bank.join(position.bank, on="line", how="semi")
    numbers = [
        voucher_number(account, currency, [own])
        for own, account, currency in facts.select("id", "account", "currency").iter_rows()
    ]
    ours = facts.select(
        pl.col("line").alias("bank"), "amount", pl.Series("voucher", numbers, dtype=pl.String)
    )
    theirs = held.filter(pl.col("voucher").is_unique()).join(position.ledger, on="line", how="semi")
    pairs = ours.join(theirs.select("voucher", "amount", "line"), on=["voucher", "amount"])
    return position.settled(
        pairs.sort("bank").select(
            pl.lit(POSTED).alias("rule"),
            pl.lit(CONFIRMED).alias("tier"),
            pl.concat_list("bank").alias("bank"),
            pl.concat_list("line").alias("ledger"),
            pl.lit(0, pl.Int64).alias("difference"),
        )
    )
