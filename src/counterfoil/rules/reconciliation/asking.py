"""Kinds of match that the rules leave to a person: they stay claims, and others must beat them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from counterfoil.domain.reconciliation import Asked
from counterfoil.rules.reconciliation.references import CUT, EDIT
from counterfoil.rules.reconciliation.targets import RUN
from counterfoil.rules.reconciliation.thresholds import NEVER

_KINDS: dict[Asked, pl.Expr] = {
    "number": pl.col("rule").str.starts_with("number and amount"),
    "misread": pl.col("how").is_in([EDIT, CUT]),
    "run": pl.col("rule").str.contains(", payment run", literal=True),
    "day": pl.col("rule").str.contains(", all of a party's day", literal=True),
    "batch": pl.col("rule").str.contains(", batch", literal=True),
    "fee": pl.col("rule").str.contains(", less a fee", literal=True),
    "rate": pl.col("rule").str.contains(", at a rate", literal=True),
    "parts": pl.col("rule") == "paid in parts",
    "regrouped": pl.col("rule") == "cut otherwise",
}


def left_to_people(claims: pl.DataFrame, ask: Sequence[Asked]) -> pl.DataFrame:
    """*claims*; those of a kind in *ask* never reach the score they need."""
    if not ask:
        return claims
    asked = pl.any_horizontal([_KINDS[each].fill_null(value=False) for each in ask])
    needed = pl.when(asked).then(pl.lit(NEVER, pl.Int64)).otherwise(pl.col("score_min"))
    return claims.with_columns(needed.alias("score_min"))


def certain_still(pairs: pl.DataFrame, ask: Sequence[Asked]) -> pl.DataFrame:
    """Those certain *pairs* (with their target's ``kind``) that no person is asked about."""
    if "number" in ask:
        return pairs.clear()
    return pairs.filter(pl.col("kind") != RUN) if "run" in ask else pairs
