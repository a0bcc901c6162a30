"""The ledger's verbs for the console's accounts. Each verb is one transaction, and told.

Hashing and codes are the console's; here a token is known by its SHA-256 alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from counterfoil.domain.approvals import plain_name
from counterfoil.domain.people import Account, ApiToken, Invitation, Role, Session
from counterfoil.errors import Refused
from counterfoil.store import people_schema as schema
from counterfoil.store.book import Book
from counterfoil.store.people_rows import (
    account_of,
    begin_session,
    change,
    check_admins,
    check_open,
    invitation_of,
    locked,
    open_account,
    second_context,
    sign_off_all,
    tell,
    use_step,
)

#: Wrong sign-ons in a row that cost nothing; each one more doubles the wait, up to the last.
FAILURES_FREE, WAIT_FIRST, WAIT_MAX = 4, timedelta(seconds=30), timedelta(minutes=15)


class PeopleLedger(Book):
    """Accounts, sessions, invitations, tokens."""

    @classmethod
    def beside(cls, ledger: Book) -> PeopleLedger:
        """On *ledger*'s own connection, audit log, vault and clock."""
        return cls._over(ledger)

    # Accounts

    def accounts(self) -> list[Account]:
        """All of them, by name."""
        with self.reading() as connection:
            rows = connection.execute(select(schema.accounts).order_by(schema.accounts.c.name))
            return [account_of(row) for row in rows.mappings()]

    def account(self, name: str) -> Account | None:
        """The account *name* in any spelling; None: there is none."""
        table = schema.accounts
        with self.reading() as connection:
            query = select(table).where(table.c.name == plain_name(name))
            row = connection.execute(query).mappings().one_or_none()
            return None if row is None else account_of(row)

    def second_of(self, name: str) -> bytes:
        """The secret of the second factor."""
        table = schema.accounts
        with self.reading() as connection:
            query = select(table.c.second).where(table.c.name == name)
            sealed = connection.execute(query).scalar_one()
        return self.sealer().open(sealed, context=second_context(name))

    def change_account(
        self, name: str, *, by: str, role: Role | None = None, active: bool | None = None
    ) -> None:
        """Give another role, lock out, or let in again; whoever is signed on is signed off.

        Raises:
            Refused: "unknown_account", "own_account", or "last_admin".
        """
        given = {"role": role, "active": active}
        values = {key: value for key, value in given.items() if value is not None}
        with self.writing() as tx:
            row = locked(tx, name)
            if row["name"] == by:
                raise Refused("own_account", "another admin changes yours")
            change(tx, row["name"], **values, changed_at=tx.now)
            check_admins(tx, name)
            sign_off_all(tx, row["name"])
            told = ", ".join(f"{key} {value}" for key, value in values.items())
            tell(tx, "account_changed", f"{name}: {told}", name, by, **values)

    # Invitations

    def invite(self, invitation: Invitation) -> None:
        """Keep a one-time link, or a claim; earlier ones for the same account or claim are void.

        Raises:
            Refused: "name" or "person" is none, or "own_account": nobody invites themselves.
        """
        name, person = plain_name(invitation.name), plain_name(invitation.person)
        if not name or len(name) > 60 or not name.isprintable():
            raise Refused("name", "a name has 1 to 60 printable characters")
        if not person or not person.isprintable():
            raise Refused("person", "say who that is, as config.toml spells approvers")
        if name == invitation.by:
            raise Refused("own_account", "another admin gives you a new link")
        table = schema.invitations
        with self.writing() as tx:
            earlier = table.c.name == name
            if invitation.claim is not None:
                earlier |= table.c.claim == invitation.claim
            tx.connection.execute(delete(table).where(earlier))
            tx.connection.execute(
                insert(table).values(
                    token_sha256=invitation.token_sha256,
                    name=name,
                    person=person,
                    role=invitation.role,
                    by=invitation.by,
                    ends_at=invitation.ends_at,
                    claim=invitation.claim,
                )
            )
            how = f", whom the provider calls {invitation.claim}" if invitation.claim else ""
            told = f"{name}, who is {person}{how}, as {invitation.role}"
            tell(tx, "account_invited", told, name, invitation.by, role=invitation.role)

    def invitation(self, token_sha256: str) -> Invitation | None:
        """What a link is for; None: it was used, taken back, or is too old."""
        table = schema.invitations
        with self.reading() as connection:
            query = select(table).where(table.c.token_sha256 == token_sha256)
            row = connection.execute(query).mappings().one_or_none()
        by_link = row is not None and row["claim"] is None and row["ends_at"] > self.now()
        return invitation_of(row) if row is not None and by_link else None

    def accept(self, token_sha256: str, *, password: str, second: bytes, step: int) -> str:
        """Set password and second factor by a link, which is used up; the account's name.

        Args:
            password: Its hash.
            step: Of the code that proved the second factor.

        Raises:
            Refused: "no_invitation".
        """
        table = schema.invitations
        with self.writing() as tx:
            gone = delete(table).where(
                table.c.token_sha256 == token_sha256,
                table.c.ends_at > tx.now,
                table.c.claim.is_(None),
            )
            row = tx.connection.execute(gone.returning(table)).mappings().one_or_none()
            if row is None:
                raise Refused("no_invitation", "this link was used, or is too old: ask for another")
            name = row["name"]
            open_account(
                tx,
                row,
                password=password,
                second=self.sealer().seal(second, context=second_context(name)),
                second_used=step,
                issuer=None,
                subject=None,
            )
            told = f"{name} has set password and second factor, as {row['role']}"
            tell(tx, "account_opened", told, name, name, role=row["role"], by=row["by"])
        return str(name)

    # Sessions

    def sign_on(self, name: str, token_sha256: str, *, step: int, lasts: timedelta) -> None:
        """Begin a session. Raises Refused: the code was used before, or the account is shut."""
        with self.writing() as tx:
            row = locked(tx, name)
            check_open(tx, row)
            use_step(tx, row, step)
            change(tx, name, failures=0, closed_until=None)
            begin_session(tx, name, token_sha256, lasts=lasts, confirmed_at=tx.now)
            tell(tx, "signed_on", f"{name} signed on", name, name)

    def note_failure(self, name: str, why: str, *, counts: bool = True) -> None:
        """A wrong sign-on; after some in a row the account waits, longer each time.

        While it waits none is counted: nobody is kept out for ever by somebody else's tries.

        Args:
            counts: False: nobody guessed at anything; it is only told.
        """
        with self.writing() as tx:
            table = schema.accounts
            query = select(table).where(table.c.name == plain_name(name)).with_for_update()
            row = tx.connection.execute(query).mappings().one_or_none()
            known = row["name"] if row is not None else ""
            if row is not None and counts and (row["closed_until"] or tx.now) <= tx.now:
                failures = row["failures"] + 1
                wait = _wait(failures)
                change(tx, known, failures=failures, closed_until=wait and tx.now + wait)
            tell(tx, "sign_on_refused", why, known, known or None)

    def confirm(self, session: Session, step: int) -> None:
        """The second factor was shown again. Raises Refused: that code was used before."""
        table = schema.sessions
        with self.writing() as tx:
            row = locked(tx, session.account.name)
            use_step(tx, row, step)
            mine = table.c.token_sha256 == session.token_sha256
            tx.connection.execute(update(table).where(mine).values(confirmed_at=tx.now))
            told = f"{session.account.name} showed the second factor again"
            tell(tx, "signed_on_again", told, session.account.name, session.account.name)

    def session(
        self, token_sha256: str, *, idle: timedelta, seen: datetime | None = None
    ) -> Session | None:
        """Who that is, with the rights of now; None: ended, too long idle, or shut out.

        Args:
            seen: When somebody was last there, where that is not written down yet.
        """
        accounts, sessions = schema.accounts, schema.sessions
        query = (
            select(
                accounts,
                *(each for each in sessions.c if each.name != "name"),
            )
            .join(accounts, accounts.c.name == sessions.c.name)
            .where(sessions.c.token_sha256 == token_sha256)
        )
        with self.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        now = self.now()
        if row is None or not row["active"] or row["ends_at"] <= now:
            return None
        seen_at = max(row["seen_at"], seen or row["seen_at"])
        if seen_at + idle <= now:
            return None
        names = ("token_sha256", "began_at", "ends_at", "confirmed_at")
        same = {each: row[each] for each in names}
        return Session(account=account_of(row), seen_at=seen_at, **same)

    def touch(self, seen: Mapping[str, datetime]) -> None:
        """Who was there when, by token: in one transaction. Not told: the views are."""
        table = schema.sessions
        with self.writing() as tx:
            for token_sha256, at in seen.items():
                mine = (table.c.token_sha256 == token_sha256) & (table.c.seen_at < at)
                tx.connection.execute(update(table).where(mine).values(seen_at=at))

    def sign_off(self, session: Session) -> None:
        """End it."""
        table = schema.sessions
        with self.writing() as tx:
            mine = table.c.token_sha256 == session.token_sha256
            tx.connection.execute(delete(table).where(mine))
            name = session.account.name
            tell(tx, "signed_off", f"{name} signed off", name, name)

    # Tokens of programs

    def make_token(self, token: ApiToken) -> None:
        """Let a program read."""
        with self.writing() as tx:
            names = ApiToken.__slots__
            values = {each: getattr(token, each) for each in names}
            tx.connection.execute(insert(schema.tokens).values(**values))
            told = f"a token for {token.name} to {token.scope}"
            tell(tx, "token_made", told, "", token.by, token=token.token_sha256[:12])

    def tokens(self) -> list[ApiToken]:
        """Every one, also those that are too old."""
        table = schema.tokens
        with self.reading() as connection:
            query = select(table).order_by(table.c.made_at)
            return [ApiToken(**row) for row in connection.execute(query).mappings()]

    def token(self, token_sha256: str) -> ApiToken | None:
        """Whose that is; None: nobody's, or no more."""
        table = schema.tokens
        with self.reading() as connection:
            query = select(table).where(table.c.token_sha256 == token_sha256)
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None or row["ends_at"] <= self.now() else ApiToken(**row)

    def end_token(self, start: str, *, by: str) -> None:
        """Take back the token whose SHA-256 begins with *start* (12 characters at least)."""
        table = schema.tokens
        if len(start) < 12:
            raise Refused("unknown_token", "name 12 characters of it at least")
        with self.writing() as tx:
            gone = delete(table).where(table.c.token_sha256.startswith(start, autoescape=True))
            if tx.connection.execute(gone.returning(table.c.name)).first() is None:
                raise Refused("unknown_token", "there is no such token any more")
            tell(tx, "token_ended", "a token was taken back", "", by, token=start[:12])


def _wait(failures: int) -> timedelta | None:
    over = failures - FAILURES_FREE
    return None if over <= 0 else min(WAIT_FIRST * 2 ** min(over - 1, 10), WAIT_MAX)
