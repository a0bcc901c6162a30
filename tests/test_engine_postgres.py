"""Many machines, one PostgreSQL: what a dead worker held is taken over, and nothing is doubled."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text, update

from counterfoil.domain.items import ItemState
from counterfoil.engine.worker import Pace
from counterfoil.errors import LedgerLost
from counterfoil.store import schema
from counterfoil.store.ledger import Ledger
from tests.engine_support import CORE, House, a_batch
from tests.postgres_support import new_database

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parent.parent
ITEMS = 16
AT_ONCE = 2 + Pace().waiting  # on one machine: two sessions, and who waits for one


@dataclass(slots=True)
class Site:
    """One database, one bank, and a folder per machine."""

    house: House
    books: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, machine: str, *, lease_seconds: float) -> subprocess.Popen[bytes]:
        folder = self.house.folder / machine
        arguments = (str(folder), self.house.url, str(self.books), str(lease_seconds))
        with (self.house.folder / f"{machine}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.worker_process", *arguments],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def file(self, count: int) -> list[str]:
        document, batch = a_batch(count)
        with self.house.ledger() as ledger:
            ledger.file_batch(document, batch, needs_approval=False)
        return [each.reference for each in batch.items]

    def booked(self) -> Counter[str]:
        lines = self.books.read_text("ascii").splitlines()
        return Counter(line.split()[1] for line in lines if line.startswith("booked"))

    def signed_on(self) -> list[str]:
        return [each for each in self.books.read_text("ascii").splitlines() if "signon" in each]

    def states(self) -> Counter[str]:
        with self.house.ledger() as ledger:
            return Counter({str(state): count for state, count in ledger.counts().items()})

    def unfinished(self) -> list[str]:
        """What is not posted, and why."""
        with self.house.ledger() as ledger:
            return [
                f"{each.item_id} {each.state} {each.code}: {each.reason}"
                for each in ledger.items()
                if each.state is not ItemState.POSTED
            ]

    def logs(self) -> str:
        paths = sorted(self.house.folder.glob("*.log"))
        return "\n".join(f"--- {each.name}\n{each.read_text('utf-8')[-3000:]}" for each in paths)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    books = tmp_path / "books.txt"
    books.touch()
    site = Site(House(tmp_path, new_database()), books)
    yield site
    for each in site.processes:
        if each.poll() is None:
            each.kill()
            each.wait(timeout=10)


def wait_until(condition: Callable[[], bool], site: Site, *, within: float = 40.0) -> float:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < within, site.logs()
        time.sleep(0.05)
    return time.monotonic() - begun


def in_hand(ledger: Ledger) -> int:
    """How many visits are being made, as far as the engine knows."""
    query = "SELECT count(*) FROM dbos.workflow_status WHERE status = 'PENDING'"
    with ledger.reading() as connection:
        if connection.scalar(text("SELECT to_regclass('dbos.workflow_status')")) is None:
            return 0  # no machine has come so far
        return connection.scalar(text(query)) or 0


def finish(site: Site, worker: subprocess.Popen[bytes], references: list[str]) -> None:
    """The survivor ends by itself, with every item booked exactly once."""
    assert worker.wait(timeout=90) == 0, site.logs()
    assert site.booked() == Counter(references)
    assert site.unfinished() == []
    assert site.states() == Counter({str(ItemState.POSTED): len(references)})


def test_a_living_machine_takes_over_from_a_killed_one(site: Site) -> None:
    references = site.file(ITEMS)
    first = site.start("machine-a", lease_seconds=3)
    wait_until(lambda: len(site.booked()) >= 3, site)
    second = site.start("machine-b", lease_seconds=3)
    first.kill()
    finish(site, second, references)


def test_a_machine_that_restarts_buries_its_own_dead_at_once(site: Site) -> None:
    """With a lease of ten minutes nobody else could tell that the first one is dead."""
    references = site.file(ITEMS)
    first = site.start("machine-a", lease_seconds=600)
    wait_until(lambda: len(site.booked()) >= 3, site)
    first.kill()
    first.wait(timeout=10)
    again = site.start("machine-a", lease_seconds=600)
    finish(site, again, references)


def test_what_a_machine_leaves_behind_that_strikes_itself_off_is_taken_over(site: Site) -> None:
    """It was declared dead, and ends by itself: nobody is left to fall silent."""
    references = site.file(ITEMS)
    first = site.start("machine-a", lease_seconds=600)
    wait_until(lambda: len(site.booked()) >= 3, site)
    with site.house.ledger() as ledger, ledger.writing() as tx:
        tx.connection.execute(update(schema.workers).values(expires_at=tx.now))
    assert first.wait(timeout=30) == 1
    assert "ClaimLost: this worker was declared dead" in site.logs()
    with site.house.ledger() as ledger:
        assert ledger.workers() == set()
        assert in_hand(ledger) > 0, "it left nothing behind: the test shows nothing"
    finish(site, site.start("machine-b", lease_seconds=600), references)


@contextmanager
def every_login_in_use(site: Site) -> Iterator[Ledger]:
    """By somebody who lives."""
    length = timedelta(minutes=10)
    with site.house.ledger() as ledger:
        ledger.start_worker(host="elsewhere", pid=1, lease=length)
        for _ in range(2):
            assert ledger.take_lease(CORE, ("OP1", "OP2"), sessions_max=2, lease=length)
        yield ledger
        ledger.stop_worker(ledger.boot)


def test_visits_that_wait_on_one_machine_leave_room_on_the_others(site: Site) -> None:
    """Who waits for a login must not use up the places of who has one."""
    references = site.file(ITEMS)
    with every_login_in_use(site) as ledger:
        first = site.start("machine-a", lease_seconds=600)
        wait_until(lambda: in_hand(ledger) >= AT_ONCE, site)
        second = site.start("machine-b", lease_seconds=600)
        wait_until(lambda: in_hand(ledger) > AT_ONCE, site)
    finish(site, first, references)
    assert second.wait(timeout=30) == 0, site.logs()


def test_a_machine_without_a_login_leaves_the_work_to_the_one_that_has_them(site: Site) -> None:
    """That one never runs dry; if it did, it would give its logins back."""
    references = site.file(3 * ITEMS)
    first = site.start("machine-a", lease_seconds=600)
    wait_until(lambda: len(site.signed_on()) == 2, site)
    second = site.start("machine-b", lease_seconds=600)
    finish(site, first, references)
    assert second.wait(timeout=30) == 0, site.logs()
    assert len(site.signed_on()) == 2


def test_a_database_that_goes_while_its_clock_is_asked_is_a_lost_ledger(site: Site) -> None:
    """The first thing that a transaction asks; the connection was there a moment ago."""
    with site.house.ledger() as ledger:
        cut: list[int] = []

        def cut_once(connection: Connection) -> None:
            if cut:
                return
            cut.append(connection.scalar(text("SELECT pg_backend_pid()")) or 0)
            with ledger.engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": cut[0]})

        event.listen(ledger.engine, "begin", cut_once)
        with pytest.raises(LedgerLost):
            ledger.begin()
        ledger.begin().close()


def test_a_database_that_restarts_costs_time_and_nothing_else(site: Site) -> None:
    """Every connection is cut in the middle of the work, commits included."""
    references = site.file(ITEMS)
    worker = site.start("machine-a", lease_seconds=20)
    chance = random.Random(7)
    with site.house.ledger() as ledger:
        for _ in range(4):
            wait_until(lambda: bool(site.booked()), site)
            time.sleep(chance.uniform(0.2, 0.8))  # an instant, not a wait for anything
            with ledger.engine.connect() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
    finish(site, worker, references)


def attend(site: Site, name: str, worker: subprocess.Popen[bytes], *, lease_seconds: float) -> None:
    """Until it ends because all is done; started again, as its supervisor would, if dead.

    A machine too busy to give a sign of life for a whole lease is rightly declared dead.
    """
    log = site.house.folder / f"{name}.log"
    for _ in range(10):
        if worker.wait(timeout=300) == 0:
            return
        assert "was declared dead" in log.read_text("utf-8").splitlines()[-1], site.logs()
        worker = site.start(name, lease_seconds=lease_seconds)
    pytest.fail(f"{name} is declared dead again and again")


@pytest.mark.battery
def test_four_machines_killed_thirty_times_book_every_item_once(site: Site) -> None:
    references = site.file(150)
    chance = random.Random(20261124)
    machines = {name: site.start(name, lease_seconds=4) for name in ("a", "b", "c", "d")}
    for _ in range(30):
        wait_until(lambda: True, site)
        time.sleep(chance.uniform(0.5, 2.0))  # the instant of the next kill
        name = chance.choice(sorted(machines))
        if machines[name].poll() is None:
            machines[name].kill()
        machines[name].wait(timeout=10)
        machines[name] = site.start(name, lease_seconds=4)
    for name, each in machines.items():
        attend(site, name, each, lease_seconds=4)
    assert site.booked() == Counter(references)
    assert site.states() == Counter({str(ItemState.POSTED): len(references)})
