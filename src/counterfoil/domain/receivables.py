"""Money that came in, what is owed to us, and what the one pays of the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from counterfoil.domain.allocations import Allocation
from counterfoil.domain.statements import sum_of


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPayment:
    """One receipt as the bank lists it: what of it is still to be allocated."""

    receipt_no: str  # the bank's
    day: date
    payer: str
    text: str
    amount: Decimal
    currency: str  # ISO 4217


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """One receivable of our own books; a credit note is negative."""

    invoice_no: str
    debtor_no: str
    debtor_name: str
    day: date
    due: date
    amount: Decimal  # still open
    currency: str


class ReceiptClass(StrEnum):
    """What becomes of an incoming payment. Only the first is keyed."""

    ALLOCATED = "allocated"
    PARTIAL = "partial payment"  # it names what it pays, and is less
    OVER = "overpayment"
    PAID_TWICE = "paid more than once"
    NOT_NAMED = "no reference"  # amount and debtor fit one invoice, and no number says so
    OTHER_CURRENCY = "another currency"
    DUPLICATE = "duplicate"  # the bank's list repeats it word for word
    TAKEN_BACK = "taken back"  # two lines of the bank that undo each other
    TO_DECIDE = "to decide"
    NO_INVOICE = "no open invoice"


class ItemClass(StrEnum):
    """What becomes of an open item."""

    PAID = "paid"
    CREDITED = "settled by credit note"
    IN_QUESTION = "in question"  # a payment that is not allocated has to do with it
    OVERDUE = "overdue"
    NOT_DUE = "not yet due"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedReceipt:
    """One incoming payment and its one class."""

    payment: IncomingPayment
    kind: ReceiptClass
    allocations: tuple[Allocation, ...] = ()
    invoices: tuple[str, ...] = ()  # what it has to do with, where it is not allocated
    difference: Decimal | None = None  # paid less owed, where invoices are named
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedItem:
    """One open item and its one class."""

    item: OpenItem
    kind: ItemClass
    receipts: tuple[str, ...] = ()
    allocated: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivablesControl:
    """Both sides judged; what does not tie cannot be constructed."""

    receipts: tuple[JudgedReceipt, ...]
    items: tuple[JudgedItem, ...]

    def __post_init__(self) -> None:
        for each in self.receipts:
            wanted = each.payment.amount if each.kind is ReceiptClass.ALLOCATED else Decimal(0)
            if sum_of(one.amount for one in each.allocations) != wanted:
                raise ValueError(f"{each.payment.receipt_no}: its allocations do not make {wanted}")
        for item in self.items:
            wanted = item.item.amount if item.kind is ItemClass.PAID else Decimal(0)
            if item.allocated != wanted:
                raise ValueError(f"{item.item.invoice_no}: {item.allocated} of {wanted} allocated")
        if sum_of(one.amount for one in self.allocations()) != sum_of(
            each.allocated for each in self.items
        ):
            raise ValueError("what is allocated differs between the two sides")

    def allocations(self) -> tuple[Allocation, ...]:
        """Everything that is to be keyed, in the order of the receipts."""
        return tuple(one for each in self.receipts for one in each.allocations)
