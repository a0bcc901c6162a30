"""Look one item up by our reference on the system's own enquiry; any system."""

from __future__ import annotations

from datetime import UTC, datetime

from bots.sign_on import signed_on
from counterfoil.adapters.screens import Session, open_screen, still_open
from counterfoil.adapters.screens.evidence import take_list
from counterfoil.adapters.screens.tables import bookings, read_list
from counterfoil.domain.items import LookUp, WorkItem


async def look_up_item(session: Session, item: WorkItem) -> LookUp:
    """Every booking with exactly our reference, from the first page to the proven last.

    Raises:
        Unavailable: The list could not be read to its end; nothing is known.
    """
    return await signed_on(session, lambda: _look_up(session, item))


async def _look_up(session: Session, item: WorkItem) -> LookUp:
    task = session.system.map.tasks[item.kind].look_up
    values = item.values()
    search, action = await still_open(session, task.list) if task.again else None, task.again
    if search is None:
        search, action = await open_screen(session, task.screen), task.action
    await search.fill(values)
    asked_at = datetime.now(UTC)
    found = await search.press(action, values, leads_to=task.list)
    found.shows(values)
    listing = await read_list(found)
    return LookUp(
        bookings=bookings(found, listing, values, item.payload.lines()),
        read_at=asked_at,
        evidence=await take_list(found, listing, values),
    )
