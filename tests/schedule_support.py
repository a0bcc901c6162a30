"""What the tests of schedules share: a config, a clock, and processes that look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from counterfoil.config import Suite, find_suite
from counterfoil.store.ledger import Ledger
from counterfoil.store.schedule_ledger import ScheduleLedger
from tests.engine_support import Clock, House
from workflows.schedules import Schedules, Tools

HEAD = 'schema = 1\n[site]\nname = "Test"\n'
RULES = 'misfire = "run_once"\noverlap = "queue"\ndeadline_minutes = 30\n'


def schedule(name: str, when: str, rules: str = RULES, *, run: str = "statement fetch core") -> str:
    """A table of config.toml."""
    return f'[schedules.{name}]\nrun = "{run}"\nwhen = "{when}"\n{rules}'


def write_config(folder: Path, *tables: str) -> None:
    (folder / "config.toml").write_text(HEAD + "\n".join(tables), "utf-8")


@dataclass(slots=True)
class Process:
    """One process that looks at the clock, and what it told."""

    ledger: ScheduleLedger
    schedules: Schedules
    said: list[str] = field(default_factory=list)
    emitted: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)


def process_of(ledger: Ledger, suite: Suite, clock: Clock | None = None) -> Process:
    """On *ledger*; its own clock goes on as *clock* does, however that jumps."""
    book = ScheduleLedger.beside(ledger)
    said: list[str] = []
    emitted: list[tuple[str, Mapping[str, Any]]] = []
    tools = Tools(
        suite=suite,
        ledger=book,
        check_command=lambda _suite, _run: None,
        say=said.append,
        emit=lambda kind, data: emitted.append((kind, data)),
    )
    schedules = (
        Schedules(tools)
        if clock is None
        else Schedules(tools, monotonic=lambda: clock.at.timestamp())
    )
    return Process(book, schedules, said, emitted)


@contextmanager
def looking(
    house: House, folder: Path, clock: Clock, *, boot: str | None = None
) -> Iterator[Process]:
    """A process with a ledger of its own."""
    with house.ledger(boot=boot, clock=clock) as ledger:
        yield process_of(ledger, find_suite(folder), clock)


def verdicts(ledger: ScheduleLedger, name: str) -> list[tuple[str, str, str]]:
    """(key, verdict, state of the run) of every occurrence, first to last."""
    rows = ledger.occurrences(name, limit=100_000)
    return [(each.key, str(each.verdict), str(each.run_state or "")) for each in reversed(rows)]


def at(text: str) -> datetime:
    """``2026-11-26T07:30Z``"""
    return datetime.fromisoformat(text)
