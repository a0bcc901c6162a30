"""Accounts that sign on with an OpenID provider, and invitations that name what it calls them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns: who is there signs on with a password, as before."""
    accounts, invitations = "console_accounts", "console_invitations"
    op.add_column(accounts, _text("issuer", "OpenID provider it signs on with; NULL: a password"))
    op.add_column(
        accounts,
        sa.Column("subject", sa.String(length=255), comment="whom that provider means by it"),
    )
    op.add_column(invitations, _text("claim", "what the provider calls them; NULL: by link"))
    op.create_index("ix_console_accounts_identity", accounts, ["issuer", "subject"], unique=True)


def _text(name: str, comment: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), comment=comment)
