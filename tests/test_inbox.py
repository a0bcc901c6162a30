"""The watched folder takes every dropped file exactly once, however it was dropped."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from counterfoil.adapters.dropped import is_temporary, printable, safe_name
from counterfoil.adapters.inbox import Handled, Inbox
from tests.inbox_support import (
    Book,
    Chaos,
    Truth,
    until,
    watched,
    workbook,
)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path / "book.sqlite")
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(folder: Path, tmp_path: Path, clock: Clock) -> Inbox:
    return Inbox(watched(folder), tmp_path / "keeping", clock=clock)


def settle(inbox: Inbox, book: Book, clock: Clock) -> list[Handled]:
    """Three visits, each long enough after the last for anything to be ready."""
    handled: list[Handled] = []
    for _ in range(3):
        handled += inbox.visit(book.receive)
        clock.now += 10
    return handled


def test_a_file_is_taken_when_it_has_not_changed_for_a_while(
    folder: Path, inbox: Inbox, book: Book, clock: Clock
) -> None:
    (folder / "a.xlsx").write_bytes(content := workbook("a"))

    assert inbox.visit(book.receive) == []
    assert inbox.waiting() == ["a.xlsx"]
    clock.now += 1
    (handled,) = inbox.visit(book.receive)

    assert handled.outcome == "filed"
    assert book.contents() == {sha256(content).hexdigest()}
    assert not (folder / "a.xlsx").exists()


def test_a_file_that_still_grows_is_left_alone(
    folder: Path, inbox: Inbox, book: Book, clock: Clock
) -> None:
    whole = workbook("slow")
    for end in range(50, len(whole), 400):
        (folder / "slow.xlsx").write_bytes(whole[:end])
        clock.now += 60
        assert inbox.visit(book.receive) == []
    (folder / "slow.xlsx").write_bytes(whole)

    settle(inbox, book, clock)

    assert book.contents() == {sha256(whole).hexdigest()}
    assert quarantined(folder) == []


def test_a_file_that_somebody_has_open_for_writing_is_left_alone(
    folder: Path, inbox: Inbox, book: Book, clock: Clock
) -> None:
    """It looks whole and still, but its writer is not done: only the kernel knows."""
    with (folder / "open.xlsx").open("wb") as file:
        file.write(workbook("open"))
        file.flush()
        assert settle(inbox, book, clock) == []
    assert [each.outcome for each in settle(inbox, book, clock)] == ["filed"]


def test_the_same_bytes_again_are_said_to_be_the_same_batch(
    folder: Path, inbox: Inbox, book: Book, clock: Clock
) -> None:
    content = workbook("twice")
    (folder / "first.xlsx").write_bytes(content)
    (first,) = settle(inbox, book, clock)
    (folder / "second.xlsx").write_bytes(content)
    (second,) = settle(inbox, book, clock)

    assert (first.outcome, second.outcome) == ("filed", "already_received")
    assert second.batch_id == first.batch_id
    note = (folder / "second.xlsx.already-received.txt").read_text("utf-8")
    assert f"already received as batch {first.batch_id}" in note
    assert not (folder / "second.xlsx").exists()


def test_what_is_no_file_is_set_aside_with_a_reason_and_never_followed(
    folder: Path, inbox: Inbox, book: Book, clock: Clock, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(workbook("secret"))
    (folder / "link.xlsx").symlink_to(secret)
    os.mkfifo(folder / "pipe.xlsx")
    os.link(secret, folder / "hard.xlsx")

    settle(inbox, book, clock)

    assert book.contents() == set()
    assert sorted(name.split("-")[0] for name in quarantined(folder)) == ["hard", "link", "pipe"]
    reasons = [each.read_text("utf-8") for each in (folder / "quarantine").glob("*.reason.txt")]
    assert all("code " in each and "remedy " in each for each in reasons)
    assert len(reasons) == 3


def test_a_cut_off_copy_is_given_time_and_then_set_aside(
    folder: Path, inbox: Inbox, book: Book, clock: Clock
) -> None:
    (folder / "cut.xlsx").write_bytes(workbook("cut")[:300])
    inbox.visit(book.receive)
    clock.now += 0.5
    assert inbox.visit(book.receive) == []  # still: it may be a slow copy
    clock.now += 10
    (handled,) = inbox.visit(book.receive)

    assert handled.outcome == "quarantined"
    assert "not_whole" in handled.reason
    assert len(quarantined(folder)) == 1


def test_a_new_file_under_the_name_that_is_being_taken_is_not_lost(
    folder: Path, inbox: Inbox, book: Book, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer replaces the file between our copy and our rename."""
    old, new = workbook("old"), workbook("new")
    (folder / "a.xlsx").write_bytes(old)
    inbox.visit(book.receive)
    clock.now += 1
    keep = inbox._store.keep

    def keep_and_be_overtaken(*args: object, **more: object) -> str:
        token = keep(*args, **more)  # type: ignore[arg-type]
        (folder / "b.tmp").write_bytes(new)
        (folder / "b.tmp").rename(folder / "a.xlsx")
        monkeypatch.undo()
        return token

    monkeypatch.setattr(inbox._store, "keep", keep_and_be_overtaken)
    settle(inbox, book, clock)

    assert sha256(new).hexdigest() in book.contents()


def test_a_receiver_that_fails_leaves_the_drop_for_the_next_start(
    folder: Path, inbox: Inbox, book: Book, clock: Clock, tmp_path: Path
) -> None:
    (folder / "a.xlsx").write_bytes(workbook("a"))
    inbox.visit(book.receive)
    clock.now += 1

    def ledger_is_down(document: object) -> Handled:
        raise ConnectionError("the ledger is down")

    with pytest.raises(ConnectionError):
        inbox.visit(ledger_is_down)  # type: ignore[arg-type]

    (handled,) = Inbox(watched(folder), tmp_path / "keeping").visit(book.receive)
    assert handled.outcome == "filed"
    assert list(folder.glob("*already-received*")) == []


def test_a_drop_that_was_filed_just_before_a_kill_is_not_called_a_duplicate(
    folder: Path, inbox: Inbox, book: Book, clock: Clock, tmp_path: Path
) -> None:
    (folder / "a.xlsx").write_bytes(workbook("a"))
    inbox.visit(book.receive)
    clock.now += 1

    def filed_and_killed(document: object) -> Handled:
        book.receive(document)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inbox.visit(filed_and_killed)  # type: ignore[arg-type]

    (handled,) = Inbox(watched(folder), tmp_path / "keeping").visit(book.receive)
    assert handled.outcome == "filed"
    assert list(folder.glob("*already-received*")) == []


def test_events_and_scans_both_find_a_drop(folder: Path, tmp_path: Path, book: Book) -> None:
    """The real watcher: one file before the start, one after it."""

    async def scenario() -> None:
        inbox, stop = Inbox(watched(folder), tmp_path / "keeping"), asyncio.Event()
        told: list[Handled] = []
        (folder / "before.xlsx").write_bytes(workbook("before"))
        task = asyncio.create_task(
            inbox.watch(book.receive, told.append, stop=stop, scan_seconds=0.1)
        )
        await asyncio.to_thread(until, lambda: len(book.contents()) == 1, 10)
        (folder / "after.xlsx").write_bytes(workbook("after"))
        await asyncio.to_thread(until, lambda: len(book.contents()) == 2, 10)
        stop.set()
        await asyncio.wait_for(task, 10)
        assert [each.outcome for each in told] == ["filed", "filed"]

    asyncio.run(scenario())
    assert len(book.contents()) == 2


@pytest.mark.parametrize("name", ["../../etc/x.xlsx", "a\nb.xlsx", "\udcff.xlsx", "", "...", "/"])
def test_asvs_5_3_2_a_foreign_name_never_becomes_a_path(name: str) -> None:
    assert "/" not in safe_name(name)
    assert safe_name(name) not in ("", ".", "..")
    assert safe_name(name).isascii()
    assert printable(name).isprintable()


def test_temporary_names_are_known() -> None:
    theirs = ["~$a.xlsx", ".~lock.a.xlsx#", "a.xlsx.part", "A.TMP", "a.crdownload", ".a.xlsx.swp"]
    assert all(map(is_temporary, theirs))
    assert not any(map(is_temporary, ["a.xlsx", "template.xlsx", "a.part.xlsx"]))


def test_chaotic_drops_are_all_taken_once(tmp_path: Path) -> None:
    chaos(tmp_path, drops=100, kills=5, seed=20261124)


@pytest.mark.battery
def test_two_thousand_chaotic_drops_are_all_taken_once(tmp_path: Path) -> None:
    chaos(tmp_path, drops=2000, kills=60, seed=1)


def chaos(tmp_path: Path, *, drops: int, kills: int, seed: int, writers: int = 5) -> None:
    """Writers with bad manners, a watcher that is killed again and again, and the truth."""
    folder, truth = tmp_path / "inbox", Truth()
    folder.mkdir()
    book = Book(tmp_path / "book.sqlite")
    command = [sys.executable, str(Path(__file__).with_name("inbox_support.py"))]
    command += [str(folder), str(tmp_path / "keeping"), str(tmp_path / "book.sqlite")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    troubles: list[BaseException] = []

    def write(number: int) -> None:
        writer = Chaos(folder, truth, seed * 100 + number)
        try:
            for _ in range(drops // writers):
                writer.drop()
        except BaseException as trouble:
            troubles.append(trouble)
            raise

    threads = [threading.Thread(target=write, args=[each]) for each in range(writers)]
    for thread in threads:
        thread.start()
    dice = random.Random(seed)
    for _ in range(kills):
        with subprocess.Popen(command, env=environment) as watcher:
            until(lambda: not any(map(threading.Thread.is_alive, threads)), dice.uniform(0.4, 1.6))
            watcher.kill()
    with subprocess.Popen(command, env=environment) as watcher:
        try:
            for thread in threads:
                thread.join(600)
            until(lambda: is_done(folder, truth, book), 60)
            assert watcher.poll() is None, "the watcher died by itself"
        finally:
            watcher.kill()

    filed = book.contents()
    book.close()
    assert troubles == []
    assert truth.must_file - filed == set(), "lost"
    assert filed - truth.must_file - truth.may_file == set(), "something was never dropped whole"
    assert len(quarantined(folder)) == truth.must_quarantine, "set aside wrongly"
    assert left(folder) == [], "forgotten in the folder"


def is_done(folder: Path, truth: Truth, book: Book) -> bool:
    return not left(folder) and truth.must_file <= book.contents()


def left(folder: Path) -> list[str]:
    """Names in the folder that are neither ours nor somebody's lock."""
    pending = [each.name for each in (folder / ".taken").glob("*.pending")]
    names = [
        each.name
        for each in folder.iterdir()
        if not is_temporary(each.name) and each.name != "quarantine"
    ]
    return names + pending


def quarantined(folder: Path) -> list[str]:
    return sorted(
        each.name
        for each in (folder / "quarantine").iterdir()
        if not each.name.endswith(".reason.txt")
    )
