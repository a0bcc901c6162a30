"""The ledger's tables for statements of account: ordered, arrived, read, decided.

An *order* is one account on one day in one format. An *arrival* is what came for a listed
statement in one format; it answers every order that it covers. A *document* is the bytes of
an arrival: the same bytes are one document, for ever. Account numbers are sealed; by its
mark, which only the vault's key can make, an account is found again.
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
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from counterfoil.domain.statement_orders import ArrivalState, StatementState
from counterfoil.domain.statements import Grade
from counterfoil.store.schema import METADATA, UtcDateTime, one_of

documents = Table(
    "statement_documents",
    METADATA,
    Column("sha256", String(64), primary_key=True, comment="of the plain bytes: the identity"),
    Column("size", Integer, nullable=False, comment="plain bytes; the file itself is sealed"),
    Column("fetched_at", UtcDateTime, nullable=False, comment="UTC, first arrival"),
    comment="files fetched from banks; the same bytes are one document, for ever",
)

arrivals = Table(
    "statement_arrivals",
    METADATA,
    Column("arrival_id", String(40), primary_key=True, comment='"A-" and 12 characters'),
    Column(
        "document_sha256",
        ForeignKey("statement_documents.sha256"),
        comment="its bytes; NULL: nothing came",
    ),
    Column("system", String(60), nullable=False, comment="where it was fetched"),
    Column("account", LargeBinary, nullable=False, comment="ordered; sealed by the vault"),
    Column("account_mark", String(64), nullable=False, comment="the same account, the same mark"),
    Column("account_shown", String(40), nullable=False, comment="masked, for people"),
    Column("format", String(20), nullable=False, comment="as the map calls it: pdf, camt.053"),
    Column("first_day", Date, comment="as the bank's list says; NULL: it shows the last day only"),
    Column("last_day", Date, nullable=False, comment="as the bank's list says"),
    Column("listed", JSON, nullable=False, comment="number, currency, opening, closing there"),
    Column("state", String(20), nullable=False, comment="ArrivalState"),
    Column("source", String(40), comment="what the reader took it for; NULL: not read"),
    Column("pages", Integer, comment="of a PDF; NULL: not read"),
    Column("evidence", JSON, nullable=False, comment="of the list: [{kind, sha256, size}]"),
    Column("fetched_at", UtcDateTime, nullable=False, comment="UTC, last time"),
    Column("read_at", UtcDateTime, comment="UTC; NULL: not read"),
    Column("updated_at", UtcDateTime, nullable=False, comment="UTC: last change of this row"),
    CheckConstraint(one_of("state", list(ArrivalState)), name="state"),
    CheckConstraint("state <> 'FILED' OR document_sha256 IS NOT NULL", name="filed_is_kept"),
    comment="what came for one listed statement in one format",
)
Index("ix_statement_arrivals_account", arrivals.c.system, arrivals.c.account_mark)
Index("ix_statement_arrivals_state", arrivals.c.state)

orders = Table(
    "statement_orders",
    METADATA,
    Column("order_id", String(40), primary_key=True, comment="of system, account, day and format"),
    Column("system", String(60), nullable=False, comment="where it is fetched"),
    Column("account", LargeBinary, nullable=False, comment="sealed by the vault"),
    Column("account_mark", String(64), nullable=False, comment="the same account, the same mark"),
    Column("account_shown", String(40), nullable=False, comment="masked, for people"),
    Column("day", Date, nullable=False, comment="a statement that covers it is wanted"),
    Column("format", String(20), nullable=False, comment="as the map calls it: pdf, camt.053"),
    Column(
        "arrival_id",
        ForeignKey("statement_arrivals.arrival_id"),
        comment="what came for it; NULL: still wanted",
    ),
    Column("trouble", Text, comment="why nothing came at the last try, redacted; NULL: none yet"),
    Column("updated_at", UtcDateTime, nullable=False, comment="UTC: last change of this row"),
    UniqueConstraint("system", "account_mark", "day", "format"),
    comment="one account on one day in one format: ordered once, for ever",
)
Index("ix_statement_orders_arrival", orders.c.arrival_id)

statements = Table(
    "statements",
    METADATA,
    Column("statement_id", Integer, primary_key=True, comment="order of filing"),
    Column(
        "arrival_id",
        ForeignKey("statement_arrivals.arrival_id"),
        nullable=False,
        comment="the file it was read from",
    ),
    Column("system", String(60), nullable=False, comment="where it was fetched"),
    Column("account", LargeBinary, nullable=False, comment="as printed; sealed by the vault"),
    Column("account_mark", String(64), nullable=False, comment="of the account as ordered"),
    Column("account_shown", String(40), nullable=False, comment="masked, for people"),
    Column("format", String(20), nullable=False, comment="its sequence is kept by format"),
    Column("currency", String(3), nullable=False, comment='ISO 4217; "": the document names none'),
    Column("first_day", Date, nullable=False, comment="of the period, inside"),
    Column("last_day", Date, nullable=False, comment="of the period, inside"),
    Column("period_printed", Boolean, nullable=False, comment="else it is the bank's list's"),
    Column("number", Text, nullable=False, comment="the bank's own; empty: none"),
    Column("opening", String(40), nullable=False, comment="decimal text, signed"),
    Column("closing", String(40), nullable=False, comment="decimal text, signed"),
    Column("opening_printed", Boolean, nullable=False, comment="else by the first balance"),
    Column("closing_printed", Boolean, nullable=False, comment="else by the last balance"),
    Column("lines", Integer, nullable=False, comment="transactions"),
    Column("grade", String(1), nullable=False, comment="how much its own arithmetic holds"),
    Column("proof", JSON, nullable=False, comment="every equation with its places"),
    Column("state", String(20), nullable=False, comment="StatementState"),
    Column("filed_at", UtcDateTime, nullable=False, comment="UTC"),
    Column("compared", Boolean, nullable=False, comment="with its neighbours as they are now"),
    Column("updated_at", UtcDateTime, nullable=False, comment="UTC: last change of this row"),
    CheckConstraint(one_of("state", list(StatementState)), name="state"),
    CheckConstraint(one_of("grade", list(Grade)), name="grade"),
    CheckConstraint("first_day <= last_day", name="period"),
    comment="one account over one period, read and proved",
)
Index(
    "ix_statements_account", statements.c.system, statements.c.account_mark, statements.c.first_day
)
Index("ix_statements_arrival", statements.c.arrival_id)

transactions = Table(
    "statement_transactions",
    METADATA,
    Column(
        "statement_id",
        ForeignKey("statements.statement_id"),
        primary_key=True,
        comment="its statement",
    ),
    Column("line", Integer, primary_key=True, comment="1, 2, 3: as the statement books them"),
    Column("booking_date", Date, nullable=False, comment="posted in the bank's ledger"),
    Column("value_date", Date, comment="interest counts from; NULL: not printed"),
    Column("amount", String(40), nullable=False, comment="decimal text, signed: minus is paid"),
    Column("currency", String(3), nullable=False, comment="ISO 4217, of the statement"),
    Column("balance", String(40), comment="decimal text, printed after it; NULL: none"),
    Column("words", LargeBinary, nullable=False, comment="description, reference: JSON, sealed"),
    Column("place", JSON, nullable=False, comment="page and box, or line and path"),
    comment="one booked entry of a statement",
)
Index("ix_statement_transactions_amount", transactions.c.amount, transactions.c.booking_date)

exceptions = Table(
    "statement_exceptions",
    METADATA,
    Column("exception_id", Integer, primary_key=True, comment="order of discovery"),
    Column(
        "arrival_id",
        ForeignKey("statement_arrivals.arrival_id"),
        nullable=False,
        comment="the file it is about",
    ),
    Column("code", String(60), nullable=False, comment="stable"),
    Column("reason", Text, nullable=False, comment="what was found, redacted"),
    Column("place", Text, nullable=False, comment="page 2, line 17; empty: the whole document"),
    Column("remedy", Text, nullable=False, comment="what a person can do about it"),
    Column("failed", JSON, nullable=False, comment="equations that do not hold"),
    Column("holds", Boolean, nullable=False, comment="its statement is not to be used while open"),
    Column("state", String(20), nullable=False, comment="OPEN, or how it ended"),
    Column("opened_at", UtcDateTime, nullable=False, comment="UTC"),
    Column("closed_at", UtcDateTime, comment="UTC; NULL: open"),
    CheckConstraint(
        one_of("state", ["OPEN", "WANTED_AGAIN", "SET_ASIDE", "ACCEPTED", "CLEARED"]), name="state"
    ),
    CheckConstraint("(state = 'OPEN') = (closed_at IS NULL)", name="closed_at"),
    comment="what a person has to look at",
)
Index("ix_statement_exceptions_arrival", exceptions.c.arrival_id)

decisions = Table(
    "statement_decisions",
    METADATA,
    Column("decision_id", Integer, primary_key=True, comment="order of decision"),
    Column(
        "arrival_id",
        ForeignKey("statement_arrivals.arrival_id"),
        nullable=False,
        comment="decided on",
    ),
    Column("kind", String(20), nullable=False, comment="requeue, set_aside or accept"),
    Column("person", Text, nullable=False, comment="who decided"),
    Column("reason", Text, nullable=False, comment="their words, redacted"),
    Column("at", UtcDateTime, nullable=False, comment="UTC"),
    CheckConstraint(one_of("kind", ["requeue", "set_aside", "accept"]), name="kind"),
    CheckConstraint("reason <> ''", name="reason"),
    comment="what a person decided about a fetched file, and why",
)
Index("ix_statement_decisions_arrival", decisions.c.arrival_id)
