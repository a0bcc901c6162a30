"""The protocol's journal over the real ledger and the real audit log.

Every verb is one transaction in which the audit record comes before the commit, so a
step is in both or did not happen. Between intend and make_durable the transaction
stays open, and nothing else may run: there is no await that waits between the two.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import LookUp, Receipt, WorkItem
from counterfoil.engine.keying import Claim, Intent, Policy, Unconfirmed
from counterfoil.errors import ClaimLost, LedgerLost, Refused
from counterfoil.store.claims import ClaimRow, IntentRow, LeaseRow, PendingIntent
from counterfoil.store.ledger import Ledger


def steady_seconds() -> float:
    """A clock that never steps, and counts while the machine sleeps, where there is one.

    Whatever compares with ``click_before`` reads this clock.
    """
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class LedgerJournal:
    """The journal of one signed-on session: every intent is checked against its lease."""

    def __init__(self, ledger: Ledger, lease: LeaseRow, policy: Policy) -> None:
        self._ledger = ledger
        self._lease = lease
        self._outlast = timedelta(seconds=policy.claim_limit_seconds)
        self._pending: PendingIntent | None = None
        self.claimed: Claim | None = None  # the last one; for giving back a broken visit

    def now(self) -> datetime:
        """UTC, by the ledger's clock."""
        return self._ledger.now()

    def monotonic(self) -> float:
        """Seconds; see :func:`steady_seconds`."""
        return steady_seconds()

    async def claim(self, item: WorkItem) -> Claim | None:
        """Take the item by compare-and-set."""
        row = self._ledger.claim(item.item_id)
        self.claimed = None if row is None else _claim(row)
        return self.claimed

    async def intend(self, item: WorkItem, claim: Claim, before: tuple[Evidence, ...]) -> Intent:
        """Audit record and rows, in a transaction that stays open. Raises ClaimLost."""
        self.drop()
        self._pending = self._ledger.intend(
            item, claim.token, self._lease, outlast=self._outlast, before=before
        )
        return _intent(self._pending.intent)

    async def make_durable(self, intent: Intent) -> None:
        """Sync the audit log, then commit.

        Raises:
            ClaimLost: The commit did not land, as far as the ledger shows: no click.
            AuditLost: The log could not be synced; nothing is committed.
        """
        pending, self._pending = self._pending, None
        assert pending is not None, "make_durable without intend"
        assert _intent(pending.intent) == intent, "another intent is pending"
        try:
            pending.make_durable()
        except LedgerLost as trouble:
            raise ClaimLost(f"{intent.item_id}: the intent is not durable: {trouble}") from trouble

    def drop(self) -> None:
        """Let an intent that was not made durable never have been."""
        if self._pending is not None:
            self._pending.drop()
            self._pending = None

    async def not_keyed(
        self,
        item: WorkItem,
        claim: Claim,
        reason: str,
        *,
        again_at: datetime | None,
        seen: tuple[Evidence, ...] = (),
    ) -> None:
        """READY again, or FAILED."""
        self._ledger.not_keyed(item, claim.token, reason, next_at=again_at, seen=seen)

    async def in_doubt(
        self,
        item: WorkItem,
        claim: Claim,
        reason: str,
        *,
        again_at: datetime,
        seen: tuple[Evidence, ...] = (),
    ) -> None:
        """The intent stays open."""
        self._ledger.in_doubt(item, claim.token, reason, next_at=again_at, seen=seen)

    async def posted(
        self, item: WorkItem, claim: Claim, receipt: Receipt, *, confirm_at: datetime | None
    ) -> None:
        """The bank has it."""
        self._ledger.posted(item, claim.token, receipt, confirm_at=confirm_at)

    async def refused(
        self, item: WorkItem, claim: Claim, refusal: Refused, *, confirm_at: datetime | None
    ) -> None:
        """The bank said no."""
        self._ledger.refused(item, claim.token, refusal, confirm_at=confirm_at)

    async def absent(self, item: WorkItem, claim: Claim, found: LookUp) -> None:
        """Proved not keyed."""
        self._ledger.absent(item, claim.token, found)

    async def confirmed(self, item: WorkItem, claim: Claim, found: LookUp) -> None:
        """Borne out by the enquiry."""
        self._ledger.confirmed(item, claim.token, found)

    async def confirm_later(
        self, item: WorkItem, claim: Claim, reason: str, *, again_at: datetime
    ) -> None:
        """Not borne out yet."""
        self._ledger.confirm_later(item, claim.token, reason, next_at=again_at)

    async def park(
        self,
        item: WorkItem,
        claim: Claim,
        code: str,
        reason: str,
        *,
        seen: tuple[Evidence, ...] = (),
    ) -> None:
        """A person decides."""
        self._ledger.park(item, claim.token, code, reason, seen=seen)

    async def freeze(
        self, item: WorkItem, claim: Claim, reason: str, *, seen: tuple[Evidence, ...] = ()
    ) -> None:
        """Alarm."""
        self._ledger.freeze(item, claim.token, reason, seen=seen)


def _claim(row: ClaimRow) -> Claim:
    owed = None
    if row.unconfirmed_since is not None:
        owed = Unconfirmed(
            since=row.unconfirmed_since,
            bookings_expected=row.bookings_expected,
            bank_reference=row.bank_reference,
        )
    return Claim(
        item_id=row.item_id,
        token=row.token,
        attempts=row.attempts,
        troubles=row.troubles,
        open_intent=None if row.open_intent is None else _intent(row.open_intent),
        unconfirmed=owed,
    )


def _intent(row: IntentRow) -> Intent:
    return Intent(item_id=row.item_id, attempt=row.attempt, at=row.at, token=row.token)
