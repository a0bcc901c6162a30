"""Workers, clock and scheduler: one seed is one working day in the keying room."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.domain.items import WorkItem
from counterfoil.domain.payments import Payment
from counterfoil.engine import keying
from counterfoil.engine.keying import Bank, Journal, Policy, Visit
from counterfoil.errors import AuditLost, ClaimLost, LedgerLost
from tests.simulator.bank import LATE_SECONDS, STALE_SECONDS, LegacySystem, Session
from tests.simulator.ledger import LEASE_SECONDS, Ledger, LedgerJournal, Row
from tests.simulator.plans import JOURNAL_CALLS, Chance
from tests.simulator.steps import Crash, Pause

KeyOnce = Callable[[WorkItem, Bank, Journal, Policy], Coroutine[Any, Any, Visit]]

POLICY = Policy(late_booking_seconds=int(LATE_SECONDS), list_staleness_seconds=int(STALE_SECONDS))
START = 1_795_000_000.0  # an autumn morning in 2026
STEPS_MAX = 20_000  # far beyond any day that ends
_JOURNAL_CALLS = frozenset(JOURNAL_CALLS)


def _item(number: int) -> WorkItem:
    payment = Payment(
        end_to_end_id=f"E-{number}",
        debtor_account="1000000001",
        creditor_account=f"CZ65080000001920001453{number:02d}",
        creditor_bank="0800",
        creditor_name="Novak",
        amount=Decimal(f"{100 + number}.50"),
        currency="CZK",
        execution_date=date(2026, 11, 24),
    )
    return WorkItem(
        item_id=f"B-0000000001-{number:04d}",
        batch_id="B-0000000001",
        row=number,
        system="corebank",
        reference=f"CF{number:08d}",
        payload=payment,
    )


ITEMS = tuple(_item(number) for number in range(1, 9))


@dataclass(slots=True)
class Worker:
    """One process. Its coroutine is a visit under way; a new boot after every crash."""

    name: str
    boots: int = 0
    boot: str = ""
    asleep_until: float = 0.0
    session: Session | None = None
    lease: tuple[str, int] | None = None
    visit: Coroutine[Any, Any, Visit] | None = None
    call: str = ""  # the suspension point it stands at
    item_id: str = ""
    gone_home: bool = False

    def start(self) -> None:
        """A fresh boot."""
        self.boots += 1
        self.boot = f"{self.name}.{self.boots}"
        self.session = self.lease = self.visit = None
        self.gone_home = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How the keying room is set up."""

    items: int = 1
    workers: int = 1
    logins: int = 1
    strict: bool = True  # see bank.py
    staleness: float = 0.0
    claim_seconds: float = 60.0  # then another worker may take a claim over


class World:
    """One run. ``run()`` returns when nothing is left that happens by itself."""

    def __init__(
        self,
        plan: Chance,
        room: Room,
        *,
        key_once: KeyOnce = keying.key_once,
        policy: Policy = POLICY,
    ) -> None:
        self.plan = plan
        self.room = room
        self.key_once = key_once
        self.policy = policy
        self.time = START
        self.bank = LegacySystem(self, strict=room.strict, staleness=room.staleness)
        self.ledger = Ledger(self, claim_seconds=room.claim_seconds)
        self.ledger.open(ITEMS[: room.items], room.logins)
        self.workers = [Worker(f"w{number}") for number in range(1, room.workers + 1)]
        for worker in self.workers:
            worker.start()
        self.poisoned: set[str] = set()
        self.hand_keyed: set[str] = set()
        self.trace: list[str] | None = None
        self.steps = self.crashes = self.pauses = self.faults = 0
        self.endless = False
        self._clock_steps_at = STEPS_MAX
        self._curse()

    def _curse(self) -> None:
        """Rows that the bank chokes on, rows that a person keyed before us, and clocks."""
        weather, random = self.plan.weather, self.plan.random
        for row in self.ledger.rows.values():
            draw = random()
            if draw < weather.poison:
                self.poisoned.add(row.item.item_id)
            elif draw < weather.poison + weather.hand_keyed:
                self.hand_keyed.add(row.item.reference)
                self.time -= 1_000
                self.bank.book("A PERSON", row.item)
                self.time += 1_000
        if random() < weather.clock:
            self._clock_steps_at = int(random() * 60)

    def _step_clock(self) -> None:
        """Back by up to an hour, or forward by what the margin allows for."""
        draw = self.plan.random()
        self.ledger.clock_error = 9.8 * (draw - 0.5) if draw > 0.5 else -3600 * draw
        self._clock_steps_at = STEPS_MAX

    def other_than(self, item: WorkItem) -> WorkItem:
        """Another customer's."""
        return ITEMS[item.row % len(ITEMS)]

    def run(self) -> None:
        """Until every worker has gone home, and every late booking is in the books."""
        awake = self.workers
        while awake := [each for each in awake if not each.gone_home]:
            ready = [each for each in awake if each.asleep_until <= self.time]
            if not ready:
                self.time = min(each.asleep_until for each in awake)
                continue
            self._go_on(ready[int(self.plan.random() * len(ready))])
            self.steps += 1
            if self.steps == self._clock_steps_at:
                self._step_clock()
            if self.steps > STEPS_MAX:
                self.endless = True
                break
        for worker in self.workers:
            if worker.visit is not None:
                worker.visit.close()
        self.time += 10_000

    def _go_on(self, worker: Worker) -> None:
        if worker.visit is None:
            self._take_work(worker)
            return
        if worker.lease is not None and self.plan.random() < 0.5:
            self._beat(worker)
        what = self.plan.decide(worker.call, worker.name)
        if self.trace is not None:
            self._note(worker, what)
        if type(what) is Crash:
            self._crash(worker, what)
        elif type(what) is Pause:
            self.pauses += 1
            worker.asleep_until = self.time + what.seconds
        else:
            self._send(worker, what if type(what) is str else None)

    def _send(self, worker: Worker, fault: str | None) -> None:
        """Run the production code up to its next suspension point."""
        if fault is not None:
            self.faults += 1
        self.time += 0.01 if worker.call in _JOURNAL_CALLS else self.plan.random()
        assert worker.visit is not None
        try:
            worker.call = worker.visit.send(fault)
        except StopIteration as end:
            self._end_visit(worker, str(end.value.verdict))
        except ClaimLost as lost:
            self._end_visit(worker, f"ClaimLost: {lost}")
            worker.session = None  # production gives an unhealthy seat back
        except (AuditLost, LedgerLost) as lost:
            self._crash(worker, Crash(self.plan.pick(0, 60), "nothing", buried_at_once=True))
            self._say(worker, f"stops: {lost}")

    def _end_visit(self, worker: Worker, verdict: str) -> None:
        worker.visit = None
        self._say(worker, f"{worker.item_id[-4:]} -> {verdict}")

    def _take_work(self, worker: Worker) -> None:
        """The next due item, on a session of a login that is ours."""
        due = [
            (at, row)
            for row in self.ledger.rows.values()
            if (at := self.ledger.due_at(row, worker.boot)) is not None
        ]
        if not due:
            self._leave(worker)
            worker.gone_home = True
            return
        stray = self.plan.random() < self.plan.weather.stray
        now = [row for at, row in due if stray or at <= self.time]
        if not now:
            self._leave(worker)
            worker.asleep_until = min(at for at, _ in due)
        elif self._sit_down(worker):
            self._visit(worker, now[int(self.plan.random() * len(now))])
        else:
            worker.asleep_until = self.time + self.plan.pick(1, 20)

    def _visit(self, worker: Worker, row: Row) -> None:
        assert worker.session is not None
        assert worker.lease is not None
        journal = LedgerJournal(self.ledger, worker.boot, worker.lease)
        worker.item_id = row.item.item_id
        worker.visit = self.key_once(row.item, worker.session, journal, self.policy)
        worker.call = worker.visit.send(None)

    def _sit_down(self, worker: Worker) -> bool:
        """Have a signed-on session under a lease that is ours."""
        if worker.lease is not None and not self._beat(worker):
            worker.lease = worker.session = None
        if worker.lease is None:
            worker.lease = self.ledger.take_lease(worker.boot)
            worker.session = None
        if worker.lease is None:
            return False
        if worker.session is None or not worker.session.usable:
            worker.session = Session(self.bank, worker.lease[0], worker.boot)
        return True

    def _beat(self, worker: Worker) -> bool:
        """A sign of life keeps the lease, unless it is lost already."""
        assert worker.lease is not None
        lease = self.ledger.leases[worker.lease[0]]
        if lease.holder != worker.boot or lease.token != worker.lease[1]:
            return False
        if lease.until <= self.time:
            return False
        lease.until = self.time + LEASE_SECONDS
        return True

    def _leave(self, worker: Worker) -> None:
        """Nothing to do now: the login is free for others."""
        if worker.lease is not None and self._beat(worker):
            self.ledger.leases[worker.lease[0]].holder = None
        worker.lease = worker.session = None

    def _crash(self, worker: Worker, crash: Crash) -> None:
        self.crashes += 1
        if worker.visit is not None:
            worker.visit.close()
        self.ledger.lose_unsynced(worker.boot, crash.loses)
        if crash.buried_at_once:
            self.ledger.bury(worker.boot)
        worker.start()
        worker.asleep_until = self.time + crash.restart_seconds

    def _note(self, worker: Worker, what: object) -> None:
        self._say(worker, f"{worker.item_id[-4:]} {worker.call}" + (f" {what}" if what else ""))

    def _say(self, worker: Worker, words: str) -> None:
        if self.trace is not None:
            self.trace.append(f"{self.time - START:9.2f} {worker.boot:>5} {words}")


def room_of(plan: Chance) -> Room:
    """A room by chance: one to six items, one to three workers, one or two logins."""
    random = plan.random
    return Room(
        items=1 + int(random() * 6),
        workers=1 + int(random() * 3),
        logins=1 + int(random() * 2),
        strict=random() < 0.5,
        staleness=plan.pick(0, STALE_SECONDS) if random() < 0.5 else 0.0,
        claim_seconds=15.0 + 60.0 * random() if random() < 0.7 else 600.0,
    )
