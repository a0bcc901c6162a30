"""Whether an item may be keyed now: who said so may still say so, and said it of this.

Asked when an item is claimed and once more in the transaction that writes its intent. A
state that another hand set to READY is no approval, and an approver whose role was taken
away has approved nothing that is not keyed yet.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, exists, not_, or_, select

from counterfoil.domain.people import Right, Role
from counterfoil.store.people_schema import accounts
from counterfoil.store.prepared import the
from counterfoil.store.schema import approvals, batches, decisions, items

_DECIDERS = sorted(str(each) for each in Role if Right.DECIDE in each.rights)


def _in_standing(person: ColumnElement[str]) -> ColumnElement[bool]:
    """Has an account that decides. Whoever has none decides on the command line, by config."""
    theirs = accounts.c.person == person
    decides = and_(theirs, accounts.c.active, accounts.c.role.in_(_DECIDERS))
    return or_(not_(exists().where(theirs)), exists().where(decides))


_APPROVED = exists().where(
    approvals.c.batch_id == items.c.batch_id,
    approvals.c.digest == batches.c.digest,
    approvals.c.approver != batches.c.maker,
    _in_standing(approvals.c.approver),
)
_RELEASED = exists().where(
    decisions.c.item_id == items.c.item_id,
    decisions.c.kind == "release",
    _in_standing(decisions.c.person),
)
_ENDED = exists().where(
    decisions.c.item_id == items.c.item_id, decisions.c.kind.in_(("cancel", "booked"))
)
_ENTITLED = (
    select(items.c.item_id)
    .join(batches, batches.c.batch_id == items.c.batch_id)
    .where(
        items.c.item_id == the("item"),
        items.c.system == batches.c.system,
        not_(_ENDED),
        or_(not_(batches.c.needs_approval), _APPROVED, _RELEASED),
    )
)


def may_be_keyed(connection: Connection, item_id: str) -> bool:
    """Nobody had to look, or somebody did who is not the maker and may still decide.

    Never what a person cancelled, refused, or saw at the bank.
    """
    return connection.execute(_ENTITLED, {"the_item": item_id}).first() is not None
