"""``counterfoil scheduler``: the clock alone; and the same beside everything else of ``up``."""

from __future__ import annotations

import asyncio
import signal
import threading
from functools import partial
from pathlib import Path

import typer

from counterfoil.cli.alerting import alerting, in_thread
from counterfoil.cli.schedule_commands import check_command
from counterfoil.cli.site import Site, emitter, open_site
from counterfoil.cli.terminal import WORK, say, say_aloud
from counterfoil.config import find_suite
from counterfoil.engine.durable import VisitCarrier
from counterfoil.engine.errands import Errands
from counterfoil.engine.scheduler import Waker
from counterfoil.errors import LedgerLost
from counterfoil.store.ledger import new_boot
from counterfoil.store.schedule_ledger import ScheduleLedger
from workflows.schedules import Schedules, Tools

LEDGER_AGAIN_SECONDS = 5.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=WORK)(scheduler)


def scheduler() -> None:
    r"""Look at the clock alone: judge, record and enqueue what \[schedules.*] have due.

    A worker (counterfoil up) carries it out. Start as many as you like, on as many machines:
    each occurrence fires once. Ctrl-C or a kill loses nothing: what was due meanwhile is
    found at the next start, and misfire says what becomes of it.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    suite = find_suite(Path.cwd())
    with open_site("scheduler", suite, boot=new_boot()) as site:
        ledger = ScheduleLedger.beside(site.ledger)
        ledger.runs = VisitCarrier(ledger.engine)
        say("looking at the clock; Ctrl-C stops it.")
        with alerting(site, stop):
            run_schedules(site, ledger, stop)
        say("stopped; what becomes due is found at the next start")


def errands_of(site: Site) -> Errands:
    """What carries runs out in this process, under its own boot."""
    suite = site.suite
    return Errands(ScheduleLedger.beside(site.ledger), suite.root, suite.data / "schedules")


async def keep_schedules(site: Site, ledger: ScheduleLedger, ended: asyncio.Event) -> None:
    """Beside a worker, until *ended* is set."""
    await in_thread(partial(run_schedules, site, ledger), ended)


def run_schedules(site: Site, ledger: ScheduleLedger, stop: threading.Event) -> None:
    """Until *stop* is set; a ledger that is away costs time and nothing else."""
    schedules = Schedules(
        Tools(
            suite=site.suite,
            ledger=ledger,
            check_command=check_command,
            say=say_aloud,
            emit=emitter(site),
        )
    )
    while not stop.is_set():
        try:
            Waker(schedules.sweep, schedules.wake).run(stop)
        except LedgerLost as trouble:
            say_aloud(f"the ledger is away: {trouble}")
            stop.wait(LEDGER_AGAIN_SECONDS)
