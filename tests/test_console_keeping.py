"""What the console keeps for a while: read once for all, read again in time, never lost."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from counterfoil.console.keeping import KEPT_REST, Kept, Present
from counterfoil.errors import LedgerLost

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


class Time:
    """Seconds that pass when told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.worked = 1000.0, 0.0
        told = SimpleNamespace(monotonic=lambda: self.now, thread_time=lambda: self.worked)
        monkeypatch.setattr("counterfoil.console.keeping.time", told)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


def test_what_has_not_changed_is_not_read_again_until_it_is_old(time: Time) -> None:
    reads: list[float] = []
    kept = Kept(lambda: reads.append(time.now), seconds=1.0, mark=lambda: "same", longest=5.0)
    for _ in range(13):
        kept.get()
        time.now += 1.0
    assert reads == [1000.0, 1006.0, 1012.0]


def test_what_takes_long_is_read_seldom_and_in_the_end_it_is_right(time: Time) -> None:
    """A change during the rest is not passed over: the next look after it reads again."""
    truth = ["old"]

    def read() -> str:
        time.now += 0.1
        time.worked += 0.1
        return truth[0]

    kept = Kept(read, seconds=0.0, mark=lambda: truth[0])
    assert kept.get() == "old"
    truth[0] = "new"
    assert kept.get() == "old"
    time.now += 0.1 * KEPT_REST + 0.01
    assert kept.get() == "new"


def test_on_a_busy_machine_what_was_read_is_not_older_for_that(time: Time) -> None:
    """Of 0.2 s, 0.01 were worked: the rest is as long as the reading, not six times that."""
    truth = ["old"]

    def read() -> str:
        time.now += 0.2
        time.worked += 0.01
        return truth[0]

    kept = Kept(read, seconds=0.0, mark=lambda: truth[0])
    assert kept.get() == "old"
    truth[0] = "new"
    time.now += 0.19
    assert kept.get() == "old"
    time.now += 0.02
    assert kept.get() == "new"


def test_what_is_renewed_is_read_though_it_is_new(time: Time) -> None:
    values = iter("abc")
    kept = Kept(lambda: next(values), seconds=60.0)
    assert [kept.get(), kept.renew(), kept.get()] == ["a", "b", "b"]


def test_one_reads_and_the_others_are_told_the_value_before(time: Time) -> None:
    begun, goes_on, reads = threading.Event(), threading.Event(), list[int]()

    def read() -> int:
        reads.append(1)
        if len(reads) == 2:
            begun.set()
            assert goes_on.wait(10)
        return len(reads)

    kept = Kept(read, seconds=0.0)
    assert kept.get() == 1
    reader = threading.Thread(target=kept.get)
    reader.start()
    assert begun.wait(10)
    assert kept.get() == 1
    goes_on.set()
    reader.join(10)
    assert kept.get() in (2, 3)


def test_what_is_forgotten_is_read_by_whoever_asks_next(time: Time) -> None:
    values = iter("abc")
    kept = Kept(lambda: next(values), seconds=60.0)
    assert [kept.get(), kept.get()] == ["a", "a"]
    kept.forget()
    assert kept.get() == "b"


def test_who_was_there_is_written_down_once_and_not_lost_with_the_ledger() -> None:
    present, written = Present(), list[dict[str, datetime]]()
    present.note("one", NOW)

    def is_away(_: object) -> None:
        raise LedgerLost("the server restarts")

    with pytest.raises(LedgerLost):
        present.write_down(is_away)
    assert present.when("one") == NOW
    present.write_down(lambda seen: written.append(dict(seen)))
    present.write_down(lambda seen: written.append(dict(seen)))
    assert written == [{"one": NOW}]
    assert present.when("one") is None  # the ledger knows it now
