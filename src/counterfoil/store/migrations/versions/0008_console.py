"""The console's accounts, sessions, invitations and tokens; steps found by their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.schema import UtcDateTime

revision = "0008"
down_revision = "0007"

ROLES = "role IN ('operator', 'supervisor', 'auditor', 'admin')"


def upgrade() -> None:
    """Make the tables, those first that others point to."""
    _make_accounts()
    _make_sessions()
    _make_invitations()
    _make_tokens()
    op.create_index(op.f("ix_steps_at"), "steps", ["at"])


def _text(name: str, comment: str, length: int | None = None) -> sa.Column[str]:
    kind = sa.Text() if length is None else sa.String(length=length)
    return sa.Column(name, kind, nullable=False, comment=comment)


def _instant(name: str, comment: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable, comment=comment)


def _make_accounts() -> None:
    op.create_table(
        "console_accounts",
        _text("name", "typed at sign-on, plain spelling", 60),
        _text("person", "as approvals know them, plain spelling"),
        _text("role", "Role", 20),
        sa.Column("active", sa.Boolean(), nullable=False, comment="may sign on"),
        _text("password", "argon2id, with parameters and salt"),
        sa.Column(
            "second",
            sa.LargeBinary(),
            nullable=False,
            comment="TOTP secret, sealed by the vault",
        ),
        sa.Column(
            "second_used",
            sa.Integer(),
            nullable=False,
            comment="last step of 30 s: never used twice",
        ),
        sa.Column("failures", sa.Integer(), nullable=False, comment="wrong sign-ons in a row"),
        _instant("closed_until", "UTC: no sign-on before; NULL: open", nullable=True),
        _instant("changed_at", "UTC: last change of this row"),
        sa.CheckConstraint(ROLES, name=op.f("ck_console_accounts_role")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_console_accounts")),
        comment="who may use the console",
    )


def _make_sessions() -> None:
    op.create_table(
        "console_sessions",
        _text("token_sha256", "of the cookie's token", 64),
        _text("name", "signed on as", 60),
        _instant("began_at", "UTC"),
        _instant("seen_at", "UTC: last request by hand"),
        _instant("ends_at", "UTC: however busy"),
        _instant("confirmed_at", "UTC: second factor last shown"),
        sa.ForeignKeyConstraint(
            ["name"], ["console_accounts.name"], name=op.f("fk_console_sessions_name")
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_console_sessions")),
        comment="who is signed on; a row that is gone is a session that ended",
    )
    op.create_index(op.f("ix_console_sessions_name"), "console_sessions", ["name"])


def _make_invitations() -> None:
    op.create_table(
        "console_invitations",
        _text("token_sha256", "of the link's token", 64),
        _text("name", "the account, there or to be made", 60),
        _text("person", "as approvals know them, plain spelling"),
        _text("role", "Role", 20),
        _text("by", "who invites"),
        _instant("ends_at", "UTC"),
        sa.CheckConstraint(ROLES, name=op.f("ck_console_invitations_role")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_console_invitations")),
        comment="one-time links; a row that is gone was used or taken back",
    )


def _make_tokens() -> None:
    op.create_table(
        "console_tokens",
        _text("token_sha256", "of the program's token", 64),
        _text("name", "which program, for people", 60),
        _text("scope", "read or metrics", 20),
        _text("by", "who made it"),
        _instant("made_at", "UTC"),
        _instant("ends_at", "UTC"),
        sa.CheckConstraint("scope IN ('read', 'metrics')", name=op.f("ck_console_tokens_scope")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_console_tokens")),
        comment="what programs read with; a row that is gone was taken back",
    )
