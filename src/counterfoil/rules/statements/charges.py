"""Interest and fees without a date, among entries that have one: they are of the last day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from counterfoil.rules.statements.chain import Entry
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.folding import folded

CHARGES_MAX = 4  # of one statement
_CHARGE = re.compile(r"(?<!\w)(?:interest|fees?|finance charge)(?!\w)")


def with_charges_dated(
    document: Document, entries: Sequence[Entry], lines: range
) -> tuple[Entry, ...]:
    """*entries*; interest and fees without a date with the last day of the printed period.

    As they are where others have none either, or no period is printed.

    Args:
        lines: Of the document that speak of the account.
    """
    undated = [entry for entry in entries if entry.event.date is None]
    ends = [each.end.printed for each in document.periods if each.worded or each.line in lines]
    if not ends or not all(map(_is_charge, undated)) or not _are_few(undated, entries):
        return tuple(entries)
    return tuple(
        entry
        if entry.event.date is not None
        else entry._replace(event=replace(entry.event, date=ends[0]))
        for entry in entries
    )


def _is_charge(entry: Entry) -> bool:
    return _CHARGE.search(folded(entry.event.line.label())) is not None


def _are_few(undated: Sequence[Entry], entries: Sequence[Entry]) -> bool:
    return len(undated) <= CHARGES_MAX and len(undated) * 2 < len(entries)
