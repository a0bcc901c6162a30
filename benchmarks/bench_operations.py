"""What unattended work costs: idle with 10,000 items waiting, an item's overhead, more workers.

``python -m benchmarks.bench_operations [idle|engine|screens|workers|bare]``. Idle:
``counterfoil up`` with 10,000 items that wait for an approval, against none, CPU and memory of
its own process.
Workers: items a second on the cardboard bank, one to three machines, with 50 ms pages and with
200; bare: the same of scripts that only key, to see where the machine itself ends.

**Overhead** is what the engine adds to an item over the bare bot: how long its one session
stands still, because the protocol's next verb has not been asked for, while a visit is in the
process: claiming, ledger, audit log, handing the session on, and the engine's own rows; both
visits of an item, SQLite, wall time. Engine: with a bot that answers at once. Screens: with real
Chromium and the cardboard bank; there the time between two visits counts, too, whether or not
one is in the process.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from counterfoil.domain.items import WorkItem
from counterfoil.engine.steps import WatchedBank
from counterfoil.engine.visits import Visits
from counterfoil.engine.worker import Worker
from tests.bank_support import ROOT, RunningBank
from tests.cluster_support import Cluster
from tests.engine_support import CardboardBank, a_batch, one_system, sqlite_house
from tests.keying_process import a_worker
from tests.kill_support import (
    LATE_SECONDS,
    STALENESS_SECONDS,
    a_suite,
    file_batch,
    payments,
)
from workflows.keying import key_due_items

WAITING = 10_000
SETTLE_SECONDS, WATCH_SECONDS = 90.0, 30.0  # what was just filed is looked at for a minute
ENGINE_ITEMS = 300
SCREEN_ITEMS = 60
ITEMS_EACH = 40
PAGE_SECONDS = (0.05, 0.2)  # the bar's, and a slow bank's: two cores are enough for three bots


def idle(folder: Path, waiting: int) -> tuple[float, float]:
    """CPU in percent of a core, and MB, of ``counterfoil up`` while *waiting* items wait."""
    with RunningBank(folder / "bank") as bank:
        suite = a_suite(folder / "suite", bank, sessions=1)
        for name in ("bots", "workflows"):
            (suite.root / name).symlink_to(ROOT / name)
        if waiting:
            file_batch(suite, payments(waiting), needs_approval=True)
        command = [sys.executable, "-c", "from counterfoil.cli import main; main()", "up"]
        with subprocess.Popen(
            command, cwd=suite.root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ) as up:
            process = psutil.Process(up.pid)
            time.sleep(SETTLE_SECONDS)
            before = process.cpu_times()
            time.sleep(WATCH_SECONDS)
            after, memory = process.cpu_times(), process.memory_info().rss
            up.terminate()
            up.wait(timeout=90)
    used = (after.user + after.system) - (before.user + before.system)
    return used / WATCH_SECONDS * 100, memory / 1e6


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast some bots are together."""

    items: float  # a second
    busy: float  # the machine meanwhile, percent of all its cores

    @property
    def cpu_ms(self) -> float:
        """Of the whole machine, an item."""
        return self.busy * 10 * (psutil.cpu_count() or 1) / self.items


@dataclass(slots=True)
class StandStill:
    """How long the one session of a worker stands still for each item, by steady time."""

    between_visits: bool  # whether nobody's visit in the process counts, too
    seconds: dict[str, float] = field(default_factory=dict)
    _visits: int = 0
    _since: float | None = None
    _last: str = ""

    def visit_begins(self) -> None:
        self._visits += 1
        if self._since is None:
            self._since = time.perf_counter()

    def visit_ends(self) -> None:
        self._visits -= 1
        if not self._visits and not self.between_visits:
            self._charge(self._last)

    def verb_begins(self, item_id: str) -> None:
        self._charge(item_id)
        self._last = item_id

    def verb_ends(self) -> None:
        self._since = time.perf_counter()

    def _charge(self, item_id: str) -> None:
        if self._since is not None and item_id:
            stood = time.perf_counter() - self._since
            self.seconds[item_id] = self.seconds.get(item_id, 0.0) + stood
        self._since = None

    def told(self) -> tuple[float, float]:
        """Median and 95th percentile of an item, ms; the first few warm the caches."""
        times = sorted(each * 1000 for each in list(self.seconds.values())[10:])
        return statistics.median(times), times[len(times) * 95 // 100]


@contextmanager
def watched(watch: StandStill) -> Iterator[None]:
    """Have *watch* told of every visit and every verb in this process."""
    visit, step = Visits.visit, WatchedBank._step

    async def timed_visit(self: Visits, item_id: str, number: int) -> str:
        watch.visit_begins()
        try:
            return await visit(self, item_id, number)
        finally:
            watch.visit_ends()

    async def timed_step(
        self: WatchedBank, what: str, item: WorkItem, verb: Coroutine[Any, Any, Any]
    ) -> Any:
        watch.verb_begins(item.item_id)
        try:
            return await step(self, what, item, verb)
        finally:
            watch.verb_ends()

    Visits.visit = timed_visit  # type: ignore[method-assign]
    WatchedBank._step = timed_step  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Visits.visit = visit  # type: ignore[method-assign]
        WatchedBank._step = step  # type: ignore[method-assign]


def engine(folder: Path) -> tuple[float, float, float]:
    """CPU ms an item, all threads; and overhead, median and 95th percentile, ms."""
    house, watch = sqlite_house(folder), StandStill(between_visits=False)
    with house.ledger() as ledger, watched(watch):
        document, batch = a_batch(ENGINE_ITEMS)
        ledger.file_batch(document, batch, needs_approval=False)
        bank = CardboardBank()
        worker = Worker(ledger, bank, one_system(), data=folder)
        begun = time.process_time()
        asyncio.run(until_confirmed(worker, bank))
        cpu = (time.process_time() - begun) / ENGINE_ITEMS * 1000
    return cpu, *watch.told()


async def until_confirmed(worker: Worker, bank: CardboardBank) -> None:
    """Work as in production, where nobody waits for the end, until the last enquiry."""
    working = asyncio.create_task(worker.run())
    while len(bank.looked_up) < 2 * ENGINE_ITEMS and not working.done():
        await asyncio.sleep(0.2)
    worker.stop()
    await working


def screens(folder: Path) -> tuple[float, float, float]:
    """Wall ms an item; and overhead, median and 95th percentile, ms."""
    watch = StandStill(between_visits=True)
    late = ("--late-seconds", str(LATE_SECONDS), "--staleness-seconds", str(STALENESS_SECONDS))
    with RunningBank(folder / "bank", late) as bank:
        suite = a_suite(folder / "suite", bank, sessions=1)
        file_batch(suite, payments(SCREEN_ITEMS))
        with watched(watch), a_worker(suite) as (floor, tools):
            begun = time.perf_counter()
            floor.run(partial(key_due_items, tools, until_done=True))
            wall = (time.perf_counter() - begun) / SCREEN_ITEMS * 1000
        assert len(bank.postings()) == SCREEN_ITEMS, "they were not all booked once"
    return wall, *watch.told()


def workers(folder: Path, count: int, page_seconds: float) -> Pace:
    """Of *count* machines with a session each, on one PostgreSQL."""
    with Cluster(folder, machines=count, sessions=count, logins=count) as cluster:
        cluster.bank.set(page_seconds=page_seconds)
        cluster.file(ITEMS_EACH * count)
        for each in cluster.machines:
            each.start()
        wait(lambda: len(cluster.signed_on_operators()) == count)
        return pace(cluster.bank, count)


def bare(folder: Path, count: int, page_seconds: float) -> Pace:
    """Of *count* bare bots: the same screens without engine, ledger, look-ups and evidence."""
    with RunningBank(folder / "bank") as bank, ExitStack() as bots:
        bank.set(page_seconds=page_seconds)
        for at in range(count):
            known = json.dumps([bank.url, bank.operators[at]])
            command = [sys.executable, "-m", "benchmarks.bare_bot", str(folder), known, str(at)]
            bot = bots.enter_context(subprocess.Popen(command, cwd=ROOT))
            bots.callback(end, bot.pid)
        return pace(bank, count)


def pace(bank: RunningBank, count: int) -> Pace:
    """Items a second between the first fifth and the last of what *count* have to do."""
    first, last = ITEMS_EACH * count // 5, ITEMS_EACH * count * 4 // 5
    wait(lambda: len(bank.posts_accepted()) >= first)
    psutil.cpu_percent()
    begun = time.monotonic()
    wait(lambda: len(bank.posts_accepted()) >= last)
    seconds = time.monotonic() - begun
    return Pace((last - first) / seconds, psutil.cpu_percent())


def end(pid: int) -> None:
    """Kill a process and all that it began."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                each.kill()


def curve(folder: Path, what: str) -> None:
    """Print how *what* grows from one to three."""
    of: Callable[[Path, int, float], Pace] = {"workers": workers, "bare": bare}[what]
    for page_seconds in PAGE_SECONDS:
        print(f"{what}, pages of {page_seconds * 1000:.0f} ms:")
        alone = 0.0
        for count in (1, 2, 3):
            told = of(folder / f"{what}{count}-{page_seconds}", count, page_seconds)
            alone = alone or told.items
            print(
                f"  {count}: {told.items:.2f} items/s, {told.items / alone / count:.2f}x linear, "
                f"machine {told.busy:.0f} % busy, {told.cpu_ms:.0f} ms CPU an item",
                flush=True,
            )


def wait(condition: Callable[[], bool]) -> None:
    """Ten minutes at most."""
    ends = time.monotonic() + 600
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.1)


def main(wanted: list[str]) -> None:
    """Print what is wanted; nothing named: everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not wanted or "engine" in wanted:
            (folder / "engine").mkdir()
            cpu, median, late = engine(folder / "engine")
            print(f"engine: {median:.1f} ms an item, p95 {late:.1f} ms; {cpu:.1f} ms CPU")
        if not wanted or "screens" in wanted:
            wall, median, late = screens(folder / "screens")
            print(f"screens: {median:.1f} ms an item, p95 {late:.1f} ms; of {wall:.0f} ms in all")
        if not wanted or "idle" in wanted:
            for waiting in (0, WAITING):
                used, memory = idle(folder / f"idle{waiting}", waiting)
                print(f"idle with {waiting} waiting: {used:.1f} % CPU, {memory:.0f} MB")
        for what in ("workers", "bare"):
            if not wanted or what in wanted:
                curve(folder, what)


if __name__ == "__main__":
    main(sys.argv[1:])
