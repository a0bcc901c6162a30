"""Schedules, and what became of every time that one was due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.schema import UtcDateTime

revision = "0005"
down_revision = "0004"

VERDICTS = "verdict IN ('FIRED', 'LATE', 'BY_HAND', 'SKIPPED', 'MISSED', 'REFUSED')"
RUN_STATES = (
    "run_state IN ('WAITING', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'NEEDS_PERSON', 'FAILED', "
    "'NOT_STARTED')"
)


def upgrade() -> None:
    """Make the tables of schedules, those first that others point to."""
    _make_schedules()
    _make_occurrences()
    _add_schedule_to_steps()


def _text(name: str, length: int, comment: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable, comment=comment)


def _instant(name: str, comment: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable, comment=comment)


def _make_schedules() -> None:
    op.create_table(
        "schedules",
        _text("name", 60, "as in config.toml"),
        sa.Column(
            "settings",
            sa.JSON(),
            nullable=False,
            comment="of the schedule and its calendar, in force",
        ),
        sa.Column("active", sa.Boolean(), nullable=False, comment="it stands in config.toml"),
        _instant("began_at", "UTC: nothing is expected before"),
        _instant("looked_until", "UTC: all until then is judged"),
        _instant("paused_at", "UTC; NULL: it is not paused", nullable=True),
        sa.Column("paused_by", sa.Text(), nullable=True, comment="who paused it"),
        sa.Column("pause_reason", sa.Text(), nullable=True, comment="their words, redacted"),
        _instant("changed_at", "UTC: last change of settings"),
        sa.CheckConstraint(
            "(paused_at IS NULL) = (paused_by IS NULL)", name=op.f("ck_schedules_paused")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedules")),
        comment="every schedule that ever was; what is in force stands here, not in config.toml",
    )


def _make_occurrences() -> None:
    op.create_table(
        "occurrences",
        _text("schedule", 60, "due of it"),
        _text("key", 60, "wall time, or UTC with a Z: the identity"),
        _instant("due_at", "UTC"),
        sa.Column("day", sa.Date(), nullable=False, comment="in the schedule's zone"),
        _text("verdict", 20, "Verdict"),
        sa.Column(
            "why", sa.Text(), nullable=False, comment="the reason, redacted; empty: fired in time"
        ),
        _instant("judged_at", "UTC"),
        sa.Column(
            "command",
            sa.JSON(),
            nullable=True,
            comment="the words of the run; NULL: it does not run",
        ),
        _text("run_state", 20, "RunState; NULL: it does not run", nullable=True),
        sa.Column("visit", sa.Integer(), nullable=False, comment="grows with every enqueuing"),
        sa.Column("starts", sa.Integer(), nullable=False, comment="times that a worker began it"),
        _text("holder", 120, "boot id of the worker that runs it; NULL: nobody", nullable=True),
        _instant("not_after", "UTC: cut-off, it may not start later; NULL: none", nullable=True),
        _instant("deadline_at", "UTC: its run is broken off; NULL: it does not run", nullable=True),
        _instant("started_at", "UTC, the last time; NULL: never", nullable=True),
        _instant("ended_at", "UTC; NULL: it has not", nullable=True),
        sa.Column(
            "exit_code",
            sa.Integer(),
            nullable=True,
            comment="of the command; NULL: it was broken off, or none ran",
        ),
        sa.Column(
            "told",
            sa.Text(),
            nullable=True,
            comment="how the run ended, redacted; NULL: it has not",
        ),
        *_checks_of_occurrences(),
        sa.ForeignKeyConstraint(
            ["schedule"], ["schedules.name"], name=op.f("fk_occurrences_schedule")
        ),
        sa.PrimaryKeyConstraint("schedule", "key", name=op.f("pk_occurrences")),
        comment="one time at which a schedule was due: recorded once, for ever",
    )
    op.create_index("ix_occurrences_due", "occurrences", ["schedule", "due_at"], unique=False)
    op.create_index("ix_occurrences_run_state", "occurrences", ["run_state"], unique=False)
    op.create_index(
        "ix_occurrences_one_running",
        "occurrences",
        ["schedule"],
        unique=True,
        sqlite_where=sa.text("run_state = 'RUNNING'"),
        postgresql_where=sa.text("run_state = 'RUNNING'"),
    )


def _checks_of_occurrences() -> list[sa.CheckConstraint]:
    checks = {
        "verdict": VERDICTS,
        "run_state": RUN_STATES,
        "runs_if_fired": "(run_state IS NOT NULL) = (verdict IN ('BY_HAND', 'FIRED', 'LATE'))",
        "says_why": "verdict = 'FIRED' OR why <> ''",
        "running_is_held": "(run_state = 'RUNNING') = (holder IS NOT NULL)",
    }
    return [
        sa.CheckConstraint(sql, name=op.f(f"ck_occurrences_{name}")) for name, sql in checks.items()
    ]


def _add_schedule_to_steps() -> None:
    op.add_column("steps", _text("schedule", 60, "what it is about: a schedule", nullable=True))
    op.add_column(
        "steps", _text("occurrence", 60, "what it is about: one of its times", nullable=True)
    )
    op.create_index("ix_steps_schedule", "steps", ["schedule", "occurrence"], unique=False)
