"""Interest and fees without a date, among entries that have one: they are of the last day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from counterfoil.rules.statements.chain import Entry
from counterfoil.rules.statements.days import nearest_periods
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.folding import folded

CHARGES_MAX = 4  # of one statement
_CHARGE = re.compile(r"(?<!\w)(?:interest|fees?|finance charge)(?!\w)")


def with_charges_dated(
    document: Document, entries: Sequence[Entry], lines: range
) -> tuple[Entry, ...]:
    """*entries*; interest and fees without a date with the last day of the printed period.

    As they are where others have none either, where an entry with a date stands below one in
    its table, or no period is printed.

    Args:
        lines: Of the document that speak of the account.
    """
    places = [place for place, entry in enumerate(entries) if entry.event.date is None]
    undated = [entries[place] for place in places]
    if any(_goes_on(entries[place], entries[place + 1 :]) for place in places):
        return tuple(entries)
    periods = nearest_periods(document, lines)
    ends = [each.end.printed for each in periods if each.worded or each.line in lines]
    if not ends or not all(map(_is_charge, undated)) or not _are_few(undated, entries):
        return tuple(entries)
    return tuple(
        entry
        if entry.event.date is not None
        else entry._replace(event=replace(entry.event, date=ends[0]))
        for entry in entries
    )


def _goes_on(entry: Entry, below: Sequence[Entry]) -> bool:
    """Whether an entry of the same table stands below it with a date."""
    table = entry.event.table
    return any(each.event.table is table and each.event.date is not None for each in below)


def _is_charge(entry: Entry) -> bool:
    return _CHARGE.search(folded(entry.event.line.label())) is not None


def _are_few(undated: Sequence[Entry], entries: Sequence[Entry]) -> bool:
    return len(undated) <= CHARGES_MAX and len(undated) * 2 < len(entries)
