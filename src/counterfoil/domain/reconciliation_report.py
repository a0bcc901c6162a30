"""What a reconciliation came to, in figures: for the workbook, the page and the voucher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

#: Upper ends of the age buckets, in days; what is older goes into one more.
AGEING = (1, 5, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One side in one currency; sums in cents. A total that does not add up cannot be made."""

    side: str  # "bank" or "ledger"
    currency: str
    count: int
    sum: int
    matched_count: int
    matched_sum: int
    open_count: int
    open_sum: int

    def __post_init__(self) -> None:
        counts = self.matched_count + self.open_count == self.count
        if not counts or self.matched_sum + self.open_sum != self.sum:
            raise ValueError(f"{self.side} {self.currency}: matched and open are not the input")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """What one rule matched in one tier."""

    rule: str
    tier: str
    matches: int
    bank_lines: int
    ledger_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceCount:
    """What matches left over of one cause: cents, bank less ledger."""

    cause: str  # "fee: wire", "rate"
    currency: str
    matches: int
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakCount:
    """Open lines of one side, class and currency: how many of each age."""

    side: str
    kind: str
    currency: str
    by_age: tuple[int, ...]  # as Report.buckets
    sum: int  # cents

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.by_age)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One reconciliation in figures."""

    as_of: date  # ages count to this day
    first: date  # of either side's lines
    last: date
    facts: tuple[tuple[str, str], ...]  # (label, text): where the lines came from
    buckets: tuple[str, ...]  # "0-1 days", "2-5 days", ...
    totals: tuple[Total, ...]
    rules: tuple[RuleCount, ...]
    differences: tuple[DifferenceCount, ...]
    breaks: tuple[BreakCount, ...]
    proposals: int  # open bank lines that have one
    vouchers: int

    def tiers(self) -> tuple[RuleCount, ...]:
        """The rules' counts added up by tier."""
        return tuple(
            RuleCount(
                rule="",
                tier=tier,
                matches=sum(each.matches for each in those),
                bank_lines=sum(each.bank_lines for each in those),
                ledger_lines=sum(each.ledger_lines for each in those),
            )
            for tier in sorted({each.tier for each in self.rules})
            for those in [[each for each in self.rules if each.tier == tier]]
        )


def age_buckets(ends: tuple[int, ...]) -> tuple[str, ...]:
    """What the buckets are called, the youngest first.

    Raises:
        ValueError: The ends are not rising days.
    """
    if not ends or ends[0] < 0 or any(low >= high for low, high in pairwise(ends)):
        raise ValueError(
            f"ageing_days are rising numbers of days, such as [1, 5, 30], not {list(ends)}"
        )
    begins = (0, *(each + 1 for each in ends[:-1]))
    named = (
        f"{begin}-{end} days" if begin < end else f"{end} days"
        for begin, end in zip(begins, ends, strict=True)
    )
    return (*named, f"over {ends[-1]} days")


def share(part: int, whole: int) -> str:
    """A share in per cent, one decimal, rounded down: 100.0 % is all of them."""
    per_mille = part * 1000 // whole if whole else 1000
    return f"{per_mille // 10}.{per_mille % 10} %"


def in_money(cents: int) -> str:
    """Cents for reading: ``"-1,234.50"``."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
