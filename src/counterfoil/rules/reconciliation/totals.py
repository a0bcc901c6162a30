"""Control totals: what came in is what was matched and what is open, to the cent."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from counterfoil.domain.reconciliation import ControlTotal
from counterfoil.domain.reconciliation_report import Total


def refuse_other_totals(totals: Iterable[Total], read: Iterable[ControlTotal]) -> None:
    """What was reconciled must be what was read, to the line and to the cent.

    Raises:
        ValueError: It is not: lines were lost or changed on the way; nothing may be written.
    """
    ours = _by_side(totals)
    theirs = _by_side(read)
    wrong = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    if wrong:
        side, currency = wrong[0]
        raise ValueError(
            f"{side} {currency}: {ours.get(wrong[0])} (lines, cents) were reconciled, "
            f"{theirs.get(wrong[0])} were read"
        )


def _by_side(totals: Iterable[Total | ControlTotal]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(each.side, each.currency): (each.count, each.sum) for each in totals}


def totals_of(
    side: str, lines: pl.DataFrame, matched: pl.Series, open_lines: pl.Series
) -> tuple[Total, ...]:
    """One total for each currency of *lines*; *matched* and *open_lines* are line numbers."""
    return tuple(
        Total(
            side=side,
            currency=currency,
            count=len(part),
            sum=_sum(part),
            matched_count=len(of_match),
            matched_sum=_sum(of_match),
            open_count=len(of_open),
            open_sum=_sum(of_open),
        )
        for currency in sorted(lines["currency"].unique())
        for part in [lines.select("line", "amount").filter(lines["currency"] == currency)]
        for of_match in [_those(part, matched)]
        for of_open in [_those(part, open_lines)]
    )


def _those(part: pl.DataFrame, lines: pl.Series) -> pl.DataFrame:
    """The rows of *part* for *lines*; a line given twice counts twice."""
    return pl.DataFrame({"line": lines}, schema={"line": pl.Int64}).join(part, on="line")


def _sum(part: pl.DataFrame) -> int:
    return int(part["amount"].cast(pl.Int128).sum())
