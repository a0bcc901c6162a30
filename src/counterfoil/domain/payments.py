"""One outgoing credit transfer, in the words of ISO 20022 pain.001."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.domain.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment order as the analyst gave it. Source: ISO 20022, pain.001 CdtTrfTxInf."""

    end_to_end_id: str  # the analyst's own reference
    debtor_account: str
    creditor_account: str
    creditor_bank: str  # BIC or the clearing code that the system uses
    creditor_name: str
    amount: Decimal  # positive
    currency: str  # ISO 4217
    execution_date: date
    charges: str = "SHA"  # who bears them: OUR, SHA or BEN
    purpose: str = ""
    remittance_1: str = ""
    remittance_2: str = ""

    kind = "payment"
    own_reference_field = "end_to_end_id"

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"the amount must be positive, found {self.amount}")

    def values(self) -> dict[str, Value]:
        """Every value by name, as the maps call them."""
        return {name: getattr(self, name) for name in self.__slots__}

    def lines(self) -> tuple[dict[str, Value], ...]:
        """A payment has no lines."""
        return ()

    def accounts(self) -> tuple[str, ...]:
        """What must never appear in full outside the sealed payload."""
        return (self.debtor_account, self.creditor_account)

    def twin(self) -> tuple[Value, ...]:
        """What two payments have in common that are rarely both meant, whatever their names."""
        amount = self.amount.normalize()
        return (*self.accounts(), self.creditor_bank, amount, self.currency, self.execution_date)

    def total(self) -> Decimal:
        """What counts against an approval limit and a control total."""
        return self.amount
