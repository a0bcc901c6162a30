"""One Chromium for one worker: started when first needed, replaced when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Browser, BrowserContext, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from counterfoil.errors import BrowserDied

T = TypeVar("T")

FLAGS = (
    "--no-sandbox",  # we run as root in a container of our own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
ANSWER_SECONDS = 20  # for what Playwright puts no limit to
VIEWPORT = {"width": 1024, "height": 768}


class Chromium:
    """The browser of one worker; its sessions are contexts that share nothing.

    Args:
        executable: Of the Chromium to run.
        hosts: The only names it may resolve. Checks of addresses see no redirect that
            the browser follows by itself; a name that does not resolve stops those too.
        downloads: A private folder for what a page makes it download.
        headless: False shows the windows, for people who draw maps.
    """

    def __init__(
        self, executable: Path, *, hosts: Iterable[str], downloads: Path, headless: bool = True
    ) -> None:
        self._executable = executable
        self._hosts = sorted(set(hosts))
        self._downloads = downloads
        self._headless = headless
        self._lock = asyncio.Lock()
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._died = asyncio.Event()  # of the last one started

    async def __aenter__(self) -> Chromium:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Have the browser running before it is needed; whoever needs it hears of trouble."""
        async with self._lock:
            with suppress(PlaywrightError):
                await self._living()

    async def context(self) -> BrowserContext:
        """A fresh context in a living browser.

        Raises:
            BrowserDied: Chromium does not start, or not to the end.
        """
        async with self._lock:
            try:
                browser = await self._living()
                return await browser.new_context(
                    viewport={"width": VIEWPORT["width"], "height": VIEWPORT["height"]},
                    service_workers="block",  # they would send requests past our guard
                    accept_downloads=True,
                    ignore_https_errors=False,
                )
            except PlaywrightError as trouble:
                raise BrowserDied("browser", trouble.message.splitlines()[0]) from trouble

    async def answers(self) -> bool:
        """Whether the browser answers a question that costs nothing; True where none runs.

        It takes as long as the browser does: the caller sets the limit.
        """
        browser = self._browser
        if browser is None or not browser.is_connected():
            return True
        try:
            wire = await browser.new_browser_cdp_session()
            await wire.send("Browser.getVersion")
            await wire.detach()
        except PlaywrightError:
            return not browser.is_connected()
        return True

    async def while_it_lives(self, work: Coroutine[Any, Any, T]) -> T:
        """*work*, broken off when the browser dies: Playwright leaves a new page unanswered then.

        Raises:
            BrowserDied: Or it hangs.
        """
        task, death = asyncio.ensure_future(work), asyncio.ensure_future(self._died.wait())
        try:
            await asyncio.wait(
                {task, death}, timeout=ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if task.done():
                return task.result()
            raise BrowserDied("browser", "it died, or it hangs")
        finally:
            task.cancel()
            death.cancel()

    async def stop(self) -> None:
        """End the browser and its driver; one that hangs ends with our process."""
        for each in (self._browser, self._driver):
            with suppress(PlaywrightError, TimeoutError):
                if isinstance(each, Browser):
                    await asyncio.wait_for(each.close(), ANSWER_SECONDS)
                elif each is not None:
                    await asyncio.wait_for(each.stop(), ANSWER_SECONDS)
        self._browser = self._driver = None

    async def _living(self) -> Browser:
        if self._browser is not None and self._browser.is_connected():
            return self._browser
        if self._driver is None:
            self._driver = await async_playwright().start()
        rules = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {host}" for host in self._hosts)])
        self._downloads.mkdir(mode=0o700, parents=True, exist_ok=True)
        died = self._died = asyncio.Event()
        self._browser = await self._driver.chromium.launch(
            executable_path=self._executable,
            headless=self._headless,
            args=[*FLAGS, f"--host-resolver-rules={rules}"],
            downloads_path=self._downloads,
        )
        self._browser.on("disconnected", lambda _: died.set())
        return self._browser
