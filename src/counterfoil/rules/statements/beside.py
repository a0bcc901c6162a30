"""Numbers beside the entries that a reading leaves out, and that are balances all the same.

A reading that needs only the two ends leaves a column out that it cannot tie. Where most of
its numbers are the balance that the reading comes to, one that is not is a contradiction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from counterfoil.rules.statements.chain import Chain, Entry
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.terms import Role
from counterfoil.rules.statements.ways import Use

FROM = 3  # numbers that are the running balance
MOST = 60  # per cent of a column


def contradicted_balance(chain: Chain) -> str:
    """The first number of a column of running balances that is none; "" where all are."""
    columns: dict[tuple[Sequence[Role | None], int], list[tuple[Entry, Decimal, bool]]] = {}
    for entry, balance in _running(chain):
        for index, value in _left_out(chain, entry.event):
            key = (entry.event.table.roles(), index)  # a table goes on over pages
            columns.setdefault(key, []).append((entry, value, value == abs(balance)))
    for rows in columns.values():
        held = sum(is_balance for _, _, is_balance in rows)
        if held < FROM or held == len(rows) or held * 100 < len(rows) * MOST:
            continue
        entry, value = next((entry, value) for entry, value, is_balance in rows if not is_balance)
        line = entry.event.line
        return f"page {line.row.page}: {line.text[:60]}: the balance does not come to {value:,}"
    return ""


def _left_out(chain: Chain, event: Event) -> Iterator[tuple[int, Decimal]]:
    """The numbers of columns that are not read and, as -1, the last one that is in none."""
    uses = chain.hypothesis.use_of(event)
    if Use.BALANCE in uses:
        return  # a second balance may be another one: cleared, or available
    for index, amount in event.cells.items():
        if uses[index] is Use.NOTHING:
            yield index, amount.value
    places = {amount.first for amount in event.cells.values()}
    if event.line.amounts[-1].alone and event.line.amounts[-1].first not in places:
        yield -1, event.line.amounts[-1].value


def _running(chain: Chain) -> Iterator[tuple[Entry, Decimal]]:
    balance = chain.opening
    for entry in chain.entries:
        balance += entry.amount
        yield entry, balance
