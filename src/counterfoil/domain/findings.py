"""What is wrong or odd with data that came from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong or odd with the data. Collected, never raised."""

    code: str  # stable: "iban_checksum", "not_an_amount", "duplicate_suspect"
    severity: Literal["refuse", "hold", "note"]  # the row is refused / waits for a person / kept
    message: str  # a sentence with the remedy; account numbers are masked
    row: int | None = None  # as the spreadsheet numbers it; None: the whole file
    column: str | None = None  # header text
    cell: str | None = None  # "Payments!D17"
