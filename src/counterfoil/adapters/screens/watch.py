"""Dialogs, windows and downloads: what the step expects is answered, the rest stops it."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Sequence

from playwright.async_api import Dialog as PageDialog
from playwright.async_api import Download, Page
from playwright.async_api import Error as PlaywrightError

from counterfoil.adapters.map_schema import Dialog, Locale
from counterfoil.adapters.screens.spelling import Values, disagreements


class Watch:
    """Looks after one context. ``trouble`` is the first thing that nobody expected."""

    def __init__(self, any_time: Sequence[Dialog], locale: Locale) -> None:
        self._any_time = any_time
        self._locale = locale
        self._expected: deque[Dialog] = deque()
        self._values: Values = {}
        self._popup: asyncio.Future[Page] | None = None
        self._download: Callable[[str], None] | None = None
        self.trouble = ""
        self.alarm = asyncio.Event()  # set with trouble
        self.main: Page | None = None  # the session's own window
        self.is_ours = False  # whoever opens a window just now: we ourselves

    def expect(self, dialogs: Sequence[Dialog], values: Values) -> None:
        """The boxes that the next action brings, in order, and what they must say."""
        self._expected = deque(dialogs)
        self._values = values

    def expect_popup(self) -> asyncio.Future[Page]:
        """The window that the next action opens."""
        self._popup = asyncio.get_running_loop().create_future()
        return self._popup

    def expect_download(self, take: Callable[[str], None]) -> None:
        """*take* gets the address of what is downloaded; the download itself is stopped."""
        self._download = take

    def expect_no_file(self) -> None:
        """Neither a window nor a download is expected any more; what went wrong stays."""
        self._popup = self._download = None

    def clear(self) -> None:
        """A new step: nothing is expected, nothing went wrong."""
        self._expected.clear()
        self.expect_no_file()
        self.trouble = ""
        self.alarm.clear()

    def missing(self) -> str:
        """What was expected and did not come, or ""."""
        return f"the box {self._expected[0].pattern!r} did not come" if self._expected else ""

    async def on_dialog(self, box: PageDialog) -> None:
        """Answer one box; the page stands still until it is answered."""
        policy = self._policy_for(box)
        try:
            if policy is not None and policy.answer == "accept":
                await box.accept()
            else:
                await box.dismiss()
        except PlaywrightError:
            self._raise_alarm("a box was gone before it could be answered")

    def on_page(self, page: Page) -> asyncio.Task[None] | None:
        """Hand over the expected window, shut any other."""
        if self.main is None or page is self.main or self.is_ours:
            return None
        if self._popup is not None and not self._popup.done():
            self._popup.set_result(page)
            return None
        self._raise_alarm("a window opened that nobody expected")
        return asyncio.ensure_future(_shut(page))

    async def on_download(self, download: Download) -> None:
        """Told where it is expected; no step of keying downloads anything."""
        if self._download is not None:
            self._download(download.url)
        else:
            self._raise_alarm("a download began that nobody expected")
        try:
            await download.cancel()
        except PlaywrightError:
            return  # gone with its window

    def _policy_for(self, box: PageDialog) -> Dialog | None:
        """How to answer; None means no, and that the item stops."""
        for policy in self._any_time:
            if policy.kind == box.type and _matches(policy, box):
                return policy
        if not self._expected:
            self._raise_alarm(f"a box nobody expected: {box.type} {box.message[:80]!r}")
            return None
        policy = self._expected.popleft()
        found = re.fullmatch(policy.pattern, box.message, re.MULTILINE)
        if policy.kind != box.type or found is None:
            self._raise_alarm(f"expected another box than {box.type} {box.message[:80]!r}")
            return None
        if wrong := disagreements(found, policy.shown, self._values, self._locale):
            self._raise_alarm(f"the {box.type} box shows another {', '.join(wrong)}")
            return None
        return policy

    def _raise_alarm(self, trouble: str) -> None:
        self.trouble = self.trouble or trouble
        self.alarm.set()


def _matches(policy: Dialog, box: PageDialog) -> bool:
    return not policy.pattern or re.fullmatch(policy.pattern, box.message) is not None


async def _shut(page: Page) -> None:
    try:
        await page.close()
    except PlaywrightError:
        return  # it shut itself
