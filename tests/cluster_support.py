"""Many machines on this one: real workers, a real PostgreSQL, the cardboard bank, and chaos.

Each machine is a folder with a config.toml of its own and ``counterfoil worker`` at work in
it; all have the same ledger. What happened is told by the bank's own log.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from counterfoil.config import Suite
from counterfoil.domain.batches import Batch
from tests.bank_support import ROOT, RunningBank
from tests.kill_support import (
    LATE_SECONDS,
    STALENESS_SECONDS,
    Books,
    a_suite,
    compare,
    file_batch,
    payments,
)
from tests.postgres_support import Server

COMMAND = (sys.executable, "-c", "from counterfoil.cli import main; main()", "worker")


@dataclass(slots=True)
class Machine:
    """One folder, and the worker process in it."""

    suite: Suite
    process: subprocess.Popen[bytes] | None = None
    dead_until: float = 0.0  # monotonic: nobody starts it again before

    def start(self) -> None:
        """As its supervisor does."""
        with (self.suite.root / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(
                COMMAND, cwd=self.suite.root, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """The whole machine: worker, driver and browser, at one instant."""
        assert self.process is not None
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(self.process.pid).children(recursive=True)
            self.process.kill()
            for each in family:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        self.process.wait(timeout=10)

    def stop(self) -> int:
        """Politely; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=90)

    def log(self) -> str:
        return (self.suite.root / "worker.log").read_text("utf-8", "replace")[-3000:]


@dataclass(slots=True)
class Takeover:
    """A machine was killed: what it held, and who noticed."""

    killed_at: float  # monotonic
    pid: int
    held: dict[str, int]  # item -> token
    seconds: float = 0.0  # after: all that it held is another's
    noticed: float | None = None  # after: nobody counts it as alive any more

    def told(self) -> str:
        return f"{self.seconds:.1f} s ({self.noticed or 0.0:.1f} s to notice)"


@dataclass(slots=True)
class Told:
    """What a run came to."""

    seconds: float
    kills: int
    restarts: int
    own_ends: int  # workers that ended by themselves, and were started again
    takeovers: list[Takeover]
    backlog_seconds: float | None  # from the last restart of the database to nothing waiting
    sessions_most: int  # at one instant, by the bank's log
    books: Books


class Cluster:
    """PostgreSQL, a bank and some machines; use it as a context manager."""

    def __init__(
        self,
        folder: Path,
        *,
        machines: int = 3,
        sessions: int = 3,
        logins: int = 4,
        faults: Sequence[tuple[str, float]] = (),
    ) -> None:
        """Start everything but the workers.

        Args:
            sessions: What the bank allows at a time; there are more *logins* than that.
            faults: The bank's, at the commit: name and probability.
        """
        self.server = Server()
        self.ledger_url = self.server.new_database()
        late = ("--late-seconds", str(LATE_SECONDS), "--staleness-seconds", str(STALENESS_SECONDS))
        self.bank = RunningBank(folder / "bank", late)
        for name, probability in faults:
            self.bank.fault(name, at="commit", probability=probability)
        self.sessions = sessions
        self.machines = [
            Machine(self._suite(folder / f"machine-{name}", logins)) for name in "abcdef"[:machines]
        ]
        self._engine: Engine = create_engine(
            self.ledger_url.replace("postgresql:", "postgresql+psycopg:"),
            pool_pre_ping=True,
            connect_args={"connect_timeout": 2},
        )
        self.batch: Batch | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.machines:
            if each.runs:
                each.kill()
        self._engine.dispose()
        self.bank.stop()
        self.server.end()

    def _suite(self, root: Path, logins: int) -> Suite:
        suite = a_suite(
            root, self.bank, sessions=self.sessions, logins=logins, ledger=self.ledger_url
        )
        for name in ("bots", "workflows", "fixtures"):
            (root / name).symlink_to(ROOT / name)
        return suite

    def file(self, count: int) -> None:
        """*count* payments; every machine gets the key that opens them."""
        first = self.machines[0].suite
        self.batch = payments(count)
        file_batch(first, self.batch)
        for each in self.machines[1:]:
            keys = each.suite.data / "keys"
            keys.mkdir(parents=True, mode=0o700)
            shutil.copy2(first.data / "keys" / "vault.key", keys / "vault.key")

    def ask(self, query: str, **values: Any) -> list[tuple[Any, ...]] | None:
        """Rows of the ledger; None: the database is away."""
        try:
            with self._engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(query), values)]
        except DBAPIError:
            return None

    def left(self) -> int | None:
        """Items that the bank was not yet asked to book, or nobody knows; None: not known."""
        found = self.ask(
            "SELECT count(*) FROM items WHERE state IN ('READY', 'KEYING', 'IN_DOUBT')"
        )
        return None if found is None else int(found[0][0])

    def unsettled(self) -> int | None:
        """Items to which something still happens by itself, confirmations included."""
        found = self.ask("SELECT count(*) FROM items WHERE due_at IS NOT NULL")
        return None if found is None else int(found[0][0])

    def held_by(self, pid: int) -> dict[str, int] | None:
        """Item -> token of what the worker process holds."""
        found = self.ask(
            "SELECT item_id, token FROM items JOIN workers ON holder = boot WHERE pid = :pid",
            pid=pid,
        )
        return None if found is None else {str(item): int(token) for item, token in found}

    def at_work(self, seconds: float) -> set[int] | None:
        """Process ids of the workers that live, by the ledger, since so many seconds."""
        found = self.ask(
            "SELECT pid FROM workers WHERE expires_at > clock_timestamp()"
            " AND started_at <= clock_timestamp() - make_interval(secs => :seconds)",
            seconds=seconds,
        )
        return None if found is None else {int(pid) for (pid,) in found}

    def counts_as_alive(self, pid: int) -> bool | None:
        """Whether the ledger has that process at work; None: not to be known now."""
        working = self.at_work(0.0)
        return None if working is None else pid in working

    def still_held(self, held: dict[str, int]) -> list[str] | None:
        """Which of them nobody has taken over yet."""
        found = self.ask(
            "SELECT item_id, token FROM items WHERE item_id = ANY(:ids) AND holder IS NOT NULL",
            ids=list(held),
        )
        return None if found is None else [item for item, token in found if token == held[item]]

    def sessions_most(self) -> int:
        """Of all instants, by the bank's log: from a sign-on to the session's last request."""
        stretches = self.bank.control("GET", "/truth/sessions")["stretches"]
        steps = [(each["begun_at"], 1) for each in stretches]
        steps += [(each["seen_at"], -1) for each in stretches]
        open_now = most = 0
        for _, step in sorted(steps):  # at one instant, ends first
            open_now += step
            most = max(most, open_now)
        return most

    def signed_on_operators(self) -> Counter[str]:
        """Sign-ons by operator."""
        stretches = self.bank.control("GET", "/truth/sessions")["stretches"]
        return Counter(each["operator"] for each in stretches)


@dataclass(slots=True)
class Chaos:
    """Kills and restarts at instants drawn from a seed, until *calm* says so."""

    cluster: Cluster
    seed: str
    between: tuple[float, float] = (5.0, 40.0)  # seconds, of kills and of restarts alike
    dead_for: tuple[float, float] = (1.0, 40.0)
    #: Somebody has to be able to take over: a machine comes up in that time.
    at_work_for: float = 15.0
    kills_max: int = 10_000
    restarts_max: int = 10_000
    say: Callable[[str], None] = lambda _: None
    kills: int = 0
    restarts: int = 0
    own_ends: int = 0
    takeovers: list[Takeover] = field(default_factory=list)
    _watched: list[Takeover] = field(default_factory=list)
    _last_restart: float = 0.0

    def run(self, *, calm_at: int, within: float) -> Told:
        """Start the machines; chaos until *calm_at* items are left, then one last restart.

        Raises:
            AssertionError: Not done *within* so many seconds; with the workers' last words.
        """
        chance = random.Random(self.seed)
        begun = time.monotonic()
        for each in self.cluster.machines:
            each.start()
        self._until(lambda: bool(self.cluster.bank.posts_accepted()), begun + within)
        self.say(f"first booking after {time.monotonic() - begun:.0f} s")
        next_kill = time.monotonic() + chance.uniform(*self.between)
        next_restart = time.monotonic() + chance.uniform(*self.between)
        while (left := self.cluster.left()) is None or left > calm_at:
            assert time.monotonic() - begun < within, self._last_words()
            self._attend()
            wanted = time.monotonic() >= next_kill and self.kills < self.kills_max
            if wanted and self._kill(chance):
                next_kill = time.monotonic() + chance.uniform(*self.between)
            if time.monotonic() >= next_restart and self.restarts < self.restarts_max:
                self._restart(left)
                next_restart = time.monotonic() + chance.uniform(*self.between)
            time.sleep(0.1)  # the machines work meanwhile
        if self.restarts < self.restarts_max:
            self._restart(left)
        backlog = self._until(lambda: self.cluster.left() == 0, begun + within)
        self._until(lambda: self.cluster.unsettled() == 0, begun + within)
        self._until(lambda: not self._watched, begun + within)
        return self._told(time.monotonic() - begun, backlog)

    def _told(self, seconds: float, backlog: float) -> Told:
        first = self.cluster.machines[0].suite
        return Told(
            seconds=seconds,
            kills=self.kills,
            restarts=self.restarts,
            own_ends=self.own_ends,
            takeovers=self.takeovers,
            backlog_seconds=backlog,
            sessions_most=self.cluster.sessions_most(),
            books=compare(first, self.cluster.bank),
        )

    def _until(self, condition: Callable[[], bool], ends: float) -> float:
        begun = time.monotonic()
        while not condition():
            assert time.monotonic() < ends, self._last_words()
            self._attend()
            time.sleep(0.1)
        return time.monotonic() - begun

    def _attend(self) -> None:
        """Start what died again, and see what was taken over meanwhile."""
        now = time.monotonic()
        for each in self.cluster.machines:
            if not each.runs and now >= each.dead_until:
                self.own_ends += each.dead_until == 0.0
                each.dead_until = 0.0
                each.start()
        for takeover in list(self._watched):
            after = time.monotonic() - takeover.killed_at
            if takeover.noticed is None and self.cluster.counts_as_alive(takeover.pid) is False:
                takeover.noticed = after
            still = self.cluster.still_held(takeover.held)
            if still is not None and not still:
                takeover.seconds = after
                self.takeovers.append(takeover)
                self._watched.remove(takeover)
                self.say(f"its {len(takeover.held)} items were taken over after {takeover.told()}")

    def _kill(self, chance: random.Random) -> bool:
        """Kill any machine that runs; False: no other one is at work that could take over.

        The others may be killed, and the database restarted, right after.
        """
        working = self.cluster.at_work(self.at_work_for) or set()
        running = [each for each in self.cluster.machines if each.runs]
        if not running:
            return False
        victim = chance.choice(running)
        assert victim.process is not None
        others = {each.process.pid for each in running if each.process} - {victim.process.pid}
        if not others & working:
            return False
        held = self.cluster.held_by(victim.process.pid)
        victim.kill()
        victim.dead_until = time.monotonic() + chance.uniform(*self.dead_for)
        self.kills += 1
        still = self.cluster.still_held(held) if held else None
        if held and still:
            left = {item: held[item] for item in still}
            self._watched.append(Takeover(time.monotonic(), victim.process.pid, left))
        self.say(f"killed {victim.suite.root.name}, which held {len(still or [])} items")
        return True

    def _restart(self, left: int | None) -> None:
        begun = time.monotonic()
        self.cluster.server.stop()
        self.cluster.server.start()
        self.restarts += 1
        away = time.monotonic() - begun
        self.say(f"PostgreSQL restarted, away for {away:.1f} s, {left} items left")

    def _last_words(self) -> str:
        logs = [f"--- {each.suite.root.name}\n{each.log()}" for each in self.cluster.machines]
        return "\n".join([f"REPLAY={self.seed}", *logs])


def seed_of_the_day() -> str:
    """REPLAY, or a fresh one."""
    return os.environ.get("REPLAY") or os.urandom(4).hex()
