"""A bank statement that was read, and the proof that it was read right.

A :class:`Statement` cannot be constructed unless it adds up. What is printed and what was
proved of it stand side by side: every value knows its place in the document, and every
equation names the places that it ties together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

#: left, top, right, bottom in hundredths of a point (1/7200 inch) from the page's top left.
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value was read. A PDF has pages and boxes, a text format has lines."""

    page: int | None = None  # the first page is 1
    box: Box | None = None
    line: int | None = None  # the first line is 1
    path: str = ""  # element of an XML document, tag of a field, header of a column

    def __str__(self) -> str:
        parts = (
            f"page {self.page}" if self.page else "",
            f"line {self.line}" if self.line else "",
            self.path,
        )
        return " ".join(part for part in parts if part) or "the document"


class Grade(StrEnum):
    """How much of a statement its own arithmetic holds."""

    A = "A"  # both ends printed, complete, every row consumed, every balance ties, dates hold
    B = "B"  # both ends printed and the sum between them ties; something of A is missing
    C = "C"  # a chain of running balances with an end that is not printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One booked entry, as the account's owner sees it (ISO 20022: Ntry)."""

    booking_date: date
    amount: Decimal  # signed: money out of the account is negative; never zero
    description: str  # the lines of the entry, joined by one space
    place: Place
    value_date: date | None = None
    reference: str = ""  # the bank's or the customer's reference, where it has a field of its own
    balance: Decimal | None = None  # the running balance printed after this entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """One thing that two places of the document say alike, or do not."""

    kind: str  # "closing", "running", "total_debits", "count", "continuity" ...
    says: str  # for people: "1,000.00 - 52.31 = 947.69"
    left: Decimal
    right: Decimal
    places: tuple[Place, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether both sides are equal, to the last digit."""
        return self.left == self.right


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Why a statement is believed: every equation holds."""

    grade: Grade
    equations: tuple[Equation, ...]
    dates: tuple[str, ...] = ()  # what holds the dates: "all inside the printed period" ...
    shortfalls: tuple[str, ...] = ()  # why the grade is not A, one sentence each

    def __post_init__(self) -> None:
        broken = [each.says for each in self.equations if not each.holds]
        if broken:
            raise ValueError(f"no proof: {'; '.join(broken[:3])}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One account over one period; opening + transactions = closing, always."""

    account: str  # as printed, without spaces at the ends; "" where none is printed
    currency: str  # ISO 4217; "" where the document names none
    opening: Decimal  # signed: owed money is negative
    closing: Decimal
    transactions: tuple[Transaction, ...]  # in order of time, as the statement books them
    period: tuple[date, date] | None = None  # first and last day, both inside
    number: str = ""  # the bank's own number of the statement
    opening_printed: bool = True  # False: it follows from the first running balance
    closing_printed: bool = True

    def __post_init__(self) -> None:
        if self.opening + self.movement() != self.closing:
            raise ValueError(
                f"{self.account or 'account'}: {self.opening} + {self.movement()}"
                f" is not {self.closing}"
            )

    def movement(self) -> Decimal:
        """The sum of all transactions."""
        return sum((each.amount for each in self.transactions), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The verdict on one account: it is believed."""

    statement: Statement
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproved:
    """The verdict on one account, or on a whole document: a person looks at it."""

    account: str  # as far as it could be read; "" for the whole document
    code: str  # stable: "no_text_layer", "does_not_add_up", "two_readings", "page_missing" ...
    reason: str  # a sentence with the place and the remedy
    failed: tuple[Equation, ...] = ()  # what does not hold, where that is the reason
    place: Place | None = None


Verdict = Proved | Unproved


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReading:
    """What became of one document: a verdict on each account that it shows."""

    source: str  # "pdf", "camt.053.001.08", "mt940", "ofx", "bai2", "csv"
    verdicts: tuple[Verdict, ...]
    pages: int = 0
    notes: tuple[str, ...] = ()  # what a person should know of it: hidden text left out ...

    def proved(self) -> tuple[Proved, ...]:
        """The accounts that are believed."""
        return tuple(each for each in self.verdicts if isinstance(each, Proved))

    def unproved(self) -> tuple[Unproved, ...]:
        """The accounts that a person has to look at; one entry at least when none is proved."""
        return tuple(each for each in self.verdicts if isinstance(each, Unproved))

    def passes(self, lowest: Grade) -> bool:
        """Whether everything in the document may pass without a person."""
        graded = all(each.proof.grade <= lowest for each in self.proved())
        return bool(self.verdicts) and not self.unproved() and graded


def sum_of(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum; 0 of nothing."""
    return sum(amounts, Decimal(0))


def ends_of_days(statement: Statement) -> dict[date, Decimal]:
    """The balance at the end of each day with entries, whatever order they are printed in."""
    balances: dict[date, Decimal] = {}
    balance = statement.opening
    for each in sorted(statement.transactions, key=lambda each: each.booking_date):
        balance += each.amount
        balances[each.booking_date] = balance
    return balances
