"""The first ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.schema import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the ledger, those first that others point to."""
    _make_documents()
    _make_leases()
    _make_systems()
    _make_workers()
    _make_batches()
    _make_approvals()
    _make_findings()
    _make_items()
    _make_decisions()
    _make_intents()
    _make_receipts()
    _make_steps()


def _make_documents() -> None:
    op.create_table(
        "documents",
        sa.Column(
            "sha256",
            sa.String(length=64),
            nullable=False,
            comment="of the plain bytes: the identity",
        ),
        sa.Column(
            "name", sa.Text(), nullable=False, comment="as dropped, for people; never a path"
        ),
        sa.Column("size", sa.Integer(), nullable=False, comment="bytes"),
        sa.Column(
            "folder", sa.Text(), nullable=False, comment="the watched folder's name in config.toml"
        ),
        sa.Column("path", sa.Text(), nullable=False, comment="our own copy"),
        sa.Column("received_at", UtcDateTime(), nullable=False, comment="UTC, first arrival"),
        sa.Column(
            "quarantined",
            sa.Text(),
            nullable=True,
            comment="why the file as a whole was set aside; NULL: it was not",
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_documents")),
        comment="files that were dropped; the same bytes are one document, for ever",
    )


def _make_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("system", sa.String(length=60), nullable=False, comment="the legacy system"),
        sa.Column(
            "login", sa.String(length=60), nullable=False, comment="the bank login's name in config"
        ),
        sa.Column(
            "holder",
            sa.String(length=120),
            nullable=True,
            comment="boot id of the worker; NULL: free",
        ),
        sa.Column("token", sa.Integer(), nullable=False, comment="grows with every taking"),
        sa.Column(
            "expires_at",
            UtcDateTime(),
            nullable=True,
            comment="UTC; renewed by the worker's heartbeat",
        ),
        sa.CheckConstraint("(holder IS NULL) = (expires_at IS NULL)", name=op.f("ck_leases_held")),
        sa.PrimaryKeyConstraint("system", "login", name=op.f("pk_leases")),
        comment="one session per bank login, across all machines",
    )


def _make_systems() -> None:
    op.create_table(
        "systems",
        sa.Column("system", sa.String(length=60), nullable=False, comment="the legacy system"),
        sa.Column("frozen", sa.Boolean(), nullable=False, comment="nothing may be keyed"),
        sa.Column("reason", sa.Text(), nullable=True, comment="why, redacted"),
        sa.Column("since", UtcDateTime(), nullable=True, comment="UTC"),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_systems")),
        comment="the alarm per system",
    )


def _make_workers() -> None:
    op.create_table(
        "workers",
        sa.Column(
            "boot",
            sa.String(length=120),
            nullable=False,
            comment="host, slot and a fresh id per start",
        ),
        sa.Column("host", sa.Text(), nullable=False, comment="the machine and its data folder"),
        sa.Column("pid", sa.Integer(), nullable=False, comment="its process, for people"),
        sa.Column("started_at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.Column("beat_at", UtcDateTime(), nullable=False, comment="UTC: last sign of life"),
        sa.Column("expires_at", UtcDateTime(), nullable=False, comment="UTC: dead from then on"),
        sa.PrimaryKeyConstraint("boot", name=op.f("pk_workers")),
        comment="who is working, and how we know",
    )


def _make_batches() -> None:
    op.create_table(
        "batches",
        sa.Column(
            "batch_id", sa.String(length=40), nullable=False, comment='"B-" and 10 characters'
        ),
        sa.Column(
            "document_sha256",
            sa.String(length=64),
            nullable=False,
            comment="the file it was read from: one file, one batch",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="the file's name, for people"),
        sa.Column(
            "system",
            sa.String(length=60),
            nullable=False,
            comment="the legacy system it is keyed into",
        ),
        sa.Column("sheet_map", sa.Text(), nullable=False, comment="the map it was read with"),
        sa.Column("maker", sa.Text(), nullable=False, comment="who dropped it; may not approve it"),
        sa.Column("rows_read", sa.Integer(), nullable=False, comment="items + refused rows"),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="of what an approver sees"
        ),
        sa.Column(
            "needs_approval", sa.Boolean(), nullable=False, comment="a second person has to look"
        ),
        sa.Column("filed_at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.ForeignKeyConstraint(
            ["document_sha256"], ["documents.sha256"], name=op.f("fk_batches_document_sha256")
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batches")),
        sa.UniqueConstraint("document_sha256", name=op.f("uq_batches_document_sha256")),
        comment="one accepted file",
    )


def _make_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("batch_id", sa.String(length=40), nullable=False, comment="approved once"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="of what was seen"),
        sa.Column("approver", sa.Text(), nullable=False, comment="who looked"),
        sa.Column("maker", sa.Text(), nullable=False, comment="who may not"),
        sa.Column("at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.CheckConstraint("approver <> maker", name=op.f("ck_approvals_four_eyes")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.batch_id"], name=op.f("fk_approvals_batch_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_approvals")),
        comment="four eyes: who approved what they saw",
    )


def _make_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False, comment="order of discovery"),
        sa.Column("batch_id", sa.String(length=40), nullable=False, comment="its batch"),
        sa.Column("code", sa.String(length=60), nullable=False, comment="stable"),
        sa.Column("severity", sa.String(length=10), nullable=False, comment="refuse, hold or note"),
        sa.Column(
            "message", sa.Text(), nullable=False, comment="a sentence with the remedy, redacted"
        ),
        sa.Column(
            "row",
            sa.Integer(),
            nullable=True,
            comment="as the spreadsheet numbers it; NULL: the whole file",
        ),
        sa.Column("column", sa.Text(), nullable=True, comment="header text"),
        sa.Column("cell", sa.Text(), nullable=True, comment="Payments!D17"),
        sa.CheckConstraint(
            "severity IN ('refuse', 'hold', 'note')", name=op.f("ck_findings_severity")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.batch_id"], name=op.f("fk_findings_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        comment="what was wrong or odd with a file's rows",
    )
    op.create_index("ix_findings_batch", "findings", ["batch_id"], unique=False)


def _make_items() -> None:
    op.create_table(
        "items",
        sa.Column(
            "item_id",
            sa.String(length=60),
            nullable=False,
            comment="batch and row: B-7K2M4QXN3P-0017",
        ),
        sa.Column("batch_id", sa.String(length=40), nullable=False, comment="its batch"),
        sa.Column("row", sa.Integer(), nullable=False, comment="as the spreadsheet numbers it"),
        sa.Column("system", sa.String(length=60), nullable=False, comment="the legacy system"),
        sa.Column(
            "reference", sa.String(length=60), nullable=False, comment="ours, typed into the screen"
        ),
        sa.Column(
            "kind", sa.String(length=40), nullable=False, comment="payment or journal_voucher"
        ),
        sa.Column("currency", sa.String(length=3), nullable=False, comment="ISO 4217"),
        sa.Column(
            "amount",
            sa.String(length=40),
            nullable=False,
            comment="decimal text: the payload's total",
        ),
        sa.Column(
            "payload",
            sa.LargeBinary(),
            nullable=False,
            comment="canonical JSON, sealed by the vault",
        ),
        sa.Column(
            "payload_sha256", sa.String(length=64), nullable=False, comment="of the plain payload"
        ),
        sa.Column(
            "fingerprint",
            sa.String(length=64),
            nullable=False,
            comment="of the row without reference",
        ),
        sa.Column("state", sa.String(length=20), nullable=False, comment="ItemState"),
        sa.Column(
            "code",
            sa.String(length=60),
            nullable=True,
            comment="why it is refused, failed, held or cancelled: stable",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="the same in words, redacted"),
        sa.Column(
            "due_at",
            UtcDateTime(),
            nullable=True,
            comment="UTC: the next visit makes sense then; NULL: none",
        ),
        sa.Column("visit", sa.Integer(), nullable=False, comment="grows with every enqueued visit"),
        sa.Column(
            "holder",
            sa.String(length=120),
            nullable=True,
            comment="boot id of the worker that holds it; NULL: nobody",
        ),
        sa.Column("token", sa.Integer(), nullable=False, comment="of the last claim: fencing"),
        sa.Column("claimed_at", UtcDateTime(), nullable=True, comment="UTC: of the last claim"),
        sa.Column("attempts_before", sa.Integer(), nullable=False, comment="forgiven by a person"),
        sa.Column("troubles", sa.Integer(), nullable=False, comment="failed visits in a row"),
        sa.Column(
            "unconfirmed_since",
            UtcDateTime(),
            nullable=True,
            comment="UTC: the enquiry is still owed since",
        ),
        sa.Column(
            "bookings_expected",
            sa.Integer(),
            nullable=True,
            comment="what that enquiry has to show: 1 or 0",
        ),
        sa.Column(
            "updated_at", UtcDateTime(), nullable=False, comment="UTC: last change of this row"
        ),
        sa.CheckConstraint(
            "state <> 'KEYING' OR holder IS NOT NULL", name=op.f("ck_items_keying_is_held")
        ),
        sa.CheckConstraint(
            "state IN ('NEW', 'AWAITING_APPROVAL', 'READY', 'KEYING', 'IN_DOUBT', "
            "'POSTED', 'REFUSED', 'FAILED', 'ON_HOLD', 'CANCELLED')",
            name=op.f("ck_items_state"),
        ),
        sa.CheckConstraint(
            "(unconfirmed_since IS NULL) = (bookings_expected IS NULL)", name=op.f("ck_items_owed")
        ),
        sa.CheckConstraint("bookings_expected IN (0, 1)", name=op.f("ck_items_bookings_expected")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_items_batch_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_items")),
        sa.UniqueConstraint("batch_id", "row", name=op.f("uq_items_batch_id_row")),
        sa.UniqueConstraint("system", "reference", name=op.f("uq_items_system_reference")),
        comment="one payment or voucher on its way into one legacy system",
    )
    op.create_index("ix_items_due", "items", ["due_at"], unique=False)
    op.create_index("ix_items_fingerprint", "items", ["system", "fingerprint"], unique=False)
    op.create_index("ix_items_holder", "items", ["holder"], unique=False)
    op.create_index("ix_items_state", "items", ["system", "state"], unique=False)


def _make_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False, comment="order of decision"),
        sa.Column("item_id", sa.String(length=60), nullable=False, comment="decided on"),
        sa.Column(
            "kind",
            sa.String(length=20),
            nullable=False,
            comment="look_again, release, booked, cancel",
        ),
        sa.Column("person", sa.Text(), nullable=False, comment="who decided"),
        sa.Column("maker", sa.Text(), nullable=False, comment="who may not send money on its way"),
        sa.Column("reason", sa.Text(), nullable=False, comment="their words, redacted"),
        sa.Column("from_state", sa.String(length=20), nullable=False, comment="ItemState before"),
        sa.Column("to_state", sa.String(length=20), nullable=False, comment="ItemState after"),
        sa.Column("at", UtcDateTime(), nullable=False, comment="UTC"),
        sa.CheckConstraint(
            "kind <> 'release' OR person <> maker", name=op.f("ck_decisions_four_eyes")
        ),
        sa.CheckConstraint(
            "kind IN ('look_again', 'release', 'booked', 'cancel')", name=op.f("ck_decisions_kind")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_decisions_reason")),
        sa.ForeignKeyConstraint(["item_id"], ["items.item_id"], name=op.f("fk_decisions_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        comment="what a person decided about an item, and why",
    )
    op.create_index("ix_decisions_item", "decisions", ["item_id"], unique=False)


def _make_intents() -> None:
    op.create_table(
        "intents",
        sa.Column("item_id", sa.String(length=60), nullable=False, comment="what is keyed"),
        sa.Column("attempt", sa.Integer(), nullable=False, comment="1, 2, 3: never used twice"),
        sa.Column(
            "at", UtcDateTime(), nullable=False, comment="UTC: a click may follow from here on"
        ),
        sa.Column("token", sa.Integer(), nullable=False, comment="of the claim that made it"),
        sa.Column(
            "login", sa.String(length=60), nullable=False, comment="the bank login it is keyed with"
        ),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False, comment="what is keyed"),
        sa.Column(
            "outcome",
            sa.String(length=10),
            nullable=True,
            comment="posted, refused, void, absent; NULL: unknown",
        ),
        sa.Column("outcome_at", UtcDateTime(), nullable=True, comment="UTC"),
        sa.Column(
            "audit_stream", sa.String(length=200), nullable=False, comment="the witness: which log"
        ),
        sa.Column("audit_seq", sa.Integer(), nullable=False, comment="the witness: which record"),
        sa.Column(
            "audit_hash", sa.String(length=64), nullable=False, comment="the witness: its hash"
        ),
        sa.CheckConstraint(
            "outcome IN ('posted', 'refused', 'void', 'absent')", name=op.f("ck_intents_outcome")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (outcome_at IS NULL)", name=op.f("ck_intents_outcome_at")
        ),
        sa.CheckConstraint("attempt >= 1", name=op.f("ck_intents_attempt")),
        sa.ForeignKeyConstraint(["item_id"], ["items.item_id"], name=op.f("fk_intents_item_id")),
        sa.PrimaryKeyConstraint("item_id", "attempt", name=op.f("pk_intents")),
        comment="the durable word that a click may follow; an open one means: look, do not do",
    )
    op.create_index(
        "ix_intents_one_open",
        "intents",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )


def _make_receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("item_id", sa.String(length=60), nullable=False, comment="one per item"),
        sa.Column("bank_reference", sa.Text(), nullable=False, comment="the bank's own"),
        sa.Column(
            "source", sa.String(length=20), nullable=False, comment="receipt, enquiry or person"
        ),
        sa.Column(
            "read_at", UtcDateTime(), nullable=False, comment="UTC: when it was on the screen"
        ),
        sa.Column("evidence", sa.JSON(), nullable=False, comment="[{kind, sha256, size}]"),
        sa.Column(
            "confirmed_at",
            UtcDateTime(),
            nullable=True,
            comment="UTC: the enquiry showed exactly one booking",
        ),
        sa.CheckConstraint(
            "source IN ('receipt', 'enquiry', 'person')", name=op.f("ck_receipts_source")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.item_id"], name=op.f("fk_receipts_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_receipts")),
        comment="the bank has it",
    )


def _make_steps() -> None:
    op.create_table(
        "steps",
        sa.Column(
            "stream", sa.String(length=200), nullable=False, comment="the audit log's writer"
        ),
        sa.Column("seq", sa.Integer(), nullable=False, comment="the record's number in its stream"),
        sa.Column(
            "hash", sa.String(length=64), nullable=False, comment="the record's hash: the witness"
        ),
        sa.Column("kind", sa.String(length=60), nullable=False, comment="the event, past tense"),
        sa.Column("at", UtcDateTime(), nullable=False, comment="UTC, by the ledger's clock"),
        sa.Column("batch_id", sa.String(length=40), nullable=True, comment="what it is about"),
        sa.Column("item_id", sa.String(length=60), nullable=True, comment="what it is about"),
        sa.Column("told", sa.Text(), nullable=False, comment="one redacted sentence for people"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_steps_batch_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.item_id"], name=op.f("fk_steps_item_id")),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_steps")),
        comment="every change of this ledger, and the audit record that tells of it",
    )
    op.create_index("ix_steps_item", "steps", ["item_id"], unique=False)
