"""Nostro: our account at a correspondent, in our mirror ledger and on their statement.

Signs are ours: a debit of the mirror ledger and a credit of their statement are money that
we have, and positive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class NostroEntry:
    """One entry of either side."""

    entry_id: str
    day: date  # value date where there is one
    amount: Decimal  # signed, as we see it
    text: str = ""
    reference: str = ""
    counterparty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side's books of one period: opening and entries make the closing."""

    account: str
    currency: str  # ISO 4217
    opening: Decimal
    closing: Decimal
    entries: tuple[NostroEntry, ...]

    def __post_init__(self) -> None:
        made = self.opening + sum((each.amount for each in self.entries), Decimal(0))
        if made != self.closing:
            raise ValueError(
                f"{self.account}: opening {self.opening} and the entries make {made}, "
                f"not {self.closing}"
            )


class NostroClass(StrEnum):
    """What became of an entry; the four in the middle are the open items of a nostro."""

    AGREED = "agreed"
    AGREED_WITHOUT_NUMBER = "agreed, no reference"  # by amount, text and day alone
    OUR_DEBIT = "our debit, not their credit"
    OUR_CREDIT = "our credit, not their debit"
    THEIR_CREDIT = "their credit, not our debit"
    THEIR_DEBIT = "their debit, not our credit"
    TAKEN_BACK = "taken back"  # two entries of one side that undo each other


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEntry:
    """One entry of one side and its one class."""

    entry: NostroEntry
    ours: bool  # of the mirror ledger
    kind: NostroClass
    others: tuple[str, ...] = ()  # of the other side: agreed with, or likely
    days_old: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NostroProof:
    """From our closing to theirs, to the cent, or it cannot be constructed."""

    our_closing: Decimal
    opening_difference: Decimal  # theirs less ours: brought forward from before the period
    our_open: Decimal  # signed sum of our open items
    their_open: Decimal
    differences: Decimal  # theirs less ours, of what agreed less a declared charge
    their_closing: Decimal

    def __post_init__(self) -> None:
        made = self.our_closing + self.opening_difference - self.our_open
        made += self.their_open + self.differences
        if made != self.their_closing:
            raise ValueError(f"{made} is not their closing {self.their_closing}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Nostro:
    """A whole reconciliation of one nostro account."""

    ours: Side
    theirs: Side
    entries: tuple[JudgedEntry, ...]
    proof: NostroProof

    def open_items(self) -> tuple[JudgedEntry, ...]:
        """What is in one of the four classes."""
        return tuple(each for each in self.entries if each.kind in OPEN)


OPEN = (
    NostroClass.OUR_DEBIT,
    NostroClass.OUR_CREDIT,
    NostroClass.THEIR_CREDIT,
    NostroClass.THEIR_DEBIT,
)


def sum_signed(entries: Iterable[JudgedEntry], *, ours: bool) -> Decimal:
    """The open items of one side, signed."""
    mine = [each.entry.amount for each in entries if each.ours is ours and each.kind in OPEN]
    return sum(mine, Decimal(0))
