"""What KPIs are computed from, and the tables that they become. docs/KPI.md defines each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from counterfoil.domain.items import ItemState


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, UTC; both are in it."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"--from {self.first} is after --to {self.last}")

    @property
    def begin(self) -> datetime:
        """Its first instant, UTC."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """The first instant after it, UTC."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)

    def __contains__(self, at: datetime) -> bool:
        return self.begin <= at < self.end

    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        count = (self.last - self.first).days + 1
        return tuple(self.first + timedelta(days=each) for each in range(count))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """One item as its rows in the ledger have it."""

    item_id: str
    system: str
    kind: str  # payment, journal_voucher, allocation: each has its own screens
    currency: str  # ISO 4217
    amount: Decimal
    state: ItemState
    owed: bool  # the enquiry that bears it out is still to come
    filed_at: datetime  # UTC, with its batch
    ready_at: datetime | None  # UTC: filed, or approved where that was needed; None: waits
    begun_at: datetime | None  # UTC: its first intent
    confirmed: bool  # its receipt, by the enquiry after the settle time
    changed_at: datetime  # UTC: last change of its row; of a finished one: its end
    decisions: tuple[datetime, ...] = ()  # UTC: of people about this item
    held_on_reading: bool = False

    @property
    def finished(self) -> bool:
        """Nothing more happens to it, and nobody is asked."""
        return not self.owed and self.state in FINISHED


#: ON_HOLD and FAILED are not finished: they wait for a person.
FINISHED = frozenset({ItemState.POSTED, ItemState.REFUSED, ItemState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFacts:
    """One batch as its rows have it."""

    system: str
    filed_at: datetime  # UTC
    approved_at: datetime | None  # UTC; None: not needed, or not yet
    rows_read: int
    items: int  # the other rows were refused on reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One intent: a click may have followed."""

    item_id: str
    system: str
    login: str  # of the bank: one session at a time
    attempt: int  # 1, 2, 3
    at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """A step of an item that is no success."""

    item_id: str
    what: Literal["refused", "in_doubt", "on_hold", "failed"]
    at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiFacts:
    """All that was read, in one consistent view of the ledger.

    Attributes:
        items: Every one that is not finished, and those filed or changed since the period
            began.
        batches: Filed or approved since then.
        attempts, mishaps: Of the period.
        states: All items of the ledger, by state and whether an enquiry is owed.
    """

    read_at: datetime  # UTC, by the ledger's clock
    period: Period
    items: tuple[ItemFacts, ...] = ()
    batches: tuple[BatchFacts, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    mishaps: tuple[Mishap, ...] = ()
    states: Mapping[tuple[ItemState, bool], int] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()  # systems into which nothing is keyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What work costs: ``[kpi]`` of config.toml."""

    currency: str  # ISO 4217
    bot_hour: Decimal  # of one bank session at work
    manual_item: Decimal  # each item that a person decided about
    approval: Decimal  # each batch that was approved


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """How fast one session of a system keys, as measured.

    ``slowest`` and ``fastest`` are means of stretches of the measured time, not single
    items: they say how far a queue's pace strays.
    """

    gaps: int  # from intent to intent, with work waiting all the time
    mean: timedelta
    fastest: timedelta
    slowest: timedelta


Cell = str | int | Decimal | date | datetime | timedelta | None  # None: there is no such value


@dataclass(frozen=True, slots=True)
class KpiColumn:
    """A heading and its unit: ``"%"``, ``"s"``, ``"items"``; empty: a name, a day."""

    name: str
    unit: str = ""

    @property
    def tells_unit(self) -> bool:
        """Whether people need the unit beside the name: of a time, a share, an amount."""
        return self.unit in ("s", "%") or (self.unit.isupper() and len(self.unit) == 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiTable:
    """One KPI. ``keys`` columns from the left say what a row is about."""

    name: str  # for programs: stable
    heading: str
    formula: str
    columns: tuple[KpiColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: int = 1
    empty: str = "nothing in this period"  # said instead of a table without rows
    decimals: int = 1  # of its Decimals

    def __post_init__(self) -> None:
        assert all(len(row) == len(self.columns) for row in self.rows), self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiReport:
    """All tables, and what they are about."""

    period: Period
    read_at: datetime  # UTC
    system: str | None  # None: all
    tables: tuple[KpiTable, ...]

    def table(self, name: str) -> KpiTable:
        """The table of that name. Raises KeyError."""
        return {each.name: each for each in self.tables}[name]
