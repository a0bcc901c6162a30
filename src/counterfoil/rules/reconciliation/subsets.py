"""Which of some amounts add up to a sum: all ways, counted, and what chance would bring.

From about twenty amounts on, some subset hits any sum. So the ways are counted, and the sums
nearby tell how many hits there would be by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

POOL_MAX = 16  # amounts; beyond, nothing found could be told from chance
WAYS_MAX = 12
NEARBY_SHARE = 20  # the density of sums is measured over a twentieth of the sum to each side
NEARBY_STEPS_MIN = 100


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
        self._count = len(amounts)
        sums = np.zeros(1, np.int64)
        for amount in amounts:
            sums = np.concatenate((sums, sums + amount))
        self._sums: npt.NDArray[np.int64] = sums
        self._sizes = np.bitwise_count(np.arange(len(sums), dtype=np.int64))
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
        """Hits for each step of the sums nearby, in millionths."""
        few = min(self._step * NEARBY_STEPS_MIN, abs(wanted) // 2)
        reach = max(abs(wanted) // NEARBY_SHARE, few, 1)
        near = (np.abs(self._sums - wanted) <= reach) & allowed
        others = int(np.count_nonzero(near)) - hits + 1
        return max(1, min(1_000_000, others * 1_000_000 * self._step // (2 * reach)))

    def _places(self, mask: int) -> tuple[int, ...]:
        return tuple(place for place in range(self._count) if mask >> place & 1)
