"""Is one amount the other, keyed wrongly? Such a difference is a question, whatever else it is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

#: Digits of an amount in cents that are looked at.
PLACES_MAX = 15

_UNITS = 10 ** np.arange(PLACES_MAX + 1, dtype=np.int64)

Cents = npt.NDArray[np.int64]
Yes = npt.NDArray[np.bool_]


def with_slip(table: pl.DataFrame, one: str, other: str) -> pl.DataFrame:
    """Add ``slip``: is the column *one* (cents) the column *other*, keyed wrongly?"""
    first, second = (table[each].abs().to_numpy() for each in (one, other))
    return table.with_columns(pl.Series("slip", is_slip(first, second)))


def may_be_slip(one: str, other: str) -> pl.Expr:
    """Is true wherever :func:`is_slip` is, and is told in a fraction of its time.

    One digit or two neighbours make a difference of less than 100, or of whole tens; a digit
    more, with the first one kept, at least five times the amount and at most twenty times.
    """
    apart = (pl.col(one).abs() - pl.col(other).abs()).abs()
    low, high = (each(pl.col(one).abs(), pl.col(other).abs()) for each in _ENDS)
    return (apart < 100) | (apart % 10 == 0) | ((high >= low * 5) & (high <= low * 20))


_ENDS = (pl.min_horizontal, pl.max_horizontal)


def is_slip(one: Cents, other: Cents) -> Yes:
    """Differ two sizes by one digit, a swap of neighbours, or a digit lost or added?"""
    found = np.zeros(len(one), np.bool_)
    at = np.flatnonzero(one != other)
    at = at[_may_be(one[at], other[at])]
    found[at] = _is(one[at], other[at])
    return found


def _may_be(one: Cents, other: Cents) -> Yes:
    """Of sizes that differ, whatever is a slip, and little else: few need a look at each digit."""
    apart = np.abs(one - other)
    # one digit, or two neighbours: a difference of up to two digits, whatever zeros follow
    few_digits = apart % _UNITS[(_digits(apart) - 2).clip(0)] == 0
    # or a digit more or less, where the first one stays (a lost first one is a difference of one
    # digit)
    ours, theirs = _digits(one), _digits(other)
    longer = np.abs(ours - theirs) == 1
    firsts = [
        size // _UNITS[(digits - 1).clip(0)] for size, digits in ((one, ours), (other, theirs))
    ]
    result: Yes = few_digits | (longer & (firsts[0] == firsts[1]))
    return result


def _is(one: Cents, other: Cents) -> Yes:
    """Every digit of each is looked at: a column for each place."""
    one, other, unit = one[:, None], other[:, None], _UNITS[:PLACES_MAX]
    same_length = _digits(one) == _digits(other)
    found = same_length & (_wrong(one, other, unit) | _swapped(one, other, unit))
    found |= (_less(one, unit) == other) & (one >= unit)
    found |= (_less(other, unit) == one) & (other >= unit)
    result: Yes = (found & (one != other)).any(axis=1)
    return result


def _digits(size: Cents) -> npt.NDArray[np.int64]:
    return np.searchsorted(_UNITS, size, side="right")


def _wrong(one: Cents, other: Cents, unit: Cents) -> Yes:
    """All but the digit of that unit is the same."""
    above = one // (unit * 10) == other // (unit * 10)
    result: Yes = above & (one % unit == other % unit)
    return result


def _swapped(one: Cents, other: Cents, unit: Cents) -> Yes:
    """The digit of that unit and the next one have changed places."""
    low, high = one // unit % 10, one // (unit * 10) % 10
    result: Yes = one + (high - low) * unit + (low - high) * unit * 10 == other
    return result


def _less(size: Cents, unit: Cents) -> Cents:
    """The size without its digit of that unit."""
    result: Cents = size // (unit * 10) * unit + size % unit
    return result
