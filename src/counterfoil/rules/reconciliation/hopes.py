"""Which questions have an answer at all: of many pools of amounts at a time, by their size.

Most bank lines pay no subset of any pool. To say so for a hundred thousand of them takes arrays;
the few others are looked at one by one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

SUMS_MAX = 2**20  # held at a time

Numbers = npt.NDArray[np.int64]
Yes = npt.NDArray[np.bool_]


def hopeful(pools: pl.Series, of: Numbers, wanted: Numbers) -> Yes:
    """For each question: do two or more of its pool's amounts add up to a sum that it wants?

    Args:
        pools: Lists of amounts in cents; up to about twenty in each that is asked for.
        of: Of each question its pool's place.
        wanted: Of each question its sums, one row each.
    """
    sizes = pools.list.len().cast(pl.Int64).to_numpy()
    starts = np.cumsum(sizes) - sizes
    flat = pools.list.explode(empty_as_null=False).to_numpy()
    found = np.zeros(len(of), np.bool_)
    for size in np.unique(sizes[of]).tolist():
        asked = np.flatnonzero(sizes[of] == size)
        asked = asked[np.argsort(of[asked], kind="stable")]
        places, row_of = np.unique(of[asked], return_inverse=True)
        step = max(1, SUMS_MAX >> size)
        for first in range(0, len(places), step):
            amounts = flat[starts[places[first : first + step], None] + np.arange(size)]
            begin, end = np.searchsorted(row_of, (first, first + step))
            those = asked[begin:end]
            found[those] = _hits(amounts, row_of[begin:end] - first, wanted[those])
    return found


def _hits(amounts: Numbers, row_of: Numbers, wanted: Numbers) -> Yes:
    """*amounts*: a row for each pool, equally long."""
    size = amounts.shape[1]
    low, high = np.minimum(amounts, 0).sum(axis=1), np.maximum(amounts, 0).sum(axis=1)
    inside = (wanted >= low[row_of, None]) & (wanted <= high[row_of, None])
    questions, column = np.nonzero(inside)
    hits = np.zeros(len(wanted), np.bool_)
    if not len(questions):
        return hits
    rows, row_of = np.unique(row_of[questions], return_inverse=True)
    sums = _sorted_sums(amounts[rows])
    sought = wanted[questions, column]
    at, last = np.zeros(len(sought), np.int64), sums.shape[1] - 1
    for bit in reversed(range(size)):  # a binary search in each question's own row
        further = at + (1 << bit)
        smaller = sums[row_of, np.minimum(further - 1, last)] < sought
        at = np.where(smaller & (further <= last), further, at)
    hits[questions[sums[row_of, at] == sought]] = True
    return hits


def _sorted_sums(amounts: Numbers) -> Numbers:
    sums = np.zeros((len(amounts), 1), np.int64)
    for column in amounts.T:
        sums = np.concatenate((sums, sums + column[:, None]), axis=1)
    several = np.bitwise_count(np.arange(sums.shape[1], dtype=np.int64)) >= 2
    return np.sort(sums[:, several], axis=1)
