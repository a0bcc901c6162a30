"""Schedulers that are killed, on real databases: 0 doubled, 0 missing without a reason."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from counterfoil.domain.schedules import Verdict
from counterfoil.engine.durable import LOCAL_EXECUTOR, Durable
from counterfoil.store.schedule_ledger import ScheduleLedger
from tests.engine_support import House, sqlite_house
from tests.postgres_support import new_database
from tests.schedule_support import schedule, write_config

ROOT = Path(__file__).parent.parent
AT_LEAST = timedelta(seconds=5)
ALL = 'misfire = "run_all"\noverlap = "queue"\ndeadline_minutes = 300\n'


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return sqlite_house(tmp_path) if request.param == "sqlite" else House(tmp_path, new_database())


def make_the_engine(house: House) -> None:
    """A worker was here once: the engine's tables are there, so that firing enqueues."""

    async def visit(*_: object) -> str:
        raise AssertionError("nothing is visited here")

    async def launch(ledger_engine: object) -> None:
        with house.ledger() as ledger:
            durable = Durable(ledger.engine, executor=LOCAL_EXECUTOR, visit=visit, carry_out=visit)
            durable.launch()
            await asyncio.to_thread(durable.close, 0)

    asyncio.run(launch(None))


def start(house: House, number: int) -> subprocess.Popen[bytes]:
    with (house.folder / f"scheduler-{number}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.scheduler_process", str(house.folder), house.url],
            cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip


def kill_and_start(house: House, schedulers: int, kills: int, draw: random.Random) -> None:
    """Kill one at a random moment and start another, *kills* times; then kill all."""
    with ExitStack() as stack:
        running = [stack.enter_context(start(house, each)) for each in range(schedulers)]
        for _ in range(kills):
            time.sleep(draw.uniform(0.2, 2.5))  # the moment is what is drawn
            victim = draw.randrange(schedulers)
            running[victim].kill()
            running[victim] = stack.enter_context(start(house, victim))
        _wait_for_a_look(house)
        for each in running:
            each.kill()


def _wait_for_a_look(house: House) -> None:
    """Until the downtime of the last kill has been looked through."""
    begun = datetime.now(UTC)
    with house.ledger() as ledger:
        book = ScheduleLedger.beside(ledger)
        for _ in range(600):
            rows = book.schedules()
            if rows and rows[0].looked_until > max(begun, rows[0].began_at + AT_LEAST):
                return
            time.sleep(0.1)
    logs = "\n".join(each.read_text() for each in house.folder.glob("*.log"))
    raise AssertionError(f"nobody looked within a minute: {logs[-3000:]}")


def check_all(house: House) -> int:
    """Every second from the begin to the last look has one record and, if it runs, one run."""
    with house.ledger() as ledger:
        book = ScheduleLedger.beside(ledger)
        (row,) = book.schedules()
        found = book.occurrences("second", limit=100_000)[::-1]
        first = row.began_at.replace(microsecond=0) + timedelta(seconds=1)
        count = (row.looked_until - first) // timedelta(seconds=1) + 1
        assert [each.due_at for each in found] == [
            first + timedelta(seconds=each) for each in range(count)
        ]
        assert {each.verdict for each in found} <= {Verdict.FIRED, Verdict.LATE}
        assert all(each.why for each in found if each.verdict is not Verdict.FIRED)
        told = [step.kind for each in found for step in book.schedule_history("second", each.key)]
        assert len(told) == count, "each was told once"
        where = "" if ledger.alone else "dbos."
        with book.reading() as connection:
            enqueued = connection.execute(
                text(f"SELECT workflow_uuid FROM {where}workflow_status")
            ).scalars()
            assert list(enqueued) == [f"schedule:second:{found[0].key}:v1"], "the rest waits for it"
    return count


@pytest.mark.parametrize("schedulers", [2, 3])
def test_schedulers_that_are_killed_fire_every_second_once(house: House, schedulers: int) -> None:
    write_config(house.folder, schedule("second", "every 1 second", ALL))
    make_the_engine(house)
    kill_and_start(house, schedulers, 4, random.Random(schedulers))
    assert check_all(house) >= 4


@pytest.mark.battery
@pytest.mark.parametrize("schedulers", [1, 2, 3, 5])
def test_fifty_kills(house: House, schedulers: int) -> None:
    write_config(house.folder, schedule("second", "every 1 second", ALL))
    make_the_engine(house)
    kill_and_start(house, schedulers, 50, random.Random(schedulers))
    print(f"\n{schedulers} schedulers, 50 kills: {check_all(house)} times, each once")  # noqa: T201
