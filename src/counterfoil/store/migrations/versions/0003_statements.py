"""Statements of account: ordered, arrived, read, decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.schema import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of statements, those first that others point to."""
    _make_statement_documents()
    _make_statement_arrivals()
    _make_statement_orders()
    _make_statements()
    _make_statement_transactions()
    _make_statement_exceptions()
    _make_statement_decisions()
    _add_arrival_to_steps()


def _make_statement_documents() -> None:
    op.create_table(
        "statement_documents",
        sa.Column(
            "sha256",
            sa.String(length=64),
            nullable=False,
            comment="of the plain bytes: the identity",
        ),
        sa.Column(
            "size", sa.Integer(), nullable=False, comment="plain bytes; the file itself is sealed"
        ),
        sa.Column("fetched_at", UtcDateTime(), nullable=False, comment="UTC, first arrival"),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_statement_documents")),
        comment="files fetched from banks; the same bytes are one document, for ever",
    )


def _make_statement_arrivals() -> None:
    op.create_table(
        "statement_arrivals",
        sa.Column(
            "arrival_id", sa.String(length=40), nullable=False, comment='"A-" and 12 characters'
        ),
        sa.Column(
            "document_sha256",
            sa.String(length=64),
            nullable=True,
            comment="its bytes; NULL: nothing came",
        ),
        sa.Column("system", sa.String(length=60), nullable=False, comment="where it was fetched"),
        sa.Column(
            "account", sa.LargeBinary(), nullable=False, comment="ordered; sealed by the vault"
        ),
        sa.Column(
            "account_mark",
            sa.String(length=64),
            nullable=False,
            comment="the same account, the same mark",
        ),
        sa.Column(
            "account_shown", sa.String(length=40), nullable=False, comment="masked, for people"
        ),
        sa.Column(
            "format",
            sa.String(length=20),
            nullable=False,
            comment="as the map calls it: pdf, camt.053",
        ),
        sa.Column(
            "first_day",
            sa.Date(),
            nullable=True,
            comment="as the bank's list says; NULL: it shows the last day only",
        ),
        sa.Column("last_day", sa.Date(), nullable=False, comment="as the bank's list says"),
        sa.Column(
            "listed", sa.JSON(), nullable=False, comment="number, currency, opening, closing there"
        ),
        sa.Column("state", sa.String(length=20), nullable=False, comment="ArrivalState"),
        sa.Column(
            "source",
            sa.String(length=40),
            nullable=True,
            comment="what the reader took it for; NULL: not read",
        ),
        sa.Column("pages", sa.Integer(), nullable=True, comment="of a PDF; NULL: not read"),
        sa.Column(
            "evidence", sa.JSON(), nullable=False, comment="of the list: [{kind, sha256, size}]"
        ),
        sa.Column("fetched_at", UtcDateTime(), nullable=False, comment="UTC, last time"),
        sa.Column("read_at", UtcDateTime(), nullable=True, comment="UTC; NULL: not read"),
        sa.Column(
            "updated_at", UtcDateTime(), nullable=False, comment="UTC: last change of this row"
        ),
        sa.CheckConstraint(
            "state <> 'FILED' OR document_sha256 IS NOT NULL",
            name=op.f("ck_statement_arrivals_filed_is_kept"),
        ),
        sa.CheckConstraint(
            "state IN ('FILED', 'PROVED', 'QUARANTINED', 'WANTED_AGAIN', 'SET_ASIDE')",
            name=op.f("ck_statement_arrivals_state"),
        ),
        sa.ForeignKeyConstraint(
            ["document_sha256"],
            ["statement_documents.sha256"],
            name=op.f("fk_statement_arrivals_document_sha256"),
        ),
        sa.PrimaryKeyConstraint("arrival_id", name=op.f("pk_statement_arrivals")),
        comment="what came for one listed statement in one format",
    )
    op.create_index(
        "ix_statement_arrivals_account",
        "statement_arrivals",
        ["system", "account_mark"],
        unique=False,
    )
    op.create_index("ix_statement_arrivals_state", "statement_arrivals", ["state"], unique=False)


def _make_statement_orders() -> None:
    op.create_table(
        "statement_orders",
        sa.Column(
            "order_id",
            sa.String(length=40),
            nullable=False,
            comment="of system, account, day and format",
        ),
        sa.Column("system", sa.String(length=60), nullable=False, comment="where it is fetched"),
        sa.Column("account", sa.LargeBinary(), nullable=False, comment="sealed by the vault"),
        sa.Column(
            "account_mark",
            sa.String(length=64),
            nullable=False,
            comment="the same account, the same mark",
        ),
        sa.Column(
            "account_shown", sa.String(length=40), nullable=False, comment="masked, for people"
        ),
        sa.Column("day", sa.Date(), nullable=False, comment="a statement that covers it is wanted"),
        sa.Column(
            "format",
            sa.String(length=20),
            nullable=False,
            comment="as the map calls it: pdf, camt.053",
        ),
        sa.Column(
            "arrival_id",
            sa.String(length=40),
            nullable=True,
            comment="what came for it; NULL: still wanted",
        ),
        sa.Column(
            "trouble",
            sa.Text(),
            nullable=True,
            comment="why nothing came at the last try, redacted; NULL: none yet",
        ),
        sa.Column(
            "updated_at", UtcDateTime(), nullable=False, comment="UTC: last change of this row"
        ),
        sa.ForeignKeyConstraint(
            ["arrival_id"],
            ["statement_arrivals.arrival_id"],
            name=op.f("fk_statement_orders_arrival_id"),
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_statement_orders")),
        sa.UniqueConstraint(
            "system",
            "account_mark",
            "day",
            "format",
            name=op.f("uq_statement_orders_system_account_mark_day_format"),
        ),
        comment="one account on one day in one format: ordered once, for ever",
    )
    op.create_index("ix_statement_orders_arrival", "statement_orders", ["arrival_id"], unique=False)


def _make_statements() -> None:
    op.create_table(
        "statements",
        sa.Column("statement_id", sa.Integer(), nullable=False, comment="order of filing"),
        sa.Column(
            "arrival_id", sa.String(length=40), nullable=False, comment="the file it was read from"
        ),
        sa.Column("system", sa.String(length=60), nullable=False, comment="where it was fetched"),
        sa.Column(
            "account", sa.LargeBinary(), nullable=False, comment="as printed; sealed by the vault"
        ),
        sa.Column(
            "account_mark",
            sa.String(length=64),
            nullable=False,
            comment="of the account as ordered",
        ),
        sa.Column(
            "account_shown", sa.String(length=40), nullable=False, comment="masked, for people"
        ),
        sa.Column(
            "format", sa.String(length=20), nullable=False, comment="its sequence is kept by format"
        ),
        sa.Column(
            "currency",
            sa.String(length=3),
            nullable=False,
            comment='ISO 4217; "": the document names none',
        ),
        sa.Column("first_day", sa.Date(), nullable=False, comment="of the period, inside"),
        sa.Column("last_day", sa.Date(), nullable=False, comment="of the period, inside"),
        sa.Column(
            "period_printed", sa.Boolean(), nullable=False, comment="else it is the bank's list's"
        ),
        sa.Column("number", sa.Text(), nullable=False, comment="the bank's own; empty: none"),
        sa.Column("opening", sa.String(length=40), nullable=False, comment="decimal text, signed"),
        sa.Column("closing", sa.String(length=40), nullable=False, comment="decimal text, signed"),
        sa.Column(
            "opening_printed", sa.Boolean(), nullable=False, comment="else by the first balance"
        ),
        sa.Column(
            "closing_printed", sa.Boolean(), nullable=False, comment="else by the last balance"
        ),
        sa.Column("lines", sa.Integer(), nullable=False, comment="transactions"),
        sa.Column(
            "grade",
            sa.String(length=1),
            nullable=False,
            comment="how much its own arithmetic holds",
        ),
        sa.Column("proof", sa.JSON(), nullable=False, comment="every equation with its places"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="StatementState"),
        sa.Column("filed_at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.Column(
            "compared", sa.Boolean(), nullable=False, comment="with its neighbours as they are now"
        ),
        sa.Column(
            "updated_at", UtcDateTime(), nullable=False, comment="UTC: last change of this row"
        ),
        sa.CheckConstraint("grade IN ('A', 'B', 'C')", name=op.f("ck_statements_grade")),
        sa.CheckConstraint(
            "state IN ('PASSED', 'HELD', 'ACCEPTED', 'SET_ASIDE', 'SUPERSEDED')",
            name=op.f("ck_statements_state"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_statements_period")),
        sa.ForeignKeyConstraint(
            ["arrival_id"], ["statement_arrivals.arrival_id"], name=op.f("fk_statements_arrival_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_statements")),
        comment="one account over one period, read and proved",
    )
    op.create_index(
        "ix_statements_account", "statements", ["system", "account_mark", "first_day"], unique=False
    )
    op.create_index("ix_statements_arrival", "statements", ["arrival_id"], unique=False)


def _make_statement_transactions() -> None:
    op.create_table(
        "statement_transactions",
        sa.Column("statement_id", sa.Integer(), nullable=False, comment="its statement"),
        sa.Column(
            "line", sa.Integer(), nullable=False, comment="1, 2, 3: as the statement books them"
        ),
        sa.Column("booking_date", sa.Date(), nullable=False, comment="posted in the bank's ledger"),
        sa.Column(
            "value_date",
            sa.Date(),
            nullable=True,
            comment="interest counts from; NULL: not printed",
        ),
        sa.Column(
            "amount",
            sa.String(length=40),
            nullable=False,
            comment="decimal text, signed: minus is paid",
        ),
        sa.Column(
            "currency", sa.String(length=3), nullable=False, comment="ISO 4217, of the statement"
        ),
        sa.Column(
            "balance",
            sa.String(length=40),
            nullable=True,
            comment="decimal text, printed after it; NULL: none",
        ),
        sa.Column(
            "words",
            sa.LargeBinary(),
            nullable=False,
            comment="description, reference: JSON, sealed",
        ),
        sa.Column("place", sa.JSON(), nullable=False, comment="page and box, or line and path"),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.statement_id"],
            name=op.f("fk_statement_transactions_statement_id"),
        ),
        sa.PrimaryKeyConstraint("statement_id", "line", name=op.f("pk_statement_transactions")),
        comment="one booked entry of a statement",
    )


def _make_statement_exceptions() -> None:
    op.create_table(
        "statement_exceptions",
        sa.Column("exception_id", sa.Integer(), nullable=False, comment="order of discovery"),
        sa.Column(
            "arrival_id", sa.String(length=40), nullable=False, comment="the file it is about"
        ),
        sa.Column("code", sa.String(length=60), nullable=False, comment="stable"),
        sa.Column("reason", sa.Text(), nullable=False, comment="what was found, redacted"),
        sa.Column(
            "place", sa.Text(), nullable=False, comment="page 2, line 17; empty: the whole document"
        ),
        sa.Column("remedy", sa.Text(), nullable=False, comment="what a person can do about it"),
        sa.Column("failed", sa.JSON(), nullable=False, comment="equations that do not hold"),
        sa.Column(
            "holds",
            sa.Boolean(),
            nullable=False,
            comment="its statement is not to be used while open",
        ),
        sa.Column("state", sa.String(length=20), nullable=False, comment="OPEN, or how it ended"),
        sa.Column("opened_at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.Column("closed_at", UtcDateTime(), nullable=True, comment="UTC; NULL: open"),
        sa.CheckConstraint(
            "(state = 'OPEN') = (closed_at IS NULL)", name=op.f("ck_statement_exceptions_closed_at")
        ),
        sa.CheckConstraint(
            "state IN ('OPEN', 'WANTED_AGAIN', 'SET_ASIDE', 'ACCEPTED', 'CLEARED')",
            name=op.f("ck_statement_exceptions_state"),
        ),
        sa.ForeignKeyConstraint(
            ["arrival_id"],
            ["statement_arrivals.arrival_id"],
            name=op.f("fk_statement_exceptions_arrival_id"),
        ),
        sa.PrimaryKeyConstraint("exception_id", name=op.f("pk_statement_exceptions")),
        comment="what a person has to look at",
    )
    op.create_index(
        "ix_statement_exceptions_arrival", "statement_exceptions", ["arrival_id"], unique=False
    )


def _make_statement_decisions() -> None:
    op.create_table(
        "statement_decisions",
        sa.Column("decision_id", sa.Integer(), nullable=False, comment="order of decision"),
        sa.Column("arrival_id", sa.String(length=40), nullable=False, comment="decided on"),
        sa.Column(
            "kind", sa.String(length=20), nullable=False, comment="requeue, set_aside or accept"
        ),
        sa.Column("person", sa.Text(), nullable=False, comment="who decided"),
        sa.Column("reason", sa.Text(), nullable=False, comment="their words, redacted"),
        sa.Column("at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.CheckConstraint(
            "kind IN ('requeue', 'set_aside', 'accept')", name=op.f("ck_statement_decisions_kind")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_statement_decisions_reason")),
        sa.ForeignKeyConstraint(
            ["arrival_id"],
            ["statement_arrivals.arrival_id"],
            name=op.f("fk_statement_decisions_arrival_id"),
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_statement_decisions")),
        comment="what a person decided about a fetched file, and why",
    )
    op.create_index(
        "ix_statement_decisions_arrival", "statement_decisions", ["arrival_id"], unique=False
    )


def _add_arrival_to_steps() -> None:
    op.add_column(
        "steps",
        sa.Column(
            "arrival_id",
            sa.String(length=40),
            nullable=True,
            comment="what it is about: a fetched statement",
        ),
    )
    op.create_index("ix_steps_arrival", "steps", ["arrival_id"], unique=False)
