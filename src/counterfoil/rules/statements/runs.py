"""The stretches of entries that belong to one table each: what accounts are put together of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from counterfoil.rules.statements.currencies import is_code
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import Label, Role


@dataclass(frozen=True, slots=True)
class Run:
    """The events of one table, or of a part of it, in reading order."""

    events: tuple[Event, ...]
    first: int  # line where it begins, its heading included
    identity: str  # the account that is named just above it; "" for none

    @property
    def has_balances(self) -> bool:
        """Whether its table has a column of balances."""
        return Role.BALANCE in self.events[0].table.roles()


def runs_of(document: Document) -> Iterator[Run]:
    """Tables with transactions in them; cut where an opening follows a closing."""
    parts = [
        (table, part, _has_transactions(table, events, part))
        for table, events in document.tables
        for part in _parts(events)
    ]
    known = {_title(table) for table, _, sure in parts if sure} - {()}
    money = {_money_head(table) for table, _, sure in parts if sure} - {()}
    last: Table | None = None
    first = 0
    for table, part, sure in parts:
        if table is not last:
            first = table.heading.first if table.heading else part[0].line.index
        alike = _title(table) in known or _money_head(table) in money
        if sure or (alike and _goes_on(part)):
            yield Run(tuple(part), first, _identity(document, first, part[0]))
        last, first = table, part[-1].line.index + 1


def _goes_on(events: Sequence[Event]) -> bool:
    """Whether it may be the rest of a table: an entry, or nothing but totals and the end."""
    entries = [event for event in events if event.kind is Kind.ENTRY]
    labels = {event.label for event in events if event.kind is Kind.LABEL}
    return any(event.anchored for event in entries) or (not entries and labels == {Label.CLOSING})


def _title(table: Table) -> tuple[str, ...]:
    """The words of its heading: tables that share them are of one kind."""
    return () if table.heading is None else tuple(cell.text for cell in table.heading.cells)


def _money_head(table: Table) -> tuple[tuple[str, int], ...]:
    """Words and place of its headings of money: "Payments ... Amount" over one entry."""
    cells = () if table.heading is None else table.heading.cells
    return tuple((cell.text, cell.right) for cell in cells if cell.role in _MOVES)


_MOVES = (Role.AMOUNT, Role.BALANCE, Role.CREDIT)


def _identity(document: Document, first: int, event: Event) -> str:
    """What stands above line *first*, or *event*, and the currency that this begins with."""
    word = event.line.row.words[0].text
    code = word if is_code(word) else ""
    named = document.identity_above(first) or document.identity_above(event.line.index)
    return f"{named} {code}".strip()


def _parts(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    start = 0
    for index in range(1, len(events)):
        if opens_anew(events[index - 1], events[index]):
            yield events[start:index]
            start = index
    yield events[start:]


def _has_transactions(table: Table, table_events: Sequence[Event], events: Sequence[Event]) -> bool:
    """Entries with dates; where no heading names a date, two lines that begin with one.

    A table may begin with entries of the day that the page before ended with.
    """
    entries = [event for event in events if event.kind is Kind.ENTRY]
    if not table.may_move:
        return False
    cells = () if table.heading is None else table.heading.cells
    if any(cell.role in (Role.DATE, Role.VALUE_DATE) for cell in cells):
        carried = events[0] is table_events[0] and any(event.date for event in entries)
        return carried or any(event.anchored for event in entries)
    days = {event.date for event in entries if event.date is not None}
    return len(days) >= 2 or sum(event.anchored for event in entries) >= 2


def opens_anew(before: Event, event: Event) -> bool:
    """An opening balance right after a closing one that it does not repeat."""
    if event.label is not Label.OPENING or before.label is not Label.CLOSING:
        return False
    return event.kind is Kind.LABEL and last_value(before) != last_value(event)


def last_value(event: Event) -> Decimal:
    return event.cells[max(event.cells)].signed
