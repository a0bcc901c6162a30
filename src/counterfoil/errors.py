"""What can go wrong, told apart by what has to happen next.

CounterfoilError
├── Refused         someone said no: park the item, a person decides
├── Unavailable     nothing was keyed: wait and try again
│   ├── BrowserDied it was our own browser: try again with another one
│   └── LoginStopped this bank login was refused: a person, or another secret, is needed
├── InDoubt         something may have been keyed: look it up, never key again
├── ClaimLost       another worker owns this item now: put the hands up
├── Quarantined     this file cannot be trusted: set it aside, with the reason
├── AuditLost       a step could not be recorded: stop before the next one
├── LedgerLost      the ledger did not answer: read it again before anything else
└── SetupError      our own files are wrong: do not start
    └── MapError

Unknown never means "try again": what no class describes is a defect and stops the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from counterfoil.domain.evidence import Evidence


class CounterfoilError(Exception):
    """The root of everything we raise on purpose."""

    #: What the screen showed when it was raised; (): there was none to be seen.
    evidence: tuple[Evidence, ...] = ()


class Refused(CounterfoilError):
    """The bank's system or one of our rules refused this item; nothing is booked."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code  # one of ours, stable: reports and rules count by it
        self.reason = reason  # the system's own words, for the person who decides


class Unavailable(CounterfoilError):
    """The screen could not be used; it is certain that nothing was keyed."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


class BrowserDied(Unavailable):
    """Our own browser died of it: nothing is wrong with the system, nor with the item."""


class LoginStopped(Unavailable):
    """The bank refused this login before: it is not tried again, or the bank would lock it."""

    def __init__(self, system: str, login: str, why: str) -> None:
        remedy = f"change its secret, or: counterfoil login release {system} {login}"
        super().__init__(system, f"the login {login} is not tried: {why} -> {remedy}")


class InDoubt(CounterfoilError):
    """The commit was sent, or may have been, and no answer that we can read came."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


class ClaimLost(CounterfoilError):
    """Another worker holds this item or this bank login by now: put the hands up.

    Before the click nothing was keyed. After it something may have been: the intent is
    open, and whoever holds the item now looks it up.
    """


class Quarantined(CounterfoilError):
    """A file that cannot be trusted as a whole.

    The message names the place (sheet, cell, byte) and what to do about it.
    """

    def __init__(self, code: str, reason: str, *, remedy: str = "") -> None:
        super().__init__(f"{code}: {reason}" + (f" -> {remedy}" if remedy else ""))
        self.code = code
        self.reason = reason
        self.remedy = remedy


class AuditLost(CounterfoilError):
    """A step could not be written to the audit log; nothing irreversible may follow."""


class LedgerLost(CounterfoilError):
    """The ledger cut its answer, and does not show what was to be written."""


class SetupError(CounterfoilError):
    """Our own configuration is wrong; the message names file, key and remedy."""


class MapError(SetupError):
    """A map in selectors/ is not exactly right."""
