"""Which of some amounts add up to a sum: all ways, counted, and what chance would bring.

From about twenty amounts on, some subset hits any sum. So the ways are counted, and the sums
nearby tell how many hits there would be by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import comb

import numpy as np
import numpy.typing as npt

POOL_MAX = 16  # amounts; beyond, nothing found could be told from chance
SIZED_MAX = 20_000  # subsets of one size, where the size is known
WAYS_MAX = 12
NEARBY_SHARE = 20  # the density of sums is measured over a twentieth of the sum to each side
NEARBY_STEPS_MIN = 100


Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Way:
    """One subset that hits the sum."""

    places: tuple[int, ...]  # among the amounts, ascending
    chance: int  # millionths: hits that so many subsets bring by chance


class Sums:
    """The sums of all subsets of one pool, for many questions."""

    def __init__(self, amounts: Sequence[int]) -> None:
        """Take 1 to POOL_MAX amounts in cents."""
        assert 1 <= len(amounts) <= POOL_MAX
        sums = np.zeros(1, np.int64)
        for amount in amounts:
            sums = np.concatenate((sums, sums + amount))
        self._sums: Numbers = sums
        self._sizes = _sizes(len(amounts))
        self._step = int(np.gcd.reduce(np.asarray(amounts, np.int64))) or 1

    def ways(self, wanted: int, *, size: int | None = None, least: int = 2) -> list[Way]:
        """Ways to make *wanted* cents, of *size* amounts if given; the first WAYS_MAX of them."""
        if wanted % self._step:
            return []
        hits = self._sums == wanted
        if not hits.any():
            return []
        allowed = self._sizes == size if size is not None else self._sizes >= least
        masks = np.flatnonzero(hits & allowed)
        if not len(masks):
            return []
        chance = self._chance(wanted, allowed, len(masks))
        return [Way(self._places(int(mask)), chance) for mask in masks[:WAYS_MAX]]

    def _chance(self, wanted: int, allowed: npt.NDArray[np.bool_], hits: int) -> int:
        reach = reach_of(wanted, self._step)
        near = (np.abs(self._sums - wanted) <= reach) & allowed
        return chance_of(int(np.count_nonzero(near)), hits, self._step, reach)

    def _places(self, at: int) -> tuple[int, ...]:
        return _bits(at)


def reach_of(wanted: int, step: int) -> int:
    """How far to each side of a sum the density of sums is measured; *step*: they all divide by."""
    few = min(step * NEARBY_STEPS_MIN, abs(wanted) // 2)
    return max(abs(wanted) // NEARBY_SHARE, few, 1)


def chance_of(near: int, hits: int, step: int, reach: int) -> int:
    """Hits for each step of the sums *near*, themselves counted once; in millionths."""
    others = near - hits + 1
    return max(1, min(1_000_000, others * 1_000_000 * step // (2 * reach)))


@cache
def _bits(number: int) -> tuple[int, ...]:
    """The places of its bits, below POOL_MAX."""
    return tuple(place for place in range(POOL_MAX) if number >> place & 1)


@cache
def _sizes(amounts: int) -> npt.NDArray[np.uint8]:
    """Of all subsets of so many, in the order in which Sums has them."""
    return np.bitwise_count(np.arange(2**amounts, dtype=np.int64))


class SizedSums(Sums):
    """The sums of all subsets of one size, of as many amounts as make SIZED_MAX of them."""

    def __init__(self, amounts: Sequence[int], size: int) -> None:
        """Take amounts in cents, and how many of them a subset has: 1 or more."""
        assert 1 <= comb(len(amounts), size) <= SIZED_MAX
        each = np.asarray(amounts, np.int64)
        chosen = np.zeros((1, 0), np.int64)
        for left in reversed(range(size)):
            chosen = _longer(chosen, len(amounts) - left)
        self._chosen = chosen
        self._sums = each[chosen].sum(axis=1)
        self._sizes = np.full(len(chosen), size)
        self._step = int(np.gcd.reduce(each)) or 1

    def _places(self, at: int) -> tuple[int, ...]:
        return tuple(self._chosen[at].tolist())


def _longer(chosen: Numbers, end: int) -> Numbers:
    """Every ascending row of *chosen* with each place behind its last, up to *end*, added."""
    last = chosen[:, -1] if chosen.shape[1] else np.full(len(chosen), -1)
    more = end - 1 - last
    rows = np.repeat(np.arange(len(chosen)), more)
    offsets = np.arange(len(rows)) - np.repeat(np.cumsum(more) - more, more)
    return np.column_stack((chosen[rows], last[rows] + 1 + offsets))
