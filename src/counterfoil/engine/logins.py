"""A bank login's password: read anew for each sign-on, and never tried again once refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from counterfoil.domain.secrets import Secret
from counterfoil.errors import LoginStopped
from counterfoil.store.book import Book
from counterfoil.store.login_stops import LoginStops


class GuardedPassword:
    """What a sign-on types (``adapters.screens.Password``), of one login.

    A refusal that the ledger could not take is written before the next sign-on: without
    it there is none.
    """

    def __init__(self, ledger: Book, system: str, login: str, read: Callable[[], Secret]) -> None:
        """Of *login*; *read* asks the place that keeps the secret."""
        self._stops = LoginStops.beside(ledger)
        self._system = system
        self._login = login
        self._read = read
        self._tried: Secret | None = None
        self._owed: str | None = None  # a refusal that is not written yet

    def for_sign_on(self) -> Secret:
        """The secret as it is now; the bank is not touched.

        Raises:
            LoginStopped: It was refused before, and it is still the same one.
            LedgerLost: Whether it was, is not to be known.
            SetupError, Unavailable: It cannot be read.
        """
        if self._owed is not None:
            self.was_refused(self._owed)
        secret = self._read()
        if why := self._stops.why_stopped(self._system, self._login, secret):
            raise LoginStopped(self._system, self._login, why)
        self._tried = secret
        return secret

    def was_refused(self, reason: str) -> None:
        """The bank does not accept it: from now on nobody tries. Raises LedgerLost."""
        self._owed = reason
        self._stops.stop_login(self._system, self._login, reason, secret=self._tried)
        self._owed = None


def in_turn(ledger: Book, system: str, logins: Sequence[str]) -> list[str]:
    """*logins* in the order in which they are to be tried: those that rest come last."""
    resting = {each.login for each in LoginStops.beside(ledger).stopped_logins(system)}
    return sorted(logins, key=lambda each: each in resting)
