"""Who waits for a bank login."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.schema import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lease_wishes",
        sa.Column("system", sa.String(length=60), nullable=False, comment="the legacy system"),
        sa.Column(
            "boot",
            sa.String(length=120),
            nullable=False,
            comment="boot id of whoever waits for a login",
        ),
        sa.Column(
            "expires_at", UtcDateTime(), nullable=False, comment="UTC; renewed while it waits"
        ),
        sa.PrimaryKeyConstraint("system", "boot", name=op.f("pk_lease_wishes")),
        comment="who waits for a bank login: workers give one back for each, and leave it free",
    )
