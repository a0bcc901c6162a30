"""A legacy system as unpleasant as the real ones, and one signed-on session of it.

The server keeps one conversation (the draft) per login, not per session: what a click
books is the draft, whatever the page beside it shows. A second sign-on with the same
login throws the first out; a *strict* system then refuses its clicks too, a sloppy one
checks the session on every page but the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import Booking, LookUp, Receipt, WorkItem
from counterfoil.domain.values import as_text
from counterfoil.errors import InDoubt, Refused, Unavailable
from fixtures.corebank.books import Books
from tests.simulator.plans import LIES
from tests.simulator.steps import step

if TYPE_CHECKING:
    from tests.simulator.world import World

SCREEN = "PMT010"
LATE_SECONDS = 90.0  # the bank books at most this late
STALE_SECONDS = 60.0  # its enquiry lags at most this far
ANSWER_SECONDS = 20.0  # the map's answer_within_seconds


@dataclass(frozen=True, slots=True)
class Post:
    """One POST that the bank took, and what the worker meant by it."""

    at: float
    meant: WorkItem
    booked: WorkItem | None
    token: int  # of the last claim of that item, when it arrived
    by: str  # the worker's boot


class LegacySystem:
    """The bank's side: books, one conversation per login, who is signed on."""

    def __init__(self, world: World, *, strict: bool, staleness: float) -> None:
        self.world = world
        self.books = Books(now=lambda: world.time, staleness=staleness)
        self.strict = strict
        self.drafts: dict[str, WorkItem | None] = {}
        self.signed_on: dict[str, int] = {}  # login -> number of the only living session
        self.posts: list[Post] = []
        self.lied_about: set[str] = set()  # references that the bank itself spoiled
        self.sign_ons = 0

    def sign_on(self, login: str) -> int:
        """A session number; the login's earlier session is thrown out."""
        self.sign_ons += 1
        self.signed_on[login] = self.sign_ons
        self.drafts[login] = None
        return self.sign_ons

    def book(self, login: str, item: WorkItem, *, delay: float = 0.0) -> str:
        """One booking, without a murmur."""
        values = _texts(item)
        return self.books.book(SCREEN, item.reference, values, operator=login, delay=delay)


class Session:
    """The protocol's ``Bank`` port, on one sign-on of one login."""

    def __init__(self, bank: LegacySystem, login: str, boot: str) -> None:
        self.bank = bank
        self.login = login
        self.boot = boot
        self._number = bank.sign_on(login)
        self._page: WorkItem | None = None  # what the browser shows
        self._world = bank.world

    async def look_up(self, item: WorkItem) -> LookUp:
        """The enquiry: exact, but it lags."""
        fault = await step("look_up")
        self._mishap("ENQ200", fault)
        self._alive("ENQ200")
        self._page = None
        read_at = datetime.fromtimestamp(self._world.time, UTC)
        listed = self.bank.books.listed(item.reference)
        bookings = tuple(_booking(item, each.bank_reference, each.values) for each in listed)
        if fault == "slow":
            self._world.time += self._world.plan.pick(0, ANSWER_SECONDS)
        return LookUp(bookings=bookings, read_at=read_at)

    async def prepare(self, item: WorkItem) -> tuple[Evidence, ...]:
        """Entry and verify pages: the draft is the item's, or so it seems."""
        fault = await step("prepare")
        self._mishap("PMT010", fault)
        if fault == "refused":
            raise Refused("account_not_found", "E204 ACCOUNT NOT ON FILE")
        self._alive("PMT010")
        if fault == "slow":
            self._world.time += self._world.plan.pick(0, ANSWER_SECONDS)
        shown = self._world.other_than(item) if fault == "cached_page" else item
        self._page = self.bank.drafts[self.login] = shown
        return ()

    async def identify(self, item: WorkItem) -> None:
        """The page as displayed, against the item."""
        fault = await step("identify")
        if fault == "page_twice":
            self._page = None
        self._mishap("PMT010", fault)
        if self._page is not item:
            raise Unavailable("PMT010", "the page is not the item's")

    async def commit(self, item: WorkItem, *, click_before: float) -> Receipt:
        """The guard's last look at the clock and the POST are one instant here."""
        fault = await step("commit")
        if self._world.time >= click_before:
            raise Unavailable("PMT010", "the claim is too old to click")
        if fault == "no_connection":
            raise Unavailable("PMT010", "connection refused, nothing was sent")
        poisoned = item.item_id in self._world.poisoned
        if self._thrown_out() and self.bank.strict:
            self._page = None
            raise InDoubt("PMT010", "the sign-on page answered")
        return self._answer(item, "error_before" if poisoned else fault or "")

    def _answer(self, item: WorkItem, fault: str) -> Receipt:
        """The POST arrived: what is booked, and what the worker gets to see."""
        draft, self._page = self.bank.drafts[self.login], None
        if fault in ("expired", "kicked"):
            self._lose_session()
            draft = None
        silent = fault in ("error_before", "page_twice", "refused", "other_receipt")
        booked = None if silent else draft
        token = self._world.ledger.rows[item.item_id].token
        self.bank.posts.append(Post(self._world.time, item, booked, token, self.boot))
        if fault == "refused":
            raise Refused("insufficient_funds", "E210 INSUFFICIENT FUNDS")
        if fault == "other_receipt":
            self.bank.lied_about.add(item.reference)
            return self._receipt("7999999999")
        if booked is None:
            raise InDoubt("PMT010", fault or "no draft")
        return self._booked(booked, fault)

    def _booked(self, item: WorkItem, fault: str) -> Receipt:
        """The bank has it; only some of these ways say so."""
        pick = self._world.plan.pick
        delay = pick(0, LATE_SECONDS) if fault == "late" else 0.0
        number = self.bank.book(self.login, item, delay=delay)
        if fault in LIES:
            self.bank.lied_about.add(item.reference)
        if fault == "booked_twice":
            self.bank.book(self.login, item)
            return self._receipt(number)
        if fault == "booked_again_later":
            self.bank.book(self.login, item, delay=pick(0, LATE_SECONDS))
            return self._receipt(number)
        if fault == "other_number":
            return self._receipt("7999999999")
        if fault == "refused_yet_booked":
            raise Refused("duplicate", "E299 DUPLICATE TRANSACTION")
        if fault == "answer_lost" and not self._world.plan.weather.post_guard:
            return self._receipt(self.bank.book(self.login, item))  # Chromium sends it again
        if fault == "slow":
            waited = pick(0, 2 * ANSWER_SECONDS)
            self._world.time += min(waited, ANSWER_SECONDS)
            if waited <= ANSWER_SECONDS:
                return self._receipt(number)
        if fault:
            raise InDoubt("PMT010", fault)
        return self._receipt(number)

    def _receipt(self, number: str) -> Receipt:
        at = datetime.fromtimestamp(self._world.time, UTC)
        return Receipt(bank_reference=number, read_at=at, source="receipt")

    def _mishap(self, screen: str, fault: str | None) -> None:
        """Faults that end a call before anything is keyed."""
        if fault in ("expired", "kicked"):
            self._lose_session()
            raise Unavailable(screen, "the sign-on page answered")
        elif fault in ("unavailable", "page_twice", "other_customer"):
            raise Unavailable(screen, fault)

    def _thrown_out(self) -> bool:
        return self.bank.signed_on.get(self.login) != self._number

    def _alive(self, screen: str) -> None:
        if self._thrown_out():
            raise Unavailable(screen, "signed off by another session")

    def _lose_session(self) -> None:
        """It timed out, or a person took the login: the conversation is gone, too."""
        self._page = None
        if not self._thrown_out():
            self.bank.drafts[self.login] = None
            self.bank.signed_on[self.login] = 0

    @property
    def usable(self) -> bool:
        """False: sign on anew."""
        return not self._thrown_out()


def _texts(item: WorkItem) -> Mapping[str, str]:
    """The item as the screen takes it."""
    return {name: as_text(value) for name, value in item.values().items()}


def _booking(item: WorkItem, number: str, values: Mapping[str, str]) -> Booking:
    ours = item.values()
    shown = {
        name: ours[name] if values.get(name) == as_text(ours[name]) else values.get(name, "")
        for name in ("amount", "creditor_account", "reference")
    }
    return Booking(reference=item.reference, bank_reference=number, shown=shown)
