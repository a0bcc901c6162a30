"""Sums printed ahead of their entries, line by line and with a total: ``J Nye  6-61022  $169.79``.

A card's statement may say what each holder of a card spent before it lists what was bought.
Such lines are no entries where, one after the other, they are the sums of the entries below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import takewhile

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import ENDS, Label

LINES_MIN = 2

_Tables = list[tuple[Table, tuple[Event, ...]]]


def summed_ahead(tables: _Tables) -> _Tables:
    """*tables*, such lines taken for the totals that they are."""
    events = [event for _, own in tables for event in own]
    sums = {id(event) for place in range(len(events)) for event in _sums_at(events, place)}
    if not sums:
        return tables
    return [
        (
            table,
            tuple(replace(event, kind=Kind.TOTAL) if id(event) in sums else event for event in own),
        )
        for table, own in tables
    ]


def without_summaries(tables: _Tables) -> _Tables:
    """*tables* without the lines above their first entry that go from one end to the other.

    ``Opening balance, money in, money out, closing balance``: a summary under the headings of
    the entries. Its ends are known from the lines themselves.
    """
    return [(table, events[_summary_ends(events) :]) for table, events in tables]


def _summary_ends(events: Sequence[Event]) -> int:
    """How many of *events* are a summary above the first entry."""
    ahead = [*takewhile(lambda each: each.kind is not Kind.ENTRY, events)]
    labels = [each.label for each in ahead if each.label in ENDS]
    last = bool(ahead) and ahead[-1].label is Label.CLOSING
    return len(ahead) if last and labels == [*ENDS] and len(ahead) < len(events) else 0


def _sums_at(events: Sequence[Event], place: int) -> Sequence[Event]:
    """The lines above the total at *place*, where entries below it come to each of them."""
    total = events[place]
    if total.kind is not Kind.TOTAL or total.dated:
        return ()
    above = takewhile(lambda each: _is_like(each, total), reversed(events[:place]))
    lines = [*reversed([*above])]
    if len(lines) < LINES_MIN or sum_of([_value(each) for each in lines]) != _value(total):
        return ()
    below = takewhile(lambda each: each.dated, _entries(events[place + 1 :]))
    return lines if _come_to(below, [_value(each) for each in lines]) else ()


def _is_like(event: Event, total: Event) -> bool:
    """An undated line under the same title."""
    return event.kind is Kind.ENTRY and not event.dated and event.section == total.section


def _entries(events: Sequence[Event]) -> Iterator[Event]:
    return (event for event in events if event.kind is Kind.ENTRY)


def _value(event: Event) -> Decimal:
    """Its number furthest to the right: what a foreign currency came to stands before it."""
    return event.cells[max(event.cells)].signed


def _come_to(entries: Iterator[Event], sums: Sequence[Decimal]) -> bool:
    """Whether the first of *entries* come to the first sum, the next ones to the second, ..."""
    for wanted in sums:
        left = wanted
        while left:
            entry = next(entries, None)
            if entry is None:
                return False
            left -= _value(entry)
    return any(sums)
