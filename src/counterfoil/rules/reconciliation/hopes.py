"""Which questions have an answer at all: of many pools of amounts at a time, by their size.

Most bank lines pay no subset of any pool. To say so for a hundred thousand of them takes arrays;
the few others are looked at one by one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

SUMS_MAX = 2**17  # of halves of pools, held at a time
POOLS_MAX = 2**12  # so that their sums, one pool behind the other, stay within 64 bits

Numbers = npt.NDArray[np.int64]
Yes = npt.NDArray[np.bool_]


def hopeful(pools: pl.Series, of: Numbers, wanted: Numbers) -> Yes:
    """For each sum that a question wants: do two or more of its pool's amounts add up to it?

    Args:
        pools: Lists of amounts in cents; up to about twenty in each that is asked for.
        of: Of each question its pool's place.
        wanted: Of each question its sums, one row each.
    """
    sizes = pools.list.len().cast(pl.Int64).to_numpy()
    starts = np.cumsum(sizes) - sizes
    flat = pools.list.explode(empty_as_null=False).to_numpy()
    found = np.zeros(wanted.shape, np.bool_)
    for size in np.unique(sizes[of]).tolist():
        asked = np.flatnonzero(sizes[of] == size)
        asked = asked[np.argsort(of[asked], kind="stable")]
        places, row_of = np.unique(of[asked], return_inverse=True)
        step = min(POOLS_MAX, SUMS_MAX >> size // 2)
        for first in range(0, len(places), step):
            amounts = flat[starts[places[first : first + step], None] + np.arange(size)]
            begin, end = np.searchsorted(row_of, (first, first + step))
            those = asked[begin:end]
            found[those] = _hits(amounts, row_of[begin:end] - first, wanted[those])
    return found


def _hits(amounts: Numbers, row_of: Numbers, wanted: Numbers) -> Yes:
    """*amounts*: a row for each pool, equally long."""
    low, high = np.minimum(amounts, 0).sum(axis=1), np.maximum(amounts, 0).sum(axis=1)
    inside = (wanted >= low[row_of, None]) & (wanted <= high[row_of, None])
    questions, column = np.nonzero(inside)
    hits = np.zeros(wanted.shape, np.bool_)
    if len(questions):
        rows, row_of = np.unique(row_of[questions], return_inverse=True)
        sought = wanted[questions, column]
        hits[questions, column] = _subsets(amounts[rows], row_of, sought) > 0
    return hits


def _subsets(amounts: Numbers, row_of: Numbers, sought: Numbers) -> Numbers:
    """How many subsets of two or more of each row make what is sought there.

    Each subset is one of the first half and one of the second, whose sums are sorted: so many
    fewer than all of them.
    """
    half = amounts.shape[1] // 2
    first, second = _sums(amounts[:, :half]), np.sort(_sums(amounts[:, half:]), axis=1)
    beyond = int(np.abs(second).max()) + 1
    start = np.arange(len(amounts)) * (2 * beyond + 1)  # one row behind the other
    sums = (second + start[:, None]).ravel()
    missing = (sought[:, None] - first[row_of]).clip(-beyond, beyond) + start[row_of, None]
    at = np.searchsorted(sums, missing)
    question, place = np.nonzero(sums[np.minimum(at, len(sums) - 1)] == missing)
    until = np.searchsorted(sums, missing[question, place], side="right")
    found = np.bincount(question, until - at[question, place], len(sought)).astype(np.int64)
    single = (amounts[row_of] == sought[:, None]).sum(axis=1)
    result: Numbers = found - single - (sought == 0)
    return result


def _sums(amounts: Numbers) -> Numbers:
    """Of all subsets of each row."""
    sums = np.zeros((len(amounts), 1), np.int64)
    for column in amounts.T:
        sums = np.concatenate((sums, sums + column[:, None]), axis=1)
    return sums
