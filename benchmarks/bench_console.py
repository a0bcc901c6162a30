"""The console under load: 50 people, 100,000 items, a million changes, while three bots key.

    python -m benchmarks.bench_console [--folder DIR] [--items N] [--steps N] [--rounds N]

Four bars in one run: pages (p95), a search in the run, an event until it is on an open page,
and what the bots lose by it. The bots key into a cardboard bank whose every page takes 0.3 s,
in windows without and with the load, in turn. A folder that is there is used again.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

import psutil

from benchmarks.console_client import Connection, Names, Seen, percentile, person, refresh
from benchmarks.console_house import build, more_work
from counterfoil.config import CONFIG_NAME, Suite, find_suite
from counterfoil.console import passwords
from counterfoil.domain.people import Invitation, Role
from counterfoil.domain.under import UNDER
from counterfoil.site import Site, open_site
from counterfoil.store.deciding import Word
from counterfoil.store.people_ledger import PeopleLedger
from tests.bank_support import ROOT, RunningBank

PEOPLE = 50
THINK_SECONDS = (4.0, 12.0)  # between two pages of one person
PAGE_SECONDS = 0.3  # of the bank
WINDOW_SECONDS, CLOSED_SECONDS = 30.0, 10.0
EVENTS = 15
BOT_ITEMS = 900
SEARCHES = ("CF", "0099999", "window died", "closed", "CV00077777", "1234.50", "nothing has it")


@dataclass(slots=True)
class Figures:
    """What was measured, in seconds."""

    quiet: list[float] = field(default_factory=list)  # a bot's step, without load
    loaded: list[float] = field(default_factory=list)  # and with it
    events: list[float] = field(default_factory=list)
    searches: list[float] = field(default_factory=list)
    cpu: float = 0.0  # of the console, while there was load
    load: Seen = field(default_factory=Seen)
    closed: Seen = field(default_factory=Seen)


def main() -> None:
    """Build or take up the house, and print the table."""
    parser = argparse.ArgumentParser(description="Measure the console")
    parser.add_argument("--folder", type=Path, help="kept, and used again")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3, help="windows without and with load")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        with RunningBank(folder / "bank") as bank:
            suite = _suite(folder / "suite", bank, given.items, given.steps)
            bank.set(page_seconds=PAGE_SECONDS)
            figures = measure(suite, given.rounds)
    report(figures)


def _suite(folder: Path, bank: RunningBank, items: int, steps: int) -> Suite:
    config = folder / CONFIG_NAME
    if not config.is_file():
        return build(folder, bank, items=items, steps=steps)
    text = re.sub(r"base_url +=.*", f'base_url = "{bank.url}"', config.read_text("utf-8"))
    config.write_text(text, "utf-8")
    for each in bank.operators:
        path = folder / "var" / "credentials" / each["operator"]
        if path.is_file():
            path.write_text(each["password"], "utf-8")
    return find_suite(folder)


def measure(suite: Suite, rounds: int) -> Figures:
    """Everything, in one run."""
    figures = Figures()
    more_work(suite, BOT_ITEMS, f"bots {datetime.now(UTC):%H%M%S}.xlsx")
    with open_site("bench", suite, tell=lambda _: None) as site:
        cookies = sign_on(site, PEOPLE)
        names = names_of(suite)
        with console(suite) as (url, process), bots(suite):
            wait_for_bots(suite)
            asyncio.run(_load(url, cookies, names, Seen(), 10.0, THINK_SECONDS, live=True))
            for number in range(rounds):
                print(f"round {number + 1}, load average {os.getloadavg()[0]:.1f}", flush=True)
                began = datetime.now(UTC)
                time.sleep(WINDOW_SECONDS)
                figures.quiet += bot_steps(suite, began)
                print(f"{len(figures.quiet)} steps without load", flush=True)
                began, used = datetime.now(UTC), cpu_of(process)
                asyncio.run(_window(site, url, cookies, names, figures))
                figures.cpu += cpu_of(process) - used
                figures.loaded += bot_steps(suite, began)
            asyncio.run(
                _load(url, cookies, names, figures.closed, CLOSED_SECONDS, (0, 0), live=False)
            )
    return figures


async def _window(
    site: Site, url: str, cookies: Sequence[str], names: Names, figures: Figures
) -> None:
    """The load of 50 people; an event now and then; a search now and then."""
    load = asyncio.create_task(
        _load(url, cookies[1:], names, figures.load, WINDOW_SECONDS, THINK_SECONDS, live=True)
    )
    mine = opener(url, cookies[0])
    await asyncio.sleep(5)
    for text in SEARCHES:
        began = time.perf_counter()
        await mine().get(f"/batches/{names.batch}?text={quote(text)}")
        figures.searches.append(time.perf_counter() - began)
    for number in range(EVENTS):
        figures.events.append(await _event(site, mine(), f"event {number} {time.time()}"))
        await asyncio.sleep(random.uniform(0.2, 1.5))
    await load


async def _event(site: Site, watcher: Connection, reason: str) -> float:
    """Seconds from a decision's commit until an open page Today has it."""
    _, body = await watcher.get("/")
    seen, done = Seen(), asyncio.Event()

    def shown(body: bytes) -> None:
        if reason.encode() in body:
            done.set()

    looking = asyncio.create_task(refresh(lambda: watcher, "/", body, seen, shown))
    await asyncio.sleep(random.uniform(0.3, 1.0))
    word = Word(person="bench", reason=reason)
    await asyncio.to_thread(site.ledger.freeze_by_hand, "elsewhere", word)
    began = time.perf_counter()
    await asyncio.wait_for(done.wait(), 30)
    took = time.perf_counter() - began
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    await asyncio.to_thread(site.ledger.unfreeze, "elsewhere", word)
    return took


async def _load(  # noqa: PLR0913 - a load has these parts
    url: str,
    cookies: Sequence[str],
    names: Names,
    seen: Seen,
    seconds: float,
    think: tuple[float, float],
    *,
    live: bool,
) -> None:
    until = time.monotonic() + seconds
    await asyncio.gather(
        *(
            person(
                opener(url, cookie),
                names,
                seen,
                dice=random.Random(number),
                think=think,
                until=until,
                live=live,
            )
            for number, cookie in enumerate(cookies)
        )
    )


def opener(url: str, cookie: str) -> Callable[[], Connection]:
    """Opens a person's connections."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return partial(Connection, parts.hostname, parts.port, cookie)


def sign_on(site: Site, count: int) -> list[str]:
    """So many supervisors, signed on; their cookies."""
    people, cookies = PeopleLedger.beside(site.ledger), []
    step = int(time.time())
    for number in range(count):
        name, code, token = f"person{number}", passwords.new_token(), passwords.new_token()
        people.invite(
            Invitation(
                token_sha256=passwords.fingerprint(code),
                name=name,
                person=name,
                role=Role.SUPERVISOR,
                by="setup",
                ends_at=site.ledger.now() + timedelta(hours=1),
            )
        )
        people.accept(
            passwords.fingerprint(code), password="-", second=b"-", step=step + 2 * number
        )
        people.sign_on(
            name,
            passwords.fingerprint(token),
            step=step + 2 * number + 1,
            lasts=timedelta(hours=10),
        )
        cookies.append(token)
    return cookies


def names_of(suite: Suite) -> Names:
    """What is looked for."""
    with closing(sqlite3.connect(suite.data / "ledger.sqlite", timeout=30)) as ledger:
        run = "SELECT batch_id FROM batches ORDER BY rows_read DESC LIMIT 1"
        (batch,) = ledger.execute(run).fetchone()
        some = "SELECT item_id, reference FROM items WHERE batch_id = ? AND row % 997 = 3"
        items = ledger.execute(some, (batch,)).fetchall()
    told = [*(each[1] for each in items[:20]), "booked as CV0007", "the window died"]
    return Names(batch, [each[0] for each in items], SEARCHES[1:], told)


@contextmanager
def console(suite: Suite) -> Iterator[tuple[str, psutil.Process]]:
    """``counterfoil console`` as a process of its own; where it is, and the process."""
    command = [sys.executable, "-c", "from counterfoil.cli import main; main()", "console"]
    with subprocess.Popen(
        command,
        cwd=suite.root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, UNDER: "bench"},  # as up begins it: it gives way to the bots
    ) as running:
        assert running.stdout is not None
        url = next(
            found[0]
            for line in running.stdout
            if (found := re.search(r"http://127\.0\.0\.1:\d+", line))
        )
        try:
            yield url, psutil.Process(running.pid)
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(60)


def cpu_of(process: psutil.Process) -> float:
    """Seconds that it has used until now."""
    times = process.cpu_times()
    return times.user + times.system


@contextmanager
def bots(suite: Suite) -> Iterator[None]:
    """Three sessions that key until nothing is due."""
    command = [sys.executable, "-m", "tests.keying_process", str(suite.root)]
    with (
        (suite.root / "bots.log").open("ab") as log,
        subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as running,
    ):
        try:
            yield
            assert running.poll() is None, "the bots had too little to do: raise BOT_ITEMS"
        finally:
            running.terminate()
            running.wait(60)


def wait_for_bots(suite: Suite) -> None:
    """Until each of three has keyed something."""
    began, ends = datetime.now(UTC), time.monotonic() + 120
    while len(bot_steps(suite, began)) < 6:
        assert time.monotonic() < ends, "no bot keys: see bots.log"
        time.sleep(0.5)


def bot_steps(suite: Suite, since: datetime) -> list[float]:
    """Seconds from the durable intent to the recorded receipt, of what was keyed since then."""
    query = (
        "SELECT (julianday(outcome_at) - julianday(at)) * 86400 FROM intents"
        " WHERE at >= ? AND outcome = 'posted'"
    )
    with closing(sqlite3.connect(suite.data / "ledger.sqlite", timeout=30)) as ledger:
        rows = ledger.execute(query, (since.strftime("%Y-%m-%d %H:%M:%S.%f"),)).fetchall()
    return [each[0] for each in rows]


def report(figures: Figures) -> None:
    """As lines of a table, with the load average of now."""
    pages, closed = figures.load.all(), figures.closed.all()
    quiet, loaded = statistics.median(figures.quiet), statistics.median(figures.loaded)
    events, searches = sorted(figures.events), sorted(figures.searches)
    print(f"load average {os.getloadavg()[0]:.1f}\n| what | figure | bar |\n|---|---|---|")
    refreshed, share = sorted(figures.load.refreshed), (loaded / quiet - 1) * 100
    steps = f"{len(figures.quiet)} without and {len(figures.loaded)} with load"
    rows = (
        (f"{len(pages)} pages of {PEOPLE} people", _spread(pages), "p95 300 ms"),
        (f"{len(refreshed)} pages that refreshed themselves", _spread(refreshed), ""),
        (
            "closed loop, nobody thinks",
            f"{len(closed) / CLOSED_SECONDS:.0f} pages a second, {_spread(closed)}",
            "",
        ),
        (
            f"a bot's step, {steps}: median",
            f"{quiet * 1000:.0f} / {loaded * 1000:.0f} ms: {share:+.1f} %",
            "5 %",
        ),
        (
            "the console's own CPU, pages and refreshes alike",
            f"{figures.cpu * 1000 / (len(pages) + len(refreshed)):.1f} ms a page",
            "",
        ),
        (f"{len(events)} events until an open page has them", _spread(events), "1 s"),
        (f"{len(searches)} searches in the run", _spread(searches), "1 s"),
    )
    for row in rows:
        print("| " + " | ".join(row) + " |")
    for kind, took in sorted(figures.load.took.items()):
        print(f"  {kind}: {len(took)}, {_spread(sorted(took))}")
    wrong = figures.load.wrong + figures.closed.wrong
    assert not wrong, wrong[:5]


def _spread(values: Sequence[float]) -> str:
    p50, p95, most = (percentile(values, share) * 1000 for share in (0.5, 0.95, 1.0))
    return f"p50 {p50:.0f}, p95 {p95:.0f}, longest {most:.0f} ms"


if __name__ == "__main__":
    main()
