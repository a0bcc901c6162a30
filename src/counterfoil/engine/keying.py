"""Key every approved item exactly once: the protocol, and nothing else.

With the process, the browser, the database or the network failing at any line of
this file, an item is keyed once, none is lost, and what cannot be proved is shown to
a person. The same code runs in production and in the simulator: the bank, the
journal and the clock come in as ports.

1. No durable intent, no click. 2. Right before the click the page is identified.
3. One click, one POST. 4. What is not a known receipt or refusal is IN_DOUBT.
5. A doubt is cleared by enquiry only, and "absent" counts only after the settle time.
6. A receipt, too, must lead to exactly one booking. 7. A click is never made on a
claim older than the claim limit. 8. Without a searchable reference nothing is keyed
again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import LookUp, Receipt, WorkItem
from counterfoil.errors import BrowserDied, InDoubt, Refused, Unavailable


class Verdict(StrEnum):
    """How one visit to one item ended."""

    NOT_OURS = "not_ours"  # settled, held by another worker, or its system is frozen
    POSTED = "posted"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    PARKED = "parked"  # a person decides
    AGAIN = "again"  # nothing keyed, or not to be known yet: visit again at `again_at`


@dataclass(frozen=True, slots=True)
class Visit:
    """The end of one visit, and when the next one makes sense (UTC), if any."""

    verdict: Verdict
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The bounds that make "absent" a proof. Each stands in config with its source."""

    claim_limit_seconds: int = 10  # a click is never made on an older claim
    late_booking_seconds: int | None  # the bank books at most this late; None: unknown
    list_staleness_seconds: int | None  # its enquiry lags at most this far; None: unknown
    margin_seconds: int = 5  # clocks of two machines
    attempts_max: int = 3  # of those after which a POST may have left
    reference_is_searchable: bool = True
    retry_seconds: int = 5  # the pause after Unavailable; doubled each time
    retries_max: int = 6  # visits without an attempt, in a row, before a person is asked
    deaths_max: int = 20  # the same when the last of them ended with our own browser
    look_ups_max: int = 24  # fruitless enquiries, in a row, before a person is asked

    def settle(self) -> timedelta | None:
        """How long after an intent "absent" is a proof; None: never, a person decides."""
        if self.late_booking_seconds is None or self.list_staleness_seconds is None:
            return None
        if not self.reference_is_searchable:
            return None
        return timedelta(
            seconds=self.claim_limit_seconds
            + self.late_booking_seconds
            + self.list_staleness_seconds
            + self.margin_seconds
        )

    def confirm_after(self) -> timedelta | None:
        """When the one-booking check is due, after an intent; None: there is no enquiry.

        With unknown bounds it is still made: one booking shown is one booking, only
        none shown proves nothing.
        """
        if not self.reference_is_searchable:
            return None
        soonest = timedelta(seconds=self.claim_limit_seconds + self.margin_seconds)
        return self.settle() or soonest

    def pause(self, troubles: int) -> timedelta:
        """The wait after the n-th trouble in a row: it doubles, up to five minutes."""
        return timedelta(seconds=min(self.retry_seconds * 2 ** min(troubles, 10), 300))

    def pause_after(self, trouble: Unavailable, troubles: int) -> timedelta:
        """The same; that our own browser died is no reason to spare the system."""
        return self.pause(0 if isinstance(trouble, BrowserDied) else troubles)

    def gives_up_after(self, trouble: Unavailable, troubles: int) -> bool:
        """Whether a person is asked: an item may be what our browser dies of."""
        died = isinstance(trouble, BrowserDied)
        return troubles >= (self.deaths_max if died else self.retries_max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """The durable word that a click may follow."""

    item_id: str
    attempt: int  # 1, 2, 3
    at: datetime  # UTC, by the ledger's clock
    token: int  # of the claim that made it


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """An outcome that the bank's own list has still to bear out."""

    since: datetime  # UTC: of the intent that led to it
    bookings_expected: int  # 1 after a receipt, 0 after a refusal
    bank_reference: str | None = None  # the receipt's: the booking has to carry the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One worker's right to one item, and what the ledger knew when it was given."""

    item_id: str
    token: int  # grows with every claim: an older one is void
    attempts: int  # intents so far after which a POST may have left: void ones do not count
    troubles: int  # visits in a row that ended in not_keyed, in_doubt or confirm_later
    open_intent: Intent | None  # without an outcome: something may have been keyed
    unconfirmed: Unconfirmed | None  # posted or refused, and the enquiry still owed


class Bank(Protocol):
    """One signed-on session of one legacy system, for one item at a time."""

    async def look_up(self, item: WorkItem) -> LookUp:
        """Every booking with exactly our reference. Raises Unavailable."""

    async def prepare(self, item: WorkItem) -> tuple[Evidence, ...]:
        """Type the item up to, and without, the commit; what then stood on the screen.

        Raises:
            Refused, Unavailable: Nothing is keyed. As of every verb here, their
                ``evidence`` is what the screen showed instead, if it could be had.
        """

    async def identify(self, item: WorkItem) -> None:
        """Prove that the page is the item's: host, title, form, every value as displayed.

        Raises:
            Unavailable: It is not, or not to be told; nothing is keyed.
        """

    async def commit(self, item: WorkItem, *, click_before: float) -> Receipt:
        """Press the commit control once; one POST leaves, and only before *click_before*.

        Args:
            click_before: By the journal's monotonic clock, in seconds.

        Raises:
            Unavailable: It is certain that no POST left.
            Refused: The bank said no, in words that the map knows.
            InDoubt: Anything else.
        """


class Journal(Protocol):
    """The ledger and the audit log, as one: a step is in both or did not happen."""

    def now(self) -> datetime:
        """UTC, by the ledger's clock: one for all workers.

        It may stand still or step back, which costs time. A step forward by more than
        the margin would make "absent" a proof too early: keep the ledger's host on NTP
        that slews.
        """

    def monotonic(self) -> float:
        """Seconds; never steps, and counts while the machine sleeps. The age of a claim."""

    async def claim(self, item: WorkItem) -> Claim | None:
        """Take the item, or None: it is settled, somebody's, or its system is frozen."""

    async def intend(self, item: WorkItem, claim: Claim, before: tuple[Evidence, ...]) -> Intent:
        """Write the next attempt's intent, if item, login and system still let us key.

        It names *before*, so that what stood on the screen is on the record whatever
        becomes of the click.
        The claim's token is the latest, the login lease is ours and outlasts the claim
        limit, and the system is not frozen: all three in the transaction that writes.
        Not durable until :meth:`make_durable`. Raises ClaimLost.
        """

    async def make_durable(self, intent: Intent) -> None:
        """Return only when the intent survives a power cut. Raises ClaimLost."""

    async def not_keyed(
        self,
        item: WorkItem,
        claim: Claim,
        reason: str,
        *,
        again_at: datetime | None,
        seen: tuple[Evidence, ...] = (),
    ) -> None:
        """Nothing was keyed: close an open intent as void; READY again, or FAILED."""

    async def in_doubt(
        self,
        item: WorkItem,
        claim: Claim,
        reason: str,
        *,
        again_at: datetime,
        seen: tuple[Evidence, ...] = (),
    ) -> None:
        """The intent stays open; look it up from *again_at* on."""

    async def posted(
        self, item: WorkItem, claim: Claim, receipt: Receipt, *, confirm_at: datetime | None
    ) -> None:
        """The bank has it; close the intent. The one-booking check is due *confirm_at*."""

    async def refused(
        self, item: WorkItem, claim: Claim, refusal: Refused, *, confirm_at: datetime | None
    ) -> None:
        """The bank said no; close the intent. That nothing is booked is checked too."""

    async def absent(self, item: WorkItem, claim: Claim, found: LookUp) -> None:
        """Proved not keyed: close the intent; READY again."""

    async def confirmed(self, item: WorkItem, claim: Claim, found: LookUp) -> None:
        """The enquiry, after the settle time, shows exactly what it should."""

    async def confirm_later(
        self, item: WorkItem, claim: Claim, reason: str, *, again_at: datetime
    ) -> None:
        """The one-booking check could not be made yet; the state stays as it is."""

    async def park(
        self,
        item: WorkItem,
        claim: Claim,
        code: str,
        reason: str,
        *,
        seen: tuple[Evidence, ...] = (),
    ) -> None:
        """ON_HOLD: a person decides, by what was *seen*. An open intent stays open."""

    async def freeze(
        self, item: WorkItem, claim: Claim, reason: str, *, seen: tuple[Evidence, ...] = ()
    ) -> None:
        """Alarm: park the item and let nothing more be keyed into its system."""


async def key_once(item: WorkItem, bank: Bank, journal: Journal, policy: Policy) -> Visit:
    """Visit *item* once: clear its doubt, confirm it, or key it.

    Raises:
        ClaimLost: Another worker owns the item or the login. Nothing more was written;
            what we may have keyed is an open intent, and theirs to look up.
        AuditLost: A step could not be recorded; the worker stops. The same holds.
    """
    claim = await journal.claim(item)
    if claim is None:
        return Visit(Verdict.NOT_OURS)
    if claim.open_intent is not None:
        return await _clear_doubt(item, claim, claim.open_intent, bank, journal, policy)
    if claim.unconfirmed is not None:
        return await _confirm(item, claim, claim.unconfirmed, bank, journal, policy)
    if claim.attempts >= policy.attempts_max:
        await journal.park(item, claim, "attempts_used_up", f"{claim.attempts} attempts")
        return Visit(Verdict.PARKED)
    return await _key(item, claim, bank, journal, policy)


async def _key(item: WorkItem, claim: Claim, bank: Bank, journal: Journal, policy: Policy) -> Visit:
    """Nothing of this item is at the bank, as far as we know: make sure, then key it."""
    looked: tuple[Evidence, ...] = ()
    try:
        if policy.reference_is_searchable:
            found = await bank.look_up(item)
            if found.bookings:
                return await _found_before_keyed(item, claim, found, journal)
            looked = found.evidence
        before = (*looked, *await bank.prepare(item))
    except Refused as refusal:
        refusal.evidence = (*looked, *refusal.evidence)
        await journal.refused(item, claim, refusal, confirm_at=None)
        return Visit(Verdict.REFUSED)
    except Unavailable as trouble:
        trouble.evidence = (*looked, *trouble.evidence)
        return await _try_later(item, claim, trouble, journal, policy)
    asked_at = journal.monotonic()
    intent = await journal.intend(item, claim, before)
    await journal.make_durable(intent)
    return await _commit(item, claim, intent, asked_at, bank, journal, policy)


async def _commit(  # noqa: PLR0913 - the one place where everything meets
    item: WorkItem,
    claim: Claim,
    intent: Intent,
    asked_at: float,
    bank: Bank,
    journal: Journal,
    policy: Policy,
) -> Visit:
    """The click, and what the bank said. From here on, silence means IN_DOUBT."""
    due = _confirm_at(intent.at, policy)
    try:
        await bank.identify(item)
        receipt = await bank.commit(item, click_before=asked_at + policy.claim_limit_seconds)
    except Unavailable as trouble:
        return await _try_later(item, claim, trouble, journal, policy)
    except Refused as refusal:
        await journal.refused(item, claim, refusal, confirm_at=due)
        return Visit(Verdict.REFUSED, due)
    except InDoubt as doubt:
        soon = journal.now() + policy.pause(0)
        await journal.in_doubt(item, claim, str(doubt), again_at=soon, seen=doubt.evidence)
        return Visit(Verdict.AGAIN, soon)
    await journal.posted(item, claim, receipt, confirm_at=due)
    return Visit(Verdict.POSTED, due)


async def _clear_doubt(  # noqa: PLR0913
    item: WorkItem,
    claim: Claim,
    intent: Intent,
    bank: Bank,
    journal: Journal,
    policy: Policy,
) -> Visit:
    """An intent without an outcome: look, do not do."""
    if not policy.reference_is_searchable:
        await journal.park(item, claim, "not_searchable", "the system cannot be asked")
        return Visit(Verdict.PARKED)
    due = _settled_at(intent.at, policy)
    try:
        settled = due is not None and journal.now() >= due
        found = await bank.look_up(item)
    except Unavailable as trouble:
        if claim.troubles >= policy.look_ups_max:
            await journal.park(
                item, claim, "enquiry_unavailable", str(trouble), seen=trouble.evidence
            )
            return Visit(Verdict.PARKED)
        again = journal.now() + policy.pause_after(trouble, claim.troubles)
        await journal.in_doubt(item, claim, str(trouble), again_at=again, seen=trouble.evidence)
        return Visit(Verdict.AGAIN, again)
    if found.bookings:
        return await _adopt(item, claim, found, _confirm_at(intent.at, policy), journal)
    if due is None:
        reason = "absent, but for how long?"
        await journal.park(item, claim, "bounds_unknown", reason, seen=found.evidence)
        return Visit(Verdict.PARKED)
    if not settled:
        await journal.in_doubt(item, claim, "not listed yet", again_at=due, seen=found.evidence)
        return Visit(Verdict.AGAIN, due)
    await journal.absent(item, claim, found)
    return Visit(Verdict.AGAIN, journal.now())


async def _adopt(
    item: WorkItem, claim: Claim, found: LookUp, due: datetime | None, journal: Journal
) -> Visit:
    """Found once and equal is posted; anything else is for a person."""
    if not await _is_ours_once(item, claim, found, journal):
        return Visit(Verdict.PARKED)
    receipt = Receipt(
        bank_reference=found.bookings[0].bank_reference,
        read_at=found.read_at,
        source="enquiry",
        evidence=found.evidence,
    )
    await journal.posted(item, claim, receipt, confirm_at=due)
    return Visit(Verdict.POSTED, due)


async def _confirm(  # noqa: PLR0913
    item: WorkItem,
    claim: Claim,
    owed: Unconfirmed,
    bank: Bank,
    journal: Journal,
    policy: Policy,
) -> Visit:
    """After a receipt there is one booking, after a refusal none: the bank's word on it."""
    due = _confirm_at(owed.since, policy)
    if due is not None and journal.now() < due:
        await journal.confirm_later(item, claim, "not settled yet", again_at=due)
        return Visit(Verdict.AGAIN, due)
    try:
        found = await bank.look_up(item)
    except Unavailable as trouble:
        return await _confirm_later(item, claim, "enquiry_unavailable", trouble, journal, policy)
    if len(found.bookings) < owed.bookings_expected and policy.settle() is None:
        absent = Unavailable(item.system, "not listed yet")
        absent.evidence = found.evidence
        code = "receipt_without_booking"
        return await _confirm_later(item, claim, code, absent, journal, policy)
    if not await _is_as_told(item, claim, owed, found, journal):
        return Visit(Verdict.PARKED)
    await journal.confirmed(item, claim, found)
    return Visit(Verdict.CONFIRMED)


async def _is_as_told(
    item: WorkItem, claim: Claim, owed: Unconfirmed, found: LookUp, journal: Journal
) -> bool:
    """True when the enquiry bears the outcome out; else parked, or the system frozen."""
    expected, bookings, seen = owed.bookings_expected, found.bookings, found.evidence
    if len(bookings) > expected:
        references = ", ".join(each.bank_reference for each in bookings)
        reason = f"expected {expected} bookings, found {references}"
        await journal.freeze(item, claim, reason, seen=seen)
        return False
    if len(bookings) < expected:
        reason = "a receipt, yet not listed"
        await journal.park(item, claim, "receipt_without_booking", reason, seen=seen)
        return False
    if not bookings:
        return True
    if owed.bank_reference not in (None, bookings[0].bank_reference):
        reason = f"receipt {owed.bank_reference}, booked as {bookings[0].bank_reference}"
        await journal.park(item, claim, "receipt_differs", reason, seen=seen)
        return False
    return await _is_ours_once(item, claim, found, journal)


async def _confirm_later(  # noqa: PLR0913
    item: WorkItem,
    claim: Claim,
    code: str,
    trouble: Unavailable,
    journal: Journal,
    policy: Policy,
) -> Visit:
    """The enquiry told nothing: again after a pause, a bounded number of times."""
    if claim.troubles >= policy.look_ups_max:
        await journal.park(item, claim, code, str(trouble), seen=trouble.evidence)
        return Visit(Verdict.PARKED)
    again = journal.now() + policy.pause_after(trouble, claim.troubles)
    await journal.confirm_later(item, claim, str(trouble), again_at=again)
    return Visit(Verdict.AGAIN, again)


async def _found_before_keyed(
    item: WorkItem, claim: Claim, found: LookUp, journal: Journal
) -> Visit:
    """Our reference is there without an intent of ours: never adopt, never key."""
    if await _is_ours_once(item, claim, found, journal):
        reference = found.bookings[0].bank_reference
        await journal.park(
            item, claim, "found_before_keyed", f"booked as {reference}", seen=found.evidence
        )
    return Visit(Verdict.PARKED)


async def _is_ours_once(item: WorkItem, claim: Claim, found: LookUp, journal: Journal) -> bool:
    """True for exactly one equal booking; else the item is parked or the system frozen."""
    if len(found.bookings) > 1:
        references = ", ".join(each.bank_reference for each in found.bookings)
        reason = f"{item.reference} is booked as {references}"
        await journal.freeze(item, claim, reason, seen=found.evidence)
        return False
    if wrong := found.bookings[0].differences(item):
        reason = f"{found.bookings[0].bank_reference} differs in {', '.join(wrong)}"
        await journal.park(item, claim, "booked_differently", reason, seen=found.evidence)
        return False
    return True


async def _try_later(
    item: WorkItem, claim: Claim, trouble: Unavailable, journal: Journal, policy: Policy
) -> Visit:
    """Nothing was keyed: again after a pause, a bounded number of times."""
    reason, seen = str(trouble), trouble.evidence
    if policy.gives_up_after(trouble, claim.troubles):
        await journal.not_keyed(item, claim, reason, again_at=None, seen=seen)
        return Visit(Verdict.PARKED)
    again = journal.now() + policy.pause_after(trouble, claim.troubles)
    await journal.not_keyed(item, claim, reason, again_at=again, seen=seen)
    return Visit(Verdict.AGAIN, again)


def _settled_at(since: datetime, policy: Policy) -> datetime | None:
    settle = policy.settle()
    return None if settle is None else since + settle


def _confirm_at(since: datetime, policy: Policy) -> datetime | None:
    after = policy.confirm_after()
    return None if after is None else since + after
