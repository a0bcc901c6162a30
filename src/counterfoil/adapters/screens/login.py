"""Who signs on to a system, and with what; the password is asked for each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from counterfoil.domain.secrets import Secret


class Password(Protocol):
    """What a sign-on types: asked for each time, and told when the system refuses it."""

    def for_sign_on(self) -> Secret:
        """The secret as it is now. Raises Unavailable: it must not be tried."""

    def was_refused(self, reason: str) -> None:
        """The system does not accept it."""


@dataclass(frozen=True, slots=True)
class FixedPassword:
    """One that is known already, and that nobody minds being refused: for a single session."""

    secret: Secret

    def for_sign_on(self) -> Secret:
        """The same one each time."""
        return self.secret

    def was_refused(self, reason: str) -> None:
        """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who signs on. The values are typed by name, the password as "password"."""

    values: Mapping[str, str]  # operator, branch ...
    password: Password
