"""Every crash point, every fault, every lag, one by one: nothing doubled, nothing lost."""

from __future__ import annotations

from datetime import timedelta

from tests.simulator.exhaustive import crashes, zombies
from tests.simulator.oracle import judge
from tests.simulator.plans import Script
from tests.simulator.world import Room, World


def test_every_crash_point_under_every_fault_keys_the_item_once_or_says_why() -> None:
    result = crashes()

    assert result.tally.seeds > 20_000
    assert result.bad == {}
    assert (result.tally.doubled, result.tally.lost) == (0, 0)


def test_a_worker_that_freezes_around_the_click_and_wakes_doubles_nothing() -> None:
    result = zombies()

    assert result.bad == {}
    assert (result.tally.doubled, result.tally.lost) == (0, 0)


def test_an_enquiry_that_was_sent_before_the_settle_time_proves_nothing() -> None:
    """Its answer took long: settled when it came, and too early when it was asked."""
    world = World(Script(faults={"commit": "error_before"}), Room())
    row = next(iter(world.ledger.rows.values()))
    worker = world.workers[0]
    while row.open_intent is None or worker.visit is not None or row.due is None:
        world.time = max(world.time, worker.asleep_until)
        world._go_on(worker)
    settle = world.policy.settle()
    assert settle is not None
    due = row.open_intent.at + settle
    world.time += (due - world.ledger.now()) / timedelta(seconds=1) - 5
    world._take_work(worker)
    while worker.call != "look_up":
        world._send(worker, None)
    world._send(worker, "slow")  # sent 5 s too early, answered 20 s later

    assert worker.call == "in_doubt"
    world.run()
    assert judge(world).wrong == []
