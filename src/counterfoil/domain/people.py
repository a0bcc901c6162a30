"""Who may use the console, and for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Right(StrEnum):
    """What a page or an action asks of whoever wants it."""

    LOOK = "look"  # lists and stories; personal data masked
    PERSONAL = "personal"  # names in full, and pictures of screens
    OPERATE = "operate"  # pause, resume, run now, freeze: nothing that sends money on its way
    DECIDE = "decide"  # approve, release, booked, cancel, accept, unfreeze
    AUDIT = "audit"  # the record itself, its proof, who looked at what
    PEOPLE = "people"  # invite, change, lock out


class Role(StrEnum):
    """One per account."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"  # reads everything, changes nothing
    ADMIN = "admin"  # manages accounts, and decides nothing

    @property
    def rights(self) -> frozenset[Right]:
        """What it may."""
        return RIGHTS[self]


#: Whoever manages accounts sends no money on its way, and whoever decides manages none.
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OPERATOR: frozenset({Right.LOOK, Right.OPERATE}),
    Role.SUPERVISOR: frozenset(
        {Right.LOOK, Right.PERSONAL, Right.OPERATE, Right.DECIDE, Right.AUDIT}
    ),
    Role.AUDITOR: frozenset({Right.LOOK, Right.PERSONAL, Right.AUDIT}),
    Role.ADMIN: frozenset({Right.LOOK, Right.PEOPLE}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account of the console."""

    name: str  # typed at sign-on, in plain spelling
    person: str  # as approvals know them: two accounts of one person are one pair of eyes
    role: Role
    active: bool
    password: str  # argon2id, with its parameters and salt; "": it signs on by a provider
    failures: int  # wrong sign-ons in a row
    closed_until: datetime | None  # UTC: no sign-on before
    changed_at: datetime  # UTC
    issuer: str | None = None  # the OpenID provider that it signs on with; None: a password
    subject: str | None = None  # ... and whom it means


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed on; the role is the account's of now, not of then."""

    token_sha256: str
    account: Account
    began_at: datetime  # UTC
    seen_at: datetime  # UTC
    ends_at: datetime  # UTC, however busy
    confirmed_at: datetime  # UTC: when the second factor was last shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A one-time link: whoever has it sets password and second factor of an account.

    Or, with a claim, nobody has a link: whoever the provider names so opens the account.
    """

    token_sha256: str
    name: str
    person: str
    role: Role
    by: str  # who invites; "setup": whoever holds this machine
    ends_at: datetime  # UTC
    claim: str | None = None  # what the provider calls them, in plain spelling; None: by link


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """What a program reads with."""

    token_sha256: str
    name: str  # which program, for people
    scope: str  # "read" or "metrics"
    by: str
    made_at: datetime  # UTC
    ends_at: datetime  # UTC
