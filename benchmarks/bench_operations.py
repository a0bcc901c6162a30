"""What unattended work costs: idle with 10,000 items waiting, an item's overhead, more workers.

``python -m benchmarks.bench_operations [idle|engine|workers]``. Idle: ``counterfoil up`` with
10,000 items that wait for an approval, against none, CPU and memory of its own process.
Engine: CPU and time of an item that the bank answers at once, SQLite, two visits. Workers:
items a second on the cardboard bank with 50 ms pages, one to three machines.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from counterfoil.engine.visits import Visits
from counterfoil.engine.worker import Worker
from tests.bank_support import ROOT, RunningBank
from tests.cluster_support import Cluster
from tests.engine_support import FAST, CardboardBank, a_batch, one_system, sqlite_house
from tests.kill_support import a_suite, file_batch, payments

WAITING = 10_000
SETTLE_SECONDS, WATCH_SECONDS = 90.0, 30.0  # what was just filed is looked at for a minute
ENGINE_ITEMS = 300
WORKER_ITEMS = 90
PAGE_SECONDS = 0.05


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


def engine(folder: Path) -> tuple[float, float, float]:
    """CPU ms an item; and of the two visits of an item, together: median and 95th, ms."""
    taken: dict[str, float] = {}
    really = Visits.visit

    async def timed(self: Visits, item_id: str, number: int) -> str:
        begun = time.perf_counter()
        word = await really(self, item_id, number)
        taken[item_id] = taken.get(item_id, 0.0) + (time.perf_counter() - begun) * 1000
        return word

    house = sqlite_house(folder)
    Visits.visit = timed  # type: ignore[method-assign]
    with house.ledger() as ledger:
        document, batch = a_batch(ENGINE_ITEMS)
        ledger.file_batch(document, batch, needs_approval=False)
        worker = Worker(ledger, CardboardBank(), one_system(), data=folder, pace=FAST)
        begun = time.process_time()
        asyncio.run(worker.run(until_done=True))
        cpu = (time.process_time() - begun) / ENGINE_ITEMS * 1000
    Visits.visit = really  # type: ignore[method-assign]
    times = sorted(taken.values())
    return cpu, statistics.median(times), times[len(times) * 95 // 100]


def workers(folder: Path, count: int) -> tuple[float, float]:
    """Items a second of *count* machines, and how busy the machine was meanwhile, percent."""
    with Cluster(folder, machines=count, sessions=count, logins=count) as cluster:
        cluster.bank.set(page_seconds=PAGE_SECONDS)
        cluster.file(WORKER_ITEMS)
        for each in cluster.machines:
            each.start()
        wait(lambda: len(cluster.bank.posts_accepted()) >= count)
        wait(lambda: len(cluster.signed_on_operators()) == count)
        psutil.cpu_percent()
        first, begun = len(cluster.bank.posts_accepted()), time.monotonic()
        wait(lambda: len(cluster.bank.posts_accepted()) >= WORKER_ITEMS)
        seconds, busy = time.monotonic() - begun, psutil.cpu_percent()
    return (WORKER_ITEMS - first) / seconds, busy


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
            print(f"engine: {cpu:.1f} ms CPU an item; visits {median:.1f} ms, p95 {late:.1f} ms")
        if not wanted or "idle" in wanted:
            for waiting in (0, WAITING):
                used, memory = idle(folder / f"idle{waiting}", waiting)
                print(f"idle with {waiting} waiting: {used:.1f} % CPU, {memory:.0f} MB")
        if not wanted or "workers" in wanted:
            for count in (1, 2, 3):
                rate, busy = workers(folder / f"workers{count}", count)
                print(f"{count} workers: {rate:.2f} items/s, machine {busy:.0f} % busy")


if __name__ == "__main__":
    main(sys.argv[1:])
