"""Bank logins whose sign-on was refused once: not tried again, so that none is ever locked.

Most systems lock an operator after the third wrong password. So after the first one the
login rests, over all machines and restarts, until a person says that it may be used or
its secret is another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.secrets import Secret
from counterfoil.errors import Refused
from counterfoil.store import schema
from counterfoil.store.book import Book, Fact, Transaction
from counterfoil.store.deciding import Word, need_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedLogin:
    """One login that is not tried, and why."""

    system: str
    login: str
    since: datetime  # UTC
    reason: str
    secret_mark: str | None


class LoginStops(Book):
    """Which logins rest. Each verb is one transaction."""

    @classmethod
    def beside(cls, ledger: Book) -> LoginStops:
        """On *ledger*'s own connection, audit log, vault and clock."""
        return cls._over(ledger)

    def stopped_logins(self, system: str | None = None) -> list[StoppedLogin]:
        """Every login that rests; of one *system*."""
        table = schema.stopped_logins
        query = select(table).order_by(table.c.system, table.c.login)
        if system is not None:
            query = query.where(table.c.system == system)
        with self.reading() as connection:
            return [StoppedLogin(**row) for row in connection.execute(query).mappings()]

    def stop_login(
        self, system: str, login: str, reason: str, *, secret: Secret | None = None
    ) -> None:
        """The sign-on was refused: not again. One that rests already stays as it is.

        Args:
            secret: What was refused; another one releases the login by itself.
        """
        mark = None if secret is None else self._mark(system, login, secret)
        said = self.redactor.text(reason)
        values = {"reason": said, "secret_mark": mark}
        try:
            with self.writing() as tx:
                if self._row(tx, system, login) is not None:
                    return
                tx.connection.execute(
                    insert(schema.stopped_logins).values(
                        system=system, login=login, since=tx.now, **values
                    )
                )
                told = f"{system} {login} was refused and is not tried again: {said}"
                tx.tell(_fact("login_stopped", told, system, login))
        except IntegrityError:
            return  # another process stopped it at the same moment

    def why_stopped(self, system: str, login: str, secret: Secret) -> str:
        """Why *login* may not sign on with *secret*; "": it may.

        Another secret than the one that was refused releases it, on the record.
        """
        known = [each for each in self.stopped_logins(system) if each.login == login]
        if not known:
            return ""
        stop = known[0]
        if stop.secret_mark is None or stop.secret_mark == self._mark(system, login, secret):
            return f"refused on {stop.since:%Y-%m-%d %H:%M}Z: {stop.reason}"
        with self.writing() as tx:
            self._delete(tx, system, login)
            told = f"{system} {login} may sign on again: its secret is another one"
            tx.tell(_fact("login_released", told, system, login))
        return ""

    def release_login(self, system: str, login: str, word: Word) -> None:
        """A person says that it may sign on again. Raises Refused: it does not rest."""
        need_reason(word)
        with self.writing() as tx:
            if self._row(tx, system, login) is None:
                raise Refused(
                    "not_stopped", f"{system} {login} is not stopped: counterfoil login list"
                )
            self._delete(tx, system, login)
            told = f"{system} {login} may sign on again: {word.reason}"
            tx.tell(_fact("login_released", told, system, login, word.person))

    def _mark(self, system: str, login: str, secret: Secret) -> str:
        with secret.reveal() as text:
            return self.sealer().mark(text, context=f"bank login {system} {login}")

    def _row(self, tx: Transaction, system: str, login: str) -> object | None:
        table = schema.stopped_logins
        query = select(table.c.login).where(table.c.system == system, table.c.login == login)
        return tx.connection.execute(query.with_for_update()).first()

    def _delete(self, tx: Transaction, system: str, login: str) -> None:
        table = schema.stopped_logins
        tx.connection.execute(delete(table).where(table.c.system == system, table.c.login == login))


def _fact(kind: str, told: str, system: str, login: str, person: str | None = None) -> Fact:
    return Fact(kind=kind, told=told, data={"system": system, "login": login}, person=person)
