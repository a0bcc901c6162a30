"""What a page is asked and what it may answer: plain records, no framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from counterfoil.domain.people import Account, Right, Session
from counterfoil.errors import Refused

if TYPE_CHECKING:
    from counterfoil.console.desk import Desk

PAGE_ROWS = 100  # of a list
#: Later pages of a list cost the database more and more: search instead.
PAGE_LAST = 1_000
REASON_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Page:
    """A template and what it shows."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    cookie: str | None = None  # a new session's token
    flow: str | None = None  # token of a sign-on on its way; "": none any more


@dataclass(frozen=True, slots=True)
class Go:
    """Look there now; *note* is shown there once."""

    to: str
    note: str = ""
    bad: bool = False
    cookie: str | None = None  # a new session's token; "": none any more
    flow: str | None = None  # token of a sign-on on its way; "": none any more


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes of a kind that we say, never the file's own word; *name*: to be saved."""

    content: bytes
    kind: str
    name: str = ""


Answer = Page | Go | Blob


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, already let in."""

    desk: Desk
    session: Session | None
    address: str  # where it came from
    flow: str  # token of this browser's sign-on on its way; "": none
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, Sequence[str]]

    @property
    def account(self) -> Account:
        """Who asks. Only pages that ask for a right have one."""
        assert self.session is not None, "a page for everybody asked who it is"
        return self.session.account

    @property
    def person(self) -> str:
        """Who asks, as approvals know them."""
        return self.account.person

    def may(self, right: Right) -> bool:
        """Whether whoever asks has *right*."""
        return self.session is not None and right in self.account.role.rights

    def given(self, name: str) -> str:
        """One field of the form, without blanks around it; "" when it is not there."""
        values = self.form.get(name, ())
        return values[0].strip() if values else ""

    def wanted(self, name: str) -> str:
        """One word of the address, likewise."""
        return self.query.get(name, "").strip()

    def reason(self) -> str:
        """Why, in the person's words. Raises Refused: none, or too many."""
        words = self.given("reason")
        if not words:
            raise Refused("no_reason", "say why: it goes on the record")
        if len(words) > REASON_LONGEST:
            raise Refused("reason_too_long", f"a reason has {REASON_LONGEST} characters at most")
        return words

    def page(self) -> int:
        """Which page of a list is wanted: 1 and up."""
        text = self.wanted("page")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
        return min(max(number, 1), PAGE_LAST)

    def day(self, name: str) -> date | None:
        """A day of the address; None: none, or it is no day."""
        try:
            return date.fromisoformat(self.wanted(name)[:10])
        except ValueError:
            return None


class NotThere(Exception):
    """There is no such thing, or nothing that may be shown."""
