"""The ledger's verbs for standing reconciliations. Each verb is one transaction.

Grouped by who uses them: filing (runs), deciding (people), reads (everybody).
reconciliation_schema.py says what every column means.
"""

from __future__ import annotations

from counterfoil.store.book import Book
from counterfoil.store.reconciliation_deciding import ReconciliationDeciding
from counterfoil.store.reconciliation_files import ReconciliationFiles
from counterfoil.store.reconciliation_filing import ReconciliationFiling
from counterfoil.store.reconciliation_reading import ReconciliationReads


class ReconciliationLedger(ReconciliationFiling, ReconciliationDeciding, ReconciliationReads):
    """All of them, over the database of the ledger; ``files`` holds what rows only name."""

    files: ReconciliationFiles

    @classmethod
    def beside(cls, ledger: Book, files: ReconciliationFiles) -> ReconciliationLedger:
        """On *ledger*'s own connection, audit log, vault and clock."""
        made = cls._over(ledger)
        made.files = files
        return made
