"""What a reader found of one account, before any of it is believed.

A :class:`Draft` is a claim: it may contradict itself. ``rules/statement_proof.py`` makes it a
:class:`~counterfoil.domain.statements.Proved` or an
:class:`~counterfoil.domain.statements.Unproved`. Whatever kind of document it came from, the
same proof decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from counterfoil.domain.statements import Equation, Place, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A balance that the document declares."""

    amount: Decimal  # signed: owed money is negative
    place: Place
    label: str = ""  # the document's own word: "OPBD", ":60F:", "Opening balance"
    currency: str = ""  # where it is printed with the balance; "" is the account's
    day: date | None = None  # as of
    interim: bool = False  # the end of a page inside a statement, not of the statement


class TotalKind(StrEnum):
    """What a declared total is the total of. Sums are unsigned but for NET."""

    CREDITS = "total_credits"
    DEBITS = "total_debits"
    GROSS = "total_gross"  # credits and debits, both positive
    NET = "total_net"  # credits less debits
    COUNT = "count"
    CREDIT_COUNT = "count_credits"
    DEBIT_COUNT = "count_debits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A sum or a number of entries that the document declares of itself."""

    kind: TotalKind
    value: Decimal
    place: Place
    with_asides: bool = False  # it counts the entries that are set aside too


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """An entry that was read and is not booked: left out of the sums, and said so."""

    why: str  # "pending", "information", "without an amount"
    amount: Decimal  # signed, as printed
    place: Place
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that cannot be read for sure. An account with one is never proved."""

    code: str  # stable: "not_an_amount", "not_a_date", "unknown_status" ...
    reason: str  # a sentence that quotes what stands there
    place: Place
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One account over one period, as a reader found it.

    Every entry of the document is in ``transactions``, in ``asides`` or in ``problems``.
    Transactions stand in order of time; with running balances, in the order of the chain.
    """

    account: str
    currency: str = ""  # ISO 4217; "" where the document names none
    number: str = ""  # the bank's own number of the statement
    page: int | None = None  # of a statement that comes in parts; the first is 1
    period: tuple[date, date] | None = None  # as printed; both days inside
    opening: Balance | None = None  # None: not printed
    closing: Balance | None = None
    transactions: tuple[Transaction, ...] = ()
    asides: tuple[Aside, ...] = ()
    totals: tuple[Total, ...] = ()
    balances: tuple[Balance, ...] = ()  # others, kept for people: available, forward ...
    checks: tuple[Equation, ...] = ()  # what else two places of the document must say alike
    entries: int | None = None  # counted in the raw text, apart from the reading itself
    problems: tuple[Problem, ...] = ()
    shortfalls: tuple[str, ...] = ()  # what keeps the reader from grade A, a sentence each
