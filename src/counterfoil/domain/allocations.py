"""One allocation: so much of an incoming payment pays so much of an open receivable."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from counterfoil.domain.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A part of one receipt, to be booked against one invoice on the bank's own screen."""

    allocation_id: str  # the analyst's own reference: receipt and invoice
    receipt_no: str  # the bank's number of the incoming payment
    invoice_no: str
    debtor_name: str  # who owes, for the person who approves; typed nowhere
    amount: Decimal  # positive
    currency: str  # ISO 4217

    kind = "allocation"
    own_reference_field = "allocation_id"

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"the amount must be positive, found {self.amount}")

    def values(self) -> dict[str, Value]:
        """Every value by name, as the maps call them."""
        return {name: getattr(self, name) for name in self.__slots__}

    def lines(self) -> tuple[dict[str, Value], ...]:
        """An allocation has no lines."""
        return ()

    def accounts(self) -> tuple[str, ...]:
        """It names no account: nothing to hide."""
        return ()

    def twin(self) -> tuple[Value, ...]:
        """The same receipt against the same invoice is rarely meant twice, whatever the amount."""
        return (self.receipt_no, self.invoice_no)

    def total(self) -> Decimal:
        """What counts against an approval limit and a control total."""
        return self.amount
