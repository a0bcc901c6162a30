"""Canaries: secrets and account numbers that nobody else has, and the search for them."""

from __future__ import annotations

import base64
import gzip
import random
import sqlite3
import string
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

#: What holds them by design: the credentials, and the analysts' own files.
THEIRS = ("credentials", "received", "inbox")


@dataclass(slots=True)
class Canaries:
    """Makes account numbers that occur nowhere else, and remembers them."""

    chance: random.Random
    accounts: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def debtor(self) -> str:
        """One that the bank keeps."""
        return self._new(str(self.chance.randint(1_000_000_100, 1_000_011_000)))

    def stranger(self) -> str:
        """Ten digits that the bank does not keep."""
        return self._new(str(self.chance.randint(2_000_000_000, 8_999_999_999)))

    def iban(self, *, right: bool = True) -> str:
        """A German one; its check digits fit, or miss by one."""
        body = "".join(self.chance.choices(string.digits, k=18))
        check = 98 - int(body + "131400") % 97
        return self._new(f"DE{check if right else check % 97 + 2:02}{body}")

    def _new(self, account: str) -> str:
        if account in self.accounts:
            raise ValueError(f"drawn twice: {account}")
        self.accounts.append(account)
        return account

    def needles(self) -> Iterator[bytes]:
        """Every spelling that would give one away."""
        for each in self.accounts:
            plain = [each, each[4:]] if each[:2].isalpha() else [each]
            grouped = [" ".join(x[at : at + 4] for at in range(0, len(x), 4)) for x in plain]
            yield from (word.encode() for word in (*plain, *grouped))
            yield base64.b64encode(each.encode()).rstrip(b"=")
        for each in self.secrets:
            yield each.encode()
            yield base64.b64encode(each.encode()).rstrip(b"=")
            yield each.encode().hex().encode()


def leaks(canaries: Canaries, places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Where which canary sits."""
    needles = list(canaries.needles())
    return [
        f"{place} holds {needle!r}"
        for place, content in places
        for needle in needles
        if needle in content
    ]


def files_below(folder: Path, without: tuple[str, ...] = THEIRS) -> Iterator[tuple[str, bytes]]:
    """Every file, and what is packed in it; not the folders *without*."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and not set(without) & set(inside.parts):
            yield from ((str(inside), content) for content in _readings(path))


def _readings(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                inner = packed.read(name)
                yield gzip.decompress(inner) if inner[:2] == b"\x1f\x8b" else inner
    if content[:15] == b"SQLite format 3":
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            yield "\n".join(database.iterdump()).encode()


def processes() -> Iterator[tuple[str, bytes]]:
    """Environment and command line of this process and of all that it started."""
    me = psutil.Process()
    for each in (me, *me.children(recursive=True)):
        try:
            name, words, environment = each.name(), each.cmdline(), each.environ()
        except psutil.Error:
            continue  # it ended meanwhile
        yield f"command line of {name}", " ".join(words).encode("utf-8", "surrogateescape")
        pairs = " ".join(f"{key}={value}" for key, value in environment.items())
        yield f"environment of {name}", pairs.encode("utf-8", "surrogateescape")


def browser_profiles() -> Iterator[tuple[str, bytes]]:
    """What our browsers have written by now into folders of their own."""
    folders = {
        Path(word.partition("=")[2])
        for each in psutil.Process().children(recursive=True)
        for word in _words_of(each)
        if word.startswith("--user-data-dir=")
    }
    for path in (path for folder in folders for path in folder.rglob("*")):
        with suppress(OSError):  # gone meanwhile
            if path.is_file() and not path.is_symlink():
                yield str(path), path.read_bytes()


def _words_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
