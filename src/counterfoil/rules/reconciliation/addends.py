"""How easily a party's other lines of a day add up to one line's amount, by their number and size.

A bank line that names nothing may pay several lines of a party's day as well as the one line of
just that amount. For two lines to add up to 0.52 there are few sums to choose from, for two to
add up to 5,200.00 there are many; and round amounts add up to round ones.
"""

from __future__ import annotations

from math import factorial

import numpy as np
import numpy.typing as npt
import polars as pl

from counterfoil.rules.reconciliation.places import places_of
from counterfoil.rules.reconciliation.weights import WHOLE

DAY = ["purse", "party", "day"]
#: One silent line in so many pays several, of two up to so many lines.
BATCHES, ADDENDS_MAX = 10, 12
MILLIONTHS = 1_000_000

Counts = npt.NDArray[np.int64]


def with_addends(facts: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """Add ``addends``: the odds of several lines against this one, in millionths.

    Args:
        facts: ``purse``, ``party``, ``day`` and ``gross`` of the target.
        ledger: Open lines, with ``loose``.
    """
    loose = ledger.filter("loose").select(*DAY, pl.col("amount").abs().alias("size"))
    asked = facts.select(*DAY, pl.col("gross").abs().alias("size"))
    days, places = _placed(asked, loose)
    wanted, there = np.split(places, [len(asked)])
    size, whole = asked["size"].to_numpy(), loose["size"].to_numpy() % WHOLE == 0
    start, end = days[: len(asked)], days[: len(asked)] + len(days)
    of_day = _between(start, end, there).clip(1)
    smaller = (_between(start, wanted, there) - 1).clip(0)
    rounds = _between(start, wanted, there[whole]) * (size % WHOLE == 0)
    share = smaller / of_day
    hits = sum(share**many / factorial(many - 1) for many in range(2, ADDENDS_MAX))
    coarser = 1 + (WHOLE - 1) * np.minimum(rounds / np.maximum(smaller, 1), 1) ** 2
    sums = size.clip(1) * (ADDENDS_MAX - 1) * BATCHES
    odds = of_day * hits * coarser / sums * MILLIONTHS
    return facts.with_columns(pl.Series("addends", odds.round().astype(np.int64)))


def _placed(asked: pl.DataFrame, lines: pl.DataFrame) -> tuple[Counts, Counts]:
    """For each row of both, one number: its day's, which comes before all of its lines; its own."""
    both = pl.concat([asked, lines])
    purse, party, day = (pl.col(each).cast(pl.Int128) for each in DAY)
    day = ((purse * 2**32 + party) * 2**32 + day).rank("dense").cast(pl.Int64) * (len(both) + 1)
    ranked = both.select(day.alias("day"), size=pl.col("size").rank("dense").cast(pl.Int64))
    days = ranked["day"].to_numpy()
    return days, days + ranked["size"].to_numpy()


def _between(start: Counts, last: Counts, lines: Counts) -> Counts:
    """For each pair of numbers: how many *lines* are between them; the last one counts."""
    there = np.sort(lines)
    result: Counts = places_of(last, there, "right") - places_of(start, there)
    return result
