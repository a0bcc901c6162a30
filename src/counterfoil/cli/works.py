"""What a working process does at once: key, watch folders, hand back, look at the clock."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from enum import Flag, auto
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from counterfoil.adapters.screens.browser import Chromium
from counterfoil.cli.alerting import keep_alerting
from counterfoil.cli.folders import inboxes, keep_results, report
from counterfoil.cli.scheduling import errands_of, keep_schedules
from counterfoil.cli.site import Site, open_site
from counterfoil.cli.terminal import progress, say, say_aloud
from counterfoil.config import Suite, find_suite
from counterfoil.domain.items import SETTLED
from counterfoil.engine.errands import Errands
from counterfoil.engine.locking import watch_lock, worker_lock
from counterfoil.engine.worker import Pace, Worker
from counterfoil.errors import LedgerLost
from counterfoil.store.ledger import new_boot
from workflows.keying import Tools, key_due_items

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LEDGER_AGAIN_SECONDS = 5.0
PROGRESS_EVERY_SECONDS = 1.0


class Part(Flag):
    """What a working process does."""

    KEY = auto()  # visit due items, carry out runs of schedules
    WATCH = auto()  # take in what is dropped, hand results back
    CLOCK = auto()  # fire schedules
    ALL = KEY | WATCH | CLOCK


@contextmanager
def running_site(suite: Suite | None = None, parts: Part = Part.ALL) -> Iterator[Site]:
    """The site as the one process of this data folder that does *parts* sees it.

    Raises:
        SetupError: Another one does them there.
    """
    suite = suite or find_suite(Path.cwd())
    for part, lock in ((Part.KEY, worker_lock), (Part.WATCH, watch_lock)):
        if part in parts:
            lock(suite.data).release()  # said before a second log is begun; taken for good later
    with open_site("worker" if Part.KEY in parts else "watch", suite, boot=new_boot()) as site:
        yield site


def stop_on_signals(works: Works) -> None:
    """SIGINT and SIGTERM: the first finishes what is in hand, the second breaks it off."""
    asked: list[int] = []

    def asked_to_stop(number: int, _: object) -> None:
        if asked:
            say("breaking off; what was in hand is looked up at the next start")
            works.break_off()
        else:
            say("finishing what is in hand; once more breaks it off")
            works.stop()
        asked.append(number)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, asked_to_stop)


def tools(site: Site) -> Tools:
    """The part of the site that keying needs."""
    return Tools(
        suite=site.suite,
        ledger=site.ledger,
        secrets=site.secrets,
        evidence=site.evidence,
        redactor=site.redactor,
    )


@asynccontextmanager
async def progress_shown(site: Site, what: str) -> AsyncIterator[None]:
    """A bar of settled items for as long as the block lasts, true at its end."""
    with progress() as bars:
        task = bars.add_task(what, total=None, note="")
        watching = asyncio.create_task(show_progress(site, bars, task))
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(LedgerLost):
                _update(site, bars, task)


async def show_progress(site: Site, bars: Progress, task: TaskID) -> None:
    """Keep the bar true until cancelled; where nobody looks, nothing is counted."""
    while bars.console.is_terminal:  # until cancelled
        with contextlib.suppress(LedgerLost):
            _update(site, bars, task)
        await asyncio.sleep(PROGRESS_EVERY_SECONDS)


def _update(site: Site, bars: Progress, task: TaskID) -> None:
    counts = site.ledger.counts()
    total = sum(counts.values())
    done = sum(count for state, count in counts.items() if state in SETTLED)
    note = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    bars.update(task, total=total or None, completed=done, note=note)


class Works:
    """Everything that runs at once, on one event loop."""

    def __init__(self, site: Site, parts: Part = Part.ALL) -> None:
        self._site = site
        self._parts = parts
        self._ended = asyncio.Event()
        self._worker: Worker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Finish what is in hand, then end. From any thread or signal handler."""
        if self._loop is None:
            self._ended.set()  # it has not begun
        else:
            self._loop.call_soon_threadsafe(self._ended.set)
        if self._worker is not None:
            self._worker.stop()

    def break_off(self) -> None:
        """End now: what is in hand is given back, with its doubts."""
        self.stop()
        if self._worker is not None:
            self._worker.break_off()

    async def run(
        self, chromium: Chromium | None, *, pace: Pace | None = None, until_done: bool = False
    ) -> None:
        """Until :meth:`stop`, or until the worker or a chore beside it cannot go on.

        Args:
            chromium: For whoever keys; None: nobody does.
            until_done: Key what is due and end; the folders are not watched.

        Raises:
            Refused: The witness does not take the audit log any more.
            CounterfoilError: The first trouble of the worker or of a chore.
        """
        self._loop = asyncio.get_running_loop()
        errands = None if until_done else errands_of(self._site)
        with watch_lock(self._site.suite.data) if self._watches(until_done) else nullcontext():
            chores = [self._begin(each) for each in self._chores(errands, until_done)]
            try:
                if chromium is None:
                    await self._ended.wait()
                else:
                    await key_due_items(
                        tools(self._site),
                        chromium,
                        until_done=until_done,
                        pace=pace,
                        started=self._started,
                        errands=errands,
                    )
            finally:
                self._ended.set()
                await asyncio.gather(*chores)

    def _watches(self, until_done: bool) -> bool:
        return Part.WATCH in self._parts and not until_done

    def _chores(
        self, errands: Errands | None, until_done: bool
    ) -> Iterator[Coroutine[None, None, None]]:
        """What goes on beside the worker."""
        site = self._site
        yield site.checkpoints.keep_showing(site.audit, self._ended)
        if self._watches(until_done):
            yield self._patiently(partial(keep_results, site))
            folders = site.suite.config.folders.items()
            for inbox, receive in inboxes(site, [name for name, each in folders if each.watched]):
                yield self._patiently(partial(inbox.watch, receive, partial(report, site)))
        if Part.CLOCK in self._parts and errands is not None:
            yield keep_schedules(site, errands.ledger, self._ended)
            yield keep_alerting(site, self._ended)

    def _begin(self, chore: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run *chore* beside the worker; whatever ends it early ends all."""
        task = asyncio.create_task(chore)
        task.add_done_callback(lambda _: self.stop())
        return task

    async def _patiently(self, chore: Callable[..., Coroutine[None, None, None]]) -> None:
        """*chore* until the end; a ledger that is away costs time and nothing else."""
        while not self._ended.is_set():
            try:
                await chore(stop=self._ended)
            except LedgerLost as trouble:
                say_aloud(f"the ledger is away: {trouble}")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ended.wait(), LEDGER_AGAIN_SECONDS)

    def _started(self, worker: Worker) -> None:
        self._worker = worker
        if self._ended.is_set():
            worker.stop()
