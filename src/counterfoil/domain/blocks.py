"""Rows of a large table, column by column: a million rows are not a million records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterfoil.domain.findings import Finding
from counterfoil.domain.values import Value

#: An amount is an integer of the smallest unit where the map declares decimals.
Cell = Value | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Consecutive rows of one sheet, in the sheet's order.

    A row with a finding of the severity "refuse" is among the rows, and what could not be
    read in it is None: leave it out, and say so. The last block of a sheet may have no rows;
    it has the findings about the sheet as a whole.
    """

    sheet: str  # "" for a CSV
    rows: Sequence[int]  # as the spreadsheet numbers them
    columns: Mapping[str, Sequence[Cell]]  # by the map's own names, each as long as rows
    findings: tuple[Finding, ...] = ()
    last: bool = False  # of its sheet

    def refused(self) -> frozenset[int]:
        """The rows that cannot be used."""
        return frozenset(
            each.row for each in self.findings if each.severity == "refuse" and each.row is not None
        )
