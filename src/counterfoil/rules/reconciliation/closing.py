"""Close days: what no later line can undo leaves the open period, and stands for ever."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import polars as pl

from counterfoil.rules.reconciliation.carrying import Period, nothing_yet

#: What a close may leave open when it is named: these, a class of breaks, or ``bank:ID``.
PROVISIONAL, CHANGED = "provisional", "changed"
SIDES = ("bank", "ledger")


def in_the_way(period: Period, through: int, carried: Collection[str]) -> tuple[str, ...]:
    """What is not settled up to the day *through* and not named in *carried*; sentences."""
    found: list[str] = []
    dated = _dated(period)
    waiting = len(dated.filter((pl.col("first") <= through) & ~pl.col("final")))
    if waiting and PROVISIONAL not in carried:
        found.append(f"{waiting} matches are provisional (--carry {PROVISIONAL})")
    aside = sum(
        len(lines.filter(pl.col("day") <= through))
        for lines in (period.bank_aside, period.ledger_aside)
    )
    if aside and CHANGED not in carried:
        found.append(f"{aside} lines came again with other content (--carry {CHANGED})")
    named = pl.format("{}:{}", "side", "id").is_in(list(carried))
    left = period.breaks.filter(
        (pl.col("day") <= through) & ~pl.col("class").is_in(list(carried)) & ~named
    )
    counts = left.group_by("class").agg(pl.len()).sort("class")
    found += [f'{count} breaks are "{kind}" (--carry "{kind}")' for kind, count in counts.rows()]
    return tuple(found)


def frozen_part(period: Period, through: int) -> Period:
    """The final matches all of whose lines are of *through* or before, and their lines."""
    matches = _dated(period).filter((pl.col("last") <= through) & pl.col("final"))
    matches = matches.select(period.matches.columns)
    lines = {
        side: getattr(period, side).filter(pl.col("id").is_in(_ids(matches, side).implode()))
        for side in SIDES
    }
    return replace(nothing_yet(), as_of=period.as_of, matches=matches, **lines)


def less_gone(period: Period, gone: Period) -> Period:
    """*period* without what was frozen since."""
    return replace(
        period,
        bank=period.bank.join(gone.bank, on="id", how="anti", maintain_order="left"),
        ledger=period.ledger.join(gone.ledger, on="id", how="anti", maintain_order="left"),
        matches=period.matches.join(
            gone.matches, on=["bank", "ledger"], how="anti", maintain_order="left"
        ),
    )


def together(periods: Collection[Period]) -> Period:
    """The frozen parts of several closes as one."""
    whole = nothing_yet()
    return replace(
        whole,
        **{
            name: pl.concat([getattr(each, name) for each in (whole, *periods)])
            for name in ("bank", "ledger", "matches")
        },
    )


def sums_of(part: Period) -> dict[str, Any]:
    """Lines and sums of each side and currency, for the record."""
    return {
        side: {
            currency: {"lines": count, "cents": cents}
            for currency, count, cents in getattr(part, side)
            .group_by("currency")
            .agg(pl.len(), pl.col("amount").sum().alias("cents"))
            .sort("currency")
            .rows()
        }
        for side in SIDES
    }


def _dated(period: Period) -> pl.DataFrame:
    """The matches, with the ``first`` and the ``last`` day of their lines."""
    rows = period.matches.with_row_index("row")
    days = pl.concat(
        rows.select("row", pl.col(side).alias("id"))
        .explode("id", empty_as_null=False)
        .join(getattr(period, side).select("id", "day"), on="id")
        .select("row", "day")
        for side in SIDES
    )
    ends = days.group_by("row").agg(
        pl.col("day").min().alias("first"), pl.col("day").max().alias("last")
    )
    return rows.join(ends, on="row", maintain_order="left")


def _ids(matches: pl.DataFrame, side: str) -> pl.Series:
    return matches[side].list.explode(empty_as_null=False)
