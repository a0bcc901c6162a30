"""Workers that are killed in the middle of a run: another takes it up, none is lost."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from counterfoil.domain.schedules import RunState
from counterfoil.store.deciding import Word
from counterfoil.store.schedule_ledger import ScheduleLedger
from tests.engine_support import House, sqlite_house
from tests.postgres_support import new_database
from tests.schedule_support import schedule, write_config

KILLS = 3
ROOT = Path(__file__).parent.parent
ALL = 'misfire = "run_all"\noverlap = "queue"\ndeadline_minutes = 300\n'
WORD = Word(person="anna", reason="enough of them")


def start(house: House, module: str, *words: str) -> subprocess.Popen[bytes]:
    with (house.folder / "processes.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"tests.{module}", *words], cwd=ROOT, stdout=log, stderr=log
        )


def worker(house: House, number: int) -> subprocess.Popen[bytes]:
    """A machine of its own; on SQLite it is always the first, restarted."""
    machine = str(house.folder / f"machine-{number}")
    return start(house, "errand_process", machine, house.url, str(house.folder / "books"))


def wait_until_all_ended(book: ScheduleLedger, house: House) -> None:
    for _ in range(1800):
        if book.occurrences("two") and not book.occurrences("two", open_only=True):
            return
        time.sleep(0.1)
    raise AssertionError((house.folder / "processes.log").read_text()[-3000:])


@pytest.mark.parametrize(
    ("kind", "workers"), [("sqlite", 1), pytest.param("postgres", 2, marks=pytest.mark.postgres)]
)
def test_a_killed_workers_run_is_made_again_and_two_never_run_at_once(
    tmp_path: Path, kind: str, workers: int
) -> None:
    house = sqlite_house(tmp_path) if kind == "sqlite" else House(tmp_path, new_database())
    write_config(tmp_path, schedule("two", "every 2 seconds", ALL, run="intake {day}"))
    (tmp_path / "books").touch()
    with ExitStack() as stack:
        book = ScheduleLedger.beside(stack.enter_context(house.ledger()))
        clock = stack.enter_context(start(house, "scheduler_process", str(tmp_path), house.url))
        running = [stack.enter_context(worker(house, each)) for each in range(workers)]
        try:
            running = kill_some(house, running, stack, random.Random(kind))
            book.pause("two", WORD)
            wait_until_all_ended(book, house)
        finally:
            for each in (clock, *running):
                each.kill()
        rows = book.occurrences("two", limit=100_000)

    ran = [each for each in rows if each.run_state is not None]
    given_up = [each for each in ran if each.run_state is not RunState.SUCCEEDED]
    assert {each.told for each in given_up} <= {"its worker died 3 times with it"}
    assert len(given_up) <= KILLS // 3
    notes = [line.split() for line in (tmp_path / "books").read_text().splitlines()]
    ended = Counter(word for word, *_ in notes)["ended"]
    made_again = ended - (len(ran) - len(given_up))
    assert 0 <= made_again <= KILLS, "a run that had ended, and could not say so any more"
    _check_one_at_a_time(notes)


def kill_some(
    house: House,
    running: list[subprocess.Popen[bytes]],
    stack: ExitStack,
    draw: random.Random,
) -> list[subprocess.Popen[bytes]]:
    """Three times, one of *running* is killed around a run's begin and started again."""
    running = list(running)
    for _ in range(KILLS):
        _wait_for_the_next_run(house)
        time.sleep(draw.uniform(0, 0.6))  # the moment is what is drawn
        victim = draw.randrange(len(running))
        running[victim].kill()
        running[victim].wait()
        running[victim] = stack.enter_context(worker(house, victim))
    return running


def _begun(house: House) -> int:
    return (house.folder / "books").read_text().count("begun")


def _wait_for_the_next_run(house: House) -> None:
    before = _begun(house)
    for _ in range(2400):
        if _begun(house) > before:
            return
        time.sleep(0.05)
    raise AssertionError((house.folder / "processes.log").read_text()[-3000:])


def _check_one_at_a_time(notes: list[list[str]]) -> None:
    """A run that did not write its end was killed; no other ended after the next began."""
    begun = [pid for word, _, pid in notes if word == "begun"]
    order = {pid: number for number, pid in enumerate(begun)}
    last = -1
    for word, _, pid in notes:
        if word == "begun":
            last = order[pid]
        else:
            assert order[pid] == last, "two ran at once"
