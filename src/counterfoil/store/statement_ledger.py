"""The ledger's verbs for statements of account. Each verb is one transaction.

Grouped by what they do: ordering, arrivals, filing (the workflow), deciding (people),
reads (everybody). statement_schema.py says what every column means.
"""

from __future__ import annotations

from counterfoil.store.book import Book
from counterfoil.store.statement_deciding import StatementDeciding
from counterfoil.store.statement_filing import StatementFiling
from counterfoil.store.statement_reading import StatementReads


class StatementLedger(StatementFiling, StatementDeciding, StatementReads):
    """All of them, over the database of the ledger."""

    @classmethod
    def beside(cls, ledger: Book) -> StatementLedger:
        """On *ledger*'s own connection, audit log, vault and clock."""
        return cls._over(ledger)
