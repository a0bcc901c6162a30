"""The statements of every visit, built once: to build one costs four times what it does.

Parameters are named ``the_...``, apart from columns that are written under their own name.
"""

from __future__ import annotations

from sqlalchemy import BindParameter, Select, bindparam, insert, select, update

from counterfoil.domain.items import ItemState
from counterfoil.store.schema import intents, items, leases, pauses, receipts, steps, systems


def the(name: str) -> BindParameter[object]:
    """A parameter of one of the statements below."""
    return bindparam(f"the_{name}")


_IT = items.c.item_id == the("item")
_OURS = (_IT, items.c.token == the("token"), items.c.holder == the("boot"))
_OPEN = intents.c.outcome.is_(None)
_LEASE = (
    leases.c.system == the("system"),
    leases.c.login == the("login"),
    leases.c.holder == the("boot"),
    leases.c.token == the("token"),
    leases.c.expires_at > the("instant"),
)

FROZEN = select(systems.c.frozen).where(systems.c.system == the("system"))
PAUSES = select(pauses.c.kind, pauses.c.probe_at).where(
    pauses.c.system.in_((the("system"), the("everywhere")))
)
TROUBLES = select(systems.c.troubles).where(systems.c.system == the("system"))

ITEM = select(items).where(_IT)
ITEM_LOCKED = ITEM.with_for_update()
TAKE_ITEM = (
    update(items)
    .where(_IT, items.c.token == the("token"))
    .values(
        state=the("state"),
        holder=the("boot"),
        token=items.c.token + 1,
        claimed_at=the("instant"),
        takeovers=the("takeovers"),
        updated_at=the("instant"),
    )
)
INTENTS = select(intents.c.attempt, intents.c.at, intents.c.token, intents.c.outcome).where(
    intents.c.item_id == the("item")
)
RECEIPT = select(receipts.c.bank_reference).where(receipts.c.item_id == the("item"))

#: The claim still lets us key: the item is ours, and what was filed.
STILL_OURS = (
    update(items)
    .where(*_OURS, items.c.state == ItemState.KEYING, items.c.payload_sha256 == the("payload"))
    .values(updated_at=the("instant"))
    .returning(items.c.deadline_at)
)
HOLDS_LEASE: Select[tuple[int]] = select(leases.c.token).where(*_LEASE)
LEASE_LOCKED = HOLDS_LEASE.with_for_update(read=True)
LAST_ATTEMPT = (
    select(intents.c.attempt)
    .where(intents.c.item_id == the("item"))
    .order_by(intents.c.attempt.desc())
    .limit(1)
)
INTEND = insert(intents)
TELL = insert(steps)

#: An item under its claim, locked, and its open intent, if any: at most one (a unique index).
STANDING = (
    select(
        items.c.state,
        items.c.token,
        items.c.unconfirmed_since,
        items.c.bookings_expected,
        intents.c.attempt,
        intents.c.at,
    )
    .select_from(items.outerjoin(intents, (intents.c.item_id == items.c.item_id) & _OPEN))
    .where(_IT)
    .with_for_update(of=items)
)
_END = {
    "state": the("state"),
    "due_at": the("due_at"),
    "visit": items.c.visit + the("visits"),
    "holder": None,
    "troubles": (items.c.troubles + 1) * the("troubled"),
    "takeovers": 0,
    "unconfirmed_since": the("since"),
    "bookings_expected": the("expected"),
    "updated_at": the("instant"),
}
END_ITEM = update(items).where(*_OURS).values(_END).returning(items.c.visit, items.c.priority)
END_ITEM_WHY = END_ITEM.values(code=the("code"), reason=the("reason"))
END_INTENT = (
    update(intents)
    .where(intents.c.item_id == the("item"), intents.c.attempt == the("attempt"), _OPEN)
    .values(outcome=the("outcome"), outcome_at=the("instant"))
)
RECEIVE = insert(receipts)
CONFIRM = (
    update(receipts).where(receipts.c.item_id == the("item")).values(confirmed_at=the("instant"))
)
