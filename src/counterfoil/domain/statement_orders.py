"""Statements of account that are wanted, listed, fetched, and found wanting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.statements import Equation, Proved, Statement
from counterfoil.domain.values import Value


class ArrivalState(StrEnum):
    """Where a fetched file stands. Only FILED is worked on by itself."""

    FILED = "FILED"  # kept, not yet read
    PROVED = "PROVED"  # what was ordered is in it, and proved
    QUARANTINED = "QUARANTINED"  # it is not, or not proved: a person decides
    WANTED_AGAIN = "WANTED_AGAIN"  # a person had it fetched again
    SET_ASIDE = "SET_ASIDE"  # a person decided: not to be used


class StatementState(StrEnum):
    """Whether a proved statement may be worked with: PASSED and ACCEPTED may."""

    PASSED = "PASSED"  # by its grade and its place in the sequence
    HELD = "HELD"  # proved, but something needs a person's eyes
    ACCEPTED = "ACCEPTED"  # a person looked and took it
    SET_ASIDE = "SET_ASIDE"  # a person decided: not to be used
    SUPERSEDED = "SUPERSEDED"  # its file was read again, or fetched again


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOrder:
    """What is to be fetched from one system of one account.

    A statement that covers any of the days is wanted, once in each format.
    """

    system: str  # folder in selectors/
    account: str
    wanted: Mapping[str, frozenset[date]]  # by format, as the map calls it: "pdf", "camt.053"

    def days(self) -> tuple[date, date]:
        """The first and the last day of all. Raises ValueError when none is wanted."""
        every = [day for days in self.wanted.values() for day in days]
        return min(every), max(every)

    def formats_of(self, listed: ListedStatement) -> tuple[str, ...]:
        """The formats in which *listed* covers a wanted day."""
        return tuple(
            name for name, days in self.wanted.items() if any(listed.covers(day) for day in days)
        )

    def values(self) -> dict[str, Value]:
        """Everything a map may bind a box of the enquiry to."""
        first, last = self.days()
        return {"account": self.account, "first": first, "last": last}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStatement:
    """One line of a bank's list: what it says of a statement before we read that."""

    account: str  # as ordered; the list may show it or not
    first: date | None  # None: the list shows the last day only
    last: date
    number: str = ""
    currency: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None

    def covers(self, day: date) -> bool:
        """Whether *day* is inside, as far as the list shows it."""
        return (self.first or self.last) <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFile:
    """What came when one statement was asked for in one format.

    ``spoiled`` is "" or why it is no statement: ``truncated``, ``empty``, ``page_instead``,
    ``wrong_type``, ``too_large``, ``not_offered``.
    """

    listed: ListedStatement
    format: str
    path: Path | None = None  # in the run's own folder; None: there is nothing to keep
    sha256: str = ""  # of its bytes
    size: int = 0  # bytes
    spoiled: str = ""
    reason: str = ""  # the same as a sentence
    evidence: tuple[Evidence, ...] = ()  # of the list it was fetched from


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptional:
    """Something about a statement that a person has to look at."""

    code: str  # stable: reports and rules count by it
    reason: str  # a sentence with what was found
    remedy: str  # what the person can do about it
    place: str = ""  # "page 2", "line 17", "the document"
    failed: tuple[Equation, ...] = ()  # what does not hold, where that is the reason
    holds: bool = True  # the statement is not to be used until somebody has looked


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One proved statement, as the ledger keeps it: on known days, whatever is printed."""

    proved: Proved
    first: date
    last: date

    def normal(self, account: str) -> Statement:
        """Under the account as ordered and with its days: to be compared with its neighbours."""
        return replace(self.proved.statement, account=account, period=(self.first, self.last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of one file once it was read and held against its order."""

    filed: tuple[Filed, ...]  # of the ordered account; (): it is not in the file, or not proved
    exceptions: tuple[Exceptional, ...]  # at least one where nothing is filed
    source: str = ""  # what the reader took it for: "pdf", "camt.053.001.08"; "": not read
    pages: int = 0
    others: int = 0  # accounts in the file that were not ordered
