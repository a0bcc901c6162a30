"""The thread that drives the browser: it starts it while the rest is still being loaded.

Loading our own code costs a second of CPU, starting a browser another; after a crash
the items wait for both. So whoever keys opens the floor first, imports the rest, and
then gives it the work. What is imported here is on that way: keep it little.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from counterfoil.adapters.browsers import find_browser
from counterfoil.adapters.screens.browser import Chromium
from counterfoil.config import Suite

T = TypeVar("T")

#: After Ctrl-C the visits in hand are broken off, and the sessions signed off.
BREAK_OFF_SECONDS = 60.0


def chromium_of(suite: Suite) -> Chromium:
    """One browser for all systems; it resolves their names and no others.

    Raises:
        SetupError: There is none on this machine.
    """
    settings = suite.config.browser
    hosts = {urlsplit(each.base_url).hostname or "" for each in suite.config.systems.values()}
    return Chromium(
        find_browser(settings.executable, headless=settings.headless),
        hosts=hosts,
        downloads=suite.data / "downloads",
        headless=settings.headless,
    )


class Floor:
    """An event loop of its own, and on it a Chromium on its way.

    Args:
        suite: Whose systems the browser is for.

    Raises:
        SetupError: There is no browser on this machine.
    """

    def __init__(self, suite: Suite) -> None:
        self._chromium = chromium_of(suite)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = threading.Event()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, name="floor", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._open.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    def run(self, work: Callable[[Chromium], Coroutine[Any, Any, T]]) -> T:
        """Do *work* there and wait for its end; Ctrl-C cancels it and waits for that, too."""
        assert self._loop is not None, "the floor is not open"
        ended = threading.Event()

        async def whole() -> T:
            try:
                return await work(self._chromium)
            finally:
                ended.set()

        future = asyncio.run_coroutine_threadsafe(whole(), self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            ended.wait(BREAK_OFF_SECONDS)
            raise

    def _serve(self) -> None:
        asyncio.run(self._until_closed())

    async def _until_closed(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._open.set()
        async with self._chromium:
            early = asyncio.ensure_future(self._chromium.start())
            await self._closing.wait()
            await asyncio.wait({early})
