"""Signed-on sessions, kept open and used again: one per bank login, at most N per system.

A session lives as long as its lease: whoever lost the lease closes the session and
never touches the bank with it again. A failed sign-on is tried again after a pause
that doubles; a refused one stops that login, because a third wrong password locks the
operator out; the system's other logins work on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from counterfoil.engine.keying import Bank
from counterfoil.engine.logins import in_turn
from counterfoil.errors import BrowserDied, LedgerLost, LoginStopped, Refused, Unavailable
from counterfoil.store.claims import LeaseRow
from counterfoil.store.ledger import Ledger
from counterfoil.store.login_stops import LoginStops


class Session(Protocol):
    """One signed-on session of one bank login."""

    @property
    def bank(self) -> Bank:
        """The screens, for one item at a time."""

    @property
    def usable(self) -> bool:
        """False: the browser or the page is gone; sign on anew."""

    async def close(self) -> None:
        """Sign off if that is still possible. Never raises for a dead browser."""


class SignOn(Protocol):
    """Whoever can open sessions: Chromium in production, a fake bank in tests."""

    async def sign_on(self, system: str, login: str) -> Session:
        """Open one session.

        Raises:
            Unavailable: The system cannot be reached, or it is closed for maintenance.
            Refused: It does not accept this operator; trying again would lock it.
        """


class NoSeat(Unavailable):
    """Others have every login, or nobody may sign on now: no trouble of the system's."""


@dataclass(frozen=True, slots=True)
class Place:
    """How many sessions a system allows, and which logins there are for them."""

    logins: tuple[str, ...]
    sessions_max: int


@dataclass(slots=True)
class Seat:
    """One session and the lease it lives under."""

    system: str
    lease: LeaseRow
    session: Session
    uses: int = 0
    idle_since: float = 0.0  # monotonic


@dataclass(slots=True)
class _Row:
    """All seats of one system."""

    free: asyncio.Semaphore
    #: Visits to what a dead worker had in hand, or to doubts: each gets the next seat that is
    #: given back, before whoever waits for ``free``, and with the place that goes with it.
    urgent: list[asyncio.Future[Seat | None]] = field(default_factory=list)
    #: One sign-on at a time: after a start the first session works while the next signs on.
    signing_on: asyncio.Lock = field(default_factory=asyncio.Lock)
    idle: list[Seat] = field(default_factory=list)
    in_use: set[str] = field(default_factory=set)  # logins with a session, idle or not
    order: list[str] = field(default_factory=list)  # logins, in the order of being tried
    stopped: set[str] = field(default_factory=set)  # refused, or found to rest, by ourselves
    failures: int = 0
    not_before: float = 0.0  # monotonic: no sign-on until then
    #: Monotonic, when others had every login, or the last was refused. Who asked before need
    #: not ask again: each visit that waits here for nothing is one that the machine with the
    #: logins cannot have.
    denied_at: float = float("-inf")
    wanted: bool = False  # somebody without a session waits for a login, as of ``asked_at``
    asked_at: float = float("-inf")  # monotonic


def _always() -> bool:
    return True


class Sessions:
    """The pool. Everything in it runs on one event loop."""

    PAUSE_SECONDS = 1.0  # after a failed sign-on; doubled up to a minute
    SIGN_ON_SECONDS = 90.0  # whatever hangs in it: the others wait for it
    IDLE_SECONDS = 30.0  # then the login is given back: another machine may need it
    WANTED_SECONDS = 1.0  # between two questions whether somebody waits for a login
    #: Then it is opened anew: the browser's driver keeps something of every page that a
    #: window has seen (measured: 0.15 MB an item), until the window goes.
    USES_MAX = 200

    def __init__(
        self,
        ledger: Ledger,
        sign_on: SignOn,
        places: Mapping[str, Place],
        *,
        lease: timedelta,
    ) -> None:
        self._ledger = ledger
        self._stops = LoginStops.beside(ledger)
        self._sign_on = sign_on
        self._places = dict(places)
        self._lease = lease
        self._rows = {
            system: _Row(asyncio.Semaphore(place.sessions_max), order=list(place.logins))
            for system, place in places.items()
        }

    async def acquire(
        self,
        system: str,
        *,
        urgent: bool = False,
        fresh: bool = False,
        may_sign_on: Callable[[], bool] = _always,
    ) -> Seat:
        """A signed-on session that is ours alone until :meth:`release`.

        Args:
            urgent: Before all others that wait; and where others have every login, it waits
                for a session of ours.
            fresh: Sign on anew; what is idle is given back.
            may_sign_on: Asked right before, which may be long after the call.

        Raises:
            NoSeat: There is none for us now.
            Unavailable: The system does not let us in; nothing was touched.
        """
        row = self._rows[system]
        if urgent and row.free.locked():
            seat = await self._handed_over(row)
        else:
            await row.free.acquire()
            seat = None
        while True:  # ends: each turn is another visit's end, and there are few
            try:
                if seat is not None and not fresh and self._is_good(seat):
                    return seat
                if seat is not None:
                    await self._discard(seat)
                if fresh:
                    await self._close_idle(row, older_than=0.0)
                return await self._seat(system, row, may_sign_on)
            except NoSeat:
                if not (urgent and row.in_use):
                    self._pass_on(row, None)
                    raise
            except BaseException:
                self._pass_on(row, None)
                raise
            row.free.release()  # not to an urgent one, which would only come here, too
            seat = await self._handed_over(row)

    async def _handed_over(self, row: _Row) -> Seat | None:
        """The seat that is given back next, if it is good, and the place that goes with it."""
        turn: asyncio.Future[Seat | None] = asyncio.get_running_loop().create_future()
        row.urgent.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # both at one instant
                self._pass_on(row, turn.result())
            raise

    def _pass_on(self, row: _Row, seat: Seat | None) -> None:
        """A place is free, with a *seat* or without one: to who is urgent, or to all."""
        while row.urgent:
            turn = row.urgent.pop(0)
            if not turn.done():
                turn.set_result(seat)
                return
        if seat is not None:
            seat.idle_since = time.monotonic()
            row.idle.append(seat)
        row.free.release()

    def _is_good(self, seat: Seat) -> bool:
        return seat.session.usable and self._ledger.holds(seat.lease)

    async def _seat(self, system: str, row: _Row, may_sign_on: Callable[[], bool]) -> Seat:
        asked_at = time.monotonic()
        seat = await self._idle(row)
        if seat is not None:
            return seat
        async with row.signing_on:
            seat = await self._idle(row)  # the one that we waited for, perhaps
            if seat is not None:
                return seat
            if row.denied_at < asked_at:
                await asyncio.sleep(max(0.0, row.not_before - time.monotonic()))
            if row.denied_at >= asked_at or not may_sign_on():
                raise NoSeat(system, "nobody may sign on now")
            return await self._open(system, row)

    async def _idle(self, row: _Row) -> Seat | None:
        while row.idle:  # each turn takes one out
            seat = row.idle.pop()
            if self._is_good(seat):
                return seat
            await self._discard(seat)
        return None

    async def _open(self, system: str, row: _Row) -> Seat:
        place = self._places[system]
        lease = self._ledger.take_lease(
            system,
            in_turn(self._ledger, system, row.order),
            sessions_max=place.sessions_max,
            lease=self._lease,
            in_use=row.in_use,
        )
        if lease is None:
            row.denied_at = time.monotonic()
            row.not_before = row.denied_at + self.PAUSE_SECONDS  # no trouble of the system's
            raise NoSeat(system, "every bank login is in use")
        row.in_use.add(lease.login)
        try:
            async with asyncio.timeout(self.SIGN_ON_SECONDS):
                session = await self._sign_on.sign_on(system, lease.login)
        except BaseException as trouble:
            self._give_back(lease)
            self._wait_longer(row, trouble)
            if isinstance(trouble, TimeoutError):
                raise Unavailable(system, "the sign-on hangs") from trouble
            if isinstance(trouble, Refused | LoginStopped):
                row.stopped.add(lease.login)
                row.order.remove(lease.login)  # the others' secrets may be other ones by now
                row.order.append(lease.login)
                if row.stopped.issuperset(place.logins):
                    row.denied_at = time.monotonic()  # nobody that waits need try them again
            if isinstance(trouble, Refused):
                self._stops.stop_login(system, lease.login, trouble.reason)
                raise NoSeat(system, f"sign-on refused: {trouble}") from trouble
            if isinstance(trouble, LoginStopped):  # of the login, and no trouble of the system's
                raise NoSeat(system, trouble.reason) from trouble
            raise
        row.stopped.discard(lease.login)
        row.failures, row.not_before = 0, 0.0
        return Seat(system, lease, session)

    def resting(self) -> set[str]:
        """The systems of which every login was refused: nothing is keyed by itself there.

        Only those that we have tried: the secret may be another one since they were stopped.
        """
        stopped = {(each.system, each.login) for each in self._stops.stopped_logins()}
        return {
            system
            for system, place in self._places.items()
            if place.logins
            and self._rows[system].stopped.issuperset(place.logins)
            and stopped.issuperset((system, each) for each in place.logins)
        }

    def _wait_longer(self, row: _Row, trouble: BaseException) -> None:
        pause = self.PAUSE_SECONDS
        if not isinstance(trouble, BrowserDied | LoginStopped):  # no reason to spare the system
            pause = min(pause * 2**row.failures, 60.0)
            row.failures = min(row.failures + 1, 10)
        row.not_before = time.monotonic() + pause

    async def release(self, seat: Seat, *, healthy: bool) -> None:
        """Give *seat* back.

        One that is not *healthy*, is worn or is wanted by others is closed: its login is free.
        """
        row = self._rows[seat.system]
        seat.uses += 1
        kept: Seat | None = None
        try:
            fit = healthy and seat.uses < self.USES_MAX and seat.session.usable
            if fit and (row.urgent or not self._is_wanted(seat.system, row)):
                kept = seat
            else:
                await self._discard(seat)
        finally:
            self._pass_on(row, kept)

    async def close_idle(self, *, older_than: float = IDLE_SECONDS) -> None:
        """Give back logins that nobody has used for *older_than* seconds."""
        for system, row in self._rows.items():
            wanted = bool(row.idle) and self._is_wanted(system, row)
            await self._close_idle(row, 0.0 if wanted else older_than)

    async def _close_idle(self, row: _Row, older_than: float) -> None:
        limit = time.monotonic() - older_than
        old = [each for each in row.idle if each.idle_since <= limit]
        row.idle = [each for each in row.idle if each.idle_since > limit]
        for seat in old:
            await self._discard(seat)

    def _is_wanted(self, system: str, row: _Row) -> bool:
        """Whether a run that keys nothing waits for one of our logins."""
        now = time.monotonic()
        if now - row.asked_at >= self.WANTED_SECONDS:
            with suppress(LedgerLost):
                row.wanted, row.asked_at = self._ledger.is_login_wanted(system), now
        return row.wanted

    async def close(self) -> None:
        """Close every idle session; those in use are closed by their release."""
        await self.close_idle(older_than=0.0)

    async def _discard(self, seat: Seat) -> None:
        try:
            await seat.session.close()
        finally:
            self._give_back(seat.lease)

    def _give_back(self, lease: LeaseRow) -> None:
        """A ledger that is lost just now is no trouble: the next sign-on frees the login."""
        self._rows[lease.system].in_use.discard(lease.login)
        with suppress(LedgerLost):
            self._ledger.give_lease_back(lease)
