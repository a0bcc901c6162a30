"""Is a run proved? Only if nothing is left without a name.

The bank's sum less the ledger's is what matches differ by and what is open, to the cent. A
match's difference has a name if it is a declared fee, a rate, or a person's. An open line has
one if its class explains it, or if somebody answers for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from counterfoil.rules.reconciliation.breaks import CHARGE, DUPLICATE, NOT_YET
from counterfoil.rules.reconciliation.carrying import Period
from counterfoil.rules.reconciliation.decided import DECIDED
from counterfoil.rules.reconciliation.parts import DIFFERENT, KEYED_WRONGLY

#: Classes that say what to do; the other ones say only that something is missing.
EXPLAINED = (NOT_YET, CHARGE, DUPLICATE, KEYED_WRONGLY, DIFFERENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One currency or several; cents, by currency."""

    differences: dict[str, int]  # the bank's sum less the ledger's
    unnamed: dict[str, int]  # the part of it that has no name
    unnamed_count: int  # lines and matches without one
    why_not: tuple[str, ...]

    @property
    def proved(self) -> bool:
        """Nothing is left without a name."""
        return not self.why_not


def proof_of(period: Period, owned: Collection[tuple[str, str]]) -> Proof:
    """Say what of *period* has no name.

    Args:
        owned: Open lines (side, id) that somebody answers for.
    """
    matches = _unnamed_matches(period)
    breaks = _unnamed_breaks(period, owned)
    aside = len(period.bank_aside) + len(period.ledger_aside)
    why_not = [
        f"{count} {noun}"
        for count, noun in (
            (len(matches), "matches differ by an amount without a name"),
            (len(breaks), "open lines that nobody answers for"),
            (aside, "lines came again with other content"),
        )
        if count
    ]
    return Proof(
        differences=_differences(period),
        unnamed=_by_currency(pl.concat([matches, breaks])),
        unnamed_count=len(matches) + len(breaks) + aside,
        why_not=tuple(why_not),
    )


def _differences(period: Period) -> dict[str, int]:
    both = pl.concat(
        [
            period.bank.select("currency", pl.col("amount").alias("cents")),
            period.ledger.select("currency", (-pl.col("amount")).alias("cents")),
        ]
    )
    found = _by_currency(both)
    open_ = period.breaks.select(_signed().sum()).item()
    matched = period.matches["difference"].sum()
    assert sum(found.values()) == open_ + matched, "matched and open are not the difference"
    return found


def _by_currency(table: pl.DataFrame) -> dict[str, int]:
    return dict(table.group_by("currency").agg(pl.col("cents").sum()).sort("currency").rows())


def _signed() -> pl.Expr:
    return pl.when(pl.col("side") == "bank").then(pl.col("amount")).otherwise(-pl.col("amount"))


def _unnamed_breaks(period: Period, owned: Collection[tuple[str, str]]) -> pl.DataFrame:
    names = pl.DataFrame(
        list(owned), schema={"side": pl.String, "id": pl.String}, orient="row"
    ).unique()
    left = period.breaks.filter(~pl.col("class").is_in(EXPLAINED))
    left = left.join(names, on=["side", "id"], how="anti")
    return left.select("currency", _signed().alias("cents"))


def _unnamed_matches(period: Period) -> pl.DataFrame:
    """Those that differ, and neither a fee nor a rate nor a person says by what."""
    odd = period.matches.filter(
        (pl.col("difference").fill_null(0) != 0)
        & (pl.col("fee").fill_null("") == "")
        & ~pl.col("rule").str.ends_with("at a rate")
        & (pl.col("tier") != DECIDED)
    )
    first = odd.with_columns(pl.col("bank").list.first().alias("id"))
    lines = period.bank.select("id", "currency")
    return first.join(lines, on="id", how="left").select(
        pl.col("currency").fill_null(""), pl.col("difference").alias("cents")
    )
