"""Which way an item may go. A change that is not in the table is a defect and stops the run."""

from __future__ import annotations

from counterfoil.domain.items import ItemState

_S = ItemState

#: KEYING to itself: another worker takes over from a dead one. POSTED and REFUSED to
#: themselves: the enquiry that bears them out is late. A posted item never moves but
#: to a person, and a cancelled one never moves.
ALLOWED: dict[ItemState, frozenset[ItemState]] = {
    _S.NEW: frozenset({_S.AWAITING_APPROVAL, _S.READY, _S.REFUSED, _S.ON_HOLD, _S.CANCELLED}),
    _S.AWAITING_APPROVAL: frozenset({_S.READY, _S.ON_HOLD, _S.CANCELLED}),
    _S.READY: frozenset({_S.KEYING, _S.ON_HOLD, _S.CANCELLED}),
    _S.KEYING: frozenset(
        {_S.KEYING, _S.READY, _S.IN_DOUBT, _S.POSTED, _S.REFUSED, _S.FAILED, _S.ON_HOLD}
    ),
    _S.IN_DOUBT: frozenset({_S.KEYING, _S.ON_HOLD}),
    _S.POSTED: frozenset({_S.POSTED, _S.ON_HOLD}),
    _S.REFUSED: frozenset({_S.REFUSED, _S.ON_HOLD, _S.READY, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.READY, _S.CANCELLED}),
    _S.ON_HOLD: frozenset({_S.READY, _S.IN_DOUBT, _S.POSTED, _S.CANCELLED}),
    _S.CANCELLED: frozenset(),
}


class IllegalTransitionError(Exception):
    """A defect of ours: no caller may catch it."""


def check(before: ItemState, after: ItemState, item_id: str) -> None:
    """Raise unless *item_id* may go from *before* to *after*."""
    if after not in ALLOWED[before]:
        raise IllegalTransitionError(f"{item_id}: {before} -> {after} is not allowed")
