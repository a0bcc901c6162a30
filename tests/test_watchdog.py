"""A browser that freezes is seen from outside, killed, and its item is looked up: booked once."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from counterfoil.engine.watchdog import Limits, Pulses, Verdict, verdict
from tests.bank_support import RunningBank
from tests.kill_support import (
    LATE_SECONDS,
    STALENESS_SECONDS,
    KilledWorker,
    a_suite,
    compare,
    file_batch,
    payments,
    unwitnessed,
)

SILENT_SECONDS = 5.0
NOW = 1000.0


def seen(*, loop: float = 0.0, browser: float = 0.0, killed: float = 900.0) -> Pulses:
    """Pulses that are so many seconds old."""
    return Pulses(loop=NOW - loop, browser=NOW - browser, killed=NOW - killed)


def test_nothing_is_done_while_everything_answers() -> None:
    longest = ("commit of B-1-0002", NOW - 60)
    assert verdict(seen(loop=2, browser=9), longest, NOW, Limits()) == Verdict()


def test_a_silent_browser_is_killed() -> None:
    found = verdict(seen(browser=21), None, NOW, Limits())
    assert found == Verdict(kill_browser="it has not answered for 21 s")


def test_a_step_that_takes_too_long_ends_its_browser() -> None:
    """The browser answers and the page does not: its renderer hangs."""
    found = verdict(seen(), ("commit of B-1-0002", NOW - 130), NOW, Limits())
    assert found == Verdict(kill_browser="commit of B-1-0002 lasts 130 s")


def test_after_a_kill_the_visits_get_time_to_break_off() -> None:
    longest = ("commit of B-1-0002", NOW - 130)
    assert verdict(seen(browser=25, killed=29), longest, NOW, Limits()) == Verdict()


def test_a_silent_loop_ends_the_process_whatever_else_there_is() -> None:
    found = verdict(seen(loop=61, browser=61, killed=1), None, NOW, Limits())
    assert found == Verdict(end_process="the event loop has been silent for 61 s")


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[RunningBank]:
    arguments = ("--late-seconds", str(LATE_SECONDS), "--staleness-seconds", str(STALENESS_SECONDS))
    with RunningBank(tmp_path / "bank", arguments) as bank:
        yield bank


@pytest.fixture
def worker(tmp_path: Path, bank: RunningBank) -> Iterator[KilledWorker]:
    suite = a_suite(tmp_path / "suite", bank, sessions=1)
    worker = KilledWorker(suite, arguments=(str(SILENT_SECONDS),))
    yield worker
    worker.signal_browser(signal.SIGKILL)
    worker.end()


def wait_until(condition: Callable[[], object], worker: KilledWorker, *, within: float) -> None:
    ends = time.monotonic() + within
    while not condition():
        assert time.monotonic() < ends, worker.log()
        worker.rest_until(time.monotonic() + 0.02)


def events(worker: KilledWorker) -> list[str]:
    return [
        json.loads(line)["kind"]
        for path in (worker.suite.data / "audit").rglob("*.jsonl")
        for line in path.read_text("ascii").splitlines()
    ]


@pytest.mark.browser
def test_a_frozen_browser_is_killed_from_outside_and_its_item_is_booked_once(
    bank: RunningBank, worker: KilledWorker
) -> None:
    """SIGSTOP between the POST and its answer: nobody in the bot's thread can look any more."""
    bank.fault("slow", at="commit", times=1, seconds=3.0)
    file_batch(worker.suite, payments(3))
    worker.start()
    wait_until(bank.posts_accepted, worker, within=60)
    assert worker.signal_browser(signal.SIGSTOP)
    frozen = time.monotonic()
    wait_until(lambda: "browser_killed" in events(worker), worker, within=60)
    assert time.monotonic() - frozen < 3 * SILENT_SECONDS

    assert worker.wait(within=90) == 0, worker.log()
    books = compare(worker.suite, bank)
    assert (books.doubled, books.lost, books.untold) == ([], [], [])
    assert sum(books.booked.values()) == 3
    assert {"item_in_doubt", "visit_broke_off"} & set(events(worker)), events(worker)
    assert unwitnessed(worker.suite) == []
