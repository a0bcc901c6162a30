"""The ledger's tables for schedules: what is in force, and what became of every occurrence.

A schedule's row says up to when it has been looked at: each occurrence until then has its
row in ``occurrences``, with a verdict and, where it did not simply fire in time, the reason.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from counterfoil.domain.schedules import RUNS, RunState, Verdict
from counterfoil.store.schema import METADATA, UtcDateTime, one_of

schedules = Table(
    "schedules",
    METADATA,
    Column("name", String(60), primary_key=True, comment="as in config.toml"),
    Column("settings", JSON, nullable=False, comment="of the schedule and its calendar, in force"),
    Column("active", Boolean, nullable=False, comment="it stands in config.toml"),
    Column("began_at", UtcDateTime, nullable=False, comment="UTC: nothing is expected before"),
    Column("looked_until", UtcDateTime, nullable=False, comment="UTC: all until then is judged"),
    Column("paused_at", UtcDateTime, comment="UTC; NULL: it is not paused"),
    Column("paused_by", Text, comment="who paused it"),
    Column("pause_reason", Text, comment="their words, redacted"),
    Column("changed_at", UtcDateTime, nullable=False, comment="UTC: last change of settings"),
    CheckConstraint("(paused_at IS NULL) = (paused_by IS NULL)", name="paused"),
    comment="every schedule that ever was; what is in force stands here, not in config.toml",
)

occurrences = Table(
    "occurrences",
    METADATA,
    Column("schedule", ForeignKey("schedules.name"), primary_key=True, comment="due of it"),
    Column("key", String(60), primary_key=True, comment="wall time, or UTC with a Z: the identity"),
    Column("due_at", UtcDateTime, nullable=False, comment="UTC"),
    Column("day", Date, nullable=False, comment="in the schedule's zone"),
    Column("verdict", String(20), nullable=False, comment="Verdict"),
    Column("why", Text, nullable=False, comment="the reason, redacted; empty: fired in time"),
    Column("judged_at", UtcDateTime, nullable=False, comment="UTC"),
    Column("command", JSON, comment="the words of the run; NULL: it does not run"),
    Column("run_state", String(20), comment="RunState; NULL: it does not run"),
    Column("visit", Integer, nullable=False, default=0, comment="grows with every enqueuing"),
    Column("starts", Integer, nullable=False, default=0, comment="times that a worker began it"),
    Column("holder", String(120), comment="boot id of the worker that runs it; NULL: nobody"),
    Column("not_after", UtcDateTime, comment="UTC: cut-off, it may not start later; NULL: none"),
    Column("deadline_at", UtcDateTime, comment="UTC: its run is broken off; NULL: it does not run"),
    Column("started_at", UtcDateTime, comment="UTC, the last time; NULL: never"),
    Column("ended_at", UtcDateTime, comment="UTC; NULL: it has not"),
    Column("exit_code", Integer, comment="of the command; NULL: it was broken off, or none ran"),
    Column("told", Text, comment="how the run ended, redacted; NULL: it has not"),
    CheckConstraint(one_of("verdict", list(Verdict)), name="verdict"),
    CheckConstraint(one_of("run_state", list(RunState)), name="run_state"),
    CheckConstraint(
        f"(run_state IS NOT NULL) = ({one_of('verdict', sorted(RUNS))})", name="runs_if_fired"
    ),
    CheckConstraint("verdict = 'FIRED' OR why <> ''", name="says_why"),
    CheckConstraint("(run_state = 'RUNNING') = (holder IS NOT NULL)", name="running_is_held"),
    comment="one time at which a schedule was due: recorded once, for ever",
)
Index("ix_occurrences_due", occurrences.c.schedule, occurrences.c.due_at)
Index("ix_occurrences_run_state", occurrences.c.run_state)
Index(
    "ix_occurrences_one_running",
    occurrences.c.schedule,
    unique=True,
    sqlite_where=occurrences.c.run_state == "RUNNING",
    postgresql_where=occurrences.c.run_state == "RUNNING",
)
#: An occurrence that came to grief: few, and somebody is told of each.
TROUBLES = text("(verdict IN ('MISSED', 'REFUSED') OR run_state IN ('FAILED', 'NOT_STARTED'))")
Index(
    "ix_occurrences_troubles",
    occurrences.c.judged_at,
    sqlite_where=TROUBLES,
    postgresql_where=TROUBLES,
)
