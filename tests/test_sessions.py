"""Who gets a session: what was begun before what is fresh, and nobody waits for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from counterfoil.engine.sessions import NoSeat, Place, Seat, Sessions
from tests.engine_support import CORE, CardboardBank, sqlite_house


@pytest.fixture
def bank() -> CardboardBank:
    return CardboardBank()


@pytest.fixture
def pool(tmp_path: Path, bank: CardboardBank) -> Iterator[Sessions]:
    """Two sessions are allowed, and there is one login: the other is somebody else's."""
    with sqlite_house(tmp_path).ledger() as ledger:
        pool = Sessions(ledger, bank, {CORE: Place(("OP1",), 2)}, lease=timedelta(minutes=1))
        pool.PAUSE_SECONDS = 0.0
        yield pool


async def waiting(pool: Sessions) -> asyncio.Task[Seat]:
    """A visit to what a dead worker had in hand; it waits."""
    task = asyncio.create_task(pool.acquire(CORE, urgent=True))
    await asyncio.wait({task}, timeout=0.1)
    assert not task.done()
    return task


def test_what_was_begun_waits_for_our_session_where_others_have_every_login(
    pool: Sessions, bank: CardboardBank
) -> None:
    """A fresh visit goes away instead, so that a machine with a login can make it."""

    async def use() -> None:
        seat = await pool.acquire(CORE)
        with pytest.raises(NoSeat):
            await pool.acquire(CORE)
        first, second = await waiting(pool), await waiting(pool)
        await pool.release(seat, healthy=True)
        assert await first is seat
        await pool.release(seat, healthy=True)
        assert await second is seat
        await pool.release(seat, healthy=True)
        assert await pool.acquire(CORE) is seat
        await pool.release(seat, healthy=True)

    asyncio.run(asyncio.wait_for(use(), 30))
    assert bank.signed_on == 1


def test_it_comes_before_those_who_wait_for_a_place(tmp_path: Path, bank: CardboardBank) -> None:
    async def use(pool: Sessions) -> None:
        seat = await pool.acquire(CORE)
        fresh = asyncio.create_task(pool.acquire(CORE))
        begun = await waiting(pool)
        await pool.release(seat, healthy=True)
        assert await begun is seat
        assert not fresh.done()
        await pool.release(seat, healthy=True)
        assert await fresh is seat
        await pool.release(seat, healthy=True)

    with sqlite_house(tmp_path).ledger() as ledger:
        one = {CORE: Place(("OP1",), 1)}
        asyncio.run(use(Sessions(ledger, bank, one, lease=timedelta(minutes=1))))


def test_a_session_that_broke_is_opened_anew_for_whoever_waits(
    pool: Sessions, bank: CardboardBank
) -> None:
    async def use() -> None:
        seat = await pool.acquire(CORE)
        begun = await waiting(pool)
        await pool.release(seat, healthy=False)
        another = await begun
        assert another is not seat
        await pool.release(another, healthy=True)

    asyncio.run(asyncio.wait_for(use(), 30))
    assert (bank.signed_on, bank.most_sessions) == (2, 1)


@pytest.mark.parametrize("late", [False, True])
def test_whoever_gives_up_waiting_takes_no_session_along(pool: Sessions, late: bool) -> None:
    """Also when it was given one at the same instant."""

    async def use() -> None:
        seat = await pool.acquire(CORE)
        begun = await waiting(pool)
        if late:
            await pool.release(seat, healthy=True)
        begun.cancel()
        await asyncio.wait({begun})
        assert begun.cancelled()
        if not late:
            await pool.release(seat, healthy=True)
        assert await pool.acquire(CORE) is seat

    asyncio.run(asyncio.wait_for(use(), 30))
