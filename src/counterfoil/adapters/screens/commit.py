"""The one verb that may move money: press the commit control once and read the answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from playwright.async_api import Error as PlaywrightError

from counterfoil.adapters.screens.answers import Refusals, receipt_in, refusal_in
from counterfoil.adapters.screens.guard import Shot
from counterfoil.adapters.screens.inventory import Control
from counterfoil.adapters.screens.screen import Screen
from counterfoil.adapters.screens.session import nothing_keyed
from counterfoil.adapters.screens.spelling import Values
from counterfoil.errors import InDoubt, Refused, Unavailable

#: How long a loaded page whose words the map does not know may still find the right ones.
PATIENCE_SECONDS = 3.0
#: The same after an answer that is an error by its status: no words of ours will follow.
ERROR_PATIENCE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """A receipt that the map knows, for our item."""

    bank_reference: str  # "": the system has none for us here; its enquiry has
    words: str  # the whole text it was read from


async def submit(screen: Screen, name: str, values: Values, *, click_before: float) -> Answer:
    """Press the commit action *name* once; one POST leaves, before *click_before*.

    Args:
        click_before: Seconds, by the session's monotonic clock.

    Raises:
        Unavailable: It is certain that no POST left.
        Refused: The bank said no, in words that the map knows.
        InDoubt: Anything else.
    """
    session, action = screen.session, screen.map.actions[name]
    assert action.effect == "commit", f"{name} does not commit"
    async with nothing_keyed(screen.where, session):
        session.stop_if_alarmed(screen.name)
        control = screen.control_of(name, values)
        news = Refusals(session, screen.map, await screen.words())
    session.watch.expect(action.dialogs, values)
    shot = Shot(
        click_before=click_before,
        monotonic=session.monotonic,
        answer_within_seconds=action.answer_within_seconds,
        objection=lambda: session.watch.trouble or session.watch.missing(),
    )
    session.guard.arm(shot)
    try:
        await _fire(screen, control, shot)
        if shot.trouble or not shot.status:
            await session.rest(1)  # the error page comes before anything else may be opened
            raise _outcome(screen, shot, shot.trouble or "no answer in time")
        return await _read(screen, news, values, shot)
    except (PlaywrightError, TimeoutError) as trouble:
        raise _outcome(screen, shot, (str(trouble).splitlines() or ["no answer"])[0]) from None
    finally:
        session.guard.disarm()


async def _fire(screen: Screen, control: Control, shot: Shot) -> None:
    """Press, and wait until an answer came or it is sure that none will.

    Raises:
        Unavailable: The control could not be pressed, or nothing left.
    """
    watch = screen.session.watch
    press = asyncio.ensure_future(screen.click(control))
    settled = asyncio.ensure_future(shot.settled.wait())
    alarm = asyncio.ensure_future(watch.alarm.wait())
    waits = {press, settled, alarm}
    deadline = asyncio.get_running_loop().time() + shot.answer_within_seconds + 1
    try:
        while not settled.done():
            left = deadline - asyncio.get_running_loop().time()
            done, waits = await asyncio.wait(
                waits, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED
            )
            if not shot.sent and (alarm.done() or not done or _failed(press)):
                screen.session.guard.disarm()  # in the same breath: nothing leaves any more
                break
            if not done:
                break
    finally:
        for each in (press, settled, alarm):
            each.cancel()
        await asyncio.gather(press, settled, alarm, return_exceptions=True)
    if not shot.sent:
        raise _outcome(screen, shot, shot.held or watch.trouble or "nothing was sent")


def _failed(press: asyncio.Future[None]) -> bool:
    """A press that ends because its page goes away has done its work."""
    return press.done() and isinstance(press.exception(), Unavailable)


def _outcome(screen: Screen, shot: Shot, reason: str) -> Unavailable | InDoubt:
    """What silence means: certainly nothing keyed, or not to be known."""
    reason = screen.session.redactor.text(reason)
    if shot.sent or shot.wandered:
        return InDoubt(screen.where, reason)
    return screen.session.unavailable(screen.where, reason)


async def _read(screen: Screen, news: Refusals, values: Values, shot: Shot) -> Answer:
    """Wait for words that the map knows, in the frames that it names.

    Raises:
        Refused: A refusal that the map knows.
        InDoubt: Everything but one receipt for our item.
    """
    loop = asyncio.get_running_loop()
    answers, locale = screen.map.answers, screen.session.system.map.locale
    patience = PATIENCE_SECONDS if shot.status < 400 else ERROR_PATIENCE_SECONDS
    deadline = loop.time() + patience
    await screen.session.rest()  # the answer is there before the page that it makes
    while True:
        texts = await news.news()
        receipts = [
            Answer(reference, text)
            for text in texts
            if (reference := receipt_in(text, answers, values, locale, screen.where)) is not None
        ]
        refusals = [each for text in texts if (each := refusal_in(text, answers)) is not None]
        if receipts and refusals:
            raise InDoubt(screen.where, "a receipt and a refusal at once")
        if refusals:
            reason = screen.session.redactor.text(refusals[0].reason)
            raise Refused(refusals[0].code, reason)
        if answers.by_enquiry and texts:
            return Answer("", texts[0])
        if receipts:
            return receipts[0]
        if loop.time() > deadline:
            raise InDoubt(screen.where, f"no words that we know after the answer {shot.status}")
        await screen.session.rest()
