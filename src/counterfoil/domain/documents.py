"""Files that were dropped, and what was read in them: identity is the content, never the name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from counterfoil.domain.findings import Finding
from counterfoil.domain.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One received file, copied into our own keeping before anything else happens."""

    sha256: str  # of the plain bytes, lowercase hex: the identity
    name: str  # as dropped, for people; never used as a path
    size: int  # bytes
    received_at: datetime  # UTC
    folder: str  # the watched folder's name in config.toml
    path: Path  # our copy: work only on this


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One row of a table: what could be read of it, and what could not."""

    row: int  # as the spreadsheet numbers it
    values: Mapping[str, Value]  # by the map's own names; an unreadable cell is missing
    cells: Mapping[str, str]  # the same names -> "Payments!D17"
    headers: Mapping[str, str]  # the same names -> the analyst's own header text
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReading:
    """Everything a workbook said, to its last row. Its control totals held."""

    sheet: str
    header_row: int
    rows: tuple[SheetRow, ...]
    findings: tuple[Finding, ...]  # about the file as a whole
    declared_count: int | None = None  # as the analyst's control cell says
    declared_sum: Decimal | None = None
