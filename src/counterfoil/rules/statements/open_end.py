"""A table that fills its page, prints no closing balance, and stops long before its period.

Such a print may have lost its last page: every balance ties as far as it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from counterfoil.domain.pages import Page
from counterfoil.domain.statements import Proved
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Kind
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.terms import Label

FULL = 80  # per cent of the page's height: a single page is full to here
SILENT_FROM = 6  # days without an entry before the period's end
LONGER = 2  # times the longest silence between entries


def last_line_of_open_end(
    document: Document, outcome: Outcome, proved: Proved, pages: Sequence[Page]
) -> Line | None:
    """The line that the print stops at, where more may have followed; None where it is whole."""
    chain, period = outcome.chain, proved.statement.period
    if chain is None or period is None or document.page_counts or _is_closed(document, chain):
        return None
    events = outcome.block.events()
    last = max(events, key=lambda each: each.line.index).line
    days = sorted(each.booking_date for each in proved.statement.transactions)
    if not days or not _is_full(last, [each.line for each in events], pages):
        return None
    longest = max(((two - one).days for one, two in pairwise(days)), default=0)
    silent = (period[1] - days[-1]).days
    return last if silent >= max(SILENT_FROM, LONGER * longest) else None


def _is_closed(document: Document, chain: Chain) -> bool:
    """Whether its last balance is printed as the closing one."""
    ends = [abs(fact.value) for fact in document.facts if fact.label is Label.CLOSING]
    at = chain.closing_at
    return (at is not None and at.kind is Kind.LABEL) or abs(chain.closing) in ends


def _is_full(last: Line, lines: Sequence[Line], pages: Sequence[Page]) -> bool:
    """Whether no line more would have gone on the page, as far as its other pages tell."""
    before = [line.row.bottom for line in lines if line.row.page != last.row.page]
    pitch = last.row.bottom - last.row.top
    if before:
        return last.row.bottom + pitch >= max(before)
    page = next(each for each in pages if each.number == last.row.page)
    return last.row.bottom * 100 >= page.height * FULL
