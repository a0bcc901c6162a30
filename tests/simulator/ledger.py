"""The ledger on the virtual clock, and the protocol's journal over it.

Claims, leases and fencing are the production ledger's (store/claims.py), only harsher:
a claim is taken over from a worker that lives, as soon as it is old. An intent lies in
a layer that a crash loses, as a whole or with the log's record left behind, until
make_durable() has synced it; every other step is durable when it returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import SETTLED, ItemState, LookUp, Receipt, WorkItem
from counterfoil.engine.keying import Claim, Intent, Unconfirmed
from counterfoil.errors import AuditLost, ClaimLost, LedgerLost, Refused
from tests.simulator.steps import step

if TYPE_CHECKING:
    from tests.simulator.world import World

LEASE_SECONDS = 60.0
CLAIM_LIMIT_SECONDS = 10.0
_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Row:
    """One item as the ledger has it."""

    item: WorkItem
    state: ItemState = ItemState.READY
    due: float | None = 0.0  # on the world's clock; None: nothing more happens by itself
    holder: str | None = None
    held_until: float = 0.0
    token: int = 0
    attempts: int = 0
    troubles: int = 0
    open_intent: Intent | None = None
    owed: Unconfirmed | None = None
    receipt: Receipt | None = None
    code: str = ""
    reason: str = ""
    unsynced: bool = False  # the open intent is


@dataclass(slots=True)
class Lease:
    """One bank login, and the worker that alone may use it."""

    holder: str | None = None
    token: int = 0
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit log."""

    at: float
    kind: str
    item_id: str
    token: int


@dataclass(slots=True)
class Ledger:
    """Rows, leases, the alarm and the trail."""

    world: World
    claim_seconds: float
    rows: dict[str, Row] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    frozen: str = ""
    frozen_at: float = 0.0
    trail: list[Entry] = field(default_factory=list)
    clock_error: float = 0.0  # of the ledger's clock, seconds

    def open(self, items: Sequence[WorkItem], logins: int) -> None:
        """The working day begins."""
        self.rows = {item.item_id: Row(item) for item in items}
        self.leases = {f"OP{number}": Lease() for number in range(1, logins + 1)}

    def now(self) -> datetime:
        """UTC by the ledger's clock."""
        return datetime.fromtimestamp(self.world.time + self.clock_error, UTC)

    def tell(self, kind: str, item_id: str, token: int) -> None:
        """Into the audit log."""
        self.trail.append(Entry(self.world.time, kind, item_id, token))

    def take_lease(self, boot: str) -> tuple[str, int] | None:
        """A free login and its token."""
        for login, lease in self.leases.items():
            if lease.holder is None or lease.until <= self.world.time:
                lease.holder, lease.token = boot, lease.token + 1
                lease.until = self.world.time + LEASE_SECONDS
                return login, lease.token
        return None

    def bury(self, boot: str) -> None:
        """*boot* is dead for certain: what it held is free at once."""
        for lease in self.leases.values():
            if lease.holder == boot:
                lease.holder = None
        for row in self.rows.values():
            if row.holder == boot:
                row.held_until = 0.0

    def lose_unsynced(self, boot: str, loses: str) -> None:
        """The crash of *boot*: an intent that was not synced may be gone."""
        for row in self.rows.values():
            if row.unsynced and row.holder == boot:
                row.unsynced = False
                if loses == "nothing":
                    continue
                row.open_intent, row.attempts = None, row.attempts - 1
                if loses == "all":
                    self._forget(row)

    def _forget(self, row: Row) -> None:
        for place in range(len(self.trail) - 1, -1, -1):
            entry = self.trail[place]
            if entry.item_id == row.item.item_id and entry.kind == "intended":
                del self.trail[place]
                return

    def is_held(self, row: Row, boot: str) -> bool:
        """Whether another worker has *row*, and its claim is young."""
        return row.holder not in (None, boot) and row.held_until > self.world.time

    def due_at(self, row: Row, boot: str) -> float | None:
        """When *boot* may visit *row*; None: never."""
        if row.due is None or self.frozen:
            return None
        if row.holder is None or row.holder == boot:
            return row.due
        return max(row.due, row.held_until)


class LedgerJournal:
    """The protocol's ``Journal`` port for one worker and its lease."""

    def __init__(self, ledger: Ledger, boot: str, lease: tuple[str, int]) -> None:
        self._ledger = ledger
        self._boot = boot
        self._login, self._lease_token = lease

    def now(self) -> datetime:
        """UTC, by the ledger's clock."""
        return self._ledger.now()

    def monotonic(self) -> float:
        """Seconds."""
        return self._ledger.world.time

    async def claim(self, item: WorkItem) -> Claim | None:
        """By compare-and-set, with a token that grows."""
        fault = await step("claim")
        _lost(fault, before=True)
        ledger, row = self._ledger, self._ledger.rows[item.item_id]
        if ledger.due_at(row, self._boot) is None or ledger.is_held(row, self._boot):
            return None
        row.token += 1
        row.holder, row.unsynced = self._boot, False
        row.held_until = ledger.world.time + ledger.claim_seconds
        if row.state not in SETTLED:
            row.state = ItemState.KEYING
        _lost(fault, before=False)
        return Claim(
            item_id=item.item_id,
            token=row.token,
            attempts=row.attempts,
            troubles=row.troubles,
            open_intent=row.open_intent,
            unconfirmed=row.owed,
        )

    async def intend(self, item: WorkItem, claim: Claim, before: tuple[Evidence, ...]) -> Intent:
        """Into the layer that a crash loses."""
        fault = await step("intend")
        _lost(fault, before=True)
        ledger, row = self._ledger, self._ours(claim)
        lease = ledger.leases[self._login]
        if lease.holder != self._boot or lease.token != self._lease_token:
            raise ClaimLost("the bank login is another worker's by now")
        if lease.until < ledger.world.time + CLAIM_LIMIT_SECONDS:
            raise ClaimLost("the lease of the bank login does not outlast the click")
        if ledger.frozen:
            raise ClaimLost("the system is frozen")
        row.attempts += 1
        intent = Intent(
            item_id=item.item_id, attempt=row.attempts, at=self.now(), token=claim.token
        )
        row.open_intent, row.unsynced = intent, True
        ledger.tell("intended", item.item_id, claim.token)
        _lost(fault, before=False)
        return intent

    async def make_durable(self, intent: Intent) -> None:
        """Synced: it survives every crash from here on."""
        fault = await step("make_durable")
        _lost(fault, before=True)
        row = self._ledger.rows[intent.item_id]
        if row.token != intent.token or row.open_intent is not intent:
            raise ClaimLost("the claim is another worker's by now")
        row.unsynced = False
        _lost(fault, before=False)

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
        fault = await step("not_keyed")
        row = self._begin(claim, fault)
        if row.open_intent is not None:  # void: it does not count as an attempt
            row.open_intent, row.attempts = None, row.attempts - 1
        row.state = ItemState.FAILED if again_at is None else ItemState.READY
        row.code, row.reason = ("retries_used_up", reason) if again_at is None else ("", "")
        self._end(row, "not_keyed", fault, again_at, troubles=row.troubles + 1)

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
        fault = await step("in_doubt")
        row = self._begin(claim, fault)
        row.state = ItemState.IN_DOUBT
        self._end(row, "in_doubt", fault, again_at, troubles=row.troubles + 1)

    async def posted(
        self, item: WorkItem, claim: Claim, receipt: Receipt, *, confirm_at: datetime | None
    ) -> None:
        """The bank has it."""
        fault = await step("posted")
        row = self._begin(claim, fault)
        assert row.open_intent is not None, "posted without an intent"
        if confirm_at is not None:
            row.owed = Unconfirmed(
                since=row.open_intent.at,
                bookings_expected=1,
                bank_reference=receipt.bank_reference,
            )
        row.state, row.receipt, row.open_intent = ItemState.POSTED, receipt, None
        self._end(row, "posted", fault, confirm_at)

    async def refused(
        self, item: WorkItem, claim: Claim, refusal: Refused, *, confirm_at: datetime | None
    ) -> None:
        """The bank said no."""
        fault = await step("refused")
        row = self._begin(claim, fault)
        if confirm_at is not None:
            assert row.open_intent is not None, "refused after a click without an intent"
            row.owed = Unconfirmed(since=row.open_intent.at, bookings_expected=0)
        row.state, row.open_intent = ItemState.REFUSED, None
        row.code, row.reason = refusal.code, refusal.reason
        self._end(row, "refused", fault, confirm_at)

    async def absent(self, item: WorkItem, claim: Claim, found: LookUp) -> None:
        """Proved not keyed."""
        fault = await step("absent")
        row = self._begin(claim, fault)
        row.state, row.open_intent = ItemState.READY, None
        self._end(row, "absent", fault, self.now())

    async def confirmed(self, item: WorkItem, claim: Claim, found: LookUp) -> None:
        """Borne out."""
        fault = await step("confirmed")
        row = self._begin(claim, fault)
        row.owed = None
        self._end(row, "confirmed", fault, None)

    async def confirm_later(
        self, item: WorkItem, claim: Claim, reason: str, *, again_at: datetime
    ) -> None:
        """Not borne out yet."""
        fault = await step("confirm_later")
        row = self._begin(claim, fault)
        self._end(row, "confirm_later", fault, again_at, troubles=row.troubles + 1)

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
        fault = await step("park")
        row = self._begin(claim, fault)
        row.state, row.code, row.reason = ItemState.ON_HOLD, code, reason
        self._end(row, "park", fault, None)

    async def freeze(
        self, item: WorkItem, claim: Claim, reason: str, *, seen: tuple[Evidence, ...] = ()
    ) -> None:
        """Alarm."""
        fault = await step("freeze")
        row = self._begin(claim, fault)
        row.state, row.code, row.reason = ItemState.ON_HOLD, "alarm", reason
        self._ledger.frozen = reason
        self._ledger.frozen_at = self._ledger.frozen_at or self._ledger.world.time
        self._end(row, "freeze", fault, None)

    def _ours(self, claim: Claim) -> Row:
        """The row, if the claim is still the latest."""
        row = self._ledger.rows[claim.item_id]
        if row.token != claim.token or row.holder != self._boot:
            raise ClaimLost("the claim is another worker's by now")
        return row

    def _begin(self, claim: Claim, fault: str | None) -> Row:
        _lost(fault, before=True)
        row = self._ours(claim)
        row.unsynced = False  # a synced step syncs what was written before it
        return row

    def _end(
        self, row: Row, kind: str, fault: str | None, next_at: datetime | None, troubles: int = 0
    ) -> None:
        """The rest of every ending: next visit, holder, trail."""
        ledger = self._ledger
        row.troubles, row.holder, row.due = troubles, None, None
        if next_at is not None:
            row.due = ledger.world.time + max(0.0, (next_at - ledger.now()) / _SECOND)
        ledger.tell(kind, row.item.item_id, row.token)
        _lost(fault, before=False)


def _lost(fault: str | None, *, before: bool) -> None:
    """The log cannot be written; or the step is kept and nobody says so."""
    if fault == "log_lost" and before:
        raise AuditLost("the disk is full")
    if fault == "answer_cut" and not before:
        raise LedgerLost("the connection was cut")
