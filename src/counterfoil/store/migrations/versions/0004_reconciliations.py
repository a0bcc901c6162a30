"""Standing reconciliations: runs, breaks, decisions, closes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.schema import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of standing reconciliations, those first that others point to."""
    _make_reconciliations()
    _make_reconciliation_breaks()
    _make_reconciliation_decisions()
    _make_reconciliation_runs()
    _make_reconciliation_closes()
    _make_reconciliation_comments()
    _make_reconciliation_decision_lines()
    _add_reconciliation_to_steps()


def _make_reconciliations() -> None:
    op.create_table(
        "reconciliations",
        sa.Column(
            "reconciliation",
            sa.String(length=60),
            nullable=False,
            comment="its name in config.toml",
        ),
        sa.Column("number", sa.Integer(), nullable=False, comment="of its last run; 0: none yet"),
        sa.Column(
            "closed_through",
            sa.Date(),
            nullable=True,
            comment="the last day that is frozen; NULL: none is",
        ),
        sa.Column(
            "updated_at", UtcDateTime(), nullable=False, comment="UTC: last change of this row"
        ),
        sa.PrimaryKeyConstraint("reconciliation", name=op.f("pk_reconciliations")),
        comment="one bank side against one ledger side; whoever changes it locks it",
    )


def _make_reconciliation_breaks() -> None:
    op.create_table(
        "reconciliation_breaks",
        sa.Column(
            "break_id",
            sa.String(length=40),
            nullable=False,
            comment='"K-" and 12 characters: of the line',
        ),
        sa.Column("reconciliation", sa.String(length=60), nullable=False, comment="whose"),
        sa.Column("side", sa.String(length=10), nullable=False, comment="bank or ledger"),
        sa.Column(
            "line_id", sa.Text(), nullable=False, comment="the line's own id, or ours made of it"
        ),
        sa.Column(
            "account_shown", sa.String(length=40), nullable=False, comment="masked, for people"
        ),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217"),
        sa.Column(
            "day", sa.Date(), nullable=False, comment="of the line: its age counts from here"
        ),
        sa.Column(
            "amount",
            sa.String(length=40),
            nullable=False,
            comment="decimal text, signed: minus is paid",
        ),
        sa.Column("class", sa.String(length=60), nullable=False, comment="what it is taken for"),
        sa.Column("state", sa.String(length=10), nullable=False, comment="OPEN or CLOSED"),
        sa.Column(
            "since", sa.Date(), nullable=False, comment="as of the run that first found it open"
        ),
        sa.Column(
            "closed_on",
            sa.Date(),
            nullable=True,
            comment="as of the run that found it closed; NULL: open",
        ),
        sa.Column(
            "closed_by", sa.Text(), nullable=True, comment="the match that closed it; NULL: open"
        ),
        sa.Column(
            "owner", sa.Text(), nullable=True, comment="who answers for it; NULL: nobody yet"
        ),
        sa.Column(
            "updated_at", UtcDateTime(), nullable=False, comment="UTC: last change of this row"
        ),
        sa.CheckConstraint(
            "(state = 'CLOSED') = (closed_on IS NOT NULL)",
            name=op.f("ck_reconciliation_breaks_closed_on"),
        ),
        sa.CheckConstraint(
            "side IN ('bank', 'ledger')", name=op.f("ck_reconciliation_breaks_side")
        ),
        sa.CheckConstraint(
            "state IN ('OPEN', 'CLOSED')", name=op.f("ck_reconciliation_breaks_state")
        ),
        sa.ForeignKeyConstraint(
            ["reconciliation"],
            ["reconciliations.reconciliation"],
            name=op.f("fk_reconciliation_breaks_reconciliation"),
        ),
        sa.PrimaryKeyConstraint("break_id", name=op.f("pk_reconciliation_breaks")),
        sa.UniqueConstraint(
            "reconciliation",
            "side",
            "line_id",
            name=op.f("uq_reconciliation_breaks_reconciliation_side_line_id"),
        ),
        comment="a line without its counterpart; the same line is the same break on every day",
    )
    op.create_index(
        "ix_reconciliation_breaks_state",
        "reconciliation_breaks",
        ["reconciliation", "state"],
        unique=False,
    )


def _make_reconciliation_decisions() -> None:
    op.create_table(
        "reconciliation_decisions",
        sa.Column(
            "decision_id",
            sa.String(length=40),
            nullable=False,
            comment='"D-" and 12 of the file\'s digest',
        ),
        sa.Column("reconciliation", sa.String(length=60), nullable=False, comment="whose"),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="DecisionKind"),
        sa.Column("state", sa.String(length=10), nullable=False, comment="DecisionState"),
        sa.Column(
            "file_sha256",
            sa.String(length=64),
            nullable=False,
            comment="the proposal: what is approved",
        ),
        sa.Column("proposer", sa.Text(), nullable=False, comment="who may not approve it"),
        sa.Column("reason", sa.Text(), nullable=False, comment="their words, redacted"),
        sa.Column("proposed_at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.Column(
            "undoes",
            sa.String(length=40),
            nullable=True,
            comment="the decision that it takes back; NULL: none",
        ),
        sa.Column(
            "decided_by",
            sa.Text(),
            nullable=True,
            comment="who approved or rejected it; NULL: nobody yet",
        ),
        sa.Column(
            "decided_reason",
            sa.Text(),
            nullable=True,
            comment="their words, redacted, or why it is void",
        ),
        sa.Column("decided_at", UtcDateTime(), nullable=True, comment="UTC"),
        sa.Column(
            "approval_sha256",
            sa.String(length=64),
            nullable=True,
            comment="the approval, a file; NULL: not approved",
        ),
        sa.CheckConstraint(
            "kind IN ('match', 'write_off', 'unmatch', 'replace', 'close')",
            name=op.f("ck_reconciliation_decisions_kind"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_reconciliation_decisions_reason")),
        sa.CheckConstraint(
            "state <> 'APPROVED' OR (decided_by IS NOT NULL AND decided_by <> proposer)",
            name=op.f("ck_reconciliation_decisions_four_eyes"),
        ),
        sa.CheckConstraint(
            "state <> 'APPROVED' OR approval_sha256 IS NOT NULL",
            name=op.f("ck_reconciliation_decisions_approval"),
        ),
        sa.CheckConstraint(
            "state IN ('PROPOSED', 'APPROVED', 'REJECTED', 'VOID', 'UNDONE')",
            name=op.f("ck_reconciliation_decisions_state"),
        ),
        sa.ForeignKeyConstraint(
            ["reconciliation"],
            ["reconciliations.reconciliation"],
            name=op.f("fk_reconciliation_decisions_reconciliation"),
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_reconciliation_decisions")),
        comment="what a person proposed about lines, and what another one said",
    )
    op.create_index(
        "ix_reconciliation_decisions_state",
        "reconciliation_decisions",
        ["reconciliation", "state"],
        unique=False,
    )


def _make_reconciliation_runs() -> None:
    op.create_table(
        "reconciliation_runs",
        sa.Column(
            "reconciliation",
            sa.String(length=60),
            nullable=False,
            comment="its name in config.toml",
        ),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, 3: none is left out"),
        sa.Column("as_of", sa.Date(), nullable=False, comment="lines are known up to this day"),
        sa.Column(
            "manifest_sha256",
            sa.String(length=64),
            nullable=False,
            comment="the file that names its tables",
        ),
        sa.Column(
            "told",
            sa.JSON(),
            nullable=False,
            comment="counts, totals, differences, what was withdrawn",
        ),
        sa.Column("proved", sa.Boolean(), nullable=False, comment="every remainder has a name"),
        sa.Column("at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.ForeignKeyConstraint(
            ["reconciliation"],
            ["reconciliations.reconciliation"],
            name=op.f("fk_reconciliation_runs_reconciliation"),
        ),
        sa.PrimaryKeyConstraint("reconciliation", "number", name=op.f("pk_reconciliation_runs")),
        comment="one run over the open period",
    )


def _make_reconciliation_closes() -> None:
    op.create_table(
        "reconciliation_closes",
        sa.Column("reconciliation", sa.String(length=60), nullable=False, comment="whose"),
        sa.Column("number", sa.Integer(), nullable=False, comment="the run that was frozen"),
        sa.Column("through", sa.Date(), nullable=False, comment="the last day that is frozen"),
        sa.Column(
            "decision_id",
            sa.String(length=40),
            nullable=False,
            comment="who proposed and who approved it",
        ),
        sa.Column(
            "manifest_sha256",
            sa.String(length=64),
            nullable=False,
            comment="names the frozen tables",
        ),
        sa.Column(
            "told",
            sa.JSON(),
            nullable=False,
            comment="frozen lines and sums, per side and currency",
        ),
        sa.Column("at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["reconciliation_decisions.decision_id"],
            name=op.f("fk_reconciliation_closes_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reconciliation", "number"],
            ["reconciliation_runs.reconciliation", "reconciliation_runs.number"],
            name=op.f("fk_reconciliation_closes_reconciliation_number"),
        ),
        sa.PrimaryKeyConstraint("reconciliation", "number", name=op.f("pk_reconciliation_closes")),
        comment="days that are frozen: their matches stand, and no line is added to them",
    )


def _make_reconciliation_comments() -> None:
    op.create_table(
        "reconciliation_comments",
        sa.Column("comment_id", sa.Integer(), nullable=False, comment="order of writing"),
        sa.Column("break_id", sa.String(length=40), nullable=False, comment="what it is about"),
        sa.Column("person", sa.Text(), nullable=False, comment="who wrote it"),
        sa.Column("told", sa.Text(), nullable=False, comment="their words, redacted"),
        sa.Column("at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.CheckConstraint("told <> ''", name=op.f("ck_reconciliation_comments_told")),
        sa.ForeignKeyConstraint(
            ["break_id"],
            ["reconciliation_breaks.break_id"],
            name=op.f("fk_reconciliation_comments_break_id"),
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_reconciliation_comments")),
        comment="what people know about a break; never changed",
    )
    op.create_index(
        "ix_reconciliation_comments_break", "reconciliation_comments", ["break_id"], unique=False
    )


def _make_reconciliation_decision_lines() -> None:
    op.create_table(
        "reconciliation_decision_lines",
        sa.Column("decision_id", sa.String(length=40), nullable=False, comment="decided by"),
        sa.Column("side", sa.String(length=10), nullable=False, comment="bank or ledger"),
        sa.Column("line_id", sa.Text(), nullable=False, comment="the line's id"),
        sa.Column("reconciliation", sa.String(length=60), nullable=False, comment="whose"),
        sa.Column(
            "holds", sa.Boolean(), nullable=False, comment="the matcher does not take it: approved"
        ),
        sa.CheckConstraint(
            "side IN ('bank', 'ledger')", name=op.f("ck_reconciliation_decision_lines_side")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["reconciliation_decisions.decision_id"],
            name=op.f("fk_reconciliation_decision_lines_decision_id"),
        ),
        sa.PrimaryKeyConstraint(
            "decision_id", "side", "line_id", name=op.f("pk_reconciliation_decision_lines")
        ),
        comment="the lines of a decision; no line is held by two",
    )
    op.create_index(
        "ix_reconciliation_decision_lines_held",
        "reconciliation_decision_lines",
        ["reconciliation", "side", "line_id"],
        unique=True,
        sqlite_where=sa.text("holds"),
        postgresql_where=sa.text("holds"),
    )


def _add_reconciliation_to_steps() -> None:
    op.add_column(
        "steps",
        sa.Column(
            "reconciliation",
            sa.String(length=60),
            nullable=True,
            comment="what it is about: a standing reconciliation",
        ),
    )
    op.create_index("ix_steps_reconciliation", "steps", ["reconciliation"], unique=False)
