"""A reading as JSON and back: the only thing that comes out of the parser box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.domain.documents import SheetReading, SheetRow
from counterfoil.domain.findings import Finding
from counterfoil.domain.values import Value


def dump(reading: SheetReading) -> dict[str, Any]:
    """Plain JSON types only; amounts and days as text that says what it is."""
    total = reading.declared_sum
    return {
        "sheet": reading.sheet,
        "header_row": reading.header_row,
        "headers": dict(reading.rows[0].headers) if reading.rows else {},
        "rows": [_dump_row(row) for row in reading.rows],
        "findings": [asdict(each) for each in reading.findings],
        "declared_count": reading.declared_count,
        "declared_sum": None if total is None else f"{total:f}",
    }


def load(record: Mapping[str, Any]) -> SheetReading:
    """The reading again.

    Raises:
        ValueError, KeyError, TypeError: These are not bytes that :func:`dump` made.
    """
    headers = dict(record["headers"])
    total = record["declared_sum"]
    return SheetReading(
        sheet=str(record["sheet"]),
        header_row=int(record["header_row"]),
        rows=tuple(_load_row(row, headers) for row in record["rows"]),
        findings=tuple(Finding(**each) for each in record["findings"]),
        declared_count=record["declared_count"],
        declared_sum=None if total is None else Decimal(total),
    )


def _dump_row(row: SheetRow) -> dict[str, Any]:
    return {
        "row": row.row,
        "values": {name: _dump_value(value) for name, value in row.values.items()},
        "cells": dict(row.cells),
        "findings": [asdict(each) for each in row.findings],
    }


def _load_row(record: Mapping[str, Any], headers: Mapping[str, str]) -> SheetRow:
    return SheetRow(
        row=int(record["row"]),
        values={name: _load_value(*value) for name, value in record["values"].items()},
        cells=dict(record["cells"]),
        headers=headers,
        findings=tuple(Finding(**each) for each in record["findings"]),
    )


def _dump_value(value: Value) -> list[str]:
    match value:
        case Decimal():
            return ["decimal", f"{value:f}"]
        case date():
            return ["date", value.isoformat()]
        case _:
            return ["text", value]


def _load_value(kind: str, text: str) -> Value:
    match kind:
        case "decimal":
            return Decimal(text)
        case "date":
            return date.fromisoformat(text)
        case "text":
            return str(text)
        case _:
            raise ValueError(f"unknown kind of value: {kind!r}")
