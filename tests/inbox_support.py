"""What the inbox tests share: chaotic writers, a durable book, and a process to kill."""

from __future__ import annotations

import io
import os
import random
import sqlite3
import sys
import threading
import time
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from counterfoil.adapters.inbox import Inbox, Watched
from counterfoil.domain.documents import Document
from counterfoil.errors import Quarantined

STABLE_SECONDS = 0.25
UNFINISHED_SECONDS = 0.9


@dataclass(frozen=True, slots=True)
class Filed:
    """What the book made of a document."""

    batch_id: str
    again: bool


class Book:
    """A durable stand-in for the ledger: one row per content, one line per reception."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=20, check_same_thread=False)
        self._connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE IF NOT EXISTS filed(sha256 TEXT PRIMARY KEY, name TEXT);"
        )

    def receive(self, document: Document) -> Filed:
        """File *document* once, like the ledger does; a broken one is quarantined."""
        content = document.path.read_bytes()
        assert sha256(content).hexdigest() == document.sha256
        if not zipfile.is_zipfile(io.BytesIO(content)):
            raise Quarantined("not_whole", "not a finished .xlsx", remedy="drop it again")
        with self._connection as tx:
            known = tx.execute("SELECT 1 FROM filed WHERE sha256 = ?", [document.sha256]).fetchone()
            if known is None:
                tx.execute("INSERT INTO filed VALUES (?, ?)", [document.sha256, document.name])
        return Filed(f"B-{document.sha256[:10]}", known is not None)

    def contents(self) -> set[str]:
        """The SHA-256 of everything filed."""
        return {row[0] for row in self._connection.execute("SELECT sha256 FROM filed")}

    def close(self) -> None:
        self._connection.close()


def watched(folder: Path) -> Watched:
    return Watched(
        name="payments",
        path=folder,
        stable_seconds=STABLE_SECONDS,
        unfinished_seconds=UNFINISHED_SECONDS,
    )


def workbook(text: str) -> bytes:
    """A small whole zip with its own content; whether it is a workbook is not asked here."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/workbook.xml", text * 400)
    return made.getvalue()


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll *condition*, bounded."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@dataclass
class Truth:
    """What was dropped, and what must become of it."""

    must_file: set[str] = field(default_factory=set)
    may_file: set[str] = field(default_factory=set)  # replaced by its writer before we came
    must_quarantine: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def file(self, content: bytes) -> None:
        with self.lock:
            self.must_file.add(sha256(content).hexdigest())

    def perhaps(self, content: bytes) -> None:
        with self.lock:
            self.may_file.add(sha256(content).hexdigest())

    def quarantine(self) -> None:
        with self.lock:
            self.must_quarantine += 1


class Chaos:
    """One writer with bad manners. Every drop is written down in *truth* first."""

    def __init__(self, folder: Path, truth: Truth, seed: int) -> None:
        self.folder = folder
        self.truth = truth
        self.dice = random.Random(seed)
        self.seed = seed
        self.count = 0
        self.kept: list[bytes] = []
        self.ways = (
            self.plain,
            self.slow,
            self.stalled,
            self.temp_then_rename,
            self.same_name_new_content,
            self.replaced_at_once,
            self.duplicate,
            self.nasty_name,
            self.composed_and_decomposed,
            self.lock_file,
            self.symlink,
            self.fifo,
            self.cut_off,
            self.hard_link,
            self.moved_in,
        )

    def drop(self) -> None:
        """One drop of a random kind."""
        self.count += 1
        self.dice.choice(self.ways)()

    def content(self) -> bytes:
        made = workbook(f"{self.seed}-{self.count}-{self.dice.random()}")
        self.kept.append(made)
        return made

    def path(self, suffix: str = ".xlsx") -> Path:
        return self.folder / f"drop-{self.seed}-{self.count}{suffix}"

    def plain(self) -> None:
        self.truth.file(content := self.content())
        self.path().write_bytes(content)

    def slow(self) -> None:
        self._write(self.path(), pauses=4, pause=0.06)

    def stalled(self) -> None:
        """A copy that stands still for longer than our patience, and then goes on."""
        self._write(self.path(), pauses=1, pause=STABLE_SECONDS + UNFINISHED_SECONDS + 0.2)

    def temp_then_rename(self) -> None:
        temporary = self.path(self.dice.choice((".tmp", ".xlsx.part", ".crdownload")))
        self._write(temporary, pauses=2, pause=0.05)
        temporary.rename(self.path())

    def same_name_new_content(self) -> None:
        self.plain()
        path = self.path()
        assert until(lambda: not path.exists(), 60), "the first was never taken"
        self.plain()

    def replaced_at_once(self) -> None:
        self.truth.perhaps(old := self.content())
        self.path().write_bytes(old)
        time.sleep(self.dice.uniform(0, STABLE_SECONDS * 1.4))
        self.truth.file(new := self.content())
        temporary = self.path(".tmp")
        temporary.write_bytes(new)
        temporary.rename(self.path())

    def duplicate(self) -> None:
        if not self.kept:
            self.plain()
        again = self.dice.choice(self.kept)
        self.path("-again.xlsx").write_bytes(again)
        self.truth.file(again)

    def nasty_name(self) -> None:
        names = ("a\nb", "=cmd|x", "<img src=x onerror=alert(1)>", "\u202egnp.exe", "..", "-rf *")
        self.truth.file(content := self.content())
        name = f"{self.dice.choice(names)} {self.seed}-{self.count}.xlsx"
        (self.folder / name.lstrip(".").replace("/", "")).write_bytes(content)

    def composed_and_decomposed(self) -> None:
        name = f"Zahlung-{self.seed}-{self.count}-M\u00e4rz.xlsx"
        for form in (unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)):
            self.truth.file(content := self.content())
            (self.folder / form).write_bytes(content)

    def lock_file(self) -> None:
        """Left by the spreadsheet program; it is nobody's drop, and must not be touched."""
        name = self.dice.choice(("~$book", ".~lock.book.xlsx#", "book.lck"))
        (self.folder / f"{name}{'' if '.' in name else '.xlsx'}").write_bytes(b"lock")

    def symlink(self) -> None:
        self.truth.quarantine()
        self.path().symlink_to("/etc/passwd")

    def fifo(self) -> None:
        self.truth.quarantine()
        os.mkfifo(self.path())

    def cut_off(self) -> None:
        self.truth.quarantine()
        content = self.content()
        self.kept.pop()
        self.path().write_bytes(content[: len(content) // 2])

    def hard_link(self) -> None:
        self.truth.quarantine()
        outside = self.folder.parent / f"outside-{self.seed}-{self.count}"
        outside.write_bytes(self.content())
        self.kept.pop()
        os.link(outside, self.path())

    def moved_in(self) -> None:
        self.truth.file(content := self.content())
        outside = self.folder.parent / f"moved-{self.seed}-{self.count}"
        outside.write_bytes(content)
        outside.rename(self.path())

    def _write(self, path: Path, *, pauses: int, pause: float) -> None:
        self.truth.file(content := self.content())
        step = len(content) // (pauses + 1) + 1
        with path.open("wb", buffering=0) as file:
            for at in range(0, len(content), step):
                if at:
                    time.sleep(pause)
                file.write(content[at : at + step])


def main() -> None:
    """Watch until killed: ``python inbox_support.py FOLDER KEEPING BOOK``."""
    folder, keeping, book = map(Path, sys.argv[1:4])
    inbox, receiver = Inbox(watched(folder), keeping), Book(book)
    end = time.monotonic() + 900
    while time.monotonic() < end:
        inbox.visit(receiver.receive)
        time.sleep(0.02)


if __name__ == "__main__":
    main()
