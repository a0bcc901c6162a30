"""What pages look for is found by an index: items by state, payments by what they are called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

OWED = "unconfirmed_since IS NOT NULL"


def upgrade() -> None:
    """Make the indexes."""
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
