"""Count what a reconciliation came to: by rule, by cause, by class and age. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from counterfoil.domain.reconciliation_report import (
    AGEING,
    BreakCount,
    DifferenceCount,
    Report,
    RuleCount,
    age_buckets,
)
from counterfoil.rules.reconciliation.matching import Reconciliation

EPOCH = date(1970, 1, 1)
RATE, DECIDED = "rate", "as decided"


def report_of(
    found: Reconciliation,
    *,
    as_of: date | None = None,
    ageing: tuple[int, ...] = AGEING,
    facts: tuple[tuple[str, str], ...] = (),
    vouchers: int = 0,
) -> Report:
    """The figures of *found*.

    Args:
        as_of: The day that ages count to; by default the latest day of either side.
        ageing: Upper ends of the age buckets, in days.
        facts: What to say of where the lines came from: (label, text).
        vouchers: How many were proposed.
    """
    first, last = _span(found)
    day = as_of or last
    return Report(
        as_of=day,
        first=first,
        last=last,
        facts=facts,
        buckets=age_buckets(ageing),
        totals=found.totals,
        rules=_rules(found.matches),
        differences=_differences(found),
        breaks=(
            *_breaks("bank", found.bank, found.breaks.bank, day, ageing),
            *_breaks("ledger", found.ledger, found.breaks.ledger, day, ageing),
        ),
        proposals=found.breaks.proposals["line"].n_unique(),
        vouchers=vouchers,
    )


def _span(found: Reconciliation) -> tuple[date, date]:
    days = [side["day"] for side in (found.bank, found.ledger) if len(side)]
    low = min((min(each.to_list()) for each in days), default=0)
    high = max((max(each.to_list()) for each in days), default=0)
    return EPOCH + timedelta(low), EPOCH + timedelta(high)


def _rules(matches: pl.DataFrame) -> tuple[RuleCount, ...]:
    counted = matches.group_by("rule", "tier").agg(
        pl.len().alias("matches"),
        pl.col("bank").list.len().sum().alias("bank_lines"),
        pl.col("ledger").list.len().sum().alias("ledger_lines"),
    )
    order = ["tier", "matches", "rule"]
    ranked = counted.sort(*order, descending=[False, True, False])
    return tuple(RuleCount(**each) for each in ranked.iter_rows(named=True))


def _differences(found: Reconciliation) -> tuple[DifferenceCount, ...]:
    unequal = found.matches.filter(pl.col("difference").fill_null(0) != 0)
    ours, theirs = (
        lines["currency"].gather(unequal[side].list.first())
        for side, lines in (("bank", found.bank), ("ledger", found.ledger))
    )
    currency = pl.select(pl.coalesce(ours, theirs)).to_series()
    counted = (
        unequal.select("difference", cause(), currency.alias("currency"))
        .group_by("cause", "currency")
        .agg(pl.len().alias("matches"), pl.col("difference").sum().alias("cents"))
        .sort("cause", "currency")
    )
    return tuple(DifferenceCount(**each) for each in counted.iter_rows(named=True))


def cause() -> pl.Expr:
    """Of a match with a difference: the declared charge, the rate, or what people let pass."""
    return (
        pl.when(pl.col("fee").fill_null("") != "")
        .then(pl.format("fee: {}", pl.col("fee")))
        .when(pl.col("rule").str.contains("rate", literal=True))
        .then(pl.lit(RATE))
        .otherwise(pl.lit(DECIDED))
        .alias("cause")
    )


def age_of(as_of: date) -> pl.Expr:
    """Days from a line's ``day`` to *as_of*, never less than none."""
    return (pl.lit((as_of - EPOCH).days) - pl.col("day")).clip(0)


def bucket_of(age: pl.Expr, ends: Sequence[int]) -> pl.Expr:
    """The number of the bucket that *age* falls into, from 0."""
    return pl.sum_horizontal([(age > end).cast(pl.Int64) for end in ends])


def _breaks(
    side: str, lines: pl.DataFrame, breaks: pl.DataFrame, as_of: date, ends: tuple[int, ...]
) -> list[BreakCount]:
    counted = (
        breaks.select("line", "class")
        .join(lines.select("line", "day", "amount", "currency"), on="line")
        .with_columns(bucket_of(age_of(as_of), ends).alias("bucket"))
        .group_by("class", "currency", "bucket")
        .agg(pl.len().alias("count"), pl.col("amount").sum().alias("cents"))
    )
    rows = {(kind, currency, at): rest for kind, currency, at, *rest in counted.iter_rows()}
    none = (0, 0)
    return [
        BreakCount(
            side=side,
            kind=kind,
            currency=currency,
            by_age=tuple(int(of[0]) for of in those),
            sum=sum(int(of[1]) for of in those),
        )
        for kind, currency in sorted({(kind, currency) for kind, currency, _ in rows})
        for those in [[rows.get((kind, currency, at), none) for at in range(len(ends) + 1)]]
    ]
