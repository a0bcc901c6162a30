"""The worker: one process that visits due items, beats, sweeps, and reaps the dead.

Everything runs on one event loop. What a visit is stands in engine/visits.py; here is
what goes on around them for as long as the process lives.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from counterfoil.domain.pauses import Leave
from counterfoil.engine.durable import LOCAL_EXECUTOR, Durable, Standing
from counterfoil.engine.errands import Errands
from counterfoil.engine.locking import worker_lock
from counterfoil.engine.sessions import Place, Sessions, SignOn
from counterfoil.engine.steps import Steps
from counterfoil.engine.visits import System, Visits
from counterfoil.errors import ClaimLost, LedgerLost, Unavailable
from counterfoil.store.ledger import Ledger

#: So long may another thread keep the loop waiting after each answer of the database: the
#: engine's threads work beside it, and Python's own 5 ms, thirty times an item, are felt.
SWITCH_SECONDS = 0.0005


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often, and how long. The defaults are for production."""

    beat_seconds: float = 1.5
    #: A silent worker is dead after that: what it held is taken over within half a minute.
    #: A ledger that is away for longer ends the workers, and whoever supervises them starts
    #: them again.
    lease_seconds: float = 10.0
    sweep_seconds: float = 2.0
    reap_seconds: float = 1.0
    visit_seconds: float = 180.0  # one visit, at most: sign-on, look-up, keying
    #: Visits per system that wait in the process for a free session: as few as keep the
    #: sessions busy, because what is urgent waits behind them.
    waiting: int = 2
    clear_hours: int = 48  # the engine forgets ended visits; the ledger does not
    clear_every_seconds: float = 600.0


@dataclass(slots=True)
class _Health:
    """Why the worker has to stop, once it has."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    fatal: BaseException | None = None


class Worker:
    """Visits due items until told to stop."""

    def __init__(  # noqa: PLR0913 - one worker has these parts
        self,
        ledger: Ledger,
        sign_on: SignOn,
        systems: Mapping[str, System],
        *,
        data: Path,
        pace: Pace | None = None,
        errands: Errands | None = None,
        steps: Steps | None = None,
    ) -> None:
        """Make it ready.

        Args:
            ledger: This worker's own, opened with audit log, vault and a fresh boot.
            errands: Carries out the runs of schedules, under the same boot; None: others do.
            steps: Where a watchdog sees what the bank is asked; None: nobody watches.
        """
        self._ledger = ledger
        self._systems = dict(systems)
        self._data = data
        self._host = f"{platform.node()}:{data.resolve()}"  # what the lock file stands for
        self._pace = pace or Pace()
        self._lease = timedelta(seconds=self._pace.lease_seconds)
        self._sign_on = sign_on
        self._errands = errands
        self._health = _Health()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._steps = steps or Steps()
        self._visits: Visits | None = None
        self._sessions: Sessions | None = None
        #: Visits that the engine says we make, and we do not: at the next sweep they are lost.
        #: It marks them in a transaction of its own; when the database goes before it answers,
        #: they are marked, and nobody was told to make them.
        self._unmade: set[tuple[str, int]] = set()

    def stop(self) -> None:
        """Finish the visits that run, then stop. From any thread or signal handler."""
        if self._loop is None:
            self._health.stop.set()  # it has not begun
        else:
            self._loop.call_soon_threadsafe(self._health.stop.set)

    def break_off(self) -> None:
        """Stop without finishing them: they are given back, with their doubts."""
        self.stop()
        if self._loop is not None:
            for part in (self._visits, self._errands):
                if part is not None:
                    self._loop.call_soon_threadsafe(part.break_off)

    async def run(self, *, until_done: bool = False, finish_within: int = 60) -> None:
        """Work.

        Args:
            until_done: Return as soon as nothing is left that happens by itself.
            finish_within: Seconds that running visits get after :meth:`stop`.

        Raises:
            SetupError: Another worker works on this data folder, or its vault's key is not
                the ledger's.
            AuditLost: A step could not be recorded; nothing was keyed after it.
        """
        self._loop = asyncio.get_running_loop()
        sys.setswitchinterval(SWITCH_SECONDS)
        with worker_lock(self._data), ThreadPoolExecutor(2, "chores") as self._threads:
            durable = await self._launch()
            beat = self._begin(self._beat())
            chores = [
                self._begin(each)
                for each in (self._warm_up(), self._sweep(durable), self._reap(durable))
            ]
            if until_done:
                chores.append(self._begin(self._watch_for_the_end()))
            try:
                await self._health.stop.wait()
            finally:
                await self._shut_down(durable, beat, chores, finish_within)
        if self._health.fatal is not None:
            raise self._health.fatal

    def _begin(self, chore: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run *chore* beside the visits; its trouble is the worker's end."""
        task = asyncio.create_task(chore)
        task.add_done_callback(self._chore_ended)
        return task

    def _chore_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (trouble := task.exception()) is not None:
            self._fail(trouble)

    def _fail(self, trouble: BaseException) -> None:
        """Stop; the first trouble is the one that is told."""
        self._health.fatal = self._health.fatal or trouble
        self._health.stop.set()

    async def _in_thread(self, chore: Callable[..., None], *arguments: object) -> None:
        """Not on the loop, and not on the engine's threads, which end before ours."""
        await asyncio.get_running_loop().run_in_executor(self._threads, chore, *arguments)

    async def _launch(self) -> Durable:
        """Say that we live, bury our earlier boots, start the engine."""
        ledger = self._ledger
        ledger.check_vault()
        ledger.start_worker(host=self._host, pid=os.getpid(), lease=self._lease)
        places = {
            name: Place(each.logins, each.sessions_max) for name, each in self._systems.items()
        }
        self._sessions = Sessions(ledger, self._sign_on, places, lease=self._lease)
        self._visits = Visits(
            ledger,
            self._systems,
            self._sessions,
            seconds=self._pace.visit_seconds,
            stopping=self._health.stop,
            fail=self._fail,
            steps=self._steps,
        )
        executor = LOCAL_EXECUTOR if ledger.alone else ledger.boot
        errands = self._errands
        carry_out = errands.carry_out if errands else None
        durable = Durable(
            ledger.engine, executor=executor, visit=self._visits.visit, carry_out=carry_out
        )
        at_once = {
            name: each.sessions_max + self._pace.waiting for name, each in self._systems.items()
        }
        durable.launch()
        ledger.carrier = durable.carrier
        if errands is not None:
            errands.ledger.runs = durable.carrier
        await self._in_thread(durable.open_queues, at_once)
        for boot in ledger.dead_workers(host=self._host):  # we hold the machine's lock
            await self._in_thread(self._bury, durable, boot)
        return durable

    async def _shut_down(
        self,
        durable: Durable,
        beat: asyncio.Task[None],
        chores: list[asyncio.Task[None]],
        finish_within: int,
    ) -> None:
        """Running visits are finished first, while the heart still beats."""
        await _end(chores)
        self._ledger.carrier = None  # what becomes due now is found by the next sweep
        if self._errands is not None:
            self._errands.stop()
        busy = bool(self._making.items) or (self._errands is not None and self._errands.busy)
        # The library's wait begins with a second's sleep: only for those who need it.
        within = finish_within if busy and self._health.fatal is None else 0
        await self._in_thread(durable.close, within)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        await _end([beat])
        if self._sessions is not None:
            await self._sessions.close()
        with suppress(LedgerLost):
            self._ledger.stop_worker(self._ledger.boot)

    @property
    def visits(self) -> int:
        """How many were made since the start."""
        return 0 if self._visits is None else self._visits.made

    @property
    def _pool(self) -> Sessions:
        assert self._sessions is not None, "the worker was not launched"
        return self._sessions

    @property
    def _making(self) -> Visits:
        assert self._visits is not None, "the worker was not launched"
        return self._visits

    # The chores

    async def _beat(self) -> None:
        """Live on. Declared dead, or silent for too long: stop before the next click."""
        last = time.monotonic()
        while True:  # until cancelled
            await asyncio.sleep(self._pace.beat_seconds)
            try:
                alive = self._ledger.beat(self._lease)
            except LedgerLost:
                alive = time.monotonic() - last < 0.8 * self._pace.lease_seconds
            else:
                last = time.monotonic()
            if not alive:
                raise ClaimLost("this worker was declared dead: another one may be at work")

    async def _warm_up(self) -> None:
        """Sign on where work is waiting, while the engine is still looking for it."""
        with suppress(LedgerLost, Unavailable):  # the visit itself will meet it again
            waiting = {system for _, system, _, _ in self._ledger.due(limit=500)}
            for system in waiting & self._systems.keys():
                if self._ledger.leave(system, None) is Leave.GO:
                    seat = await self._pool.acquire(system)
                    await self._pool.release(seat, healthy=True)

    async def _sweep(self, durable: Durable) -> None:
        """Due items that the engine does not carry are enqueued; idle logins given back."""
        while True:  # until cancelled
            with suppress(LedgerLost):
                again = self._ledger.now() + timedelta(seconds=1)
                self._ledger.give_back_orphans(self._making.items, next_at=again)
                await self._in_thread(self._sweep_once, durable)
                await self._pool.close_idle()
            await asyncio.sleep(self._pace.sweep_seconds)

    def _sweep_once(self, durable: Durable) -> None:
        if self._errands is not None:
            self._errands.sweep(durable)
        self._ledger.park_overdue()
        due = self._ledger.due(limit=500)
        standings = durable.standings([(item_id, visit) for item_id, _, visit, _ in due])
        idle = {each: how for each, how in standings.items() if each[0] not in self._making.items}
        unmade = {each for each, how in idle.items() if how is Standing.OURS}
        lost = unmade & self._unmade
        for (item_id, visit), standing in idle.items():
            gone = standing is Standing.ENDED or (item_id, visit) in lost
            if gone or standing is Standing.UNKNOWN:
                self._ledger.requeue(item_id, visit, anew=gone)
        durable.give_up(lost)
        self._unmade = unmade - lost

    async def _reap(self, durable: Durable) -> None:
        """Take over from workers that fell silent (PostgreSQL), clear away old visits."""
        cleared = float("-inf")
        while True:  # until cancelled
            await asyncio.sleep(self._pace.reap_seconds)
            with suppress(LedgerLost):
                await self._in_thread(self._reap_once, durable)
                if time.monotonic() - cleared > self._pace.clear_every_seconds:
                    await self._in_thread(self._clear_away, durable)
                    cleared = time.monotonic()

    def _reap_once(self, durable: Durable) -> None:
        with self._ledger.sole_reaper() as mine:
            if mine:
                for boot in self._dead(durable):
                    self._bury(durable, boot)

    def _clear_away(self, durable: Durable) -> None:
        before = self._ledger.now() - timedelta(hours=self._pace.clear_hours)
        durable.clear_away(before.isoformat())

    def _dead(self, durable: Durable) -> set[str]:
        """Who fell silent, and who left visits behind and is written down nowhere.

        The latter struck itself off while visits ran, or took one while it was buried.
        """
        if self._ledger.alone:
            return set(self._ledger.dead_workers())
        making = durable.executors()  # asked first: nobody visits before being written down
        gone = making - self._ledger.workers()
        return {*self._ledger.dead_workers(), *gone}

    def _bury(self, durable: Durable, boot: str) -> None:
        """First its visits, then its leases: what crashes in between is done again.

        What it had in hand is visited under the next number, before anything else; its own
        visit would have to wait its turn.
        """
        durable.take_over(boot)
        for item_id, visit in self._ledger.held_by(boot):
            self._ledger.requeue(item_id, visit, anew=True)
        self._ledger.stop_worker(boot)

    async def _watch_for_the_end(self) -> None:
        done = False
        while not done:
            await asyncio.sleep(0.2)
            with suppress(LedgerLost):
                resting = self._pool.resting()  # visits to these come and go, and do nothing
                left = self._ledger.open_items(besides=resting)
                done = not left and (bool(resting) or not self._making.items)
        self._health.stop.set()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel *tasks* and wait for them; their trouble has been noted already."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
