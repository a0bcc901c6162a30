"""Three machines, killed again and again, on a database that restarts: each item is booked once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster_support import Chaos, Cluster, Told, seed_of_the_day

pytestmark = [pytest.mark.postgres, pytest.mark.browser]

TAKEOVER_SECONDS = 30
BACKLOG_SECONDS = 30


def check(told: Told, seed: str, items: int, sessions: int) -> None:
    said = f"REPLAY={seed}\n{told}"
    assert told.books.doubled == [], said
    assert told.books.lost == [], said
    assert told.books.untold == [], said
    assert sum(told.books.booked.values()) == items, said
    assert told.sessions_most <= sessions, said
    assert all(each.seconds <= TAKEOVER_SECONDS for each in told.takeovers), said


def test_two_machines_one_killed_and_the_database_restarted_book_every_item_once(
    tmp_path: Path,
) -> None:
    """A slice of ``make cluster``; the killed machine is started again at once."""
    seed = seed_of_the_day()
    with Cluster(tmp_path, machines=2, sessions=2, logins=3) as cluster:
        cluster.file(10)
        chaos = Chaos(
            cluster, seed, between=(0.1, 1.5), dead_for=(0, 0), at_work_for=0, kills_max=1,
            restarts_max=1,
        )  # fmt: skip
        told = chaos.run(calm_at=2, within=150)
    check(told, seed, 10, 2)
    assert (told.kills, told.restarts) == (1, 1)


@pytest.mark.battery
def test_three_machines_book_five_hundred_items_once_while_everything_is_killed(
    tmp_path: Path,
) -> None:
    seed = seed_of_the_day()
    with Cluster(tmp_path) as cluster:
        cluster.file(500)
        told = Chaos(cluster, seed).run(calm_at=10, within=3600)
    check(told, seed, 500, 3)
    assert told.kills >= 5
    assert told.restarts >= 5
    assert told.backlog_seconds is not None
    assert told.backlog_seconds <= BACKLOG_SECONDS
