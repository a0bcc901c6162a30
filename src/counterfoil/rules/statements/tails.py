"""What stands under the end of a list and is none of it: a box of fees, the year's interest.

Its numbers may end in line with the list's. They have no date, and a total or a balance of
the account stands above them, behind which nothing more is dated; or every entry has its balance,
and they have none and are called what no entry is: ``Interest earned year to date``. Interest
that leads to a balance which is printed is an entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import Label, Role

_Tables = list[tuple[Table, tuple[Event, ...]]]


def without_tails(tables: _Tables, lines: Sequence[Line]) -> _Tables:
    """*tables*, the last one with entries without what stands under its end.

    Args:
        lines: All of the document.
    """
    dated = [place for place, (_, events) in enumerate(tables) if any(map(_is_dated, events))]
    if not dated:
        return tables
    place = dated[-1]
    table, events = tables[place]
    balance = table.roles().index(Role.BALANCE) if Role.BALANCE in table.roles() else -1
    tail = [event for event in events[_end(events) :] if event.kind is Kind.ENTRY]
    tail = tail or _others(events, balance, lines)
    if not tail or any(balance in event.cells for event in tail):
        return tables
    kept = tuple(event for event in events if event not in tail)
    return [*tables[:place], (table, kept), *tables[place + 1 :]]


def _is_dated(event: Event) -> bool:
    return event.kind is Kind.ENTRY and event.anchored


def _end(events: Sequence[Event]) -> int:
    """Behind the last total or label, where it stands under all that is dated; else at the end.

    Behind a closing balance there is nothing, whatever totals may follow.
    """
    last = max(place for place, event in enumerate(events) if _is_dated(event))
    for place, event in enumerate(events[last:], last):
        if event.label in (Label.CLOSING, Label.BALANCE) and event.kind is Kind.LABEL:
            return place + 1
    ends = [place for place, event in enumerate(events) if event.kind is not Kind.ENTRY]
    return ends[-1] + 1 if ends and ends[-1] > last else len(events)


def _others(events: Sequence[Event], balance: int, lines: Sequence[Line]) -> list[Event]:
    """What stands behind the last entry and is called otherwise, where each entry has a balance."""
    entries = [event for event in events if _is_dated(event)]
    rest = [event for event in events[events.index(entries[-1]) + 1 :] if event.kind is Kind.ENTRY]
    if not all(event.label is Label.OTHER for event in rest):
        return []
    if not all(balance in event.cells for event in entries):
        return []
    return [] if _leads_on(rest, entries[-1].cells[balance].signed, lines) else rest


def _leads_on(rest: Sequence[Event], balance: Decimal, lines: Sequence[Line]) -> bool:
    """Whether *rest*, added to the last *balance* or taken from it, come to a printed number."""
    printed = {amount.value for line in lines for amount in line.amounts}
    moved = sum_of([event.cells[max(event.cells)].signed for event in rest])
    return any(moved and abs(balance + way * moved) in printed for way in (1, -1))
