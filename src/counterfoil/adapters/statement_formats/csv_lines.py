"""The lines of a CSV that are no entries: balances, totals, and what stands above the table."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from functools import cache

from counterfoil.adapters.statement_formats.csv_maps import CsvLabels, CsvMap, plain
from counterfoil.adapters.statement_formats.csv_rows import day_by, money
from counterfoil.adapters.statement_formats.csv_table import Row, Table
from counterfoil.adapters.statement_formats.texts import not_a_date, not_an_amount
from counterfoil.domain.statement_drafts import Balance, Problem, Total, TotalKind
from counterfoil.domain.statements import Place

_TOTALS = {
    "total_debits": TotalKind.DEBITS,
    "total_credits": TotalKind.CREDITS,
    "count": TotalKind.COUNT,
}


@dataclass(slots=True)
class Lines:
    """What the labelled lines say."""

    opening: Balance | None = None
    closing: Balance | None = None
    totals: list[Total] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_label(row: Row, map_: CsvMap, lines: Lines) -> bool:
    """Whether *row* is a labelled line; what it says goes into *lines*."""
    found = _label(row, map_.labels)
    if found is None:
        return False
    name, label, position = found
    if name == "ignored":
        return True
    place = Place(line=row.line, path=label)
    numbers = [
        amount for cell in row.cells[position + 1 :] if (amount := money(cell, map_)) is not None
    ]
    if len(numbers) != 1:
        words = " ".join(each for each in row.cells if each)
        lines.problems.append(not_an_amount(words, place))
    elif name in _TOTALS:
        value = abs(numbers[0])  # a total of debits is printed with a minus by some
        lines.totals.append(
            Total(kind=_TOTALS[name], value=value, place=place, with_asides=name == "count")
        )
    else:
        _end(name, label, numbers[0], place, lines)
    return True


def _end(name: str, label: str, amount: Decimal, place: Place, lines: Lines) -> None:
    if getattr(lines, name) is not None:
        lines.problems.append(
            Problem(
                code="several_balances",
                reason=f"{label!r} stands there twice",
                place=place,
                remedy="correct the map: one label opens and one closes the statement",
            )
        )
    setattr(lines, name, Balance(amount=amount, place=place, label=label))


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the lines above the table, or else the map, say of the statement."""

    account: str = ""
    currency: str = ""
    number: str = ""
    period: tuple[date, date] | None = None


def read_head(table: Table, lines: Lines) -> Head:
    """Search the patterns of the map, and its labels, in the lines above the header."""
    map_ = table.map
    others = [row for row in table.above if not read_label(row, map_, lines)]
    text = "\n".join(";".join(row.cells) for row in others)
    return Head(
        account=_search("account", map_.head.account, text, lines) or map_.account,
        currency=_search("currency", map_.head.currency, text, lines) or map_.currency,
        number=_search("number", map_.head.number, text, lines),
        period=_period(map_, text, lines),
    )


def _search(name: str, pattern: str, text: str, lines: Lines) -> str:
    if not pattern:
        return ""
    match = re.search(pattern, text)
    if match is None:
        lines.problems.append(_not_there(name))
        return ""
    return match[name].strip()


def _period(map_: CsvMap, text: str, lines: Lines) -> tuple[date, date] | None:
    if not map_.head.period:
        return None
    match = re.search(map_.head.period, text)
    if match is None:
        lines.problems.append(_not_there("period"))
        return None
    days = [day_by(match[name], map_.date_format) for name in ("first", "last")]
    if days[0] is None or days[1] is None:
        lines.problems.append(not_a_date(match[0], Place(path="period")))
        return None
    return days[0], days[1]


def _not_there(name: str) -> Problem:
    return Problem(
        code="head_missing",
        reason=f"the map finds no {name} above the table",
        place=Place(path=name),
        remedy="fetch the file again; if it is whole, correct the map",
    )


def _label(row: Row, labels: CsvLabels) -> tuple[str, str, int] | None:
    """(our name, the label, its place) where a cell is a label of the map."""
    known = _known(labels)
    for position, cell in enumerate(row.cells):
        if cell and (found := known.get(plain(cell))):
            return *found, position
    return None


@cache
def _known(labels: CsvLabels) -> dict[str, tuple[str, str]]:
    return {
        plain(label): (each.name, label)
        for each in fields(labels)
        for label in getattr(labels, each.name)
    }
