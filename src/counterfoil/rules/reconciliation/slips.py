"""Is one amount the other, keyed wrongly? Such a difference is a question, whatever else it is."""

from __future__ import annotations

import polars as pl


def is_slip(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Differ the two amounts (cents) by one digit, a swap of neighbours, or a digit lost or added?"""
    one, other = one.abs().cast(pl.String), other.abs().cast(pl.String)
    return _same_length(one, other) | _longer(one, other) | _longer(other, one)


def _same_length(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """One wrong digit, or two neighbours swapped: beginnings and ends are the same."""
    found = pl.lit(value=False)
    same = one.str.len_bytes() == other.str.len_bytes()
    for at in range(PLACES_MAX):
        before = one.str.slice(0, at) == other.str.slice(0, at)
        wrong = before & (one.str.slice(at + 1) == other.str.slice(at + 1))
        swapped = (
            before
            & (one.str.slice(at, 1) == other.str.slice(at + 1, 1))
            & (one.str.slice(at + 1, 1) == other.str.slice(at, 1))
            & (one.str.slice(at + 2) == other.str.slice(at + 2))
        )
        found = found | wrong | swapped
    return same & found & (one != other)


def _longer(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """*one* has a digit more than *other*, somewhere."""
    found = pl.lit(value=False)
    for at in range(PLACES_MAX):
        less = one.str.slice(0, at) + one.str.slice(at + 1)
        found = found | (less == other)
    return (one.str.len_bytes() == other.str.len_bytes() + 1) & found


#: Digits of an amount in cents that are looked at: up to 99 billion.
PLACES_MAX = 13
