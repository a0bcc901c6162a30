"""A worker process on PostgreSQL with a bank whose books are one file, for tests that kill it.

python -m tests.worker_process FOLDER URL BOOKS LEASE_SECONDS
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import Booking, LookUp, Receipt, WorkItem
from counterfoil.engine.worker import Pace, Worker
from tests.engine_support import House, one_system

SCREEN_SECONDS = 0.15


@dataclass(slots=True)
class FileBank:
    """Every booking is one line, written at once and synced; processes share the file."""

    books: Path
    usable: bool = True

    @property
    def bank(self) -> FileBank:
        return self

    async def sign_on(self, system: str, login: str) -> FileBank:
        self.write(f"signon {login} {os.getpid()}")
        return self

    async def close(self) -> None:
        return None

    async def look_up(self, item: WorkItem) -> LookUp:
        await asyncio.sleep(SCREEN_SECONDS)
        found = tuple(
            Booking(reference=item.reference, bank_reference=f"BK{place:06}", shown={})
            for place, line in enumerate(self.books.read_text("ascii").splitlines(), 1)
            if line == f"booked {item.reference}"
        )
        return LookUp(bookings=found, read_at=datetime.now(UTC))

    async def prepare(self, item: WorkItem) -> tuple[Evidence, ...]:
        await asyncio.sleep(SCREEN_SECONDS)
        return ()

    async def identify(self, item: WorkItem) -> None:
        return None

    async def commit(self, item: WorkItem, *, click_before: float) -> Receipt:
        self.write(f"booked {item.reference}")
        place = self.books.read_text("ascii").splitlines().index(f"booked {item.reference}") + 1
        await asyncio.sleep(SCREEN_SECONDS)  # a kill in here loses the answer
        return Receipt(bank_reference=f"BK{place:06}", read_at=datetime.now(UTC), source="receipt")

    def write(self, line: str) -> None:
        handle = os.open(self.books, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(handle, f"{line}\n".encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)


def main(folder: Path, url: str, books: Path, lease_seconds: float) -> None:
    """Work until all is done."""
    house = House(folder.parent, url)
    pace = Pace(beat_seconds=0.5, lease_seconds=lease_seconds, sweep_seconds=0.5, reap_seconds=0.5)
    with house.ledger() as ledger:
        systems = one_system(logins=("OP1", "OP2"))
        worker = Worker(ledger, FileBank(books), systems, data=folder, pace=pace)
        asyncio.run(worker.run(until_done=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), float(sys.argv[4]))
