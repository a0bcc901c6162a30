"""One open screen: fill it, read it back, press what leads on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Page

from counterfoil.adapters.map_schema import Action, Lines, Marker, ScreenMap, Step
from counterfoil.adapters.screens.answers import Refusals, Words, words_of
from counterfoil.adapters.screens.arrival import glance, is_ready, wait_for_screen
from counterfoil.adapters.screens.inventory import Control, Sight
from counterfoil.adapters.screens.readback import (
    readback,
    value_of,
    wrong_boxes,
    wrong_texts,
)
from counterfoil.adapters.screens.resolve import Found, Resolution, resolve, resolve_action
from counterfoil.adapters.screens.scripts import TYPE
from counterfoil.adapters.screens.session import LOOK_SECONDS, Session, nothing_keyed
from counterfoil.adapters.screens.spelling import Values, spelled, typed
from counterfoil.errors import Refused, Unavailable

#: Resolved forms that a session remembers.
FORMS_MAX = 100


class Screen:
    """A screen that was recognised; every field of it is resolved."""

    def __init__(self, session: Session, name: str, page: Page, sight: Sight) -> None:
        self.session = session
        self.name = name
        self.where = session.where(name)
        self.map: ScreenMap = session.system.screens[name]
        self.page = page
        self.sight = sight  # the last look
        if session.on_screen is not None:
            session.on_screen(name, sight)
        self.resolution = _resolved(session, name, sight)

    @property
    def frame(self) -> Frame:
        """Where it is."""
        return self.session.frame(self.map.frame, self.page)

    async def fill(self, values: Values, lines: Sequence[Values] = ()) -> dict[str, Any]:
        """Type every value in the screen's own format, then read every box back.

        Returns:
            What each box shows, as :meth:`check` does.

        Raises:
            Refused: A value does not fit into its box; nothing was typed.
            Unavailable: A box holds something else than it was given.
        """
        if self.map.lines is not None and len(lines) > (room := self._room(self.map.lines)):
            raise Refused("too_many_lines", f"{len(lines)} lines, the screen takes {room}")
        found = [each for each in self.resolution.fields.values() if not each.field.filled_by]
        entries = [(each, self._text(each, values)) for each in found]
        if not self.resolution.fields and not lines:
            return self.shows(values)  # nothing was typed since it came
        async with nothing_keyed(self.where, self.session):
            await self._type(entries)
            await self._fill_lines(lines)
            await self._fill_by_action(values)
        return await self.check(values, lines)

    async def check(self, values: Values, lines: Sequence[Values] = ()) -> dict[str, Any]:
        """Look again: the same form, and every value on it the item's own.

        Returns:
            What each box shows, for the evidence; account numbers are masked.

        Raises:
            Unavailable: Another page, another form, or another value.
        """
        async with nothing_keyed(self.where, self.session):
            self.session.stop_if_alarmed(self.name)
            sight = await self.session.look_at(self.frame, self.map)
        if sight.mark != self.sight.mark or sight.fingerprint() != self.sight.fingerprint():
            raise Unavailable(self.where, "the page has changed under our hands")
        self.sight = sight
        return self.shows(values, lines)

    def shows(self, values: Values, lines: Sequence[Values] = ()) -> dict[str, Any]:
        """Hold the last look against the item; answers and errors as :meth:`check`."""
        sight, locale = self.sight, self._locale
        troubles = [*wrong_boxes(sight, self.resolution, values, lines, locale)]
        troubles += wrong_texts(self.map, sight.text, values, lines, locale)
        if troubles:
            raise Unavailable(self.where, self.session.redactor.text("; ".join(troubles)))
        return readback(self.where, sight, self.resolution, values, len(lines))

    async def press(self, name: str, values: Values, *, leads_to: str = "") -> Screen:
        """Press an action that moves nothing; return the screen it leads to.

        Raises:
            Refused: The system says no, in words that the map knows.
            Unavailable: The screen did not come, or something came that nobody expected.
        """
        action = self.map.actions[name]
        assert action.effect != "commit", "a commit goes through commit.submit"
        self.session.watch.expect(action.dialogs, values)
        async with nothing_keyed(self.where, self.session):
            if action.popup is not None:
                await self._through_popup(name, action, values)
                return self
            old = self.sight.mark
            return await self._press_and_wait(
                name, values, leads_to or self.name, lambda sight: sight.mark != old
            )

    def control_of(self, name: str, values: Values) -> Control:
        """The one control of an action. Raises Unavailable."""
        action = self.map.actions[name]
        face = spelled(values[action.label_value], self._locale) if action.label_value else ""
        return resolve_action(self.where, name, action, self.sight.controls, face)

    async def click(self, control: Control) -> None:
        """Press *control*, if the page is still the one that was seen."""
        await self.session.click(self.where, self.frame, self.sight, control)

    async def words(self) -> dict[str, Words]:
        """What stands in the frames of its answers; in its own frame, as of the last look."""
        if self.map.text_counts and self.map.answers.frames in ((), (self.map.frame,)):
            return {self.map.frame: Words(self.sight.mark, self.sight.text)}
        return await words_of(self.session, self.map)

    def _room(self, lines: Lines) -> int:
        """How many lines it takes: the rows it has, or those it may be asked for."""
        return lines.rows_max if lines.add else len(self.resolution.rows)

    @property
    def _locale(self) -> Any:
        return self.session.system.map.locale

    def _text(self, found: Found, values: Values) -> str:
        value = value_of(found.field, values)
        return typed(found.field, value, self._locale, found.control.options)

    async def _press_and_wait(
        self, name: str, values: Values, target: str, is_new: Callable[[Sight], bool]
    ) -> Screen:
        control = self.control_of(name, values)
        refusals = None
        if self.map.answers.refusal:
            refusals = Refusals(self.session, self.map, await self.words())
        await self.click(control)
        await self.session.rest()
        within = self.map.actions[name].answer_within_seconds
        sight = await wait_for_screen(
            self.session, target, self.page, is_new=is_new, refusals=refusals, within=within
        )
        if trouble := self.session.watch.missing():
            raise Unavailable(self.where, trouble)
        return Screen(self.session, target, self.page, sight)

    async def _type(self, entries: Sequence[tuple[Found, str]]) -> None:
        """In one evaluate; boxes that listen to keys get keys."""
        boxes = [
            {
                "index": found.control.index,
                "name": found.control.name,
                "kind": found.control.kind,
                "field": found.field.value or found.control.label,
                "text": text,
            }
            for found, text in entries
            if found.field.events == "input"
        ]
        if boxes:
            call = {"mark": self.sight.mark, "boxes": boxes}
            trouble = await asyncio.wait_for(self.frame.evaluate(TYPE, call), LOOK_SECONDS)
            if trouble:
                raise Unavailable(self.where, trouble)
        for found, text in entries:
            if found.field.events == "keys":
                await self._type_keys(found.control, text)

    async def _type_keys(self, control: Control, text: str) -> None:
        """Key by key: for boxes that filter, count or rewrite what is being typed."""
        if 0 < control.max_chars < len(text):
            raise Unavailable(
                self.where, f"{control.name}: the box takes {control.max_chars} characters only"
            )
        box = self.frame.locator(f'[name="{control.name}"]')
        await box.fill("", timeout=LOOK_SECONDS * 1000)
        await box.press_sequentially(text, timeout=LOOK_SECONDS * 1000)
        await box.blur()

    async def _fill_lines(self, lines: Sequence[Values]) -> None:
        """Row by row; when the rows do not suffice, ask the page for more."""
        if self.map.lines is None:
            return
        done = 0
        while done < len(lines):
            rows = self.resolution.rows[done : len(lines)]
            entries = [
                (found, self._text(found, line))
                for row, line in zip(rows, lines[done:], strict=False)
                for found in row.values()
            ]
            await self._type(entries)
            done += len(rows)
            if done < len(lines):
                await self._add_rows(self.map.lines.add, done)

    async def _add_rows(self, name: str, rows: int) -> None:
        """Press "add lines" once: more than *rows* must come of it."""
        old = self.sight.mark
        grown = await self._press_and_wait(name, {}, self.name, lambda sight: sight.mark != old)
        if len(grown.resolution.rows) <= rows:
            raise Unavailable(self.where, f"asked for more than {rows} rows, and got none")
        self.sight, self.resolution = grown.sight, grown.resolution

    async def _fill_by_action(self, values: Values) -> None:
        for found in self.resolution.fields.values():
            field = found.field
            if field.filled_by and value_of(field, values) != "":
                await self.press(field.filled_by, values)

    async def _through_popup(self, name: str, action: Action, values: Values) -> None:
        """Open the window, press its actions, and see it shut itself."""
        assert action.popup is not None
        coming = self.session.watch.expect_popup()
        await self.click(self.control_of(name, values))
        window = await asyncio.wait_for(coming, action.answer_within_seconds)
        target = action.popup.screen
        sight = await wait_for_screen(self.session, target, window, is_new=lambda _: True)
        screen = Screen(self.session, target, window, sight)
        *earlier, last = action.popup.actions
        for step in earlier:
            await screen.fill(values)
            screen = await screen.press(step, values)
        await screen.press_and_shut(last, values)

    async def press_and_shut(self, name: str, values: Values) -> None:
        """Press the action after which the window shuts itself.

        Raises:
            Unavailable: It is not there.
            PlaywrightError, TimeoutError: It did not shut.
        """
        shut = asyncio.Event()
        self.page.once("close", lambda _: shut.set())
        try:
            await self.click(self.control_of(name, values))
        except PlaywrightError:
            if not self.page.is_closed():
                raise
        if not self.page.is_closed():
            await asyncio.wait_for(shut.wait(), self.map.actions[name].answer_within_seconds)


async def open_screen(session: Session, name: str) -> Screen:
    """Go to the screen *name* and make sure that we are there.

    Raises:
        SessionExpired: The system wants a sign-on.
        Unavailable: It cannot be reached, or is not what the map says.
    """
    screen = session.system.screens[name]
    assert screen.open is not None, f"{name} is reached by an action only"
    async with nothing_keyed(session.where(name), session):
        old = await session.go(screen.open, screen.frame)
        sight = await wait_for_screen(
            session, name, session.page, is_new=lambda sight: sight.mark != old
        )
        return Screen(session, name, session.page, sight)


async def still_open(session: Session, name: str) -> Screen | None:
    """The screen *name*, if the window shows it just now; None: take the way to it.

    Raises:
        Unavailable: It is there, and not what the map says.
    """
    screen = session.system.screens[name]
    async with nothing_keyed(session.where(name), session):
        await session.begin()
        sight = await glance(session, screen, session.page)
        if sight is None or not is_ready(screen, sight):
            return None
        return Screen(session, name, session.page, sight)


async def wait_signed_on(screen: Screen, action: str) -> None:
    """Press the sign-on, pass the notices that the map knows, and see that we are in.

    A sign-on that is asked for anew, without a word that the map knows, is a refusal too:
    to try again what was not understood is how operators get locked.

    Raises:
        Unavailable: The system does not let us in now.
        Refused: It does not accept this operator; trying again would lock it.
    """
    session, rules = screen.session, screen.session.system.map.session
    where, loop = screen.where, asyncio.get_running_loop()
    deadline = loop.time() + screen.map.actions[action].answer_within_seconds
    async with nothing_keyed(where, session):
        session.watch.expect(screen.map.actions[action].dialogs, {})
        await screen.click(screen.control_of(action, {}))
        while loop.time() < deadline:
            await session.rest()
            session.stop_if_alarmed(screen.name)
            shows = await session.look_around()
            if shows([rules.signed_on]):
                session.signed_on = True
                return
            if shows(rules.unavailable):
                raise Unavailable(where, "the system is closed to us")
            if shows(rules.refused):
                session.refused = True
                operator = session.login.values
                raise Refused("sign_on_refused", f"{where} does not accept {dict(operator)}")
            await _pass_notice(session, rules.notices, shows)
        if await _asked_anew(screen):
            session.refused = True
            raise Refused("sign_on_refused", f"{where} asks for it anew, in words of no map")
    raise Unavailable(where, "the sign-on was not accepted")


async def _asked_anew(screen: Screen) -> bool:
    """Whether the same screen stands there again as another page: the system has answered."""
    sight = await glance(screen.session, screen.map, screen.page)
    return sight is not None and sight.mark != screen.sight.mark and is_ready(screen.map, sight)


async def _pass_notice(
    session: Session, notices: Sequence[Step], shows: Callable[[Sequence[Marker]], bool]
) -> None:
    """Press on when a page between sign-on and work is there."""
    for step in notices:
        screen = session.system.screens[step.screen]
        if shows([Marker(frame=screen.frame, title=screen.title)]):
            sight = await session.look_at(session.frame(screen.frame), screen)
            notice = Screen(session, step.screen, session.page, sight)
            await notice.click(notice.control_of(step.action, {}))


def _resolved(session: Session, name: str, sight: Sight) -> Resolution:
    """Resolve the fields, or use what the very same form was resolved to before."""
    key = (name, sight.fingerprint(), tuple(each.index for each in sight.controls if each.is_box))
    if key not in session.resolved:
        if len(session.resolved) >= FORMS_MAX:  # captions of rows make ever new forms
            session.resolved.clear()
        session.resolved[key] = resolve(
            session.where(name),
            session.system.screens[name],
            sight.controls,
            session.inventories[name],
            session.system.map.heal,
        )
    return session.resolved[key]
