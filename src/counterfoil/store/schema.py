"""The ledger's tables. Newcomers read this first: every column says what it is.

The ledger is the truth: whatever carries the work can be rebuilt from these rows. No
row holds a full account number or a secret: payloads are sealed by the vault, reasons
have passed the redactor. What the database itself can refuse, it refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from counterfoil.domain.batches import Likeness
from counterfoil.domain.items import ItemState
from counterfoil.domain.pauses import PauseKind


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: UTC, with microseconds. A naive datetime is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL keeps the zone; SQLite keeps UTC without saying so."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC on the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime is no instant: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC on the way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def one_of(column: str, values: Sequence[str]) -> str:
    """SQL: *column* holds one of *values*."""
    return f"{column} IN ({', '.join(repr(str(each)) for each in values)})"


documents = Table(
    "documents",
    METADATA,
    Column("sha256", String(64), primary_key=True, comment="of the plain bytes: the identity"),
    Column("name", Text, nullable=False, comment="as dropped, for people; never a path"),
    Column("size", Integer, nullable=False, comment="bytes"),
    Column("folder", Text, nullable=False, comment="the watched folder's name in config.toml"),
    Column("path", Text, nullable=False, comment="our own copy"),
    Column("received_at", UtcDateTime, nullable=False, comment="UTC, first arrival"),
    Column("quarantined", Text, comment="why the file as a whole was set aside; NULL: it was not"),
    comment="files that were dropped; the same bytes are one document, for ever",
)

batches = Table(
    "batches",
    METADATA,
    Column("batch_id", String(40), primary_key=True, comment='"B-" and 10 characters'),
    Column(
        "document_sha256",
        ForeignKey("documents.sha256"),
        nullable=False,
        unique=True,
        comment="the file it was read from: one file, one batch",
    ),
    Column("name", Text, nullable=False, comment="the file's name, for people"),
    Column("system", String(60), nullable=False, comment="the legacy system it is keyed into"),
    Column("sheet_map", Text, nullable=False, comment="the map it was read with"),
    Column("maker", Text, nullable=False, comment="who dropped it; may not approve it"),
    Column("rows_read", Integer, nullable=False, comment="items + refused rows"),
    Column("digest", String(64), nullable=False, comment="of what an approver sees"),
    Column("needs_approval", Boolean, nullable=False, comment="a second person has to look"),
    Column("filed_at", UtcDateTime, nullable=False, comment="UTC"),
    comment="one accepted file",
)

items = Table(
    "items",
    METADATA,
    Column("item_id", String(60), primary_key=True, comment="batch and row: B-7K2M4QXN3P-0017"),
    Column("batch_id", ForeignKey("batches.batch_id"), nullable=False, comment="its batch"),
    Column("row", Integer, nullable=False, comment="as the spreadsheet numbers it"),
    Column("system", String(60), nullable=False, comment="the legacy system"),
    Column("reference", String(60), nullable=False, comment="ours, typed into the screen"),
    Column("kind", String(40), nullable=False, comment="payment or journal_voucher"),
    Column("currency", String(3), nullable=False, comment="ISO 4217"),
    Column("amount", String(40), nullable=False, comment="decimal text: the payload's total"),
    Column("payload", LargeBinary, nullable=False, comment="canonical JSON, sealed by the vault"),
    Column("payload_sha256", String(64), nullable=False, comment="of the plain payload"),
    Column("state", String(20), nullable=False, comment="ItemState"),
    Column("code", String(60), comment="why it is refused, failed, held or cancelled: stable"),
    Column("reason", Text, comment="the same in words, redacted"),
    Column("due_at", UtcDateTime, comment="UTC: the next visit makes sense then; NULL: none"),
    Column("visit", Integer, nullable=False, default=0, comment="grows with every enqueued visit"),
    Column("holder", String(120), comment="boot id of the worker that holds it; NULL: nobody"),
    Column("token", Integer, nullable=False, default=0, comment="of the last claim: fencing"),
    Column("claimed_at", UtcDateTime, comment="UTC: of the last claim"),
    Column("attempts_before", Integer, nullable=False, default=0, comment="forgiven by a person"),
    Column("troubles", Integer, nullable=False, default=0, comment="failed visits in a row"),
    Column("unconfirmed_since", UtcDateTime, comment="UTC: the enquiry is still owed since"),
    Column("bookings_expected", Integer, comment="what that enquiry has to show: 1 or 0"),
    Column("priority", Integer, nullable=False, default=20, comment="Priority: the lower first"),
    Column("not_before", UtcDateTime, comment="UTC: a person deferred it; NULL: nobody did"),
    Column("deadline_at", UtcDateTime, comment="UTC: not keyed later; NULL: no deadline"),
    Column("takeovers", Integer, nullable=False, default=0, comment="workers that died with it"),
    Column("updated_at", UtcDateTime, nullable=False, comment="UTC: last change of this row"),
    UniqueConstraint("system", "reference"),
    UniqueConstraint("batch_id", "row"),
    CheckConstraint(one_of("state", list(ItemState)), name="state"),
    CheckConstraint("state <> 'KEYING' OR holder IS NOT NULL", name="keying_is_held"),
    CheckConstraint("(unconfirmed_since IS NULL) = (bookings_expected IS NULL)", name="owed"),
    CheckConstraint("bookings_expected IN (0, 1)", name="bookings_expected"),
    comment="one payment or voucher on its way into one legacy system",
)
Index("ix_items_due", items.c.due_at)
Index("ix_items_state", items.c.system, items.c.state)
Index("ix_items_holder", items.c.holder)
#: Items that somebody may have to be told of: few, among all that ever were.
_TROUBLED = "state IN ('KEYING', 'IN_DOUBT', 'ON_HOLD', 'FAILED')"
TROUBLED = text(f"items.{_TROUBLED}")
Index(
    "ix_items_troubled",
    items.c.state,
    sqlite_where=text(_TROUBLED),
    postgresql_where=text(_TROUBLED),
)
Index("ix_items_updated", items.c.updated_at)
#: Lists and counts by state, of all items and of one batch: neither looks at an item for it.
Index("ix_items_listed", items.c.state, items.c.batch_id, items.c.row)
Index("ix_items_waiting", items.c.state, items.c.updated_at)
Index(
    "ix_items_owed",
    items.c.batch_id,
    sqlite_where=text("unconfirmed_since IS NOT NULL"),
    postgresql_where=text("unconfirmed_since IS NOT NULL"),
)
Index("ix_items_reference", items.c.reference)

likenesses = Table(
    "likenesses",
    METADATA,
    Column("item_id", ForeignKey("items.item_id"), primary_key=True, comment="whose print it is"),
    Column("likeness", String(20), primary_key=True, comment="row, reference or twin"),
    Column("print", String(64), nullable=False, comment="hash of what two have in common"),
    CheckConstraint(one_of("likeness", list(Likeness)), name="likeness"),
    comment="by what an item of a later file is recognised as one that came before",
)
Index("ix_likenesses_print", likenesses.c.print)

findings = Table(
    "findings",
    METADATA,
    Column("id", Integer, primary_key=True, comment="order of discovery"),
    Column("batch_id", ForeignKey("batches.batch_id"), nullable=False, comment="its batch"),
    Column("code", String(60), nullable=False, comment="stable"),
    Column("severity", String(10), nullable=False, comment="refuse, hold or note"),
    Column("message", Text, nullable=False, comment="a sentence with the remedy, redacted"),
    Column("row", Integer, comment="as the spreadsheet numbers it; NULL: the whole file"),
    Column("column", Text, comment="header text"),
    Column("cell", Text, comment="Payments!D17"),
    CheckConstraint(one_of("severity", ["refuse", "hold", "note"]), name="severity"),
    comment="what was wrong or odd with a file's rows",
)
Index("ix_findings_batch", findings.c.batch_id)

steps = Table(
    "steps",
    METADATA,
    Column("stream", String(200), primary_key=True, comment="the audit log's writer"),
    Column("seq", Integer, primary_key=True, comment="the record's number in its stream"),
    Column("hash", String(64), nullable=False, comment="the record's hash: the witness"),
    Column("kind", String(60), nullable=False, comment="the event, past tense"),
    Column("at", UtcDateTime, nullable=False, comment="UTC, by the ledger's clock"),
    Column("batch_id", ForeignKey("batches.batch_id"), comment="what it is about"),
    Column("item_id", ForeignKey("items.item_id"), comment="what it is about"),
    Column("arrival_id", String(40), comment="what it is about: a fetched statement"),
    Column("reconciliation", String(60), comment="what it is about: a standing reconciliation"),
    Column("schedule", String(60), comment="what it is about: a schedule"),
    Column("occurrence", String(60), comment="what it is about: one of its times"),
    Column("told", Text, nullable=False, comment="one redacted sentence for people"),
    comment="every change of this ledger, and the audit record that tells of it",
)
Index("ix_steps_item", steps.c.item_id)
Index("ix_steps_kind", steps.c.kind, steps.c.at)
Index("ix_steps_at", steps.c.at)
Index("ix_steps_arrival", steps.c.arrival_id)
Index("ix_steps_reconciliation", steps.c.reconciliation)
Index("ix_steps_schedule", steps.c.schedule, steps.c.occurrence)

intents = Table(
    "intents",
    METADATA,
    Column("item_id", ForeignKey("items.item_id"), primary_key=True, comment="what is keyed"),
    Column("attempt", Integer, primary_key=True, comment="1, 2, 3: never used twice"),
    Column("at", UtcDateTime, nullable=False, comment="UTC: a click may follow from here on"),
    Column("token", Integer, nullable=False, comment="of the claim that made it"),
    Column("login", String(60), nullable=False, comment="the bank login it is keyed with"),
    Column("payload_sha256", String(64), nullable=False, comment="what is keyed"),
    Column("outcome", String(10), comment="posted, refused, void, absent; NULL: unknown"),
    Column("outcome_at", UtcDateTime, comment="UTC"),
    Column("audit_stream", String(200), nullable=False, comment="the witness: which log"),
    Column("audit_seq", Integer, nullable=False, comment="the witness: which record"),
    Column("audit_hash", String(64), nullable=False, comment="the witness: its hash"),
    CheckConstraint("attempt >= 1", name="attempt"),
    CheckConstraint(one_of("outcome", ["posted", "refused", "void", "absent"]), name="outcome"),
    CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="outcome_at"),
    comment="the durable word that a click may follow; an open one means: look, do not do",
)
Index(
    "ix_intents_one_open",
    intents.c.item_id,
    unique=True,
    sqlite_where=intents.c.outcome.is_(None),
    postgresql_where=intents.c.outcome.is_(None),
)

receipts = Table(
    "receipts",
    METADATA,
    Column("item_id", ForeignKey("items.item_id"), primary_key=True, comment="one per item"),
    Column("bank_reference", Text, nullable=False, comment="the bank's own"),
    Column("source", String(20), nullable=False, comment="receipt, enquiry or person"),
    Column("read_at", UtcDateTime, nullable=False, comment="UTC: when it was on the screen"),
    Column("evidence", JSON, nullable=False, comment="[{kind, sha256, size}]"),
    Column("confirmed_at", UtcDateTime, comment="UTC: the enquiry showed exactly one booking"),
    CheckConstraint(one_of("source", ["receipt", "enquiry", "person"]), name="source"),
    comment="the bank has it",
)
Index("ix_receipts_bank_reference", receipts.c.bank_reference)

approvals = Table(
    "approvals",
    METADATA,
    Column("batch_id", ForeignKey("batches.batch_id"), primary_key=True, comment="approved once"),
    Column("digest", String(64), nullable=False, comment="of what was seen"),
    Column("approver", Text, nullable=False, comment="who looked"),
    Column("maker", Text, nullable=False, comment="who may not"),
    Column("at", UtcDateTime, nullable=False, comment="UTC"),
    CheckConstraint("approver <> maker", name="four_eyes"),
    comment="four eyes: who approved what they saw",
)

decisions = Table(
    "decisions",
    METADATA,
    Column("id", Integer, primary_key=True, comment="order of decision"),
    Column("item_id", ForeignKey("items.item_id"), nullable=False, comment="decided on"),
    Column("kind", String(20), nullable=False, comment="look_again, release, booked, cancel"),
    Column("person", Text, nullable=False, comment="who decided"),
    Column("maker", Text, nullable=False, comment="who may not send money on its way"),
    Column("reason", Text, nullable=False, comment="their words, redacted"),
    Column("from_state", String(20), nullable=False, comment="ItemState before"),
    Column("to_state", String(20), nullable=False, comment="ItemState after"),
    Column("at", UtcDateTime, nullable=False, comment="UTC"),
    CheckConstraint(one_of("kind", ["look_again", "release", "booked", "cancel"]), name="kind"),
    CheckConstraint("kind <> 'release' OR person <> maker", name="four_eyes"),
    CheckConstraint("reason <> ''", name="reason"),
    comment="what a person decided about an item, and why",
)
Index("ix_decisions_item", decisions.c.item_id)

leases = Table(
    "leases",
    METADATA,
    Column("system", String(60), primary_key=True, comment="the legacy system"),
    Column("login", String(60), primary_key=True, comment="the bank login's name in config"),
    Column("holder", String(120), comment="boot id of the worker; NULL: free"),
    Column("token", Integer, nullable=False, default=0, comment="grows with every taking"),
    Column("expires_at", UtcDateTime, comment="UTC; renewed by the worker's heartbeat"),
    CheckConstraint("(holder IS NULL) = (expires_at IS NULL)", name="held"),
    comment="one session per bank login, across all machines",
)

lease_wishes = Table(
    "lease_wishes",
    METADATA,
    Column("system", String(60), primary_key=True, comment="the legacy system"),
    Column("boot", String(120), primary_key=True, comment="boot id of whoever waits for a login"),
    Column("expires_at", UtcDateTime, nullable=False, comment="UTC; renewed while it waits"),
    comment="who waits for a bank login: workers give one back for each, and leave it free",
)

stopped_logins = Table(
    "stopped_logins",
    METADATA,
    Column("system", String(60), primary_key=True, comment="the legacy system"),
    Column("login", String(60), primary_key=True, comment="the bank login's name in config"),
    Column("since", UtcDateTime, nullable=False, comment="UTC: its sign-on was refused"),
    Column("reason", Text, nullable=False, comment="the bank's words, redacted"),
    Column("secret_mark", String(64), comment="of the refused secret, keyed; NULL: not known"),
    comment="bank logins that are not tried again with the secret that was refused",
)

workers = Table(
    "workers",
    METADATA,
    Column("boot", String(120), primary_key=True, comment="host, slot and a fresh id per start"),
    Column("host", Text, nullable=False, comment="the machine and its data folder"),
    Column("pid", Integer, nullable=False, comment="its process, for people"),
    Column("started_at", UtcDateTime, nullable=False, comment="UTC"),
    Column("beat_at", UtcDateTime, nullable=False, comment="UTC: last sign of life"),
    Column("expires_at", UtcDateTime, nullable=False, comment="UTC: dead from then on"),
    comment="who is working, and how we know",
)

systems = Table(
    "systems",
    METADATA,
    Column("system", String(60), primary_key=True, comment="the legacy system"),
    Column("frozen", Boolean, nullable=False, default=False, comment="nothing may be keyed"),
    Column("reason", Text, comment="why, redacted"),
    Column("since", UtcDateTime, comment="UTC"),
    Column("troubles", Integer, nullable=False, default=0, comment="system exceptions in a row"),
    Column("next_turn_at", UtcDateTime, comment="UTC: the next visit by its rate; NULL: any time"),
    comment="the alarm per system",
)

pauses = Table(
    "pauses",
    METADATA,
    Column("system", String(60), primary_key=True, comment="empty: every system"),
    Column("kind", String(20), primary_key=True, comment="PauseKind"),
    Column("since", UtcDateTime, nullable=False, comment="UTC"),
    Column("person", Text, comment="who began it; NULL: it began by itself"),
    Column("reason", Text, nullable=False, comment="why, redacted"),
    Column("probe_at", UtcDateTime, comment="UTC: one visit is let through; NULL: none"),
    CheckConstraint(one_of("kind", list(PauseKind)), name="kind"),
    CheckConstraint("(kind = 'CIRCUIT') = (probe_at IS NOT NULL)", name="probed"),
    CheckConstraint("reason <> ''", name="reason"),
    comment="where nothing new is begun just now; the row goes when it ends, the record stays",
)
