"""The rows of the workbook's sheets, as frames: what was matched, what is open.

Lines are looked up by their place, a slice at a time, so that a million of them are listed
with little memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from counterfoil.domain.reconciliation import RuleBook
from counterfoil.domain.reconciliation_report import age_buckets
from counterfoil.rules.reconciliation.breaks import (
    CHARGE,
    DUPLICATE,
    NOT_YET,
    POSSIBLE_DUPLICATE,
    TO_DECIDE,
)
from counterfoil.rules.reconciliation.causes import likely_cause
from counterfoil.rules.reconciliation.matching import Reconciliation
from counterfoil.rules.reconciliation.reporting import age_of, bucket_of

MATCHES_EACH = 20_000  # of a frame
LISTED_MAX = 20  # ids in a cell
FACTS = ("id", "account", "on", "amount", "currency", "name", "number", "text")
_OF_MATCH = ("evidence", "rivals_beaten", "by_chance", "difference", "fee")
_ASKS = {
    TO_DECIDE: "see the sheet Proposals",
    CHARGE: "the bank's own: book it",
    DUPLICATE: "a line of its own side says the same",
    POSSIBLE_DUPLICATE: "a line of its own side looks the same",
    NOT_YET: "the bank may still bring it",
}


def matched_blocks(found: Reconciliation) -> Iterator[pl.DataFrame]:
    """One row a line, those of one match together; what is said of a match stands on its first.

    Columns: ``match`` (from 1, in the order of ids), ``side``, FACTS, ``rule``, ``tier``,
    ``difference`` (cents), ``fee``, ``evidence``, ``rivals_beaten``, ``by_chance``.
    """
    bank, ledger = _facts(found.bank), _facts(found.ledger)
    order = (pl.col("bank").list.first(), pl.col("ledger").list.first())
    matches = found.matches.sort(*order, nulls_last=True).with_row_index("match", 1)
    for part in matches.iter_slices(MATCHES_EACH):
        rows = pl.concat([_of_side(part, "bank", bank), _of_side(part, "ledger", ledger)])
        rows = rows.sort("match", "side", "line")
        unequal = pl.col("difference").replace(0, None)
        said = part.with_columns(unequal).select(pl.col("match").cast(pl.Int64), *_OF_MATCH)
        firsts = pl.col("match").is_first_distinct()
        rows = rows.join(said, on="match", maintain_order="left")
        yield rows.with_columns(pl.when(firsts).then(pl.col(_OF_MATCH)))


def _facts(lines: pl.DataFrame) -> pl.DataFrame:
    """FACTS of every line, in order of their place."""
    numbers = [
        pl.when(pl.col(each) != "").then(pl.col(each))
        for each in ("reference", "document", "run")
        if each in lines.columns
    ]
    return lines.select(
        *("id", "account", "amount", "currency", "name", "text"),
        pl.col("day").cast(pl.Int32).cast(pl.Date).alias("on"),
        pl.concat_str(numbers, separator=" / ", ignore_nulls=True).alias("number"),
    ).select(FACTS)


def _of_side(part: pl.DataFrame, side: str, facts: pl.DataFrame) -> pl.DataFrame:
    lines = (
        part.filter(pl.col(side).list.len() > 0)
        .select(
            pl.col("match").cast(pl.Int64),
            pl.lit(side).alias("side"),
            pl.col(side).alias("line"),
            *("rule", "tier"),
        )
        .explode("line")
    )
    return pl.concat([lines, facts[lines["line"]]], how="horizontal")


def broken_blocks(
    found: Reconciliation, *, as_of: date, rules: RuleBook, noted: pl.DataFrame | None = None
) -> Iterator[pl.DataFrame]:
    """One row an open line, by side, class and day.

    Args:
        noted: What people noted before: ``side``, ``id``, ``owner``, ``comment``.

    Columns: ``side``, ``class``, ``bucket``, ``age`` (days), FACTS, ``difference``, ``cause``,
    ``other`` (ids that it has to do with), ``owner``, ``comment``.
    """
    ageing = rules.default.policy.ageing_days
    buckets = age_buckets(ageing)
    names = pl.Series("bucket", buckets)
    for side, own, other, breaks in (
        ("bank", found.bank, found.ledger, found.breaks.bank),
        ("ledger", found.ledger, found.bank, found.breaks.ledger),
    ):
        facts = _facts(own)
        days = breaks.join(own.select("line", "day"), on="line").sort("class", "day", "line")
        rows = pl.concat([days, facts[days["line"]]], how="horizontal").with_columns(
            pl.lit(side).alias("side"),
            age_of(as_of).alias("age"),
            names.gather(days.select(bucket_of(age_of(as_of), ageing)).to_series()),
            _related(days, own, other).alias("related"),
            _causes(days, side, found, rules).alias("cause"),
        )
        rows = rows.drop("other").rename({"related": "other"})
        if noted is not None:
            rows = rows.join(noted, on=["side", "id"], how="left", maintain_order="left")
        yield from rows.iter_slices(MATCHES_EACH)


def _related(breaks: pl.DataFrame, own: pl.DataFrame, other: pl.DataFrame) -> pl.Series:
    """Ids of a line's like on its own side, or of what it may belong to on the other."""
    repeated = pl.col("class").is_in([DUPLICATE, POSSIBLE_DUPLICATE])
    none = pl.lit([], pl.List(pl.Int64))
    lists = breaks.select(
        pl.when(repeated).then(pl.col("other")).otherwise(none).alias("own"),
        pl.when(repeated).then(none).otherwise(pl.col("other")).alias("apart"),
    )
    return _names(lists["own"], own["id"]) + _names(lists["apart"], other["id"])


def _causes(breaks: pl.DataFrame, side: str, found: Reconciliation, rules: RuleBook) -> pl.Series:
    """In words; for pairs whose amounts differ, what probably made them."""
    said = breaks["class"].replace_strict(_ASKS, default="", return_dtype=pl.String).to_list()
    paired = breaks.with_row_index("at").filter(pl.col("difference").is_not_null())
    own, other = paired["line"], paired["other"].list.first()
    paid, owed = (own, other) if side == "bank" else (other, own)
    for at, account, bank, ledger, foreign in zip(
        paired["at"].to_list(),
        found.bank["account"].gather(paid).to_list(),
        found.bank["amount"].gather(paid).to_list(),
        found.ledger["amount"].gather(owed).to_list(),
        found.ledger["foreign_currency"].gather(owed).to_list(),
        strict=True,
    ):
        said[at] = likely_cause(
            bank, ledger, foreign=foreign or "", fees=rules.of(account).policy.fees
        )
    return pl.Series("cause", said, dtype=pl.String)


def proposal_blocks(found: Reconciliation) -> Iterator[pl.DataFrame]:
    """One row a proposal, of each open bank line the likeliest first.

    Columns: ``place`` (1: first), FACTS of the bank's line, ``bank`` and ``ledger`` (ids of all
    lines of the proposal), ``owed`` (cents, sum of the ledger's), ``party``, ``difference``,
    ``rule``, ``odds`` (how far it leads).
    """
    claims = found.breaks.proposals
    facts = _facts(found.bank)[claims["line"]]
    rows = pl.concat([claims.select("place", "rule", "difference"), facts], how="horizontal")
    rows = rows.with_columns(
        _names(claims["bank"], found.bank["id"]).alias("bank"),
        _names(claims["ledger"], found.ledger["id"]).alias("ledger"),
        _sums(claims["ledger"], found.ledger["amount"]).alias("owed"),
        found.ledger["name"].gather(claims["ledger"].list.first()).alias("party"),
        claims.select(_odds(pl.col("score"))).to_series().alias("odds"),
    )
    yield from rows.iter_slices(MATCHES_EACH)


def _odds(centibans: pl.Expr) -> pl.Expr:
    """Powers of ten in words that need no powers: "1,000 to 1 for it" would be 10^3."""
    tens = centibans // 100
    return (
        pl.when(tens >= 3)
        .then(pl.lit("strong"))
        .when(tens >= 1)
        .then(pl.lit("fair"))
        .otherwise(pl.lit("weak"))
    )


def _names(lists: pl.Series, ids: pl.Series) -> pl.Series:
    """Lists of lines as their ids, LISTED_MAX at most and the number of those left out."""
    table = pl.DataFrame({"lines": lists}).with_row_index("at")
    few = table.select("at", pl.col("lines").list.head(LISTED_MAX)).explode("lines")
    few = few.filter(pl.col("lines").is_not_null())
    joined = (
        few.select("at", ids.gather(few["lines"]).alias("name"))
        .group_by("at", maintain_order=True)
        .agg(pl.col("name").str.join(", "))
    )
    more = pl.col("lines").list.len().cast(pl.Int64) - LISTED_MAX
    named = table.join(joined, on="at", how="left", maintain_order="left").select(
        pl.when(more > 0)
        .then(pl.format("{} and {} more", pl.col("name"), more))
        .otherwise(pl.col("name").fill_null(""))
    )
    return named.to_series()


def _sums(lists: pl.Series, amounts: pl.Series) -> pl.Series:
    table = pl.DataFrame({"lines": lists}).with_row_index("at")
    each = table.explode("lines").filter(pl.col("lines").is_not_null())
    sums = (
        each.select("at", amounts.gather(each["lines"]).alias("cents"))
        .group_by("at", maintain_order=True)
        .agg(pl.col("cents").sum())
    )
    return table.join(sums, on="at", how="left", maintain_order="left")["cents"]
