"""Write down what is on a live screen: the inventory that its map is checked against."""

from __future__ import annotations

from datetime import UTC, datetime

from counterfoil.adapters.screens.arrival import wait_for_title
from counterfoil.adapters.screens.inventory import Inventory
from counterfoil.adapters.screens.session import Session, nothing_keyed


async def record_inventory(session: Session, name: str) -> Inventory:
    """Open the screen *name* and list all its controls; nothing is typed or resolved.

    Raises:
        Unavailable: It did not open.
    """
    screen = session.system.screens[name]
    assert screen.open is not None, f"{name} is reached by an action only"
    async with nothing_keyed(session.where(name), session):
        old = await session.go(screen.open, screen.frame)
        sight = await wait_for_title(session, name, old)
    return Inventory.of(sight, datetime.now(UTC).date().isoformat())
