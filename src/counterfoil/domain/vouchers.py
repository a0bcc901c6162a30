"""One journal voucher: lines that debit and credit, and balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.domain.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLine:
    """One side of a booking: exactly one of debit and credit is positive."""

    account: str
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    narrative: str = ""

    def __post_init__(self) -> None:
        if min(self.debit, self.credit) != 0 or max(self.debit, self.credit) <= 0:
            raise ValueError(
                f"one of debit and credit must be positive and the other nothing, found "
                f"debit {self.debit} and credit {self.credit}"
            )

    def values(self) -> dict[str, Value]:
        """The line's values by name; the empty side is left out, not typed as 0.00."""
        side: dict[str, Value] = {"debit": self.debit} if self.debit else {"credit": self.credit}
        return {"account": self.account, "narrative": self.narrative, **side}


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalVoucher:
    """A voucher that does not balance cannot be constructed."""

    voucher_no: str  # the analyst's own reference
    booking_date: date
    currency: str  # ISO 4217
    description: str
    entries: tuple[VoucherLine, ...]

    kind = "journal_voucher"
    own_reference_field = "voucher_no"

    def __post_init__(self) -> None:
        debit = sum(line.debit for line in self.entries)
        credit = sum(line.credit for line in self.entries)
        if len(self.entries) < 2 or debit != credit:
            raise ValueError(
                f"voucher {self.voucher_no}: {len(self.entries)} lines, "
                f"debit {debit} and credit {credit} must be equal"
            )

    def values(self) -> dict[str, Value]:
        """Every value of the voucher's head, as the maps call them."""
        return {
            "voucher_no": self.voucher_no,
            "booking_date": self.booking_date,
            "currency": self.currency,
            "description": self.description,
            "total": self.total(),
        }

    def lines(self) -> tuple[dict[str, Value], ...]:
        """The voucher's lines, in order."""
        return tuple(line.values() for line in self.entries)

    def accounts(self) -> tuple[str, ...]:
        """General-ledger accounts are no customer's: nothing to hide."""
        return ()

    def twin(self) -> tuple[Value, ...]:
        """Equal lines are everyday bookkeeping: only the voucher's number tells."""
        return ()

    def total(self) -> Decimal:
        """The sum of one side."""
        return sum((line.debit for line in self.entries), Decimal(0))
