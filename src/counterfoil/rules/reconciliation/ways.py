"""Which of some amounts add up to a sum, asked of many pools at a time: as subsets.Sums says.

Most bank lines pay no subset of any pool. To say so for a hundred thousand of them takes arrays,
and so does to count what chance would bring the few others. Each subset is one of a pool's first
half and one of its second, whose sums are sorted: so many fewer than all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from counterfoil.rules.reconciliation.subsets import WAYS_MAX, chance_of, reach_of

SUMS_MAX = 2**17  # of halves of pools, held at a time
POOLS_MAX = 2**12  # so that their sums, one pool behind the other, stay within 64 bits

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ways:
    """Subsets of two or more amounts, WAYS_MAX of a question at most, in their order."""

    question: Numbers  # its place
    mask: Numbers  # a bit for each amount of the pool that is in it
    chance: Numbers  # millionths: hits that so many subsets bring by chance


def ways_of(pools: pl.Series, of: Numbers, wanted: Numbers) -> Ways:
    """All ways to make what each question wants of its pool.

    Args:
        pools: Lists of amounts in cents; up to POOL_MAX in each that is asked.
        of: Of each question its pool's place.
        wanted: Of each question its sum.
    """
    found = list(_by_size(pools, of, wanted))
    question, mask, chance = (
        np.concatenate([np.zeros(0, np.int64), *(each[at] for each in found)]) for at in range(3)
    )
    order = np.lexsort((mask, question))
    question, mask, chance = question[order], mask[order], chance[order]
    few = np.arange(len(question)) - np.searchsorted(question, question) < WAYS_MAX
    return Ways(question[few], mask[few], chance[few])


def _by_size(
    pools: pl.Series, of: Numbers, wanted: Numbers
) -> Iterator[tuple[Numbers, Numbers, Numbers]]:
    """Pools of one size stand in rows, some of them at a time."""
    sizes = pools.list.len().cast(pl.Int64).to_numpy()
    starts = np.cumsum(sizes) - sizes
    flat = pools.list.explode(empty_as_null=False).to_numpy()
    for size in np.unique(sizes[of]).tolist():
        asked = np.flatnonzero(sizes[of] == size)
        asked = asked[np.argsort(of[asked], kind="stable")]
        places, row_of = np.unique(of[asked], return_inverse=True)
        step = min(POOLS_MAX, SUMS_MAX >> size // 2)
        for first in range(0, len(places), step):
            amounts = flat[starts[places[first : first + step], None] + np.arange(size)]
            begin, end = np.searchsorted(row_of, (first, first + step))
            those = asked[begin:end]
            question, mask, chance = _hits(amounts, row_of[begin:end] - first, wanted[those])
            yield those[question], mask, chance


def _hits(amounts: Numbers, row_of: Numbers, wanted: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """*amounts*: a row for each pool, equally long."""
    low, high = np.minimum(amounts, 0).sum(axis=1), np.maximum(amounts, 0).sum(axis=1)
    inside = np.flatnonzero((wanted >= low[row_of]) & (wanted <= high[row_of]))
    if not len(inside):
        none = np.zeros(0, np.int64)
        return none, none, none
    rows, row_of = np.unique(row_of[inside], return_inverse=True)
    halves = _Halves(amounts[rows])
    question, mask = halves.hits(row_of, wanted[inside])
    chance = np.zeros(len(inside), np.int64)
    asking, hits = np.unique(question, return_counts=True)
    chance[asking] = halves.chances(row_of[asking], wanted[inside[asking]], hits)
    return inside[question], mask, chance[question]


class _Halves:
    """The sums of both halves of each row, those of the second one sorted behind each other."""

    def __init__(self, amounts: Numbers) -> None:
        self._amounts = amounts
        self._half = amounts.shape[1] // 2
        self._first = _sums(amounts[:, : self._half])
        second = _sums(amounts[:, self._half :])
        order = np.argsort(second, axis=1)
        second = np.take_along_axis(second, order, axis=1)
        self._beyond = int(np.abs(second).max()) + 1
        self._start = np.arange(len(amounts)) * (2 * self._beyond + 1)  # a row behind the other
        self._sums, self._order = (second + self._start[:, None]).ravel(), order.ravel()

    def hits(self, row_of: Numbers, wanted: Numbers) -> tuple[Numbers, Numbers]:
        """Question and mask of every subset of two or more that makes what is wanted."""
        missing = self._missing(row_of, wanted)
        since = np.searchsorted(self._sums, missing)
        there = self._sums[np.minimum(since, len(self._sums) - 1)] == missing
        question, first = np.nonzero(there)
        until = np.searchsorted(self._sums, missing[question, first], side="right")
        since = since[question, first]
        many = until - since
        places = np.arange(many.sum()) + np.repeat(since - np.cumsum(many) + many, many)
        mask = np.repeat(first, many) | self._order[places] << self._half
        several = np.bitwise_count(mask) >= 2
        return np.repeat(question, many)[several], mask[several]

    def chances(self, row_of: Numbers, wanted: Numbers, hits: Numbers) -> list[int]:
        """What the sums nearby tell of each question that has so many hits; millionths."""
        steps = np.maximum(np.gcd.reduce(self._amounts, axis=1), 1)[row_of].tolist()
        reaches = [reach_of(*each) for each in zip(wanted.tolist(), steps, strict=True)]
        reach = np.array(reaches, np.int64)
        near = self._near(row_of, wanted, reach)
        facts = zip(near.tolist(), hits.tolist(), steps, reaches, strict=True)
        return [chance_of(*each) for each in facts]

    def _near(self, row_of: Numbers, wanted: Numbers, reach: Numbers) -> Numbers:
        """Sums of two or more amounts that are no further off."""
        since = np.searchsorted(self._sums, self._missing(row_of, wanted - reach), side="left")
        until = np.searchsorted(self._sums, self._missing(row_of, wanted + reach), side="right")
        single = np.abs(self._amounts[row_of] - wanted[:, None]) <= reach[:, None]
        near: Numbers = (until - since).sum(axis=1) - single.sum(axis=1) - (np.abs(wanted) <= reach)
        return near

    def _missing(self, row_of: Numbers, wanted: Numbers) -> Numbers:
        """What each sum of the first half lacks, among those of its row's second."""
        lacks = (wanted[:, None] - self._first[row_of]).clip(-self._beyond, self._beyond)
        missing: Numbers = lacks + self._start[row_of, None]
        return missing


def _sums(amounts: Numbers) -> Numbers:
    """Of all subsets of each row: a bit of a sum's place for each amount in it."""
    sums = np.zeros((len(amounts), 1), np.int64)
    for column in amounts.T:
        sums = np.concatenate((sums, sums + column[:, None]), axis=1)
    return sums
