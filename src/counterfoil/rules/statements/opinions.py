"""Two readers of one document: the second is believed only where it contradicts nothing."""

from __future__ import annotations

from counterfoil.domain.statements import Statement, StatementReading


def agrees(first: StatementReading, second: StatementReading) -> bool:
    """Whether *second* proves every account, and says of those that *first* proved the same."""
    if second.unproved() or not second.proved():
        return False
    seen = [_values(each.statement) for each in second.proved()]
    return all(_values(each.statement) in seen for each in first.proved())


def _values(statement: Statement) -> object:
    """What the two must see alike."""
    rows = tuple((each.booking_date, each.amount) for each in statement.transactions)
    return statement.opening, statement.closing, rows
