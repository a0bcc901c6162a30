"""A table that is compared and never keyed, row by row: every row is right, or none is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from counterfoil.adapters.sheets.big_tables import read_columns
from counterfoil.adapters.sheets.maps import Column, SheetMap, load_sheet_map
from counterfoil.domain.blocks import Block, Cell
from counterfoil.domain.currencies import DECIMALS
from counterfoil.domain.findings import Finding
from counterfoil.domain.values import Value
from counterfoil.errors import MapError, Quarantined

T = TypeVar("T")
FINDINGS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One row by the map's own names; an empty cell that may be empty is missing."""

    row: int  # as the spreadsheet numbers it
    values: Mapping[str, Value]


def read_entries(path: Path, sheet_map: Path) -> tuple[EntryRow, ...]:
    """The rows of the workbook or CSV at *path*, read in the parser box by *sheet_map*.

    Raises:
        Quarantined: A row or a total is not right; the message names every place, up to 20.
        MapError: The map is not exactly right, or maps something that is keyed.
    """
    mapped = load_sheet_map(sheet_map)
    if mapped.item != "entry":
        raise MapError(f"{sheet_map}: item {mapped.item!r} is keyed; entries are compared")
    if any(each.decimals is not None for each in mapped.columns.values()):
        raise MapError(f"{sheet_map}: decimals: amounts of rows are decimal numbers, not units")
    rows: list[EntryRow] = []
    wrong: list[Finding] = []
    for block in read_columns(path, sheet_map):
        rows += _rows(block, mapped)
        wrong += [each for each in block.findings if each.severity != "note"]
    wrong += _wrong_currencies(rows, mapped)
    if wrong:
        said = "; ".join(_said(each) for each in wrong[:FINDINGS_SHOWN])
        more = f" and {len(wrong) - FINDINGS_SHOWN} more" if len(wrong) > FINDINGS_SHOWN else ""
        raise Quarantined(
            "bad_rows", f"{path.name}: {said}{more}", remedy="mend them all and run it again"
        )
    return tuple(rows)


def read_records(kind: Callable[..., T], path: Path, sheet_map: Path) -> list[T]:
    """The same rows as records of *kind*, whose fields have the names of the map's columns.

    Raises:
        Quarantined, MapError: As :func:`read_entries`; also for a row that *kind* refuses.
    """
    made: list[T] = []
    for each in read_entries(path, sheet_map):
        try:
            made.append(kind(**each.values))
        except ValueError as trouble:
            raise Quarantined(
                "bad_rows", f"{path.name}: row {each.row}: {trouble}", remedy="mend it"
            ) from None
    return made


def _rows(block: Block, mapped: SheetMap) -> Iterator[EntryRow]:
    for at, row in enumerate(block.rows):
        cells = {name: _value(column[at]) for name, column in block.columns.items()}
        values = {name: each for name, each in cells.items() if each is not None}
        for name, column in mapped.columns.items():
            if name not in values and (default := _default(column)) is not None:
                values[name] = default
        yield EntryRow(row, values)


def _value(cell: Cell) -> Value | None:
    """A signed amount of nothing comes as the integer 0."""
    return Decimal(cell) if isinstance(cell, int) else cell


def _default(column: Column) -> str | None:
    return column.default if column.kind not in ("money", "date") else None


def _wrong_currencies(rows: list[EntryRow], mapped: SheetMap) -> Iterator[Finding]:
    """Codes that ISO 4217 does not know."""
    names = [name for name, column in mapped.columns.items() if column.kind == "currency"]
    for each in rows:
        for name in names:
            value = str(each.values.get(name, ""))
            if value and value not in DECIMALS:
                header = mapped.columns[name].headers[0]
                message = f"{header}: {value[:20]!r} is no currency of ISO 4217"
                yield Finding(code="currency", severity="refuse", message=message, row=each.row)


def _said(finding: Finding) -> str:
    place = finding.cell or (f"row {finding.row}" if finding.row is not None else "")
    return f"{place}: {finding.message}" if place else finding.message
