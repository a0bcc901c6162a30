"""What probably made two amounts differ that a number says are one: for a person to look at."""

from __future__ import annotations

from collections.abc import Mapping

from counterfoil.domain.reconciliation import Fee
from counterfoil.domain.reconciliation_report import in_money, share

#: A charge or a rate takes a twentieth at most; what is shorter by more is a part.
CHARGE_SHARE_MAX = 20


def likely_cause(paid: int, owed: int, *, foreign: str, fees: Mapping[str, Fee]) -> str:
    """Why *paid* is not *owed*, both in cents: the first that fits, in words.

    Args:
        foreign: The foreign currency that the ledger line names; ``""``: none.
        fees: The declared charges.
    """
    keyed = _keying_error(abs(paid), abs(owed))
    if paid == -owed:
        return "the sign is the wrong way round"
    charge = next((name for name in sorted(fees) if charge_of(fees[name], owed) == owed - paid), "")
    if charge and keyed:
        return f"the charge '{charge}', or {keyed}"
    if charge:
        return f"the charge '{charge}'"
    if keyed:
        return f"keyed wrongly: {keyed}"
    if (paid < 0) != (owed < 0):
        return "one is paid in, the other paid out"
    return _size(paid, owed, foreign)


def charge_of(fee: Fee, owed: int) -> int:
    """Cents that *fee* takes off a payment of *owed*; a rate is rounded half up."""
    if fee.kind == "flat":
        return fee.cents
    return (abs(owed) * fee.bps + 5_000) // 10_000 + fee.plus


def _size(paid: int, owed: int, foreign: str) -> str:
    gap = abs(abs(owed) - abs(paid))
    small = gap * CHARGE_SHARE_MAX <= abs(owed)
    if small and foreign:
        return f"the rate of {foreign}"
    if small:
        return f"a charge or rounding of {in_money(gap)} that no rule declares"
    if abs(paid) < abs(owed):
        return f"paid in part: {share(abs(paid), abs(owed))} of it"
    return f"paid {in_money(gap)} more than was booked"


def _keying_error(one: int, other: int) -> str:
    """The slip that turns one size into the other; ``""``: none of those that people make."""
    left, right = str(one), str(other)
    if one == other:
        return ""
    if left.rstrip("0") == right.rstrip("0"):
        return "a decimal place"
    if len(left) == len(right):
        return _same_length(left, right)
    short, long = sorted((left, right), key=len)
    if len(long) - len(short) == 1 and any(
        long[:place] + long[place + 1 :] == short for place in range(len(long))
    ):
        return "a digit lost or added"
    return ""


def _same_length(left: str, right: str) -> str:
    wrong = [place for place, pair in enumerate(zip(left, right, strict=True)) if len({*pair}) == 2]
    if len(wrong) == 1:
        return "one digit"
    if len(wrong) == 2 and (left[wrong[0]], left[wrong[1]]) == (right[wrong[1]], right[wrong[0]]):
        return "two digits swapped"
    return ""
