"""Control totals: what came in is what was matched and what is open, to the cent."""

from __future__ import annotations

import polars as pl

from counterfoil.domain.reconciliation_report import Total


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
        for currency in sorted(set(lines["currency"]))
        for part in [lines.filter(pl.col("currency") == currency)]
        for of_match in [_those(part, matched)]
        for of_open in [_those(part, open_lines)]
    )


def _those(part: pl.DataFrame, lines: pl.Series) -> pl.DataFrame:
    """The rows of *part* for *lines*; a line given twice counts twice."""
    return pl.DataFrame({"line": lines}, schema={"line": pl.Int64}).join(part, on="line")


def _sum(part: pl.DataFrame) -> int:
    return sum(part["amount"].to_list())
