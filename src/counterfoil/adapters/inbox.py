"""A watched folder: every file that is dropped is taken once, whatever happens meanwhile.

A file is taken when it is regular, has one name, nobody writes to it and it has not
changed for a while. The order of steps is what survives a kill at any line:

1. copied into our keeping, hashed on the way, flushed to the disk;
2. a drop record is written: this very file (device, inode, date) has that content;
3. the original is renamed into ``.taken/<token>.pending``: from here on it is ours;
4. the receiver files it (idempotent: the ledger knows the bytes);
5. ``.pending`` becomes ``.done``, or the file goes to ``quarantine/`` with a reason.

Whoever starts again finds what stands in the folder and every ``.pending``. Foreign
names are shown to people, never used as a path that we make.
"""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from watchfiles import awatch

from counterfoil.adapters.dropped import (
    NotYetError,
    Store,
    being_written,
    is_temporary,
    printable,
    safe_name,
    signature,
    write_whole,
    zip_is_whole,
)
from counterfoil.adapters.whole_folder import fsync_folder
from counterfoil.domain.documents import Document
from counterfoil.errors import Quarantined


class Reception(Protocol):
    """What the receiver made of a document."""

    @property
    def batch_id(self) -> str:
        """The batch that stands for these bytes."""

    @property
    def again(self) -> bool:
        """The bytes were that batch already."""


#: Files the document, once; raises Quarantined. Anything else stops the run.
Receive = Callable[[Document], Reception]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One folder and how patient we are with it."""

    name: str  # as in config.toml
    path: Path
    stable_seconds: float = 3.0  # unchanged for so long: the copy is done
    unfinished_seconds: float = 30.0  # not whole, and unchanged for so long: it never will be
    size_max: int = 25 * 2**20  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of one dropped file."""

    name: str  # printable
    outcome: str  # "filed", "already_received" or "quarantined"
    batch_id: str | None = None
    reason: str = ""


class Inbox:
    """One watched folder. Used by one thread at a time."""

    def __init__(
        self,
        watched: Watched,
        keeping: Path,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make the folder and its ``.taken`` and ``quarantine``.

        Args:
            keeping: Our own copies of everything, on any file system.
        """
        self._watched = watched
        self._now = now
        self._clock = clock
        self._since: dict[str, tuple[tuple[int, ...], float]] = {}
        self._taken = watched.path / ".taken"
        self._quarantine = watched.path / "quarantine"
        for folder in (watched.path, self._taken, self._quarantine):
            folder.mkdir(parents=True, exist_ok=True)
        self._store = Store(keeping)

    async def watch(
        self,
        receive: Receive,
        report: Callable[[Handled], None],
        *,
        stop: asyncio.Event,
        scan_seconds: float = 1.0,
    ) -> None:
        """Visit now, at every event, and every *scan_seconds* whatever the events say.

        Network drives lose events; the periodic visit is what the promise rests on.
        *report* is told what became of each file.
        """
        await self._visit(receive, report)
        async for _ in awatch(
            self._watched.path,
            watch_filter=None,
            recursive=False,
            debounce=200,
            stop_event=stop,
            rust_timeout=int(scan_seconds * 1000),
            yield_on_timeout=True,
        ):
            await self._visit(receive, report)

    async def _visit(self, receive: Receive, report: Callable[[Handled], None]) -> None:
        for handled in await asyncio.to_thread(self.visit, receive):
            report(handled)

    def visit(self, receive: Receive) -> list[Handled]:
        """Take every file that is ready, and finish every drop that is ours."""
        set_aside = [handled for name in self._ready() if (handled := self._take(name))]
        return [*set_aside, *self._finish_all(receive)]

    def waiting(self) -> list[str]:
        """Files that were seen and are not ready yet, printable."""
        return sorted(printable(name) for name in self._since)

    def _ready(self) -> Iterator[str]:
        """Names that have not changed for long enough; forgets those that are gone."""
        seen: dict[str, tuple[tuple[int, ...], float]] = {}
        with os.scandir(self._watched.path) as entries:
            names = sorted(entry.name for entry in entries if not is_temporary(entry.name))
        for name in names:
            try:
                status = os.lstat(self._watched.path / name)
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(status.st_mode):
                self._explain_folder(name)
                continue
            mark = signature(status)
            known = self._since.get(name)
            seen[name] = known if known and known[0] == mark else (mark, self._clock())
        self._since = seen
        for name in names:
            if name in seen and self._age(name) >= self._watched.stable_seconds:
                yield name

    def _age(self, name: str) -> float:
        """Seconds for which the file has looked the same."""
        return self._clock() - self._since[name][1]

    def _take(self, name: str) -> Handled | None:
        """Copy it and make it ours; what it is set aside for, if it cannot be."""
        path = self._watched.path / name
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as trouble:
            if isinstance(trouble, PermissionError) and not self._patience_is_over(name):
                return None
            return self._set_aside(
                name, "not_a_file", "a link, or a file we may not read", "drop the file itself"
            )
        try:
            return self._take_open(name, handle)
        except NotYetError:
            self._since.pop(name, None)  # it moved under our hands: start counting again
            return None
        finally:
            os.close(handle)

    def _take_open(self, name: str, handle: int) -> Handled | None:
        status = os.fstat(handle)
        if problem := self._problem(status):
            return self._set_aside(name, *problem)
        if signature(status) != self._since[name][0] or being_written(handle):
            raise NotYetError
        if not zip_is_whole(handle) and not self._patience_is_over(name):
            return None
        token = self._store.keep(
            handle, status, name=printable(name), folder=self._watched.name, at=self._now()
        )
        self._claim(name, token, status)
        return None

    def _problem(self, status: os.stat_result) -> tuple[str, str, str] | None:
        """Why this is nothing that we take: (code, reason, remedy)."""
        if not stat.S_ISREG(status.st_mode):
            return "not_a_file", "a pipe, socket or device", "drop a regular file"
        if status.st_nlink != 1:
            return "hard_link", "the file has a second name", "drop a copy of it"
        if status.st_size > self._watched.size_max:
            limit = f"{status.st_size:,} bytes, the limit is {self._watched.size_max:,}"
            return "too_large", limit, "split the rows over several workbooks"
        return None

    def _patience_is_over(self, name: str) -> bool:
        return self._age(name) >= self._watched.unfinished_seconds

    def _claim(self, name: str, token: str, status: os.stat_result) -> None:
        """Rename the original to our own name, and see that it was still the same file."""
        pending = self._taken / f"{token}.pending"
        try:
            (self._watched.path / name).rename(pending)
        except FileNotFoundError:
            raise NotYetError from None  # its writer took it back
        self._since.pop(name, None)
        fsync_folder(self._taken)
        if not self._store.is_unchanged(token, os.lstat(pending)):
            self._put_back(pending, name)

    def _put_back(self, pending: Path, name: str) -> None:
        """Another file took the name at the last moment, or it grew: it is a drop of its own."""
        for place in (name, f"{pending.stem}-{safe_name(name)}"):
            target = self._watched.path / place
            try:
                os.link(pending, target, follow_symlinks=False)
            except FileExistsError:
                if not _is_same_file(pending, target):  # the same: killed between two lines
                    continue
            pending.unlink()
            return
        raise FileExistsError(f"{self._watched.path}: no free name for {printable(name)}")

    def _finish_all(self, receive: Receive) -> list[Handled]:
        pending = sorted(self._taken.glob("*.pending"))
        return [handled for each in pending if (handled := self._finish(each, receive))]

    def _finish(self, pending: Path, receive: Receive) -> Handled | None:
        token = pending.stem
        document, first = self._store.document(token)
        if not self._store.is_unchanged(token, os.lstat(pending)):
            self._put_back(pending, safe_name(document.name))
            return None
        try:
            received = receive(document)
        except Quarantined as trouble:
            return self._into_quarantine(pending, document.name, token, trouble)
        if received.again and not first:
            self._note_again(document.name, received.batch_id)
        pending.rename(pending.with_suffix(".done"))
        again = received.again and not first
        return Handled(
            name=document.name,
            outcome="already_received" if again else "filed",
            batch_id=received.batch_id,
        )

    def _note_again(self, name: str, batch_id: str) -> None:
        note = self._watched.path / f"{safe_name(name)}.already-received.txt"
        write_whole(
            note,
            f"{name}\nalready received as batch {batch_id}: the same bytes.\n"
            "Nothing was keyed again. To send the same payments on purpose, ask the operators.\n",
        )

    def _set_aside(self, name: str, code: str, reason: str, remedy: str) -> Handled:
        """What never was a file that we could copy; the thing itself is moved, not followed."""
        path = self._watched.path / name
        token = self._store.new_token(os.lstat(path))
        self._since.pop(name, None)
        trouble = Quarantined(code, reason, remedy=remedy)
        return self._into_quarantine(path, printable(name), token, trouble)

    def _into_quarantine(self, path: Path, name: str, token: str, trouble: Quarantined) -> Handled:
        """The reason is on the disk before the file moves."""
        safe = Path(safe_name(name))
        target = self._quarantine / f"{safe.stem}-{token[:8]}{safe.suffix}"
        write_whole(
            target.with_name(f"{target.name}.reason.txt"),
            f"{name}\nset aside {self._now():%Y-%m-%d %H:%M:%S} UTC, nothing of it was keyed\n\n"
            f"code    {trouble.code}\nreason  {trouble.reason}\n"
            f"remedy  {trouble.remedy or 'ask the operators'}\n",
        )
        path.rename(target)
        fsync_folder(self._quarantine)
        return Handled(name=name, outcome="quarantined", reason=str(trouble))

    def _explain_folder(self, name: str) -> None:
        """A dropped folder is left where it is, with a word beside it."""
        if name in (self._quarantine.name, "results"):
            return
        note = self._watched.path / f"{safe_name(name)}.is-a-folder.txt"
        if not note.exists():
            write_whole(note, f"{printable(name)}\nis a folder: drop its files, not the folder.\n")


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other))
    except FileNotFoundError:
        return False
