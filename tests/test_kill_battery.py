"""Killed at any instant, bot or browser, every payment is booked once or shown to a person.

The real worker process drives real Chromium against the real HTTP bank, with the
bank's faults on; SIGKILL comes at random instants, start-up included. REPLAY=<seed>
chooses the same instants again.
"""

from __future__ import annotations

import os
import random
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from counterfoil.domain.batches import Batch
from tests.bank_support import RunningBank
from tests.kill_support import (
    LATE_SECONDS,
    STALENESS_SECONDS,
    Books,
    KilledWorker,
    a_suite,
    compare,
    file_batch,
    payments,
    unwitnessed,
)

pytestmark = pytest.mark.browser

#: One POST in ten meets one of these; nothing a bot could see tells them apart.
AT_COMMIT = ("fin", "rst", "500_after", "500_before", "late_booking", "cut_body")
ON_THE_WAY = ("kicked_out", "expired_mid_form", "broadcast", "page_served_twice")

FIRST_ACTION_WITHIN = 5.0
BETWEEN_KILLS = (0.2, 4.5)  # seconds after the start of a process, or after its first action
TIMED_EVERY = 4


@dataclass(slots=True)
class Ground:
    """One bank, one suite, one worker to be killed, one source of chance."""

    bank: RunningBank
    worker: KilledWorker
    chance: random.Random
    seed: str
    batches: int = 0

    def file(self, count: int) -> Batch:
        self.batches += 1
        batch = payments(count, name=f"payments-{self.batches}.xlsx")
        file_batch(self.worker.suite, batch)
        return batch

    def books(self) -> Books:
        return compare(self.worker.suite, self.bank)

    def finish(self, *, within: float) -> Books:
        """Let it work undisturbed to the end."""
        self.bank.clear_faults()
        if self.worker.ended():
            self.worker.start()
        code = self.worker.wait(within=within)
        assert code == 0, f"REPLAY={self.seed}: exit {code}\n{self.worker.log()}"
        return self.books()


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    seed = os.environ.get("REPLAY") or secrets.token_hex(4)
    arguments = ("--late-seconds", str(LATE_SECONDS), "--staleness-seconds", str(STALENESS_SECONDS))
    with RunningBank(tmp_path / "bank", arguments) as bank:
        for name in AT_COMMIT:
            bank.fault(name, at="commit", probability=0.015)
        for name in ON_THE_WAY:
            bank.fault(name, probability=0.01)
        suite = a_suite(tmp_path / "suite", bank, sessions=2)
        worker = KilledWorker(suite)
        yield Ground(bank, worker, random.Random(seed), seed)
        worker.end()


def kill_the_bot(ground: Ground, kills: int, batch_size: int) -> None:
    """*kills* SIGKILLs, with new batches whenever the worker has caught up.

    Most instants count from the start of the process, so that the start-up is hit too.
    Every fourth counts from its first action, which is waited for: how long that takes
    would look short if the slow ones were killed before it.
    """
    ground.file(batch_size)
    for number in range(kills):
        timed = number % TIMED_EVERY == TIMED_EVERY - 1
        if timed and not ground.worker.has_work():
            ground.file(batch_size)
        ground.worker.start()
        if timed:
            assert ground.worker.acts(within=60), f"no action\n{ground.worker.log()}"
        ground.worker.rest_until(time.monotonic() + ground.chance.uniform(*BETWEEN_KILLS))
        if ground.worker.ended():
            ground.file(batch_size)
        ground.worker.kill()


def kill_the_browser(ground: Ground, kills: int, batch_size: int) -> int:
    """The same for Chromium alone; how many times there was one to kill."""
    ground.file(batch_size)
    killed = 0
    ground.worker.start()
    for _ in range(4 * kills):  # there is not always one
        if killed == kills:
            break
        ground.worker.rest_until(time.monotonic() + ground.chance.uniform(0.5, 4.0))
        if ground.worker.ended():
            ground.file(batch_size)
            ground.worker.start()
        killed += ground.worker.kill_browser()
    return killed


def check(ground: Ground, books: Books) -> None:
    told = f"REPLAY={ground.seed}\n{ground.worker.log()}"
    assert books.doubled == [], told
    assert books.lost == [], told
    assert books.untold == [], told
    assert books.open_items == 0, told
    assert unwitnessed(ground.worker.suite) == [], told
    posted = sum(1 for count in books.booked.values() if count == 1)
    assert posted >= 0.8 * len(books.ledger), f"too many parked: {books.states()}\n{told}"


def report(ground: Ground, books: Books, kills: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The figures, for the record: they are the battery's result."""
    told = f"{kills} kills, {len(books.ledger)} items: {len(books.doubled)} doubled, "
    told += f"{len(books.lost)} lost, {books.states()} {books.codes() or ''}"
    if latencies := sorted(ground.worker.latencies):
        median, worst = latencies[len(latencies) // 2], latencies[-1]
        told += f"; restart to first claim, {len(latencies)} times: "
        told += f"median {median:.1f} s, worst {worst:.1f} s"
    with capsys.disabled():
        print(f"\n{told}")  # noqa: T201


def test_the_bot_killed_ten_times_books_every_payment_once(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    kill_the_bot(ground, kills=10, batch_size=12)
    books = ground.finish(within=90)
    report(ground, books, 10, capsys)
    check(ground, books)


@pytest.mark.battery
def test_the_bot_killed_two_hundred_times_books_every_payment_once(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    kill_the_bot(ground, kills=200, batch_size=100)
    books = ground.finish(within=900)
    report(ground, books, 200, capsys)
    check(ground, books)
    assert max(ground.worker.latencies) <= FIRST_ACTION_WITHIN


@pytest.mark.battery
def test_the_browser_killed_two_hundred_times_books_every_payment_once(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = kill_the_browser(ground, kills=200, batch_size=100)
    books = ground.finish(within=900)
    report(ground, books, killed, capsys)
    check(ground, books)
    assert killed == 200


def test_the_browser_killed_under_the_bot_books_every_payment_once(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = kill_the_browser(ground, kills=2, batch_size=5)
    books = ground.finish(within=90)
    report(ground, books, killed, capsys)
    check(ground, books)
    assert killed == 2
