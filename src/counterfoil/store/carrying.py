"""Handing visits to the engine, in the transaction that makes them due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from counterfoil.domain.items import ItemState
from counterfoil.store.book import Transaction

#: What was begun is finished before new work begins: a doubt is cleared at once, not behind
#: a thousand fresh items or the enquiries that are owed for what is booked already.
IN_HAND, OWED = 3, 5


def urgency_of(state: ItemState, priority: int) -> int:
    """For the carrier, the lower first: doubts, then what is owed, then by priority."""
    if state is ItemState.READY:
        return priority
    return IN_HAND if state in (ItemState.KEYING, ItemState.IN_DOUBT) else OWED


def schedule(
    tx: Transaction,
    system: str,
    visits: Sequence[tuple[str, int]],
    at: datetime,
    *,
    urgency: int,
) -> None:
    """Enqueue *visits* in this transaction; without a carrier the sweeper finds them."""
    if tx.book.carrier is not None and visits:
        after = max(0.0, (at - tx.now).total_seconds())
        tx.book.carrier.enqueue(tx.connection, system, visits, after, urgency=urgency)
