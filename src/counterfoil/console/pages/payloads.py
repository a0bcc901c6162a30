"""What an item says, for whoever may see how much of it. Account numbers keep four digits."""

from __future__ import annotations

from counterfoil.console.showing import veiled
from counterfoil.domain.allocations import Allocation
from counterfoil.domain.items import Payload
from counterfoil.domain.payments import Payment
from counterfoil.domain.secrets import mask_account, mask_numbers
from counterfoil.domain.vouchers import JournalVoucher

#: Values of a payload that are people's or companies' names, or free text about them.
NAMES = ("name", "narrative", "description", "purpose", "message", "remittance")


def in_short(payload: Payload, *, personal: bool) -> tuple[str, str, str]:
    """Their reference, to whom, when."""
    match payload:
        case Payment():
            name = payload.creditor_name if personal else veiled(payload.creditor_name)
            to = f"{name}, {mask_account(payload.creditor_account)} at {payload.creditor_bank}"
            return payload.end_to_end_id, to, payload.execution_date.isoformat()
        case Allocation():
            name = payload.debtor_name if personal else veiled(payload.debtor_name)
            paid = f"{payload.receipt_no} pays invoice {payload.invoice_no} of {name}"
            return payload.allocation_id, paid, ""
        case JournalVoucher():
            said = payload.description if personal else veiled(payload.description)
            when = payload.booking_date.isoformat()
            return payload.voucher_no, f"{said}, {len(payload.entries)} lines", when


def in_full(payload: Payload, *, personal: bool, whole: bool = False) -> list[tuple[str, str]]:
    """Every value by its name.

    Args:
        whole: Account numbers, too, to the last digit: such a view is on the record.
    """
    found = [(name, _told(name, str(value), personal, whole))
             for name, value in payload.values().items()]  # fmt: skip
    for number, line in enumerate(payload.lines(), 1):
        said = ", ".join(
            f"{name} {_told(name, str(value), personal, whole)}" for name, value in line.items()
        )
        found.append((f"line {number}", said))
    return found


def _told(name: str, value: str, personal: bool, whole: bool) -> str:
    if any(each in name for each in NAMES):
        value = value if personal else veiled(value)
        return value if whole else mask_numbers(value)
    return mask_account(value) if "account" in name and not whole else value
