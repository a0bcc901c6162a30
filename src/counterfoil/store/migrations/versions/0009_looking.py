"""What pages look for is found by an index; who takes care of what waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.schema import UtcDateTime

revision = "0009"
down_revision = "0008"

WHICH = "kind and name: item:B-7K2M4QXN3P-0017"
OWED = "unconfirmed_since IS NOT NULL"


def upgrade() -> None:
    """Make the table, then the indexes."""
    _make_cares()
    op.create_index("ix_items_listed", "items", ["state", "batch_id", "row"])
    op.create_index("ix_items_waiting", "items", ["state", "updated_at"])
    op.create_index(
        "ix_items_owed",
        "items",
        ["batch_id"],
        sqlite_where=sa.text(OWED),
        postgresql_where=sa.text(OWED),
    )
    op.create_index("ix_items_reference", "items", ["reference"])
    op.create_index("ix_receipts_bank_reference", "receipts", ["bank_reference"])
    op.create_index(
        "ix_statement_transactions_amount", "statement_transactions", ["amount", "booking_date"]
    )


def _make_cares() -> None:
    op.create_table(
        "cares",
        sa.Column("which", sa.String(length=200), nullable=False, comment=WHICH),
        _words("owner", "who takes care of it; empty: nobody"),
        sa.Column("due_on", sa.Date(), comment="by the end of that day, UTC; NULL: nobody said"),
        _words("told", "what was last said, redacted"),
        _words("person", "who said so"),
        sa.Column("at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.PrimaryKeyConstraint("which", name=op.f("pk_cares")),
        comment="who takes care of what waits for a person; what was said before is on the record",
    )


def _words(name: str, comment: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)
