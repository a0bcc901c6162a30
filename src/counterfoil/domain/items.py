"""Work items: what is to be keyed once, what became of it, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from counterfoil.domain.allocations import Allocation
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.payments import Payment
from counterfoil.domain.values import Value, digest_of
from counterfoil.domain.vouchers import JournalVoucher

Payload = Payment | JournalVoucher | Allocation


class ItemState(StrEnum):
    """Where an item stands. Only READY and IN_DOUBT are worked on by themselves."""

    NEW = "NEW"  # read, not yet decided on
    AWAITING_APPROVAL = "AWAITING_APPROVAL"  # a person who is not the maker decides
    READY = "READY"  # approved; nothing is keyed
    KEYING = "KEYING"  # claimed; an intent may be open
    IN_DOUBT = "IN_DOUBT"  # an intent is open and its outcome unknown: look up, never key
    POSTED = "POSTED"  # the bank has it, exactly once
    REFUSED = "REFUSED"  # business exception: the bank or a rule said no; never retried
    FAILED = "FAILED"  # system exception before the click, attempts used up
    ON_HOLD = "ON_HOLD"  # cannot be proved or looks wrong: a person decides
    CANCELLED = "CANCELLED"  # a person decided: not to be keyed


#: Nothing more happens by itself.
SETTLED = frozenset(
    {ItemState.POSTED, ItemState.REFUSED, ItemState.FAILED, ItemState.ON_HOLD, ItemState.CANCELLED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One payment, voucher or allocation on its way into one legacy system."""

    item_id: str  # batch id and row: "B-7K2M4QXN3P-0017"
    batch_id: str
    row: int  # of the analyst's sheet, as the spreadsheet numbers it
    system: str  # folder in selectors/
    reference: str  # ours, unique in the system, typed into it and searchable there
    payload: Payload

    @property
    def kind(self) -> str:
        """Which task of the system's map keys it."""
        return self.payload.kind

    def values(self) -> dict[str, Value]:
        """Everything a map may bind a box to."""
        return {**self.payload.values(), "reference": self.reference}

    def payload_sha256(self) -> str:
        """What an approval and an intent are bound to; covers the reference too."""
        return digest_of(
            {"kind": self.kind, "values": self.values(), "lines": self.payload.lines()}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The bank has it: its own reference, read from its own screen."""

    bank_reference: str
    read_at: datetime  # UTC
    source: str  # "receipt" (the answer to the commit) or "enquiry" (found by look-up)
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One line of the bank's enquiry that carries our reference."""

    reference: str
    bank_reference: str
    shown: Mapping[str, Value]  # what the line shows of the item, by the item's own names

    def differences(self, item: WorkItem) -> tuple[str, ...]:
        """The names whose shown value is not the item's: empty means the same booking."""
        ours = item.values()
        return tuple(name for name, value in self.shown.items() if ours.get(name) != value)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """What the enquiry showed, every page read to its proven end."""

    bookings: tuple[Booking, ...]
    read_at: datetime  # UTC, when the enquiry was sent
    evidence: tuple[Evidence, ...] = ()
