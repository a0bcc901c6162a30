"""What became of one row, as the result workbook shows it. No spreadsheet library needed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """The four cells that are added to a row."""

    status: str
    receipt: str = ""
    reason: str = ""
    at: str = ""  # ISO 8601, UTC
