"""A process that does nothing but look at the clock, for tests that kill it.

python -m tests.scheduler_process FOLDER URL
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from counterfoil.config import find_suite
from counterfoil.engine.durable import VisitCarrier
from counterfoil.engine.scheduler import Waker
from counterfoil.errors import LedgerLost
from tests.engine_support import House
from tests.schedule_support import process_of


def main(folder: Path, url: str) -> None:
    """Until killed."""
    with House(folder, url).ledger() as ledger:
        process = process_of(ledger, find_suite(folder))
        process.ledger.runs = VisitCarrier(ledger.engine)
        while True:  # until killed
            try:
                waker = Waker(process.schedules.sweep, process.schedules.wake, sweep_seconds=1.0)
                waker.run(threading.Event())
            except LedgerLost:
                continue


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
