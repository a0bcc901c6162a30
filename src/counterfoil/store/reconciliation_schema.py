"""The ledger's tables for standing reconciliations: runs, breaks, decisions, closes.

Lines and matches are not rows. Each run leaves them as sealed files under the SHA-256 of
their bytes; a *manifest*, a file too, names them, and the run's row names the manifest. What
a person decides is a file as well, and so is its approval: who can write rows but has not the
vault's key makes neither.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from counterfoil.domain.reconciliation_decisions import DecisionKind, DecisionState
from counterfoil.store.schema import METADATA, UtcDateTime, one_of

reconciliations = Table(
    "reconciliations",
    METADATA,
    Column("reconciliation", String(60), primary_key=True, comment="its name in config.toml"),
    Column("number", Integer, nullable=False, comment="of its last run; 0: none yet"),
    Column("closed_through", Date, comment="the last day that is frozen; NULL: none is"),
    Column("updated_at", UtcDateTime, nullable=False, comment="UTC: last change of this row"),
    comment="one bank side against one ledger side; whoever changes it locks it",
)

runs = Table(
    "reconciliation_runs",
    METADATA,
    Column(
        "reconciliation",
        ForeignKey("reconciliations.reconciliation"),
        primary_key=True,
        comment="its name in config.toml",
    ),
    Column("number", Integer, primary_key=True, comment="1, 2, 3: none is left out"),
    Column("as_of", Date, nullable=False, comment="lines are known up to this day"),
    Column("manifest_sha256", String(64), nullable=False, comment="the file that names its tables"),
    Column("told", JSON, nullable=False, comment="counts, totals, differences, what was withdrawn"),
    Column("proved", Boolean, nullable=False, comment="every remainder has a name"),
    Column("at", UtcDateTime, nullable=False, comment="UTC"),
    comment="one run over the open period",
)

breaks = Table(
    "reconciliation_breaks",
    METADATA,
    Column("break_id", String(40), primary_key=True, comment='"K-" and 12 characters: of the line'),
    Column(
        "reconciliation",
        ForeignKey("reconciliations.reconciliation"),
        nullable=False,
        comment="whose",
    ),
    Column("side", String(10), nullable=False, comment="bank or ledger"),
    Column("line_id", Text, nullable=False, comment="the line's own id, or ours made of it"),
    Column("account_shown", String(40), nullable=False, comment="masked, for people"),
    Column("currency", String(3), nullable=False, comment="ISO 4217"),
    Column("day", Date, nullable=False, comment="of the line: its age counts from here"),
    Column("amount", String(40), nullable=False, comment="decimal text, signed: minus is paid"),
    Column("class", String(60), nullable=False, comment="what it is taken for"),
    Column("state", String(10), nullable=False, comment="OPEN or CLOSED"),
    Column("since", Date, nullable=False, comment="as of the run that first found it open"),
    Column("closed_on", Date, comment="as of the run that found it closed; NULL: open"),
    Column("closed_by", Text, comment="the match that closed it; NULL: open"),
    Column("owner", Text, comment="who answers for it; NULL: nobody yet"),
    Column("updated_at", UtcDateTime, nullable=False, comment="UTC: last change of this row"),
    UniqueConstraint("reconciliation", "side", "line_id"),
    CheckConstraint(one_of("side", ["bank", "ledger"]), name="side"),
    CheckConstraint(one_of("state", ["OPEN", "CLOSED"]), name="state"),
    CheckConstraint("(state = 'CLOSED') = (closed_on IS NOT NULL)", name="closed_on"),
    comment="a line without its counterpart; the same line is the same break on every day",
)
Index("ix_reconciliation_breaks_state", breaks.c.reconciliation, breaks.c.state)

comments = Table(
    "reconciliation_comments",
    METADATA,
    Column("comment_id", Integer, primary_key=True, comment="order of writing"),
    Column(
        "break_id",
        ForeignKey("reconciliation_breaks.break_id"),
        nullable=False,
        comment="what it is about",
    ),
    Column("person", Text, nullable=False, comment="who wrote it"),
    Column("told", Text, nullable=False, comment="their words, redacted"),
    Column("at", UtcDateTime, nullable=False, comment="UTC"),
    CheckConstraint("told <> ''", name="told"),
    comment="what people know about a break; never changed",
)
Index("ix_reconciliation_comments_break", comments.c.break_id)

decisions = Table(
    "reconciliation_decisions",
    METADATA,
    Column(
        "decision_id", String(40), primary_key=True, comment='"D-" and 12 of the file\'s digest'
    ),
    Column(
        "reconciliation",
        ForeignKey("reconciliations.reconciliation"),
        nullable=False,
        comment="whose",
    ),
    Column("kind", String(20), nullable=False, comment="DecisionKind"),
    Column("state", String(10), nullable=False, comment="DecisionState"),
    Column("file_sha256", String(64), nullable=False, comment="the proposal: what is approved"),
    Column("proposer", Text, nullable=False, comment="who may not approve it"),
    Column("reason", Text, nullable=False, comment="their words, redacted"),
    Column("proposed_at", UtcDateTime, nullable=False, comment="UTC"),
    Column("undoes", String(40), comment="the decision that it takes back; NULL: none"),
    Column("decided_by", Text, comment="who approved or rejected it; NULL: nobody yet"),
    Column("decided_reason", Text, comment="their words, redacted, or why it is void"),
    Column("decided_at", UtcDateTime, comment="UTC"),
    Column("approval_sha256", String(64), comment="the approval, a file; NULL: not approved"),
    CheckConstraint(one_of("kind", list(DecisionKind)), name="kind"),
    CheckConstraint(one_of("state", list(DecisionState)), name="state"),
    CheckConstraint("reason <> ''", name="reason"),
    CheckConstraint(
        "state <> 'APPROVED' OR (decided_by IS NOT NULL AND decided_by <> proposer)",
        name="four_eyes",
    ),
    CheckConstraint("state <> 'APPROVED' OR approval_sha256 IS NOT NULL", name="approval"),
    comment="what a person proposed about lines, and what another one said",
)
Index("ix_reconciliation_decisions_state", decisions.c.reconciliation, decisions.c.state)

decision_lines = Table(
    "reconciliation_decision_lines",
    METADATA,
    Column(
        "decision_id",
        ForeignKey("reconciliation_decisions.decision_id"),
        primary_key=True,
        comment="decided by",
    ),
    Column("side", String(10), primary_key=True, comment="bank or ledger"),
    Column("line_id", Text, primary_key=True, comment="the line's id"),
    Column("reconciliation", String(60), nullable=False, comment="whose"),
    Column("holds", Boolean, nullable=False, comment="the matcher does not take it: approved"),
    CheckConstraint(one_of("side", ["bank", "ledger"]), name="side"),
    comment="the lines of a decision; no line is held by two",
)
Index(
    "ix_reconciliation_decision_lines_held",
    decision_lines.c.reconciliation,
    decision_lines.c.side,
    decision_lines.c.line_id,
    unique=True,
    sqlite_where=decision_lines.c.holds,
    postgresql_where=decision_lines.c.holds,
)

closes = Table(
    "reconciliation_closes",
    METADATA,
    Column("reconciliation", String(60), primary_key=True, comment="whose"),
    Column("number", Integer, primary_key=True, comment="the run that was frozen"),
    Column("through", Date, nullable=False, comment="the last day that is frozen"),
    Column(
        "decision_id",
        ForeignKey("reconciliation_decisions.decision_id"),
        nullable=False,
        comment="who proposed and who approved it",
    ),
    Column("manifest_sha256", String(64), nullable=False, comment="names the frozen tables"),
    Column("told", JSON, nullable=False, comment="frozen lines and sums, per side and currency"),
    Column("at", UtcDateTime, nullable=False, comment="UTC"),
    ForeignKeyConstraint(
        ["reconciliation", "number"],
        ["reconciliation_runs.reconciliation", "reconciliation_runs.number"],
    ),
    comment="days that are frozen: their matches stand, and no line is added to them",
)
