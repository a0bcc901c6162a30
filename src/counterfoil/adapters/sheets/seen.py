"""One cell as its readers saw it, whoever they are: loaded without any of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from counterfoil.adapters.sheets.raw import RawCell, RawSheet


@dataclass(frozen=True, slots=True)
class Seen:
    """One cell as all three of us saw it."""

    place: str  # "Payments!D17"
    raw: RawCell | None  # None: nothing is written there
    value: Any  # as openpyxl has it: text, number, date, or None

    @property
    def empty(self) -> bool:
        """Nothing but blanks."""
        if self.raw is None:
            return True
        return not self.raw.formula and (self.value is None or str(self.value).strip() == "")


class Looking(Protocol):
    """Whoever can look at one cell."""

    def look(self, sheet: RawSheet, row: int, column: int) -> Seen:
        """One cell, by position from 1. Raises Quarantined."""
