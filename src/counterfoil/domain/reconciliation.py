"""What a reconciliation is asked to keep to: windows, tolerances, fees, what may match alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol


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

    def __post_init__(self) -> None:
        if min(self.days_before, self.days_after, self.fx_tolerance_ppm) < 0:
            raise ValueError("days and tolerances are not negative")
        if self.amount_tolerance_cents:
            raise ValueError(
                "amount_tolerance must be 0: a difference is a declared fee, a rate or a break"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """What was read of one side in one currency, taken while it was read."""

    side: Literal["bank", "ledger"]
    currency: str
    count: int
    sum: int  # cents


class Progress(Protocol):
    """Is told how far a long work has come."""

    def __call__(self, stage: str, done: int, of: int | None) -> None:
        """*done* lines of *of* in this stage; None: nobody knows yet."""


def unseen(stage: str, done: int, of: int | None) -> None:
    """For nobody to see."""
