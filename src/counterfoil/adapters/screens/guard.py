"""Every POST leaves once, and the one that moves money only while it may.

Chromium sends a POST again, on its own and unseen by Playwright, when a kept or
preconnected connection closes before the first byte of the answer, and after 408 and
421. To a bank that is a second payment. So no POST of ours goes out through Chromium:
each goes through Playwright's own client, which does not repeat it, and the page gets
the answer.

Source: HttpNetworkTransaction::ShouldResendRequest in Chromium, net/http; reproduced
by tests/test_post_guard.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request, Route

#: Sent again by the definition of the status: what became of the first is not to be known.
REPOSTS = (307, 308)


@dataclass(slots=True, kw_only=True)
class Shot:
    """The right to send one POST, once, before *click_before*."""

    click_before: float  # seconds, by *monotonic*
    monotonic: Callable[[], float]
    answer_within_seconds: int
    objection: Callable[[], str]  # why it must not leave: a box that did not come ...
    sent: bool = False  # the POST left, or may have
    held: str = ""  # why it was held back
    wandered: bool = False  # the page went elsewhere without a POST
    status: int = 0  # of the answer; 0: none
    trouble: str = ""  # why there is no answer
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def fire(self) -> bool:
        """Take the one shot, or learn that it is gone or too late. Never waits."""
        if self.sent or self.held:
            return False
        self.held = self.objection()
        if self.monotonic() >= self.click_before:
            self.held = self.held or "too late: the claim is too old for a click"
        self.sent = not self.held
        return self.sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Diverted:
    """A request that a page was about to make; it was not sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    window: bool  # it was to open in a window of its own


class PostGuard:
    """The one way out of a browser context.

    Open: POSTs leave, each once. Armed: the next one is the shot, and the last. Spent:
    none leaves until :meth:`reopen`, which is what opening a screen does. Diverting: the
    next page that is asked for goes to the caller instead: a document, to be kept.
    """

    ANSWER_WITHIN_SECONDS = 30  # for POSTs that move nothing

    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._allowed = allowed
        self._shot: Shot | None = None
        self._spent = False
        self._diverting: asyncio.Future[Diverted] | None = None
        self.strays: list[str] = []  # addresses that were refused

    def reopen(self) -> None:
        """A new form: forget the shot."""
        self._shot, self._spent, self._diverting = None, False, None
        self.strays.clear()

    def divert(self) -> asyncio.Future[Diverted]:
        """The next page that is asked for is not sent but handed over."""
        self._diverting = asyncio.get_running_loop().create_future()
        return self._diverting

    def stop_diverting(self) -> None:
        """Whatever is asked for from now on leaves as usual."""
        self._diverting = None

    def arm(self, shot: Shot) -> None:
        """From now on only this shot leaves."""
        assert not self._spent
        self._shot = shot

    def disarm(self) -> None:
        """Nothing leaves any more; what has not been sent by now never will be."""
        self._spent = True

    async def handle(self, route: Route) -> None:
        """Decide on one request of the page; the handler of ``context.route``."""
        request = route.request
        try:
            if not self._allowed(request.url):
                self.strays.append(request.url)
                await route.abort("blockedbyclient")
            elif self._diverting is not None and request.is_navigation_request():
                await self._divert(route, self._diverting)
            elif request.method in ("GET", "HEAD"):
                self._note_wandering(request.is_navigation_request())
                await route.continue_()
            elif self._spent or (self._shot is not None and not self._shot.fire()):
                await route.abort("blockedbyclient")
                self._settle()
            else:
                await self._send(route, self._shot)
        except PlaywrightError:  # the page or the browser is gone: nobody waits any more
            self._settle()

    async def _send(self, route: Route, shot: Shot | None) -> None:
        seconds = shot.answer_within_seconds if shot else self.ANSWER_WITHIN_SECONDS
        try:
            response = await route.fetch(max_retries=0, max_redirects=0, timeout=seconds * 1000)
            if response.status in REPOSTS:
                raise PlaywrightError(f"the answer {response.status} asks to send it again")
            if shot is not None:
                shot.status = response.status
            await route.fulfill(response=response)
        except PlaywrightError as trouble:
            if shot is not None:
                shot.trouble = trouble.message.splitlines()[0]
            await route.abort("connectionclosed")
        finally:
            self._settle()

    async def _divert(self, route: Route, wanted: asyncio.Future[Diverted]) -> None:
        """A frame stays as it is; a new window gets an empty page, for us to shut."""
        request = route.request
        window = _opens_a_window(request)
        self._diverting = None
        if window:
            await route.fulfill(status=200, content_type="text/html", body="")
        else:
            await route.abort("aborted")  # of all reasons the one that shows no error page
        wanted.set_result(
            Diverted(
                method=request.method,
                url=request.url,
                headers=request.headers,
                body=request.post_data_buffer,
                window=window,
            )
        )

    def _note_wandering(self, navigates: bool) -> None:
        if navigates and self._shot is not None and not self._shot.sent:
            self._shot.wandered = True

    def _settle(self) -> None:
        if self._shot is not None:
            self._shot.settled.set()


def _opens_a_window(request: Request) -> bool:
    """The first request of a window is made before the window has a frame."""
    try:
        return request.frame.is_detached()
    except PlaywrightError:
        return True
