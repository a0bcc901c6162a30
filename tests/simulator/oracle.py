"""The judgement on one finished day, from the bank's own books and from the trail."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from counterfoil.domain.items import ItemState
from counterfoil.domain.values import as_text
from fixtures.corebank.books import Posting
from tests.simulator.ledger import Row
from tests.simulator.world import World

_NOT_BOOKED = {ItemState.REFUSED, ItemState.FAILED, ItemState.CANCELLED}
_OPEN = {ItemState.NEW, ItemState.READY, ItemState.KEYING, ItemState.IN_DOUBT}
#: How an attempt can end in the trail.
_ENDINGS = {"posted", "refused", "not_keyed", "absent"}


@dataclass(slots=True)
class Tally:
    """Sums over many seeds."""

    seeds: int = 0
    items: int = 0
    posts: int = 0
    crashes: int = 0
    pauses: int = 0
    faults: int = 0
    doubled: int = 0  # rows with more than one booking
    unnoticed: int = 0  # of these, without an alarm
    lost: int = 0  # rows left open with nobody told, or said to be booked and not
    parked: int = 0  # rows for a person
    virtual_hours: float = 0.0

    def add(self, other: Tally) -> None:
        """Sum up."""
        for each in fields(self):
            total = getattr(self, each.name) + getattr(other, each.name)
            setattr(self, each.name, total)

    def line(self, seconds: float) -> str:
        """One line for people."""
        share = 100 * self.parked / max(1, self.items)
        return (
            f"{self.seeds:,} seeds, {self.items:,} items, {self.posts:,} POSTs, "
            f"{self.faults:,} faults, {self.crashes:,} crashes, {self.pauses:,} freezes, "
            f"{self.virtual_hours / 24:,.0f} virtual days: {self.doubled} doubled "
            f"({self.unnoticed} unnoticed), {self.lost} lost, {self.parked} to a person "
            f"({share:.2f} %); {self.seeds / max(seconds, 0.001):,.0f} seeds/s"
        )


@dataclass(slots=True)
class Judgement:
    """What was wrong with one day: nothing, if all is well."""

    tally: Tally
    wrong: list[str] = field(default_factory=list)


def judge(world: World) -> Judgement:
    """Look at every item of *world* after its run."""
    tally = Tally(
        seeds=1,
        items=len(world.ledger.rows),
        posts=len(world.bank.posts),
        crashes=world.crashes,
        pauses=world.pauses,
        faults=world.faults,
    )
    judgement = Judgement(tally)
    if world.endless:
        judgement.wrong.append("the day does not end")
    booked: dict[str, list[Posting]] = {}
    for posting in world.bank.books.postings:
        booked.setdefault(posting.reference, []).append(posting)
    for row in world.ledger.rows.values():
        _judge_row(world, row, booked.pop(row.item.reference, []), judgement)
    judgement.wrong += [f"{reference}: booked, and nobody's" for reference in booked]
    _judge_trail(world, judgement)
    tally.virtual_hours = (world.time - 10_000 - _start(world)) / 3600
    return judgement


def _start(world: World) -> float:
    return world.ledger.trail[0].at if world.ledger.trail else world.time - 10_000


def _judge_row(world: World, row: Row, booked: list[Posting], judgement: Judgement) -> None:
    tally, wrong, name = judgement.tally, judgement.wrong, row.item.item_id[-4:]
    if row.state in (ItemState.ON_HOLD, ItemState.FAILED):
        tally.parked += 1
        if not (row.code and row.reason):
            wrong.append(f"{name}: for a person, and no word why")
    if any(dict(each.values) != _values(row) for each in booked):
        wrong.append(f"{name}: booked with another's values")
    if len(booked) > 1:
        _judge_doubled(world, row, judgement)
    elif _is_lost(world, row, len(booked)):
        tally.lost += 1
        wrong.append(f"{name}: lost: {row.state} {row.code}, {len(booked)} bookings")
    if row.attempts > world.policy.attempts_max:
        wrong.append(f"{name}: {row.attempts} attempts")


def _judge_doubled(world: World, row: Row, judgement: Judgement) -> None:
    """Never by us; what the bank does by itself must raise the alarm."""
    name, noticed = row.item.item_id[-4:], bool(world.ledger.frozen)
    judgement.tally.doubled += 1
    if not noticed:
        judgement.tally.unnoticed += 1
        judgement.wrong.append(f"{name}: doubled, and nobody noticed ({row.state})")
    elif row.item.reference not in world.bank.lied_about and world.plan.weather.post_guard:
        judgement.wrong.append(f"{name}: doubled by us, noticed ({row.state})")


def _is_lost(world: World, row: Row, bookings: int) -> bool:
    """State and books must tell the same story, or a person must have been told."""
    if row.state is ItemState.ON_HOLD:
        return False
    if world.ledger.frozen and (row.state in _OPEN or row.owed is not None):
        return False  # the alarm is the person's task; nothing was keyed twice
    if row.state in _OPEN or row.owed is not None:
        return True
    if row.state in _NOT_BOOKED:
        return bookings != 0
    assert row.receipt is not None
    return bookings != 1 or row.receipt.bank_reference.startswith("7999")


def _judge_trail(world: World, judgement: Judgement) -> None:
    """Every POST has its own intent, young and still open; the last word is the state."""
    limit = world.policy.claim_limit_seconds
    if world.ledger.frozen and any(
        each.kind == "intended" and each.at > world.ledger.frozen_at for each in world.ledger.trail
    ):
        judgement.wrong.append("an intent after the alarm")
    for post in world.bank.posts:
        name = post.meant.item_id
        story = [each for each in world.ledger.trail if each.item_id == name]
        intents = [each for each in story if each.kind == "intended" and each.at <= post.at]
        if not intents:
            judgement.wrong.append(f"{name[-4:]}: a POST without an intent")
        elif post.at - intents[-1].at > limit:
            judgement.wrong.append(f"{name[-4:]}: a click {post.at - intents[-1].at:.0f} s late")
    for row in world.ledger.rows.values():
        name = row.item.item_id
        story = [each for each in world.ledger.trail if each.item_id == name]
        posts = sum(each.meant is row.item for each in world.bank.posts)
        if posts > sum(each.kind == "intended" for each in story):
            judgement.wrong.append(f"{name[-4:]}: more POSTs than intents")
        last = next((each.kind for each in reversed(story) if each.kind in _ENDINGS), "")
        if row.state is ItemState.POSTED and last != "posted":
            judgement.wrong.append(f"{name[-4:]}: posted, and the trail says {last}")
        if row.state is ItemState.REFUSED and last != "refused":
            judgement.wrong.append(f"{name[-4:]}: refused, and the trail says {last}")


def _values(row: Row) -> dict[str, str]:
    return {name: as_text(value) for name, value in row.item.values().items()}
