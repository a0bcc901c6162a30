"""Runs of schedules are child processes: they end at their deadline, and with their worker."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.domain.schedules import RunState
from counterfoil.domain.under import UNDER
from counterfoil.engine import errands as errands_module
from counterfoil.engine.borrowing import borrowed_login
from counterfoil.engine.errands import Errands
from counterfoil.engine.worker import Worker
from counterfoil.errors import LedgerLost
from counterfoil.store.ledger import Ledger, new_boot
from counterfoil.store.schedule_ledger import ScheduleLedger
from counterfoil.store.schedule_runs import Ended
from tests.engine_support import CORE, CardboardBank, Clock, House, a_batch, one_system
from tests.schedule_support import Process, at, looking, schedule, verdicts, write_config

ROOT = Path(__file__).parent.parent
KEY = "2026-11-26T06:10Z"


@pytest.fixture
def clock() -> Clock:
    return Clock(at("2026-11-26T06:00:30Z"))


@pytest.fixture
def process(house: House, clock: Clock, tmp_path: Path) -> Iterator[Process]:
    """One run is queued."""
    write_config(tmp_path, schedule("ten", "every 10 minutes"))
    with looking(house, tmp_path, clock, boot="host/1") as process:
        process.schedules.sweep()
        clock.at = at("2026-11-26T06:10:00Z")
        process.schedules.sweep()
        yield process


def errands_of(process: Process, folder: Path, script: str) -> Errands:
    """What is run is *script*, with the words of the schedule."""
    return Errands(process.ledger, folder, folder / "said", [sys.executable, "-c", script])


def row_of(ledger: ScheduleLedger) -> tuple[RunState | None, int | None, str | None]:
    (row,) = ledger.occurrences("ten")
    return row.run_state, row.exit_code, row.told


@pytest.mark.parametrize(
    ("code", "state", "told"),
    [
        (0, RunState.SUCCEEDED, "done"),
        (1, RunState.NEEDS_PERSON, "done, and something waits for a person"),
        (2, RunState.FAILED, "wrong use or wrong settings"),
        (7, RunState.FAILED, "it ended with 7"),
    ],
)
def test_the_exit_code_tells_how_a_run_ended(
    process: Process, tmp_path: Path, code: int, state: RunState, told: str
) -> None:
    script = f"import os, sys; print(sys.argv[1:], os.environ['{UNDER}']); sys.exit({code})"
    errands = errands_of(process, tmp_path, script)

    assert asyncio.run(errands.carry_out("ten", KEY, 1)) == state

    log = tmp_path / "said/ten/2026-11-26T0610Z-1.log"
    assert row_of(process.ledger) == (state, code, f"{told}; what it said: {log.name}")
    assert log.read_text() == "['statement', 'fetch', 'core'] host/1\n"
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_run_is_broken_off_at_its_deadline(
    process: Process, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that does not listen when it is told to end."""
    monkeypatch.setattr(errands_module, "TERMINATE_SECONDS", 0.2)
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"
    clock.at = at("2026-11-26T06:39:59Z")

    word = asyncio.run(errands_of(process, tmp_path, script).carry_out("ten", KEY, 1))

    assert word == RunState.FAILED
    state, code, told = row_of(process.ledger)
    assert (state, code) == (RunState.FAILED, None)
    assert told is not None
    assert told.startswith("broken off at its deadline")


def test_a_worker_that_stops_gives_the_run_back(
    process: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands_module, "STOP_SECONDS", 0.2)
    errands = errands_of(process, tmp_path, "import time; time.sleep(300)")

    async def run_and_stop() -> str:
        running = asyncio.create_task(errands.carry_out("ten", KEY, 1))
        while verdicts(process.ledger, "ten")[0][2] != "RUNNING":
            await asyncio.sleep(0.05)
        errands.stop()
        return await running

    assert asyncio.run(run_and_stop()) == "given_back"
    assert process.ledger.due_runs() == [("ten", KEY, 2)]
    assert asyncio.run(errands.carry_out("ten", KEY, 2)) == "not_due"


def test_an_end_that_could_not_be_recorded_is_recorded_later(
    process: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands_module, "LEDGER_AGAIN_SECONDS", 0.01)
    real, lost = ScheduleLedger.end_run, list[str]()

    def lose_two(ledger: ScheduleLedger, schedule: str, key: str, ended: Ended) -> bool:
        if len(lost) < 2:
            lost.append(key)
            raise LedgerLost("the answer was cut")
        return real(ledger, schedule, key, ended)

    monkeypatch.setattr(ScheduleLedger, "end_run", lose_two)
    assert asyncio.run(errands_of(process, tmp_path, "").carry_out("ten", KEY, 1)) == "SUCCEEDED"
    assert row_of(process.ledger)[0] is RunState.SUCCEEDED


def test_what_cannot_be_begun_fails_and_says_why(process: Process, tmp_path: Path) -> None:
    errands = Errands(process.ledger, tmp_path, tmp_path / "said", [str(tmp_path / "nowhere")])
    assert asyncio.run(errands.carry_out("ten", KEY, 1)) == "not_begun"
    state, _, told = row_of(process.ledger)
    assert state is RunState.FAILED
    assert told is not None
    assert "No such file" in told


def test_a_run_is_begun_once_and_under_its_own_number(process: Process, tmp_path: Path) -> None:
    errands = errands_of(process, tmp_path, "")

    async def twice() -> list[str]:
        return await asyncio.gather(*(errands.carry_out("ten", KEY, each) for each in (1, 1, 9)))

    assert sorted(asyncio.run(twice())) == ["SUCCEEDED", "not_due", "not_due"]


def test_a_child_dies_with_its_worker(tmp_path: Path) -> None:
    """Killed with -9: its end of the pipe closes, and the command line ends itself."""
    write_config(tmp_path)
    child = (
        "import time\nfrom counterfoil.cli import _end_with_our_worker\n"
        "_end_with_our_worker()\nprint('up', flush=True)\ntime.sleep(300)\n"
    )
    parent = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\ntime.sleep(300)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as worker:
        assert worker.stdout is not None
        pid = int(worker.stdout.readline())
        assert worker.stdout.readline() == "up\n"
        worker.send_signal(signal.SIGKILL)
        for _ in range(100):
            if not _lives(pid):
                return
            time.sleep(0.1)
    raise AssertionError("the child outlived its worker")


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_and_its_worker_share_the_bank_logins(
    house: House, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite every process but the worker counts as dead; its children do not."""
    from datetime import timedelta

    lease = timedelta(seconds=60)
    monkeypatch.setenv(UNDER, ledger.boot)
    boot = new_boot()
    assert boot.startswith(f"{ledger.boot}+")
    with house.ledger(boot=boot) as child, house.ledger(boot="another/1") as later:
        assert child.is_child
        assert not ledger.is_child
        logins = ["OP1", "OP2"]
        ours = ledger.take_lease(CORE, logins, sessions_max=2, lease=lease, in_use=())
        theirs = child.take_lease(CORE, logins, sessions_max=2, lease=lease)
        assert ours is not None
        assert theirs is not None
        assert (ours.login, theirs.login) == ("OP1", "OP2")
        assert ledger.take_lease(CORE, logins, sessions_max=2, lease=lease, in_use={"OP1"}) is None
        assert child.holds(theirs)
        assert later.take_lease(CORE, logins, sessions_max=2, lease=lease) is not None, "both died"


def test_a_run_that_waits_for_a_login_gets_one_although_keying_goes_on(
    house: House, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker gives back a login after the item in hand, and leaves it to whoever waits."""
    monkeypatch.setenv(UNDER, ledger.boot)
    document, batch = a_batch(400)
    ledger.file_batch(document, batch, needs_approval=False)
    bank = CardboardBank(seconds=0.01)
    worker = Worker(ledger, bank, one_system(), data=house.folder)

    async def keep_both_busy() -> tuple[int, int, str]:
        working = asyncio.create_task(worker.run())
        while not bank.booked:
            assert not working.done()
            await asyncio.sleep(0.05)
        with house.ledger(boot=new_boot()) as child:
            async with borrowed_login(child, house.folder, CORE, ["OP1"], sessions_max=1) as lease:
                booked = len(bank.booked)
                await asyncio.sleep(1.5)
                assert child.holds(lease)
                meanwhile = len(bank.booked) - booked
        while len(bank.booked) < booked + 5:
            await asyncio.sleep(0.05)
        worker.stop()
        await working
        return booked, meanwhile, lease.login

    booked, meanwhile, login = asyncio.run(asyncio.wait_for(keep_both_busy(), 60))
    assert login == "OP1"
    assert 0 < booked < 100, "long before the session was worn, or the work done"
    assert meanwhile == 0, "nothing is keyed without a login"


assert os.name == "posix", "the pipe is what Windows has, too; these tests read /proc"
