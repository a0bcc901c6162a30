"""Alerts and their sendings, bank logins that were stopped, and how both are found quickly."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.schema import UtcDateTime

revision = "0007"
down_revision = "0006"

KINDS = (
    "kind IN ('run_failed', 'run_missed', 'run_waits', 'item_in_doubt', 'item_on_hold', "
    "'queue_at_risk', 'circuit_open', 'system_frozen', 'login_stopped', 'witness_silent', "
    "'nothing_happened')"
)
TROUBLED = "state IN ('KEYING', 'IN_DOUBT', 'ON_HOLD', 'FAILED')"
TROUBLES = "(verdict IN ('MISSED', 'REFUSED') OR run_state IN ('FAILED', 'NOT_STARTED'))"


def upgrade() -> None:
    """Make the tables, those first that others point to; then the indexes."""
    _make_watch()
    _make_alerts()
    _make_sendings()
    _make_stopped_logins()
    _add_indexes()


def _text(name: str, length: int, comment: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable, comment=comment)


def _words(name: str, comment: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _instant(name: str, comment: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable, comment=comment)


def _make_watch() -> None:
    op.create_table(
        "alert_watch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="always 1"),
        _instant("began_at", "UTC: what was before is not told"),
        sa.CheckConstraint("id = 1", name=op.f("ck_alert_watch_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_watch")),
        comment="the one row that whoever raises or sends alerts locks first",
    )


def _make_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.Integer(), nullable=False, comment="for people"),
        _text("key", 250, "what makes it the same one"),
        _text("kind", 30, "AlertKind"),
        _text("subject", 60, "the schedule that it is about; NULL: something else", nullable=True),
        _words("told", "one sentence for people, redacted"),
        _words("remedy", "the command that tells more, or mends it"),
        sa.Column("about", sa.JSON(), nullable=False, comment="names: system, schedule, batch ..."),
        sa.Column("critical", sa.Boolean(), nullable=False, comment="it passes quiet hours"),
        _instant("raised_at", "UTC"),
        _instant("over_at", "UTC: found no more; NULL: it still is so", nullable=True),
        _instant("acknowledged_at", "UTC; NULL: nobody has", nullable=True),
        _words("acknowledged_by", "who", nullable=True),
        _words("reason", "what they do about it, redacted", nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_alerts_kind")),
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)",
            name=op.f("ck_alerts_acknowledged"),
        ),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("key", name=op.f("uq_alerts_key")),
        comment="something that somebody had to be told; the same key is raised once",
    )
    op.create_index("ix_alerts_open", "alerts", ["acknowledged_at", "raised_at"], unique=False)
    op.create_index("ix_alerts_subject", "alerts", ["subject", "kind"], unique=False)


def _make_sendings() -> None:
    op.create_table(
        "alert_sendings",
        sa.Column("alert_id", sa.Integer(), nullable=False, comment="what is told"),
        _text("address", 60, "as in config.toml"),
        _text("stage", 20, "Stage"),
        _instant("due_at", "UTC: digest and quiet hours are over"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="messages that were tried"),
        _instant("next_at", "UTC: not tried before"),
        _instant("taken_until", "UTC: a process is at it; NULL: nobody", nullable=True),
        _instant("sent_at", "UTC: the receiver took it; NULL: not yet", nullable=True),
        _words("trouble", "why the last attempt failed, redacted", nullable=True),
        sa.CheckConstraint(
            "stage IN ('FIRST', 'ESCALATION')", name=op.f("ck_alert_sendings_stage")
        ),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.alert_id"], name=op.f("fk_alert_sendings_alert_id")
        ),
        sa.PrimaryKeyConstraint("alert_id", "address", "stage", name=op.f("pk_alert_sendings")),
        comment="one alert on its way to one address",
    )
    op.create_index(
        "ix_alert_sendings_waiting", "alert_sendings", ["sent_at", "next_at"], unique=False
    )


def _make_stopped_logins() -> None:
    op.create_table(
        "stopped_logins",
        _text("system", 60, "the legacy system"),
        _text("login", 60, "the bank login's name in config"),
        _instant("since", "UTC: its sign-on was refused"),
        _words("reason", "the bank's words, redacted"),
        _text("secret_mark", 64, "of the refused secret, keyed; NULL: not known", nullable=True),
        sa.PrimaryKeyConstraint("system", "login", name=op.f("pk_stopped_logins")),
        comment="bank logins that are not tried again with the secret that was refused",
    )


def _add_indexes() -> None:
    op.create_index(
        "ix_items_troubled",
        "items",
        ["state"],
        unique=False,
        sqlite_where=sa.text(TROUBLED),
        postgresql_where=sa.text(TROUBLED),
    )
    op.create_index("ix_steps_kind", "steps", ["kind", "at"], unique=False)
    op.create_index(
        "ix_occurrences_troubles",
        "occurrences",
        ["judged_at"],
        unique=False,
        sqlite_where=sa.text(TROUBLES),
        postgresql_where=sa.text(TROUBLES),
    )
