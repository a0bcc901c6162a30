"""The ledger's tables for the console: accounts, sessions, invitations, tokens, owners.

No secret stands here that could be used: passwords are argon2 hashes, second factors are
sealed by the vault, and of every token only its SHA-256 is kept.
"""

from __future__ import annotations

from sqlalchemy import (
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
)

from counterfoil.domain.people import Role
from counterfoil.store.schema import METADATA, UtcDateTime, one_of

SCOPES = ("read", "metrics")

accounts = Table(
    "console_accounts",
    METADATA,
    Column("name", String(60), primary_key=True, comment="typed at sign-on, plain spelling"),
    Column("person", Text, nullable=False, comment="as approvals know them, plain spelling"),
    Column("role", String(20), nullable=False, comment="Role"),
    Column("active", Boolean, nullable=False, comment="may sign on"),
    Column("password", Text, nullable=False, comment="argon2id, with parameters and salt"),
    Column("second", LargeBinary, nullable=False, comment="TOTP secret, sealed by the vault"),
    Column("second_used", Integer, nullable=False, comment="last step of 30 s: never used twice"),
    Column("failures", Integer, nullable=False, default=0, comment="wrong sign-ons in a row"),
    Column("closed_until", UtcDateTime, comment="UTC: no sign-on before; NULL: open"),
    Column("changed_at", UtcDateTime, nullable=False, comment="UTC: last change of this row"),
    Column("issuer", Text, comment="OpenID provider it signs on with; NULL: a password"),
    Column("subject", String(255), comment="whom that provider means by it"),
    CheckConstraint(one_of("role", list(Role)), name="role"),
    comment="who may use the console",
)
Index("ix_console_accounts_identity", accounts.c.issuer, accounts.c.subject, unique=True)

sessions = Table(
    "console_sessions",
    METADATA,
    Column("token_sha256", String(64), primary_key=True, comment="of the cookie's token"),
    Column("name", ForeignKey("console_accounts.name"), nullable=False, comment="signed on as"),
    Column("began_at", UtcDateTime, nullable=False, comment="UTC"),
    Column("seen_at", UtcDateTime, nullable=False, comment="UTC: last request by hand"),
    Column("ends_at", UtcDateTime, nullable=False, comment="UTC: however busy"),
    Column("confirmed_at", UtcDateTime, nullable=False, comment="UTC: second factor last shown"),
    comment="who is signed on; a row that is gone is a session that ended",
)
Index("ix_console_sessions_name", sessions.c.name)

invitations = Table(
    "console_invitations",
    METADATA,
    Column("token_sha256", String(64), primary_key=True, comment="of the link's token"),
    Column("name", String(60), nullable=False, comment="the account, there or to be made"),
    Column("person", Text, nullable=False, comment="as approvals know them, plain spelling"),
    Column("role", String(20), nullable=False, comment="Role"),
    Column("by", Text, nullable=False, comment="who invites"),
    Column("ends_at", UtcDateTime, nullable=False, comment="UTC"),
    Column("claim", Text, comment="what the provider calls them; NULL: by link"),
    CheckConstraint(one_of("role", list(Role)), name="role"),
    comment="one-time links; a row that is gone was used or taken back",
)

tokens = Table(
    "console_tokens",
    METADATA,
    Column("token_sha256", String(64), primary_key=True, comment="of the program's token"),
    Column("name", String(60), nullable=False, comment="which program, for people"),
    Column("scope", String(20), nullable=False, comment="read or metrics"),
    Column("by", Text, nullable=False, comment="who made it"),
    Column("made_at", UtcDateTime, nullable=False, comment="UTC"),
    Column("ends_at", UtcDateTime, nullable=False, comment="UTC"),
    CheckConstraint(one_of("scope", SCOPES), name="scope"),
    comment="what programs read with; a row that is gone was taken back",
)

cares = Table(
    "cares",
    METADATA,
    Column("which", String(200), primary_key=True, comment="kind and name: item:B-7K2M4QXN3P-0017"),
    Column("owner", Text, nullable=False, comment="who takes care of it; empty: nobody"),
    Column("due_on", Date, comment="by the end of that day, UTC; NULL: nobody said"),
    Column("told", Text, nullable=False, comment="what was last said, redacted"),
    Column("person", Text, nullable=False, comment="who said so"),
    Column("at", UtcDateTime, nullable=False, comment="UTC"),
    comment="who takes care of what waits for a person; what was said before is on the record",
)
