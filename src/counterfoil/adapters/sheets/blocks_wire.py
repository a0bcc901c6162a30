"""A block as JSON and back: how it gets out of the parser box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.domain.batches import Finding
from counterfoil.domain.blocks import Block, Cell


def dump(block: Block) -> dict[str, Any]:
    """Plain JSON types only; each column says what it is made of."""
    return {
        "sheet": block.sheet,
        "rows": list(block.rows),
        "columns": {name: _dump(values) for name, values in block.columns.items()},
        "findings": [asdict(each) for each in block.findings],
        "last": block.last,
    }


def load(record: Mapping[str, Any]) -> Block:
    """The block again.

    Raises:
        ValueError, KeyError, TypeError: This is not what :func:`dump` made.
    """
    columns = {str(name): _load(*column) for name, column in record["columns"].items()}
    rows = record["rows"]
    if any(len(each) != len(rows) for each in columns.values()) or not _are(rows, int):
        raise ValueError("the columns of a block are not equally long")
    return Block(
        sheet=str(record["sheet"]),
        rows=rows,
        columns=columns,
        findings=tuple(Finding(**each) for each in record["findings"]),
        last=bool(record["last"]),
    )


def _dump(values: Sequence[Cell]) -> list[Any]:
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {date}:
        texts = {each: each.isoformat() for each in set(values) if isinstance(each, date)}
        return ["date", [texts[each] if isinstance(each, date) else None for each in values]]
    if kinds == {Decimal}:
        return ["decimal", [None if each is None else f"{each:f}" for each in values]]
    return ["integer" if kinds == {int} else "text", values]


def _load(kind: str, values: list[Any]) -> list[Cell]:
    if kind == "integer" and _are(values, int):
        return values
    if not _are(values, str):
        raise ValueError(f"a column of {kind!r} holds something else")
    match kind:
        case "date":
            days = {each: date.fromisoformat(each) for each in set(values) if each is not None}
            return list(map(days.get, values))
        case "decimal":
            return [None if each is None else Decimal(each) for each in values]
        case "text":
            return values
        case _:
            raise ValueError(f"unknown kind of column: {kind!r}")


def _are(values: Sequence[Any], kind: type) -> bool:
    return set(map(type, values)) <= {kind, type(None)}
