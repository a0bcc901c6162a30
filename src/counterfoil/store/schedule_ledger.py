"""The ledger's verbs for schedules. Each verb is one transaction.

Grouped by who uses them: firing (whoever looks at the clock, and people), runs (workers),
reads (everybody). schedule_schema.py says what every column means.
"""

from __future__ import annotations

from counterfoil.store.book import Book
from counterfoil.store.schedule_firing import ScheduleFiring
from counterfoil.store.schedule_reading import ScheduleReads
from counterfoil.store.schedule_runs import ScheduleRuns


class ScheduleLedger(ScheduleFiring, ScheduleRuns, ScheduleReads):
    """All of them, over the database of the ledger."""

    @classmethod
    def beside(cls, ledger: Book) -> ScheduleLedger:
        """On *ledger*'s own connection, audit log and clock."""
        return cls._over(ledger)
