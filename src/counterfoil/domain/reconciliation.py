"""What a reconciliation is asked to keep to: windows, tolerances, fees, what may match alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

_EPOCH = date(1970, 1, 1)


def day_of(number: int) -> date:
    """The day so many days after 1970-01-01, as columns of days count."""
    return _EPOCH + timedelta(number)


def number_of(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A charge that the bank is known to take out of a payment."""

    kind: Literal["flat", "rate"]
    cents: int = 0  # flat: the charge itself
    bps: int = 0  # rate: hundredths of a per cent of the ledger amount ...
    plus: int = 0  # ... and cents on top

    def __post_init__(self) -> None:
        if min(self.cents, self.bps, self.plus) < 0 or not (self.cents or self.bps or self.plus):
            raise ValueError("a fee is a positive number of cents, bps or both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The analyst's rules for one reconciliation.

    Days count from the ledger's posting date to the bank's date.
    """

    days_before: int = 2  # the bank may be so much earlier
    days_after: int = 12
    days_after_with_reference: int = 40  # a cheque clears late; its number still says which
    amount_tolerance_cents: int = 0
    fx_tolerance_ppm: int = 20_000  # of the ledger amount, where a foreign amount is given
    fees: Mapping[str, Fee] = field(default_factory=dict)
    silent: bool = True  # may amount, party and date alone confirm?
    ageing_days: tuple[int, ...] = (1, 5, 30)  # where an open line's age falls into the next bucket

    def __post_init__(self) -> None:
        ends = list(self.ageing_days)
        if not ends or ends != sorted(set(ends)) or ends[0] < 0:
            raise ValueError("ageing_days are the last days of each bucket, such as [1, 5, 30]")
        if min(self.days_before, self.days_after, self.fx_tolerance_ppm) < 0:
            raise ValueError("days and tolerances are not negative")
        if self.amount_tolerance_cents:
            raise ValueError(
                "amount_tolerance must be 0: a difference is a declared fee, a rate or a break"
            )

    def bucket(self, age: int) -> str:
        """The ageing bucket of a line *age* days old."""
        below = sum(age > end for end in self.ageing_days)
        return self.buckets()[below]

    def buckets(self) -> tuple[str, ...]:
        """All of them, the youngest first: "0-1", "2-5", "6-30", ">30"."""
        begins = (0, *(end + 1 for end in self.ageing_days))
        named = [f"{begin}-{end}" for begin, end in zip(begins, self.ageing_days, strict=False)]
        return (*named, f">{self.ageing_days[-1]}")
