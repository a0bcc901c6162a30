"""Whatever people do, in whatever order: nothing is handed out that nobody else approved.

Uploads, edits by another hand, approvals right and wrong, refusals, roles given and taken
away, and bots that take what is ready, in a random order from a seed. A model of a few
lines says what each approval must have done; the console and the ledger must agree.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from random import Random

import pytest

from counterfoil.domain.items import ItemState
from counterfoil.domain.people import Role
from counterfoil.store.book import Illegible
from tests.console_support import PEOPLE, Client, Rig, a_console, waiting_batch

MAKERS = ("Anna", "petra.novakova", " P.Novakova", "jan.dvorak", "analysts")
DECIDERS = ("anna", "petra", "petra2", "jan", "olaf", "iris", "ada")
APPROVERS = ("petra.novakova", "jan.dvorak", "anna")  # of config.toml: a role is not enough
STEPS = 12


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with a_console(tmp_path_factory.mktemp("interleaved") / "suite") as made:
        yield made


def person(name: str) -> str:
    """By the one name that config.toml gives them."""
    plain = " ".join(name.split()).casefold()
    return {"p.novakova": "petra.novakova"}.get(plain, plain)


@dataclass(slots=True)
class Known:
    """What must be true of one batch."""

    batch_id: str
    maker: str
    edited: bool = False
    approved: bool = False
    refused: bool = False


@dataclass(slots=True)
class World:
    """One seed's order of events, and the model beside it."""

    rig: Rig
    chance: Random
    roles: dict[str, Role]
    batches: list[Known] = field(default_factory=list)
    handed_out: int = 0

    def client(self, name: str) -> Client:
        """A fresh session: whoever's role changed was signed off."""
        return self.rig.client(name)

    def upload(self) -> None:
        maker = self.chance.choice(MAKERS)
        name = f"{self.chance.random()}.xlsx"
        self.batches.append(Known(waiting_batch(self.rig, name, count=2, maker=maker), maker))

    def edit(self, batch: Known) -> None:
        """Another hand changes a row: its payload belongs to another item, or its hash is new."""
        first, second = f"{batch.batch_id}-0002", f"{batch.batch_id}-0003"
        edits = (
            ("UPDATE items SET payload_sha256 = ? WHERE item_id = ?", ("0" * 64, first)),
            (
                "UPDATE items SET payload = (SELECT payload FROM items WHERE item_id = ?) "
                "WHERE item_id = ?",
                (second, first),
            ),
        )
        with closing(sqlite3.connect(self.rig.site.suite.data / "ledger.sqlite")) as raw:
            raw.execute("PRAGMA busy_timeout = 10000")
            raw.execute(*self.chance.choice(edits))
            raw.commit()
        batch.edited = True

    def approve(self, batch: Known) -> None:
        name, other = self.chance.choice(DECIDERS), self.chance.choice(self.batches)
        digest = self.rig.site.ledger.batch(other.batch_id).digest
        path = f"/batches/{batch.batch_id}/approve"
        answer = self.client(name).post(path, {"digest": digest})
        may = self.roles[name] is Role.SUPERVISOR
        assert answer.status == (303 if may else 403)
        who = person(PEOPLE[name][0])
        valid = may and other is batch and who in APPROVERS and who != person(batch.maker)
        if valid and not (batch.edited or batch.approved or batch.refused):
            batch.approved = True

    def refuse(self, batch: Known) -> None:
        name = self.chance.choice(DECIDERS)
        self.client(name).post(f"/batches/{batch.batch_id}/refuse", {"reason": "no"})
        if self.roles[name] is Role.SUPERVISOR and not batch.approved:
            batch.refused = True

    def give_role(self) -> None:
        name = self.chance.choice(("jan", "olaf", "petra"))
        role = self.chance.choice((Role.SUPERVISOR, Role.OPERATOR))
        form = {"name": name, "wish": "role", "role": str(role)}
        assert self.client("ada").post("/people/change", form).status == 303
        self.roles[name] = role

    def run(self) -> None:
        """What bots may take: of each batch all that is ready, and nothing that is not whole."""
        for batch in self.batches:
            for row in self.rig.site.ledger.items(batch_id=batch.batch_id, state=ItemState.READY):
                assert batch.approved, f"{row.item_id} is ready and nobody approved it"
                claim = self.rig.site.ledger.claim(row.item_id)
                assert claim is not None
                try:
                    self.rig.site.ledger.item(row.item_id)
                except Illegible:
                    assert batch.edited
                else:
                    self.handed_out += 1

    def step(self) -> None:
        """One of them happens; then the ledger is what the model says."""
        batch = self.chance.choice(self.batches)
        acts = (self.upload, self.give_role, self.run)
        about = (self.approve, self.approve, self.approve, self.edit, self.refuse)
        if self.chance.random() < 0.35:
            self.chance.choice(acts)()
        else:
            self.chance.choice(about)(batch)
        for each in self.batches:
            self.check(each)

    def check(self, batch: Known) -> None:
        states = set(self.rig.site.ledger.batch(batch.batch_id).states)
        waiting = states == {ItemState.AWAITING_APPROVAL}
        assert waiting is not (batch.approved or batch.refused), (batch, states)
        if batch.approved:
            assert states <= {ItemState.READY, ItemState.KEYING}, (batch, states)
        if batch.refused:
            assert states == {ItemState.CANCELLED}, (batch, states)


def interleave(rig: Rig, seed: int) -> int:
    """One order of events; how many items were handed out in it."""
    for name in ("jan", "olaf", "petra"):
        rig.served.desk.people.change_account(name, by="bo", role=PEOPLE[name][1])
    world = World(rig, Random(seed), {name: role for name, (_, role) in PEOPLE.items()})
    world.upload()
    for _ in range(STEPS):
        world.step()
    world.run()
    return world.handed_out


def test_no_item_is_handed_out_without_a_valid_approval(rig: Rig) -> None:
    assert sum(interleave(rig, seed) for seed in range(6)) > 0


@pytest.mark.battery
def test_no_item_is_handed_out_in_ten_thousand_orders(rig: Rig) -> None:
    assert sum(interleave(rig, seed) for seed in range(100, 10_100)) > 1_000
