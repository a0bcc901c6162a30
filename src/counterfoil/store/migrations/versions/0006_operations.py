"""Pauses and circuits of systems; priority, deferral, deadline and takeovers of items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.schema import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add what many machines need to know of each other's troubles."""
    _add_to_items()
    _add_to_systems()
    _make_pauses()


def _count(name: str, value: int, comment: str) -> sa.Column[int]:
    return sa.Column(
        name, sa.Integer(), nullable=False, comment=comment, server_default=sa.text(str(value))
    )


def _instant(name: str, comment: str) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=True, comment=comment)


def _add_to_items() -> None:
    op.add_column("items", _count("priority", 20, "Priority: the lower first"))
    op.add_column("items", _instant("not_before", "UTC: a person deferred it; NULL: nobody did"))
    op.add_column("items", _instant("deadline_at", "UTC: not keyed later; NULL: no deadline"))
    op.add_column("items", _count("takeovers", 0, "workers that died with it"))
    op.create_index("ix_items_updated", "items", ["updated_at"], unique=False)


def _add_to_systems() -> None:
    op.add_column("systems", _count("troubles", 0, "system exceptions in a row"))
    op.add_column(
        "systems", _instant("next_turn_at", "UTC: the next visit by its rate; NULL: any time")
    )


def _make_pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("system", sa.String(length=60), nullable=False, comment="empty: every system"),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="PauseKind"),
        sa.Column("since", UtcDateTime(), nullable=False, comment="UTC"),
        sa.Column(
            "person", sa.Text(), nullable=True, comment="who began it; NULL: it began by itself"
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="why, redacted"),
        _instant("probe_at", "UTC: one visit is let through; NULL: none"),
        sa.CheckConstraint("kind IN ('MAINTENANCE', 'CIRCUIT')", name=op.f("ck_pauses_kind")),
        sa.CheckConstraint(
            "(kind = 'CIRCUIT') = (probe_at IS NOT NULL)", name=op.f("ck_pauses_probed")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_pauses_reason")),
        sa.PrimaryKeyConstraint("system", "kind", name=op.f("pk_pauses")),
        comment="where nothing new is begun just now; the row goes when it ends, the record stays",
    )
