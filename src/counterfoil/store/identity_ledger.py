"""The ledger's verbs for those whom an OpenID provider signs on: one transaction each, and told.

Whoever is known is known by issuer and subject. A claim that people might change among
themselves, such as a mail address, counts once: to take up an invitation while it is open.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, RowMapping, delete, select, update

from counterfoil.domain.identities import Identity
from counterfoil.domain.people import Account, Invitation, Role, Session
from counterfoil.errors import Refused
from counterfoil.store import people_schema as schema
from counterfoil.store.book import Book, Transaction
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

#: Below the step of every code.
NO_STEP = 0
#: When a second factor was last shown, where the provider does not say: not within any minutes.
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


class IdentityLedger(Book):
    """Accounts that sign on elsewhere."""

    @classmethod
    def beside(cls, ledger: Book) -> IdentityLedger:
        """On *ledger*'s own connection, audit log, vault and clock."""
        return cls._over(ledger)

    def account(self, identity: Identity) -> Account | None:
        """Whose that is; None: nobody's."""
        with self.reading() as connection:
            query = select(schema.accounts).where(_is(identity))
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else account_of(row)

    def invitation(self, claim: str) -> Invitation | None:
        """Who was invited as *claim*, in plain spelling; None: nobody, or too long ago."""
        table = schema.invitations
        with self.reading() as connection:
            query = select(table).where(table.c.claim == claim, table.c.ends_at > self.now())
            row = connection.execute(query).mappings().one_or_none() if claim else None
        return None if row is None else invitation_of(row)

    def link(self, invitation: Invitation, identity: Identity, *, second: bytes = b"") -> str:
        """Open the account that *invitation* is for, as *identity*'s; its name.

        A password that it had is gone, and the invitation is used up.

        Args:
            second: Of ours; empty: the provider shows one.

        Raises:
            Refused: "no_invitation", or "identity_taken": it has an account already.
        """
        table = schema.invitations
        with self.writing() as tx:
            gone = delete(table).where(
                table.c.token_sha256 == invitation.token_sha256,
                table.c.ends_at > tx.now,
                table.c.claim.is_not(None),
            )
            row = tx.connection.execute(gone.returning(table)).mappings().one_or_none()
            if row is None:
                raise Refused("no_invitation", "the invitation was used, taken back, or is too old")
            taken = select(schema.accounts.c.name).where(_is(identity))
            if (other := tx.connection.execute(taken).scalar()) not in (None, row["name"]):
                raise Refused("identity_taken", f"{other} is the same person's account")
            name = open_account(
                tx,
                row,
                password="",
                second=self.sealer().seal(second, context=second_context(row["name"])),
                second_used=NO_STEP,
                issuer=identity.issuer,
                subject=identity.subject,
            )
            told = f"{name} signs on with {identity.issuer} from now on, as {row['role']}"
            data = {"role": row["role"], "by": row["by"], "subject": identity.subject}
            tell(tx, "account_linked", told, name, name, **data)
        return name

    def sign_on(  # noqa: PLR0913 - a session, and what was shown for it
        self,
        identity: Identity,
        token_sha256: str,
        *,
        lasts: timedelta,
        role: Role | None = None,
        step: int | None = None,
        confirmed_at: datetime | None = None,
    ) -> None:
        """Begin a session of whoever *identity* is.

        Args:
            role: What their groups give them now; None: as it is.
            step: Of the code of our second factor; None: the provider showed one.
            confirmed_at: When that was; None: it does not say.

        Raises:
            Refused: "unknown_account", "sign_on", "code_used" or "last_admin".
        """
        with self.writing() as tx:
            row = _of(tx, identity)
            check_open(tx, row)
            if step is not None:
                use_step(tx, row, step)
            name = row["name"]
            if role is not None and role != row["role"]:
                _give_role(tx, name, role, identity.issuer)
            change(tx, name, failures=0, closed_until=None)
            shown = tx.now if step is not None else min(confirmed_at or UNKNOWN, tx.now)
            begin_session(tx, name, token_sha256, lasts=lasts, confirmed_at=shown)
            told = f"{name} signed on with {identity.issuer}"
            second = "ours" if step is not None else "the provider's"
            tell(tx, "signed_on", told, name, name, issuer=identity.issuer, second=second)

    def confirm(self, session: Session, identity: Identity, at: datetime) -> None:
        """The provider asked again. Raises Refused: "other_person", or shut out since."""
        table = schema.sessions
        with self.writing() as tx:
            row = locked(tx, session.account.name)
            check_open(tx, row)
            if (row["issuer"], row["subject"]) != (identity.issuer, identity.subject):
                raise Refused("other_person", "somebody else signed on at the provider")
            mine = table.c.token_sha256 == session.token_sha256
            tx.connection.execute(update(table).where(mine).values(confirmed_at=min(at, tx.now)))
            told = f"{row['name']} signed on with {identity.issuer} again"
            tell(tx, "signed_on_again", told, row["name"], row["name"], issuer=identity.issuer)


def _is(identity: Identity) -> ColumnElement[bool]:
    table = schema.accounts
    return (table.c.issuer == identity.issuer) & (table.c.subject == identity.subject)


def _of(tx: Transaction, identity: Identity) -> RowMapping:
    query = select(schema.accounts).where(_is(identity)).with_for_update()
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("unknown_account", "nobody has an account as that")
    return row


def _give_role(tx: Transaction, name: str, role: Role, issuer: str) -> None:
    """Rights that groups give and take: sessions with the rights of before end."""
    change(tx, name, role=role, changed_at=tx.now)
    check_admins(tx, name)
    sign_off_all(tx, name)
    tell(tx, "account_changed", f"{name}: role {role}", name, None, role=role, by=issuer)
