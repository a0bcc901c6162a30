"""Evidence in centibans: hundredths of the decimal logarithm of odds, whole numbers.

+100: ten times as likely if the two belong together than if they do not.
"""

from __future__ import annotations

import polars as pl

#: Cents. Whole amounts, and smaller ones than this, meet by chance more often.
WHOLE = 100


def centibans(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """100 log10(numerator / denominator), rounded; both are whole numbers above 0."""
    return ((numerator / denominator).log10() * 100).round(0).cast(pl.Int64)
