"""Waiting for a screen: loaded, titled and ready as the map says, or told what came instead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from counterfoil.adapters.map_schema import ScreenMap
from counterfoil.adapters.screens.answers import Refusals
from counterfoil.adapters.screens.inventory import Sight
from counterfoil.adapters.screens.session import (
    LOOK_SECONDS,
    OPEN_SECONDS,
    Session,
    SessionExpired,
    fits,
)
from counterfoil.errors import Unavailable

#: How long a page that is loaded, and is not what we expect, may still become it.
PATIENCE_SECONDS = 2.0
#: How often all frames are searched for another reason why the screen does not come.
ASK_EVERY_SECONDS = 0.3
#: Looks for a title, 50 ms apart: about ten seconds.
TITLE_GLANCES = 200


async def wait_for_screen(  # noqa: PLR0913
    session: Session,
    name: str,
    page: Page,
    *,
    is_new: Callable[[Sight], bool],
    refusals: Refusals | None = None,
    within: float = OPEN_SECONDS,
) -> Sight:
    """Wait for the screen *name* in *page*.

    Args:
        is_new: Tells it from the page we came from, which may look the same.
        refusals: What the screen we came from may say instead of moving on.

    Raises:
        SessionExpired: The system wants a sign-on.
        Refused: The system said no, in words that the map knows.
        Unavailable: Something else came, or nothing.
    """
    screen = session.system.screens[name]
    loop = asyncio.get_running_loop()
    deadline, ask_at = loop.time() + within, loop.time() + ASK_EVERY_SECONDS
    while True:
        sight = await glance(session, screen, page)
        session.stop_if_alarmed(name)
        if sight is not None and is_new(sight) and is_ready(screen, sight):
            return sight
        if sight is not None and is_new(sight) and sight.complete:
            deadline = min(deadline, loop.time() + PATIENCE_SECONDS)
        if loop.time() >= ask_at:
            await _told_otherwise(session, name, page, refusals)
            ask_at = loop.time() + ASK_EVERY_SECONDS
        if loop.time() > deadline:
            found = f"found {sight.title!r}" if sight is not None else "found no page"
            raise Unavailable(session.where(name), f"expected {screen.title!r}, {found}")
        await session.rest()


async def wait_for_title(session: Session, name: str, old_mark: str) -> Sight:
    """Wait for a page with the screen's title, ready or not; for recording. Raises Unavailable."""
    screen = session.system.screens[name]
    for _ in range(TITLE_GLANCES):
        sight = await glance(session, screen, session.page)
        if sight is not None and sight.mark != old_mark and sight.title == screen.title:
            return sight
        await session.rest()
    raise Unavailable(session.where(name), f"expected {screen.title!r}")


async def glance(session: Session, screen: ScreenMap, page: Page) -> Sight | None:
    """What the screen's frame shows, or None between two pages."""
    if page.is_closed() or session.page.is_closed():
        raise session.unavailable(session.system.name, "the browser window is gone")
    try:
        frame = session.frame(screen.frame, page)
        await frame.wait_for_load_state("load", timeout=LOOK_SECONDS * 1000)
        return await session.look_at(frame, screen)
    except (PlaywrightError, Unavailable):
        return None


def is_ready(screen: ScreenMap, sight: Sight) -> bool:
    return (
        sight.complete
        and sight.title == screen.title
        and all(fits(sight, marker) for marker in screen.ready)
        and not any(fits(sight, marker) for marker in screen.never)
    )


async def _told_otherwise(
    session: Session, name: str, page: Page, refusals: Refusals | None
) -> None:
    """Raise when the page says why the screen does not come."""
    rules, shows = session.system.map.session, await session.look_around(page)
    if shows(rules.unavailable):
        session.signed_on = False
        raise Unavailable(session.where(name), "closed to us: maintenance, or signed off")
    if session.signed_on and shows(rules.expired):
        session.signed_on = False
        raise SessionExpired(session.where(name), "the session has expired")
    if refusals is not None:
        await refusals.raise_if_any()
