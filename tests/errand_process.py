"""A worker that only carries out the runs of schedules, for tests that kill it.

python -m tests.errand_process MACHINE URL BOOKS

A run writes a line when it begins and one when it ends, and takes a while in between.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from counterfoil.engine.errands import Errands
from counterfoil.engine.worker import Pace, Worker
from counterfoil.store.schedule_ledger import ScheduleLedger
from tests.engine_support import CardboardBank, House

PACE = Pace(beat_seconds=0.5, lease_seconds=20.0, sweep_seconds=0.5, reap_seconds=0.5)

RUN = """
import os, sys, time
from pathlib import Path
from counterfoil.cli import _end_with_our_worker

def note(word):
    handle = os.open({books!r}, os.O_WRONLY | os.O_APPEND)
    os.write(handle, f"{{word}} {{sys.argv[-1]}} {{os.getpid()}}\\n".encode())
    os.close(handle)

_end_with_our_worker()
note("begun")
time.sleep(0.5)
note("ended")
"""


def main(machine: Path, url: str, books: Path) -> None:
    """Until killed."""
    with House(machine.parent, url).ledger() as ledger:
        errands = Errands(
            ScheduleLedger.beside(ledger), machine.parent, machine / "said",
            [sys.executable, "-c", RUN.format(books=str(books))],
        )  # fmt: skip
        worker = Worker(ledger, CardboardBank(), {}, data=machine, pace=PACE, errands=errands)
        asyncio.run(worker.run())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
