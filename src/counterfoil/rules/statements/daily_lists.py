"""A list of the balances by day says the entries a second time: it must say the same.

Where most of its balances are what the entries come to at the end of their days, one that is
not is a misprint: of it, or of the day of an entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from counterfoil.domain.statements import Statement, ends_of_days
from counterfoil.rules.statements.dates import Order, Printed
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.guards import Objection
from counterfoil.rules.statements.lines import Line

FROM = 3  # days whose balances agree
MOST = 60  # per cent of a list


def contradicted_days(document: Document, statements: Sequence[Statement]) -> Iterator[Objection]:
    """The first balance of a day that is another one than the entries come to.

    Of one account: which of several a list belongs to is not asked.
    """
    if len(statements) != 1:
        return
    known = {(day.day, day.month): abs(end) for day, end in ends_of_days(statements[0]).items()}
    said = [
        (line, value, _known_on(day, known))
        for line in (document.lines[index] for index in sorted(document.daily_lines))
        for day, value in _days_of(line)
    ]
    asked = [(line, value, ends) for line, value, ends in said if ends]
    wrong = [(line, value) for line, value, ends in asked if value not in ends]
    agreed = len(asked) - len(wrong)
    if not wrong or agreed < FROM or agreed * 100 < len(asked) * MOST:
        return
    line, value = wrong[0]
    yield Objection(
        "balance_contradicts",
        f"page {line.row.page}: {line.text[:60]}: the entries do not come to {value:,} on that day",
        line,
    )


def _days_of(line: Line) -> Iterator[tuple[Printed, Decimal]]:
    """Each date of *line* with the number behind it, before the next date."""
    ends = [*(each.first for each in line.dates[1:]), len(line.row.words)]
    for token, end in zip(line.dates, ends, strict=False):  # a line without dates has one end
        for amount in line.amounts:
            if token.last < amount.first < end:
                yield token.printed, amount.value
                break


def _known_on(day: Printed, known: dict[tuple[int, int], Decimal]) -> set[Decimal]:
    """What the entries come to on *day*, in either order of day and month."""
    return {known[at] for order in Order if (at := day.on(order)[:2]) in known}
