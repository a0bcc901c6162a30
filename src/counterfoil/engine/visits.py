"""Visits: one item, one leased session, the protocol, and what becomes of what broke off.

A visit that breaks off without an ending is given back with its doubt; a kind of
trouble that no class of errors.py describes parks the item, because unknown never means
"try again". Before a visit is begun, pauses, circuits and the system's rate have a say.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from counterfoil.domain.items import WorkItem
from counterfoil.domain.pauses import Breaker, Leave
from counterfoil.engine.journal import LedgerJournal
from counterfoil.engine.keying import Policy, key_once
from counterfoil.engine.sessions import NoSeat, Seat, Sessions
from counterfoil.engine.steps import Steps, WatchedBank
from counterfoil.errors import (
    AuditLost,
    BrowserDied,
    ClaimLost,
    InDoubt,
    LedgerLost,
    Refused,
    Unavailable,
)
from counterfoil.store.book import Illegible
from counterfoil.store.ledger import Ledger

#: What the pauses said is believed for so long.
ASKED_AGAIN_AFTER_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One legacy system as the worker needs to know it."""

    policy: Policy
    logins: tuple[str, ...]
    sessions_max: int = 1
    breaker: Breaker | None = None  # None: its circuit never opens
    visits_per_minute: int | None = None  # over all machines; None: as fast as it goes


class Visits:
    """Makes visits on one event loop, until told to stop."""

    def __init__(  # noqa: PLR0913 - a visit needs these
        self,
        ledger: Ledger,
        systems: Mapping[str, System],
        pool: Sessions,
        *,
        seconds: float,
        stopping: asyncio.Event,
        fail: Callable[[BaseException], None],
        steps: Steps,
    ) -> None:
        """Make them ready.

        Args:
            seconds: What one visit may take, at most.
            stopping: Set: no visit is begun any more.
            fail: Is told of trouble that the whole worker has to stop for.
            steps: Where a watchdog sees what the bank is asked just now.
        """
        self._ledger = ledger
        self._systems = systems
        self._pool = pool
        self._seconds = seconds
        self._stopping = stopping
        self._fail = fail
        self._steps = steps
        self._running: dict[str, asyncio.Task[object] | None] = {}
        self._broken_off = False
        self._answered_at: dict[str, float] = {}  # monotonic, by system, on the record
        self.made = 0  # since the start

    @property
    def items(self) -> set[str]:
        """The items that are being visited."""
        return set(self._running)

    def break_off(self) -> None:
        """End the running visits where they stand; each is given back with its doubt."""
        self._broken_off = True
        for task in self._running.values():
            if task is not None:
                task.cancel()

    async def visit(self, item_id: str, number: int) -> str:
        """Visit *item_id* once; the answer is a word for the engine's record."""
        if self._stopping.is_set():
            return "not_due"
        if item_id in self._running:
            return "being_visited"
        self._running[item_id] = asyncio.current_task()
        try:
            return await self._visit(item_id, number)
        except LedgerLost:
            return "ledger_lost"  # the sweeper gives back what is still held
        except asyncio.CancelledError:
            if self._broken_off:
                return "broken_off"
            raise
        except Exception as trouble:
            self._fail(trouble)
            raise
        finally:
            self._running.pop(item_id, None)
            self.made += 1

    async def _visit(self, item_id: str, number: int) -> str:
        try:
            found = self._ledger.workable(item_id, number)
        except Illegible as trouble:
            self._ledger.check_vault()  # else it is our key that is another one
            self._ledger.park_illegible(item_id, str(trouble))
            return "illegible"
        if found is None:
            return "not_due"
        item, begun = found
        leave = self._ledger.leave(item.system, self._systems[item.system].breaker)
        if leave is Leave.STAY:
            return "paused"  # the sweeper comes back to it
        with self._ledger.redactor.hiding(item.payload.accounts()):
            asked_at = time.monotonic()
            seat = await self._seat(item.system, leave, urgent=begun)
            if seat is None:
                return "no_session"
            return await self._on(seat, item, leave, waited=time.monotonic() - asked_at)

    async def _seat(self, system: str, leave: Leave, *, urgent: bool) -> Seat | None:
        """A session; None: nothing was touched, the sweeper comes back to the item.

        A probe signs on: that the system takes it says more than a window that is open.
        Who has to wait for a session when we stop gets none.
        """
        acquiring = asyncio.ensure_future(
            self._pool.acquire(
                system,
                urgent=urgent,
                fresh=leave is Leave.PROBE,
                may_sign_on=partial(self._may_go_on, system, leave),
            )
        )
        stops = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({acquiring, stops}, return_when=asyncio.FIRST_COMPLETED)
            if not acquiring.done():
                acquiring.cancel()
            return await acquiring
        except NoSeat:
            return None
        except asyncio.CancelledError:
            if not self._stopping.is_set() or self._broken_off:
                raise
            return None
        except Unavailable as trouble:
            self._note_trouble(system, trouble)
            return None
        finally:
            stops.cancel()
            acquiring.cancel()

    def _may_go_on(self, system: str, leave: Leave) -> bool:
        """Whether a visit that was given *leave* may still come near the system."""
        breaker = self._systems[system].breaker
        probing = leave is Leave.PROBE
        return self._ledger.leave(system, breaker, probing=probing) is Leave.GO

    async def _on(self, seat: Seat, item: WorkItem, leave: Leave, *, waited: float) -> str:
        """Key *item* on *seat*, and give it back; after trouble it is closed."""
        healthy = False
        try:
            may = await self._may_begin(item.system, leave, waited)
            word = await self._key(item, seat, leave) if may else "not_due"
            healthy = True
        except _BrokeOffError as trouble:
            word = str(trouble)
        finally:
            await self._pool.release(seat, healthy=healthy)
        return word

    async def _may_begin(self, system: str, leave: Leave, waited: float) -> bool:
        """Once more, if it waited for its session; and its turn, which is waited for, too."""
        settings = self._systems[system]
        if waited > ASKED_AGAIN_AFTER_SECONDS and not self._may_go_on(system, leave):
            return False
        if settings.visits_per_minute is not None:
            between = timedelta(minutes=1) / settings.visits_per_minute
            seconds = self._ledger.take_turn(system, between)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)
        return not self._stopping.is_set()

    async def _key(self, item: WorkItem, seat: Seat, leave: Leave) -> str:
        """The protocol; what came of it is held for or against the system."""
        bank = WatchedBank(seat.session.bank, self._steps)
        try:
            return await self._protocol(item, seat, bank)
        except _BrokeOffError as broken:
            if isinstance(broken.__cause__, TimeoutError):
                bank.trouble = Unavailable(item.system, "the visit hangs")
            raise
        finally:
            if bank.trouble is not None:
                self._note_trouble(item.system, bank.trouble)
            elif bank.answered:
                self._note_answer(item.system, leave)

    def _note_trouble(self, system: str, trouble: Unavailable | InDoubt) -> None:
        """A system exception; that our own browser died is none of the system's."""
        breaker = self._systems[system].breaker
        if breaker is not None and not isinstance(trouble, BrowserDied):
            self._answered_at.pop(system, None)
            with suppress(LedgerLost):
                self._ledger.system_failed(system, str(trouble), breaker)

    def _note_answer(self, system: str, leave: Leave) -> None:
        """Its row of exceptions is at an end; asked once a second, also for the others'."""
        now = time.monotonic()
        if leave is not Leave.PROBE and now - self._answered_at.get(system, -10.0) < 1.0:
            return
        with suppress(LedgerLost):
            self._ledger.system_answered(system)
            self._answered_at[system] = now

    async def _protocol(self, item: WorkItem, seat: Seat, bank: WatchedBank) -> str:
        """The protocol, and what becomes of an item whose visit broke off."""
        policy = self._systems[item.system].policy
        journal = LedgerJournal(self._ledger, seat.lease, policy)
        try:
            async with asyncio.timeout(self._seconds):
                visit = await key_once(item, bank, journal, policy)
            return str(visit.verdict)
        except (AuditLost, LedgerLost):
            raise  # of the first we stop; after the second the sweeper gives the item back
        except ClaimLost as lost:
            self._give_back(item, journal, policy, str(lost))
            raise _BrokeOffError("claim_lost") from lost
        except (TimeoutError, Unavailable, InDoubt, Refused) as trouble:
            self._give_back(item, journal, policy, f"{type(trouble).__name__}: {trouble}")
            raise _BrokeOffError("broke_off") from trouble
        except asyncio.CancelledError:
            self._give_back(item, journal, policy, "the worker was stopped")
            raise
        except Exception as defect:
            self._park_defect(item, journal, defect)
            raise _BrokeOffError("defect") from defect
        finally:
            journal.drop()

    def _give_back(
        self, item: WorkItem, journal: LedgerJournal, policy: Policy, reason: str
    ) -> None:
        """Unless somebody else has the claim by now."""
        journal.drop()
        claim = journal.claimed
        if claim is None:
            return
        again = self._ledger.now() + policy.pause(claim.troubles)
        try:
            self._ledger.give_back(item, claim.token, reason, next_at=again)
        except ClaimLost:
            return

    def _park_defect(self, item: WorkItem, journal: LedgerJournal, defect: Exception) -> None:
        journal.drop()
        claim = journal.claimed
        if claim is None:
            raise defect
        reason = f"{type(defect).__name__}: {defect}"
        try:
            self._ledger.park(item, claim.token, "defect", reason)
        except ClaimLost:
            return


class _BrokeOffError(Exception):
    """The visit had no ending of its own; the item was given back or parked."""
