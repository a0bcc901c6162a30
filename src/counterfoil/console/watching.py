"""Open pages that wait for a change: one look at the ledger for all, as long as any waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from counterfoil.errors import LedgerLost

LOOK_SECONDS = 0.1
ONE_SECONDS = 0.4  # between two looks at one thing
HOLD_SECONDS = 10.0  # shorter than what proxies take for dead


class Watch:
    """Holds requests until the ledger has changed.

    Args:
        newest: Looks now; tells another text whenever the ledger has changed.
    """

    def __init__(self, newest: Callable[[], str]) -> None:
        self._newest = newest
        self._seen = ""
        self._waiting = 0
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Let go of everybody: the server stops. From its own event loop."""
        self._ended.set()
        self._changed.set()

    async def run(self) -> None:
        """Look, until the end."""
        while not self._ended.is_set():
            if self._waiting:
                await self._look()
            await _wait(self._ended, LOOK_SECONDS)

    async def changed_from(self, seen: str, look: Callable[[], str] | None = None) -> str:
        """What is newest: as soon as it is not what was *seen*, or after ten seconds.

        Args:
            look: Tells what is newest of one thing; None: of everything, looked at once for all.
        """
        ends = time.monotonic() + HOLD_SECONDS
        self._waiting += 1
        try:
            if self._waiting == 1:
                await self._look()  # nobody did meanwhile
            while True:  # ends: time passes
                change = self._changed
                newest = self._seen if look is None else await _told(look)
                left = ends - time.monotonic()
                if newest not in ("", seen) or left <= 0 or self._ended.is_set():
                    return newest or seen
                await _wait(change, left)
                if look is not None:
                    await _wait(self._ended, ONE_SECONDS)  # others change more often than it
        finally:
            self._waiting -= 1

    async def _look(self) -> None:
        newest = await _told(self._newest)
        if newest and newest != self._seen:
            self._seen = newest
            self._changed.set()
            if not self._ended.is_set():
                self._changed = asyncio.Event()


async def _told(look: Callable[[], str]) -> str:
    """What it tells; "": the ledger is away: pages stay as they are, their next request says so."""
    try:
        return await run_in_threadpool(look)
    except LedgerLost:
        return ""


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
