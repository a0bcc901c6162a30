"""Tables of cells, as peers give them, to transactions: an honest day's work of heuristics.

A header row names the columns (our own words, some thirty languages) and holds for the
tables of the same width that follow; rows with a date and money under it are transactions,
rows that name a balance or a total are none; day or month first is what the dates allow.
It ties where every running balance follows from the one before, in either direction, or
else where a printed opening plus the sum is a printed closing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from counterfoil.domain.pages import Row as PrintedRow
from counterfoil.domain.pages import Word
from counterfoil.rules.statements.dates import Era, Order, Printed, parse
from counterfoil.rules.statements.number_styles import Style, styles_of
from counterfoil.rules.statements.numbers import amounts_of
from counterfoil.rules.statements.terms import Label, Role
from counterfoil.rules.statements.vocabulary import label_of, role_of

Row = tuple[str, str]  # date, signed amount
Cells = Sequence[str | None]
Tied = tuple[Decimal, Decimal]  # an amount and the balance after it

_MONEY = {Role.DEBIT, Role.CREDIT, Role.AMOUNT, Role.BALANCE}
_NONE = {
    Label.OPENING, Label.CLOSING, Label.CARRIED, Label.DAILY, Label.BALANCE, Label.TOTAL,
    Label.TOTAL_CREDITS, Label.TOTAL_DEBITS,
}  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass
class Read:
    """What the tables came to so far."""

    days: list[Printed] = field(default_factory=list)
    amounts: list[Decimal] = field(default_factory=list)
    balances: list[Decimal | None] = field(default_factory=list)
    openings: set[Decimal] = field(default_factory=set)
    closings: set[Decimal] = field(default_factory=set)


def transactions_of(tables: Sequence[Sequence[Cells]]) -> tuple[list[Row], bool]:
    """(transactions, whether they add up)."""
    rows = [tuple(_text(cell) for cell in row) for table in tables for row in table]
    printed = [_printed(cell) for row in rows for cell in row if cell]
    style = styles_of(printed)[0]
    found = Read()
    roles: tuple[Role | None, ...] = ()
    for table in tables:
        for row in table:
            cells = tuple(_text(cell) for cell in row)
            heading = tuple(role_of(cell) if cell else None for cell in cells)
            if _is_heading(heading):
                roles = heading
            elif len(roles) == len(cells):
                _take(found, cells, roles, style)
    return _dated(found, rows), _ties(found)


def _text(cell: object) -> str:
    return " ".join(str(cell or "").split())


def _printed(text: str) -> PrintedRow:
    """The cell as our own rules take it: words a space apart."""
    words, at = [], 0
    for word in text.split():
        edges = tuple(range(at, at + 50 * len(word) + 1, 50))
        words.append(Word(word, edges, 0, 100))
        at = edges[-1] + 30
    return PrintedRow(1, tuple(words))


def _is_heading(roles: Sequence[Role | None]) -> bool:
    known = {role for role in roles if role is not None}
    return bool(known & _MONEY) and bool(known & {Role.DATE, Role.VALUE_DATE})


def _take(found: Read, cells: Sequence[str], roles: Sequence[Role | None], style: Style) -> None:
    """One row below a heading."""
    texts = [cell for cell, role in zip(cells, roles, strict=True) if role not in _MONEY]
    money = {
        role: value
        for cell, role in zip(cells, roles, strict=True)
        if role in _MONEY and (value := _money(cell, style)) is not None
    }
    label = label_of(" ".join(texts))
    balance = money.get(Role.BALANCE)
    if label in _NONE:
        ends = found.openings if label is Label.OPENING else found.closings
        ends.update(money.values())
        return
    day = next(
        (
            token
            for kind in (Role.DATE, Role.VALUE_DATE)
            for cell, role in zip(cells, roles, strict=True)
            if role is kind and (token := parse(cell)) is not None
        ),
        None,
    )
    amount = (
        money.get(Role.AMOUNT, Decimal(0))
        + abs(money.get(Role.CREDIT, Decimal(0)))
        - abs(money.get(Role.DEBIT, Decimal(0)))
    )
    if day is not None and amount:
        found.days.append(day)
        found.amounts.append(amount)
        found.balances.append(balance)


def _money(cell: str, style: Style) -> Decimal | None:
    found = amounts_of(_printed(cell), style) if cell else ()
    return found[0].signed if len(found) == 1 else None


def _dated(found: Read, rows: Sequence[Sequence[str]]) -> list[Row]:
    """The rows with their days, by the order of day and month that suits best."""
    years = [int(hit) for row in rows for cell in row for hit in _YEAR.findall(cell)]
    year = max(set(years), key=years.count) if years else None
    orders = [order for order in Order if all(day.can_be(order) for day in found.days)]
    readings = [
        days
        for order in orders
        if None not in (days := [day.day(order, Era.COMMON, year=year) for day in found.days])
    ]
    if not readings:
        return []
    days = min(readings, key=lambda each: sum(a > b for a, b in pairwise(filter(None, each))))
    return [
        (day.isoformat(), str(amount))
        for day, amount in zip(days, found.amounts, strict=True)
        if day is not None
    ]


def _ties(found: Read) -> bool:
    known = [balance for balance in found.balances if balance is not None]
    if len(known) >= 2 and len(known) == len(found.balances):
        return any(_runs(list(each)) for each in _directions(found, known))
    moved = sum(found.amounts, Decimal(0))
    return bool(found.amounts) and any(
        opening + moved in found.closings for opening in found.openings
    )


def _directions(
    found: Read, known: Sequence[Decimal]
) -> Iterator[Iterator[tuple[Decimal, Decimal]]]:
    yield zip(found.amounts, known, strict=True)
    yield zip(reversed(found.amounts), reversed(known), strict=True)


def _runs(rows: Sequence[Tied]) -> bool:
    return all(before + amount == after for (_, before), (amount, after) in pairwise(rows))
