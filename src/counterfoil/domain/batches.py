"""What a spreadsheet became: items, findings, and totals that prove nothing was dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from counterfoil.domain.findings import Finding
from counterfoil.domain.items import ItemState, WorkItem
from counterfoil.domain.values import digest_of


class Likeness(StrEnum):
    """What one of our items has in common with an earlier one, the strongest first."""

    ROW = "row"  # every cell
    REFERENCE = "reference"  # the analyst's own reference, under other values
    TWIN = "twin"  # the same accounts, amount and date under another reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An item of an earlier batch that looks like one of ours."""

    ours: str  # item id
    likeness: Likeness
    item_id: str
    row: int
    file: str
    state: ItemState
    amount: str  # decimal text
    currency: str
    may_be_booked: bool  # False: refused, and borne out, or cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotals:
    """Count and sum per currency, carried from the file to the last receipt."""

    count: int
    sums: tuple[tuple[str, Decimal], ...]  # (ISO 4217, sum), sorted by currency

    @classmethod
    def of(cls, items: Sequence[WorkItem]) -> ControlTotals:
        """The totals of *items*."""
        sums: dict[str, Decimal] = {}
        for item in items:
            currency = item.payload.currency
            sums[currency] = sums.get(currency, Decimal(0)) + item.payload.total()
        return cls(count=len(items), sums=tuple(sorted(sums.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One accepted file. ``rows_read`` = items + refused rows, to the last row."""

    batch_id: str  # "B-" and 10 characters of the document's hash, base 32
    document_sha256: str
    name: str  # the file's name, for people
    system: str
    sheet_map: str
    maker: str  # who dropped it: the folder's owner in config, or the file's
    items: tuple[WorkItem, ...]
    findings: tuple[Finding, ...]
    rows_read: int

    def refused_rows(self) -> frozenset[int]:
        """Rows that are not keyed, and that no item stands for."""
        return self._rows("refuse")

    def held_rows(self) -> frozenset[int]:
        """Rows that wait for a person."""
        return self._rows("hold")

    def unaccounted(self) -> int:
        """Rows read that are neither in an item nor refused: 0, or a defect of ours."""
        lines = sum(len(item.payload.lines()) or 1 for item in self.items)
        return self.rows_read - lines - len(self.refused_rows())

    def _rows(self, severity: str) -> frozenset[int]:
        return frozenset(
            each.row for each in self.findings if each.severity == severity and each.row is not None
        )

    def digest(self) -> str:
        """What an approver saw and approves: every item's payload, in order."""
        return digest_of(
            {
                "batch": self.batch_id,
                "document": self.document_sha256,
                "items": [[item.item_id, item.payload_sha256()] for item in self.items],
            }
        )
