"""A summary as one row of numbers: what went out, what came in, and the balance it leads to."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from itertools import product

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.chain import Chain

NUMBERS_MIN, NUMBERS_MAX = 3, 8


def leads_to_its_end(values: Collection[Decimal], chain: Chain) -> bool:
    """Whether *values*, its ends left out and each of the others used, are all that moved."""
    ends = {abs(chain.opening), abs(chain.closing)}
    moved = [value for value in values if value and value not in ends]
    if not NUMBERS_MIN <= len(values) <= NUMBERS_MAX or len(moved) < 2:
        return False
    gap = chain.closing - chain.opening
    return any(
        sum_of([sign * value for sign, value in zip(signs, moved, strict=True)]) == gap
        for signs in product((1, -1), repeat=len(moved))
    )
