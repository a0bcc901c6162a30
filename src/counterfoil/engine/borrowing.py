"""A bank login for work that keys nothing: leased like a worker's, and given back."""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import timedelta
from pathlib import Path

from counterfoil.engine.locking import worker_lock
from counterfoil.engine.logins import in_turn
from counterfoil.engine.worker import Pace
from counterfoil.errors import LedgerLost, Unavailable
from counterfoil.store.claims import LeaseRow
from counterfoil.store.ledger import Ledger

#: A worker gives a login back after the item in hand. People who type are told at once.
WAIT_SECONDS = 1800.0
LOOK_SECONDS = 1.0
WISH = timedelta(seconds=15)  # renewed at every look


@asynccontextmanager
async def borrowed_login(
    ledger: Ledger, data: Path, system: str, logins: Sequence[str], *, sessions_max: int
) -> AsyncIterator[LeaseRow]:
    """One login of *system*, ours alone over all machines while the block lasts.

    Ask ``ledger.holds`` before each piece of work: a lease may be lost.

    Raises:
        SetupError: A worker works on this data folder; on SQLite it is the only one.
        Unavailable: Every login is in use.
    """
    pace = Pace()
    length = timedelta(seconds=pace.lease_seconds)
    with nullcontext() if ledger.is_child else worker_lock(data):
        host = f"{platform.node()}:{data.resolve()}"
        ledger.start_worker(host=host, pid=os.getpid(), lease=length)
        try:
            beating = asyncio.create_task(_beat(ledger, length, pace.beat_seconds))
            try:
                lease = await _free_login(ledger, system, logins, sessions_max, length)
                try:
                    yield lease
                finally:
                    ledger.give_lease_back(lease)
            finally:
                beating.cancel()
                with suppress(asyncio.CancelledError):
                    await beating
        finally:
            with suppress(LedgerLost):
                ledger.stop_worker(ledger.boot)


async def _free_login(
    ledger: Ledger, system: str, logins: Sequence[str], sessions_max: int, length: timedelta
) -> LeaseRow:
    """One that is free, or is given back for a scheduled run. Raises Unavailable."""
    patience = WAIT_SECONDS if ledger.is_child else 0.0
    ends = time.monotonic() + patience
    while True:  # ends: when patience does
        turn = in_turn(ledger, system, logins)
        lease = ledger.take_lease(system, turn, sessions_max=sessions_max, lease=length)
        if lease is not None:
            return lease
        if time.monotonic() >= ends:
            raise Unavailable(system, "every bank login is in use, or it is in maintenance")
        ledger.wish_for_login(system, WISH)
        await asyncio.sleep(LOOK_SECONDS)


async def _beat(ledger: Ledger, length: timedelta, seconds: float) -> None:
    """Until cancelled, or until the ledger says that we are dead."""
    while True:
        await asyncio.sleep(seconds)
        with suppress(LedgerLost):
            if not await asyncio.to_thread(ledger.beat, length):
                return
