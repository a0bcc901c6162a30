"""Sign on to a system; the only bot that the others call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from counterfoil.adapters.screens import Session, SessionExpired, open_screen, wait_signed_on
from counterfoil.errors import Refused, Unavailable

T = TypeVar("T")


async def sign_on(session: Session) -> None:
    """Type the login, pass the notices, and see that we are in.

    The password is read anew each time. Once refused it is not tried again.

    Raises:
        Unavailable: The system does not let us in now, or the login was refused before.
        Refused: It does not accept this operator; trying again would lock it.
    """
    login = session.login
    secret = await asyncio.to_thread(login.password.for_sign_on)  # it may ask another machine
    await session.refresh()
    await session.forget()
    step = session.system.map.session.sign_on
    screen = await open_screen(session, step.screen)
    try:
        with secret.reveal() as password:
            await screen.fill({**login.values, "password": password})
        await wait_signed_on(screen, step.action)
    except Refused as refusal:
        await asyncio.to_thread(login.password.was_refused, refusal.reason)
        raise


async def signed_on(session: Session, work: Callable[[], Awaitable[T]]) -> T:
    """Do *work*, which keys nothing; after an expired session, sign on and start over once.

    Raises:
        Unavailable: Expired a second time, or whatever *work* raises.
    """
    await session.refresh()
    if not session.signed_on:
        await _sign_on_again(session)
    try:
        return await work()
    except SessionExpired:
        await _sign_on_again(session)
        return await work()


async def _sign_on_again(session: Session) -> None:
    """For an item in hand: that the operator is refused says nothing about the item."""
    if session.refused:
        raise Unavailable(session.system.name, "the operator was not accepted before")
    try:
        await sign_on(session)
    except Refused as refusal:
        raise Unavailable(session.system.name, str(refusal)) from refusal
