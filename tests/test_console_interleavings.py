"""Whatever people do, in whatever order: nothing is keyed that nobody else approved.

Uploads, edits by another hand, approvals right and wrong, refusals, roles given and taken
away, people locked out, releases, and bots that key what is due, in a random order from a
seed; and while a bot types an item, all of that goes on. A model of a few lines says what
must have come of each; the console, the ledger and the bank's books must agree.

People act through the served console. The bot is the engine's own visit over its pool and
the protocol, with a ledger of its own as another process has it; only the bank is cardboard.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import ItemState, Receipt, WorkItem
from counterfoil.domain.people import Role
from counterfoil.engine.sessions import Place, Sessions
from counterfoil.engine.steps import Steps
from counterfoil.engine.visits import Visits
from counterfoil.site import open_site
from counterfoil.store.ledger import Ledger
from tests.console_support import PEOPLE, Client, Rig, a_console, waiting_batch
from tests.engine_support import CORE, CardboardBank, CardboardSession, one_system

MAKERS = ("Anna", "petra.novakova", " P.Novakova", "jan.dvorak", "analysts")
DECIDERS = ("anna", "petra", "petra2", "jan", "olaf", "iris", "ada", "petra", "jan", "anna")
MOVED = ("jan", "olaf", "petra")  # their roles and accounts change
APPROVERS = ("petra.novakova", "jan.dvorak", "anna")  # of config.toml: a role is not enough
STEPS = 12
LONG = 10_000
PARTS = 4  # of the long form: a ledger that has grown is only slower


def plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def person(name: str) -> str:
    """By the one name that config.toml gives them."""
    return {"p.novakova": "petra.novakova"}.get(plain(name), plain(name))


@dataclass(slots=True)
class Known:
    """What must be true of one batch."""

    batch_id: str
    maker: str
    filed: dict[str, str]  # item -> hash of its payload
    approver: str = ""  # whose approval the console took
    refused: bool = False
    edited: set[str] = field(default_factory=set)  # items
    cancelled: set[str] = field(default_factory=set)
    released: dict[str, str] = field(default_factory=dict)  # item -> by whom, last


@dataclass(slots=True)
class Desk(CardboardBank):
    """A bank at whose screens a visit can be disturbed between its claim and its intent."""

    at_prepare: Callable[[], None] = lambda: None
    at_click: Callable[[WorkItem], None] = lambda _: None
    wrong: list[AssertionError] = field(default_factory=list)

    @contextmanager
    def noting(self) -> Iterator[None]:
        try:
            yield
        except AssertionError as trouble:
            self.wrong.append(trouble)

    async def sign_on(self, system: str, login: str) -> CardboardSession:
        self.sessions[login] += 1
        return DeskSession(self, login)


class DeskSession(CardboardSession):
    """What is found wrong is kept: a visit takes it for a defect of its own, and goes on."""

    async def prepare(self, item: WorkItem) -> tuple[Evidence, ...]:
        assert isinstance(self.books, Desk)
        with self.books.noting():
            self.books.at_prepare()
        return await super().prepare(item)

    async def commit(self, item: WorkItem, *, click_before: float) -> Receipt:
        assert isinstance(self.books, Desk)
        with self.books.noting():
            self.books.at_click(item)
        return await super().commit(item, click_before=click_before)


@dataclass(slots=True)
class Bot:
    """The engine's visits of one worker, on a loop of their own."""

    ledger: Ledger
    bank: Desk
    visits: Visits
    loop: asyncio.Runner
    failures: list[BaseException]

    def visit_all(self) -> None:
        """Every visit that is due, as the sweeper hands them out."""
        for item_id, _, number, _ in self.ledger.due(limit=1_000):
            self.loop.run(self.visits.visit(item_id, number))
        for trouble in (*self.bank.wrong, *self.failures):
            raise trouble


@contextmanager
def a_bot(rig: Rig) -> Iterator[Bot]:
    bank, systems, failures = Desk(), one_system(), list[BaseException]()
    places = {CORE: Place(systems[CORE].logins, 1)}
    with open_site("worker", rig.site.suite, tell=lambda _: None) as site, asyncio.Runner() as loop:
        ledger = site.ledger
        ledger.start_worker(host="another", pid=1, lease=timedelta(hours=10))
        pool = Sessions(ledger, bank, places, lease=timedelta(hours=1))
        visits = Visits(
            ledger, systems, pool, seconds=60, stopping=asyncio.Event(),
            fail=failures.append, steps=Steps(),
        )  # fmt: skip
        yield Bot(ledger, bank, visits, loop, failures)
        loop.run(pool.close())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Bot]]:
    with a_stage(tmp_path_factory.mktemp("interleaved")) as made:
        yield made


@contextmanager
def a_stage(folder: Path) -> Iterator[tuple[Rig, Bot]]:
    with a_console(folder / "suite") as rig, a_bot(rig) as bot:
        yield rig, bot


@dataclass(slots=True)
class World:
    """One seed's order of events, and the model beside it."""

    rig: Rig
    bot: Bot
    chance: Random
    tally: Counter[str]
    roles: dict[str, Role] = field(default_factory=lambda: {n: r for n, (_, r) in PEOPLE.items()})
    locked: set[str] = field(default_factory=set)
    clients: dict[str, Client] = field(default_factory=dict)
    batches: list[Known] = field(default_factory=list)

    # The model

    def may_decide(self, name: str) -> bool:
        return self.roles[name] is Role.SUPERVISOR and name not in self.locked

    def in_standing(self, who: str) -> bool:
        """Whoever has accounts has one that decides."""
        theirs = [name for name, (each, _) in PEOPLE.items() if plain(each) == who]
        return not theirs or any(self.may_decide(each) for each in theirs)

    def is_valid(self, batch: Known, item_id: str) -> bool:
        """Somebody who is not the maker approved this item, and still may."""
        if item_id in batch.cancelled:
            return False
        words = {batch.approver, batch.released.get(item_id, "")} - {""}
        assert person(batch.maker) not in {person(each) for each in words}
        return any(self.in_standing(each) for each in words)

    def look_over_the_shoulder(self, item: WorkItem) -> None:
        """At the click: the assertions that all of this is about."""
        batch = next(each for each in self.batches if each.batch_id == item.batch_id)
        assert self.is_valid(batch, item.item_id), f"{item.item_id} is keyed, and {batch}"
        assert item.payload_sha256() == batch.filed[item.item_id]
        self.tally["keyed"] += 1

    # What people and other hands do

    def client(self, name: str) -> Client:
        """Somebody's session; whoever is locked out has the one that they had."""
        if name not in self.clients:
            cookie = "" if name in self.locked else self.rig.session(name)
            self.clients[name] = Client(self.rig.url, cookie)
        return self.clients[name]

    def upload(self) -> None:
        maker, name = self.chance.choice(MAKERS), f"{self.chance.random()}.xlsx"
        batch_id = waiting_batch(self.rig, name, count=2, maker=maker)
        items = self.rig.site.ledger.batch_items(batch_id)
        filed = {each.item_id: each.payload_sha256() for each in items}
        self.batches.append(Known(batch_id, maker, filed))

    def edit(self, batch: Known) -> None:
        """Another hand writes into the database: a row is changed, or is said to be ready."""
        one, other = self.chance.sample(sorted(batch.filed), 2)
        other = self.chance.choice([other, *self.chance.choice(self.batches).filed])
        ready = "state = 'READY', due_at = updated_at, visit = visit + 1"
        waiting = "item_id = ? AND state IN ('AWAITING_APPROVAL', 'CANCELLED', 'ON_HOLD')"
        payload = "(SELECT payload FROM items WHERE item_id = ?)"
        hashed = "(SELECT payload_sha256 FROM items WHERE item_id = ?)"
        kind = self.chance.choice(("hash", "payload", "both", "ready", "ready"))
        before = self.state_of(one)
        if before in (ItemState.POSTED, ItemState.REFUSED):
            return
        statement, values = {
            "hash": ("UPDATE items SET payload_sha256 = ? WHERE item_id = ?", ("0" * 64, one)),
            "payload": (f"UPDATE items SET payload = {payload} WHERE item_id = ?", (other, one)),
            "both": (
                f"UPDATE items SET payload = {payload}, payload_sha256 = {hashed} "
                "WHERE item_id = ?",
                (other, other, one),
            ),
            "ready": (f"UPDATE items SET {ready} WHERE {waiting}", (one,)),
        }[kind]
        with closing(sqlite3.connect(self.rig.site.suite.data / "ledger.sqlite")) as raw:
            raw.execute("PRAGMA busy_timeout = 10000")
            raw.execute(statement, values)
            raw.commit()
        if kind == "hash" or (kind != "ready" and one != other):
            batch.edited.add(one)
        self.tally[f"edited: {kind}"] += 1

    def approve(self, batch: Known) -> None:
        name, other = (
            self.chance.choice(DECIDERS),
            self.chance.choice([batch, batch, *self.batches]),
        )
        waits = self.states(batch)[ItemState.AWAITING_APPROVAL] > 0
        digest = self.rig.site.ledger.batch(other.batch_id).digest
        path = f"/batches/{batch.batch_id}/approve"
        answer = self.client(name).post(path, {"digest": digest})
        may, who = self.may_decide(name), person(PEOPLE[name][0])
        assert answer.status == (303 if may else 403)
        valid = may and other is batch and who in APPROVERS and who != person(batch.maker)
        valid = valid and not (batch.edited or batch.approver or batch.refused)
        took = self.states(batch)[ItemState.AWAITING_APPROVAL] == 0 and waits
        assert valid or not took, (name, batch)
        if valid:
            batch.approver = who
        self.tally["approved" if valid else "approvals refused"] += 1

    def refuse(self, batch: Known) -> None:
        name, waits = self.chance.choice(DECIDERS), self.states(batch)[ItemState.AWAITING_APPROVAL]
        self.client(name).post(f"/batches/{batch.batch_id}/refuse", {"reason": "no"})
        if self.may_decide(name) and waits and not batch.approver:
            batch.refused = True
            batch.cancelled |= {each for each in batch.filed if self.is_cancelled(each)}
            self.tally["refused"] += 1

    def release(self, batch: Known) -> None:
        """Of what waits for a person: anybody who decides and did not drop it."""
        name, item_id = self.chance.choice(DECIDERS), self.chance.choice(sorted(batch.filed))
        before = self.state_of(item_id)
        form = {"reason": "I looked at it"}
        answer = self.client(name).post(f"/items/{item_id}/release", form)
        assert answer.status == (303 if self.may_decide(name) else 403)
        decisions = self.rig.served.desk.looking.decisions_of(item_id)
        if decisions and decisions[-1].kind == "release":
            if batch.released.get(item_id) != decisions[-1].person:
                self.tally["released"] += 1
            batch.released[item_id] = decisions[-1].person
        if before is ItemState.ON_HOLD and self.state_of(item_id) is ItemState.READY:
            assert self.may_decide(name)
            assert person(PEOPLE[name][0]) != person(batch.maker)

    def cancel(self, batch: Known) -> None:
        """For good, whatever another hand writes beside it."""
        item_id = self.chance.choice(sorted(batch.filed))
        path = f"/items/{item_id}/cancel"
        self.client(self.chance.choice(DECIDERS)).post(path, {"reason": "not this one"})
        if self.is_cancelled(item_id):
            batch.cancelled.add(item_id)
            self.tally["cancelled"] += 1

    def is_cancelled(self, item_id: str) -> bool:
        made = self.rig.served.desk.looking.decisions_of(item_id)
        return any(each.kind == "cancel" for each in made)

    def move(self) -> None:
        """Another role, locked out, or let in again; whoever was signed on is signed off."""
        name = self.chance.choice(MOVED)
        wish = self.chance.choice(("role", "role", "lock out", "let in"))
        role = self.chance.choice((Role.SUPERVISOR, Role.OPERATOR))
        form = {"name": name, "wish": wish, "role": str(role)}
        assert self.client("ada").post("/people/change", form).status == 303
        if wish == "role":
            self.roles[name] = role
        else:
            (self.locked.add if wish == "lock out" else self.locked.discard)(name)
        if name not in self.locked:
            self.clients.pop(name, None)
        self.tally["moved"] += 1

    def run(self) -> None:
        """All that is due; in the middle of one visit of three something else happens."""
        self.bot.bank.at_click = self.look_over_the_shoulder
        self.bot.bank.at_prepare = self.disturb
        self.bot.visit_all()

    def disturb(self) -> None:
        if self.chance.random() < 0.35:
            self.tally["visits disturbed"] += 1
            self.act(self.chance.choice(self.batches), bots=False)

    # One after the other

    def act(self, batch: Known, *, bots: bool = True) -> None:
        acts: tuple[Callable[[], None], ...] = (self.upload, self.move, self.move)
        about = (
            self.approve,
            self.approve,
            self.approve,
            self.edit,
            self.refuse,
            self.release,
            self.cancel,
        )
        if bots:
            acts = (*acts, self.run, self.run)
        if self.chance.random() < 0.5:
            self.chance.choice(acts)()
        else:
            self.chance.choice(about)(batch)

    def step(self) -> None:
        """One of them happens; then the ledger is what the model says."""
        self.act(self.chance.choice(self.batches))
        for each in self.batches:
            self.check(each)

    def state_of(self, item_id: str) -> ItemState:
        return self.rig.served.desk.looking.item_row(item_id).state

    def states(self, batch: Known) -> Counter[ItemState]:
        return Counter(self.rig.site.ledger.batch(batch.batch_id).states)

    def check(self, batch: Known) -> None:
        """An item that was approved by nobody, and is not said to be ready by hand, waits."""
        states = self.states(batch)
        if batch.approver:
            assert states[ItemState.AWAITING_APPROVAL] == 0, (batch, states)
        elif not batch.released:
            assert states[ItemState.POSTED] == states[ItemState.KEYING] == 0, (batch, states)

    def end(self) -> None:
        """What is approved and untouched is keyed: a lock that nothing opens is no lock."""
        self.bot.bank.at_prepare = lambda: None
        self.bot.visit_all()
        booked = Counter(self.bot.bank.booked)
        for batch in self.batches:
            self.check(batch)
            for row in self.rig.site.ledger.items(batch_id=batch.batch_id):
                posted = row.state is ItemState.POSTED
                assert booked[row.reference] == posted, (row, batch)
                if row.state is ItemState.READY:  # given back a moment ago: its pause goes on
                    assert row.due_at is not None
                    assert row.due_at > self.rig.site.ledger.now() - timedelta(seconds=1)
                self.tally[f"ended {row.state}"] += 1


def interleave(rig: Rig, bot: Bot, seed: int, tally: Counter[str]) -> None:
    """One order of events, from people as they are at first."""
    people = rig.served.desk.people
    for name in MOVED:
        people.change_account(name, by="bo", role=PEOPLE[name][1], active=True)
    world = World(rig, bot, Random(seed), tally)
    world.upload()
    for _ in range(STEPS):
        world.step()
    world.run()
    world.end()


def is_rich(tally: Counter[str], orders: int) -> bool:
    """Nothing that is spoken of above was left out."""
    acts = ("keyed", "approved", "approvals refused", "refused", "released", "cancelled", "moved")
    edits = ("edited: hash", "edited: payload", "edited: both", "edited: ready")
    needed = (*acts, *edits, "visits disturbed", "ended POSTED", "ended ON_HOLD")
    return all(tally[each] * 100 >= orders for each in needed)


def test_asvs_8_3_2_and_2_3_1_nothing_is_keyed_without_a_valid_approval(
    stage: tuple[Rig, Bot],
) -> None:
    tally = Counter[str]()
    for seed in range(80):
        interleave(*stage, seed, tally)
    assert is_rich(tally, 80), tally


@pytest.mark.battery
def test_nothing_is_keyed_without_a_valid_approval_in_ten_thousand_orders(tmp_path: Path) -> None:
    tally, each, began = Counter[str](), LONG // PARTS, time.monotonic()
    for part in range(PARTS):
        with a_stage(tmp_path / str(part)) as (rig, bot):
            for seed in range(100 + part * each, 100 + (part + 1) * each):
                interleave(rig, bot, seed, tally)
    assert is_rich(tally, LONG), tally
    figures = ", ".join(f"{count:,} {name}" for name, count in sorted(tally.items()))
    sys.stderr.write(f"{LONG:,} orders in {time.monotonic() - began:.0f} s: {figures}\n")
