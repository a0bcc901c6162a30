"""One login at one system in one browser context; it works on one item at a time."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.async_api import BrowserContext, CDPSession, Frame, Page
from playwright.async_api import Error as PlaywrightError

from counterfoil.adapters.map_schema import Action, Marker, Open, ScreenMap, System
from counterfoil.adapters.screens.browser import Chromium
from counterfoil.adapters.screens.guard import PostGuard
from counterfoil.adapters.screens.inventory import Control, Inventory, Sight, load_inventory
from counterfoil.adapters.screens.login import Login
from counterfoil.adapters.screens.resolve import Resolution, resolve_action
from counterfoil.adapters.screens.scripts import LOOK, MARK, PRESS
from counterfoil.adapters.screens.watch import Watch
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor
from counterfoil.errors import BrowserDied, MapError, Unavailable

#: A wait is woken by the browser; this is for pages that change without going anywhere.
GLANCE_SECONDS = 0.05
LOOK_SECONDS = 10  # a page that cannot be looked at for so long hangs
OPEN_SECONDS = 30
VISITS_MAX = 4  # of one address, when another page barges in


class SessionExpired(Unavailable):
    """The system wants us to sign on again; nothing was keyed."""


class Session:
    """Opens the screens of one system.

    Args:
        base_url: Scheme, host and port; must match an origin of the map.
        keep: Stores the bytes of one piece of evidence durably.
        monotonic: The clock of ``click_before``.
    """

    def __init__(  # noqa: PLR0913
        self,
        system: System,
        base_url: str,
        login: Login,
        chromium: Chromium,
        *,
        redactor: Redactor,
        keep: Callable[[str, bytes], Evidence],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.system = _as_seen_by(system, login.values)
        self.login = login
        self.redactor = redactor
        self.keep = keep
        self.monotonic = monotonic
        self.base_url = base_url.rstrip("/")
        self.origins = _origins(system, self.base_url)
        self.guard = PostGuard(self.may_visit)
        self.watch = Watch(system.map.session.dialogs, system.map.locale)
        self.signed_on = False
        self.refused = False  # the operator was not accepted: never sign on with it again
        self.on_screen: Callable[[str, Sight], None] | None = None  # told of each screen we come to
        self.resolved: dict[tuple[str, str, tuple[int, ...]], Resolution] = {}  # by screen and form
        self.inventories: dict[str, Inventory | None] = {
            name: load_inventory(system.folder / f"{name}.inventory.json")
            for name in system.screens
        }
        self._chromium = chromium
        self._context: BrowserContext | None = None
        self._page: Page | None = None
        self._wire: CDPSession | None = None
        self._moved = asyncio.Event()
        self._been_somewhere = False  # in this context

    def may_visit(self, url: str) -> bool:
        """Whether *url* is the system's own; "about:blank" is an empty frame."""
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" in self.origins or url == "about:blank"

    @property
    def page(self) -> Page:
        """The session's window. Raises Unavailable when it is gone."""
        if self._page is None or self._page.is_closed():
            raise self.unavailable(self.system.name, "the browser window is gone")
        return self._page

    def unavailable(self, where: str, reason: str) -> Unavailable:
        """The error for trouble with the browser; we never shut our own window in the midst."""
        browser = self._context.browser if self._context is not None else None
        lives = browser is not None and browser.is_connected()
        if lives and self._page is not None and not self._page.is_closed():
            return Unavailable(where, reason)
        return BrowserDied(where, reason)

    async def refresh(self) -> None:
        """Make sure that there is a living window; a new one is not signed on."""
        if self._page is not None and not self._page.is_closed():
            return
        await self.close()
        self._been_somewhere = False
        self._context = await self._chromium.context()
        await self._context.route("**/*", self.guard.handle)
        self._context.on("dialog", self.watch.on_dialog)
        self._context.on("page", self._adopt)
        async with nothing_keyed(self.system.name, self):
            self._page = await self._chromium.while_it_lives(self._context.new_page())
            self.watch.main = self._page
            self._page.on("framenavigated", lambda _: self._moved.set())
            self._page.on("domcontentloaded", lambda _: self._moved.set())

    async def forget(self) -> None:
        """Drop what is left of an ended session, which would answer in the new one's place."""
        self.signed_on = False
        if self._been_somewhere:
            async with nothing_keyed(self.system.name, self):
                await self.page.context.clear_cookies()

    async def own_window(self) -> Page:
        """An empty window of our own beside the session's; the caller shuts it."""
        self.watch.is_ours = True
        try:
            return await self.page.context.new_page()
        finally:
            self.watch.is_ours = False

    async def wire(self) -> CDPSession:
        """The browser's own protocol for this window: for evidence only."""
        if self._wire is None:
            self._wire = await self.page.context.new_cdp_session(self.page)
        return self._wire

    async def close(self) -> None:
        """Shut the context; the next use starts over with a sign-on."""
        context, self._context, self._page, self.signed_on = self._context, None, None, False
        self.watch.main = self._wire = None
        if context is not None:
            with suppress(PlaywrightError, Unavailable):  # it died before us
                await self._chromium.while_it_lives(context.close())

    def frame(self, name: str, page: Page | None = None) -> Frame:
        """The frame that the map calls *name*; "" is the page itself.

        Raises:
            Unavailable: It is not there.
        """
        frame = (page or self.page).main_frame
        for part in self.system.map.frames[name] if name else ():
            found = [each for each in frame.child_frames if each.name == part]
            if len(found) != 1:
                raise Unavailable(self.system.name, f"frame {part!r}: found {len(found)} times")
            frame = found[0]
        return frame

    async def look(self, frame: Frame, *, text: bool = False, tables: bool = False) -> Sight:
        """One look at one frame. Raises PlaywrightError while a page changes."""
        seen = await asyncio.wait_for(
            frame.evaluate(LOOK, {"text": text, "tables": tables}), LOOK_SECONDS
        )
        return sight_of(seen)

    async def look_at(self, frame: Frame, screen: ScreenMap) -> Sight:
        """One look at all of it that the map of *screen* speaks of: what is read, is of one moment.

        Raises:
            PlaywrightError: The page is changing.
        """
        return await self.look(frame, text=screen.text_counts, tables=screen.table is not None)

    async def begin(self) -> None:
        """A new task: the last one's shot is spent, and its windows are shut.

        A window left over from trouble would be used again, and never be seen to open.
        """
        self.guard.reopen()
        self.watch.clear()
        for page in self.page.context.pages:
            if page is not self.page:
                await page.close()

    async def go(self, way: Open, frame_name: str) -> str:
        """Take the way to a screen: its address, or clicks in the menu.

        Returns:
            The mark of the page that was there before.

        Raises:
            Unavailable: It leads nowhere.
        """
        self._been_somewhere = True
        async with nothing_keyed(self.system.name, self):
            await self.begin()
            before = await self._mark(self.frame(frame_name))
            if way.path:
                await self._visit(way.path, frame_name)
            for face in way.menu:
                await self._click_menu(way.menu_frame, face)
            return before

    async def click(self, where: str, frame: Frame, sight: Sight, control: Control) -> None:
        """Press *control*, if the page is still the one that was seen."""
        call = {
            "mark": sight.mark,
            "index": control.index,
            "name": control.name,
            "label": control.label,
        }
        self._moved.clear()
        if trouble := await frame.evaluate(PRESS, call):
            raise Unavailable(where, trouble)

    def stop_if_alarmed(self, screen: str) -> None:
        """Raise Unavailable when something unexpected happened since the step began."""
        trouble = self.watch.trouble
        if self.guard.strays:
            trouble = trouble or "the page asked for an address that is not the system's"
        if trouble:
            raise Unavailable(self.where(screen), self.redactor.text(trouble))

    def where(self, screen: str) -> str:
        """For messages: "corebank.payment_entry"."""
        return f"{self.system.name}.{screen}"

    async def rest(self, seconds: float = GLANCE_SECONDS) -> None:
        """Wait until a frame goes somewhere, at most *seconds*."""
        try:
            await asyncio.wait_for(self._moved.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._moved.clear()

    async def look_around(self, page: Page | None = None) -> Callable[[Sequence[Marker]], bool]:
        """One look at every frame of our window, and of *page*.

        Returns:
            Whether one of the markers that it is given was anywhere it may be.
        """
        seen: list[tuple[tuple[str, ...], Sight]] = []
        for frame in [*self.page.frames, *(page.frames if page not in (None, self.page) else ())]:
            with suppress(PlaywrightError):  # between two pages: nothing to be seen
                seen.append((_path_of(frame), await self.look(frame, text=True)))
        frames = self.system.map.frames

        def shows(markers: Sequence[Marker]) -> bool:
            return any(
                fits(sight, marker) and (not marker.frame or path == frames[marker.frame])
                for marker in markers
                for path, sight in seen
            )

        return shows

    async def _mark(self, frame: Frame) -> str:
        """Of the page there, which may still be on its way to the error page of a lost answer."""
        for _ in range(VISITS_MAX):
            with suppress(PlaywrightError):
                return str(await asyncio.wait_for(frame.evaluate(MARK), LOOK_SECONDS))
            await self.rest(0.2)
        return str(await asyncio.wait_for(frame.evaluate(MARK), LOOK_SECONDS))

    async def _visit(self, path: str, frame_name: str) -> None:
        address = path.format(**{k: quote(v, safe="") for k, v in self.login.values.items()})
        frame = self.frame(frame_name)
        url = self.base_url + address
        for attempts_left in reversed(range(VISITS_MAX)):
            try:
                await frame.goto(url, timeout=OPEN_SECONDS * 1000)
            except PlaywrightError as trouble:
                # The error page of a commit whose answer was lost is still on its way in.
                barged_in = "interrupted by another navigation" in trouble.message
                if not attempts_left or not barged_in:
                    raise
                if f'another navigation to "{url}"' in trouble.message:
                    return  # by ourselves, a moment ago
                await self.rest(0.2)
            else:
                return

    async def _click_menu(self, frame_name: str, face: str) -> None:
        where = f"{self.system.name}: menu"
        frame = self.frame(frame_name)
        await frame.wait_for_load_state("load", timeout=OPEN_SECONDS * 1000)
        sight = await self.look(frame)
        action = Action(effect="navigate", label=face)
        await self.click(where, frame, sight, resolve_action(where, face, action, sight.controls))

    def _adopt(self, page: Page) -> None:
        page.on("download", self.watch.on_download)
        self.watch.on_page(page)


def sight_of(seen: str | dict[str, Any]) -> Sight:
    """What look.js answered: JSON, or the object itself where the page has spoilt JSON."""
    return Sight.of(json.loads(seen) if isinstance(seen, str) else seen)


def _path_of(frame: Frame) -> tuple[str, ...]:
    """Its name, and before it those of the frames around it; the page itself is ()."""
    path: list[str] = []
    while frame.parent_frame is not None:
        path.insert(0, frame.name)
        frame = frame.parent_frame
    return tuple(path)


def fits(sight: Sight, marker: Marker) -> bool:
    """Whether every key of *marker* holds for what was seen."""
    return (
        (not marker.title or sight.title == marker.title)
        and (not marker.path or sight.path.startswith(marker.path))
        and (not marker.control or any(each.name == marker.control for each in sight.controls))
        and (not marker.pattern or bool(re.search(marker.pattern, sight.text, re.MULTILINE)))
    )


@asynccontextmanager
async def nothing_keyed(where: str, session: Session) -> AsyncIterator[None]:
    """Turn browser trouble into Unavailable, where no money can have moved."""
    try:
        yield
    except (PlaywrightError, TimeoutError) as trouble:
        words = str(trouble).splitlines() or ["no answer in time"]
        raise session.unavailable(where, session.redactor.text(words[0])) from None


def check_login(system: System, base_url: str, values: Mapping[str, str]) -> None:
    """See that the maps are for *base_url*, and that a login has all that they need of it.

    Raises:
        MapError: They are not, or a value is missing.
    """
    _origins(system, base_url.rstrip("/"))
    _as_seen_by(system, values)
    name = system.map.session.sign_on.screen
    for each in system.screens[name].fields.values():
        if each.value and each.value not in {"password", *values} and not each.optional:
            where = system.folder / f"{name}.toml"
            raise MapError(
                f"{where}: the sign-on types {each.value!r}, the login has no such value"
            )


def _as_seen_by(system: System, values: Mapping[str, str]) -> System:
    """The maps with the sign-on values of one login in their titles."""
    screens = {}
    for name, screen in system.screens.items():
        try:
            screens[name] = replace(screen, title=screen.title.format_map(values))
        except (KeyError, ValueError) as trouble:
            where = system.folder / f"{name}.toml"
            raise MapError(f"{where}: title: the login has no value {trouble}") from trouble
    return replace(system, screens=screens)


def _origins(system: System, base_url: str) -> frozenset[str]:
    """The base address, if the map is for it, and the map's other fixed ones."""
    fixed = {each for each in system.map.origins if "*" not in each}
    for pattern in system.map.origins:
        if re.fullmatch(re.escape(pattern).replace(r"\*", "[^/@]*"), base_url):
            return frozenset({base_url, *fixed})
    raise MapError(f"{system.folder / 'system.toml'}: origins: {base_url} is none of them")
