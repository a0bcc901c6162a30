"""A block as JSON and back: how it gets out of the parser box.

A column travels as one text: ten thousand small values of JSON take five times as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.domain.blocks import Block, Cell
from counterfoil.domain.findings import Finding

BETWEEN = "\x1f"  # two values of a column; a column that holds it travels as a list
ABSENT = "\0"  # an empty cell; neither a workbook nor a CSV can hold it
KINDS = ("text", "integer", "date", "decimal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A block whose columns are not taken apart yet."""

    sheet: str
    rows: Sequence[int]
    columns: Mapping[str, tuple[str, str | list[str]]]  # one of KINDS, values as text
    findings: tuple[Finding, ...]
    last: bool


def dump(block: Block) -> dict[str, Any]:
    """Plain JSON types only; each column says what it is made of."""
    return {
        "sheet": block.sheet,
        "runs": _runs(block.rows),
        "columns": {name: _dump(values) for name, values in block.columns.items()},
        "findings": [asdict(each) for each in block.findings],
        "last": block.last,
    }


def load_packed(record: Mapping[str, Any]) -> Packed:
    """What :func:`dump` made, its columns as they travelled.

    Raises:
        ValueError, KeyError, TypeError: This is something else.
    """
    length = sum(count for _, count in record["runs"])
    columns: dict[str, tuple[str, str | list[str]]] = {}
    for name, (kind, values) in record["columns"].items():
        if kind not in KINDS or (_length(values) if values or length else 0) != length:
            raise ValueError("the columns of a block are not equally long")
        columns[str(name)] = (kind, values)
    if length and not columns:
        raise ValueError("rows without columns")
    return Packed(
        sheet=str(record["sheet"]),
        rows=[row for first, count in record["runs"] for row in range(first, first + count)],
        columns=columns,
        findings=tuple(Finding(**each) for each in record["findings"]),
        last=bool(record["last"]),
    )


def load(record: Mapping[str, Any]) -> Block:
    """The block again.

    Raises:
        ValueError, KeyError, TypeError: This is not what :func:`dump` made.
    """
    packed = load_packed(record)
    filled = bool(packed.rows)
    return Block(
        sheet=packed.sheet,
        rows=packed.rows,
        columns={
            name: _load(kind, texts_of(values)) if filled else []
            for name, (kind, values) in packed.columns.items()
        },
        findings=packed.findings,
        last=packed.last,
    )


def texts_of(values: str | list[str]) -> list[str]:
    """The values of a column of a block that has rows; ABSENT for an empty cell."""
    return values.split(BETWEEN) if isinstance(values, str) else values


def _length(values: str | list[str]) -> int:
    return values.count(BETWEEN) + 1 if isinstance(values, str) else len(values)


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Consecutive numbers as (first, how many)."""
    if rows and rows[-1] - rows[0] + 1 == len(rows):
        return [(rows[0], len(rows))]
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((row, 1))
    return runs


def _dump(values: Sequence[Cell]) -> tuple[str, str | list[str]]:
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {date}:
        days = {each: each.isoformat() for each in set(values) if isinstance(each, date)}
        return "date", BETWEEN.join(
            [days[each] if isinstance(each, date) else ABSENT for each in values]
        )
    if kinds == {int}:
        return "integer", BETWEEN.join([ABSENT if each is None else str(each) for each in values])
    if kinds == {Decimal}:
        return "decimal", BETWEEN.join([ABSENT if each is None else f"{each:f}" for each in values])
    texts = [
        each if type(each) is str else ABSENT if each is None else str(each) for each in values
    ]
    joined = BETWEEN.join(texts)
    return "text", joined if joined.count(BETWEEN) == max(len(texts) - 1, 0) else texts


def _load(kind: str, texts: list[str]) -> list[Cell]:
    match kind:
        case "integer":
            return [None if each == ABSENT else int(each) for each in texts]
        case "date":
            days = {each: date.fromisoformat(each) for each in set(texts) - {ABSENT}}
            return list(map(days.get, texts))
        case "decimal":
            return [None if each == ABSENT else Decimal(each) for each in texts]
        case _:
            return [None if each == ABSENT else each for each in texts]
