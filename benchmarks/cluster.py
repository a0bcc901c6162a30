"""``make cluster``: PostgreSQL and three workers on this machine, 500 items, kills and restarts.

``python -m benchmarks.cluster [ITEMS]``. A worker is killed, and PostgreSQL is restarted,
every 5 to 40 seconds each, until 10 items are left; then PostgreSQL once more. REPLAY=<seed>
draws the same instants again. What is printed comes from the bank's own log and books.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.cluster_support import Chaos, Cluster, Told, seed_of_the_day

WITHIN_SECONDS = 7200
CALM_AT = 10
TAKEOVER_SECONDS = 30
BACKLOG_SECONDS = 30


def main(items: int) -> int:
    """Run it; 1 when a bar is missed."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, _: sys.exit(128 + number))  # nothing is left running
    seed, begun = seed_of_the_day(), time.monotonic()

    def say(sentence: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {sentence}", flush=True)

    with (
        tempfile.TemporaryDirectory(prefix="counterfoil-cluster-") as name,
        Cluster(Path(name)) as cluster,
    ):
        cluster.file(items)
        say(f"PostgreSQL on port {cluster.server.port}, bank at {cluster.bank.url}, seed {seed}")
        told = Chaos(cluster, seed, say=say).run(calm_at=CALM_AT, within=WITHIN_SECONDS)
        return int(not _judge(told, items, cluster.sessions))


def _judge(told: Told, items: int, sessions: int) -> bool:
    """Print every bar, and whether it holds; True when all do."""
    books = told.books
    worst = max((each.seconds for each in told.takeovers), default=0.0)
    booked = sum(1 for count in books.booked.values() if count == 1)
    backlog = told.backlog_seconds or 0.0
    bars = [
        (f"{booked} of {items} items booked once at the bank", booked == items),
        (f"{len(books.doubled)} doubled", not books.doubled),
        (f"{len(books.lost)} lost, {len(books.untold)} untold", not books.lost + books.untold),
        (f"{told.sessions_most} sessions at most, {sessions} allowed",
         told.sessions_most <= sessions),
        (f"{len(told.takeovers)} takeovers, {worst:.1f} s at worst", worst <= TAKEOVER_SECONDS),
        (f"backlog gone {backlog:.1f} s after the last restart", backlog <= BACKLOG_SECONDS),
    ]  # fmt: skip
    print(
        f"{told.kills} machines killed, PostgreSQL restarted {told.restarts} times, "
        f"{told.own_ends} workers ended by themselves; {told.seconds:.0f} s, {books.states()}"
    )
    for what, holds in bars:
        print(f"{'holds ' if holds else 'MISSED'}  {what}")
    return all(holds for _, holds in bars)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
