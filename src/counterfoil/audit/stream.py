"""One stream on disk: append, sync, change the segment, fail closed.

A stream is a folder of segments ``000001.jsonl`` and, once closed, their seals
``000001.seal``. There is always exactly one open segment, also after an orderly end:
whoever deletes the last segment leaves a seal without a successor, and is found.

Changing a segment, in this order, each step durable before the next: the next key,
``segment.close`` in the old file, ``segment.open`` in the new file, the old seal, the
new key in place of the old. The opening comes before the seal because the other way
round a crash looks exactly like a deleted segment.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from counterfoil.audit.files import publish, seal_path, segment_path, sync_folder, write_all
from counterfoil.audit.keys import KeyFolder, SigningKey
from counterfoil.audit.records import NO_HASH, Body, Mark, body
from counterfoil.audit.retention import drop_segments, sealed_segments
from counterfoil.audit.seals import Seal, seal_hash
from counterfoil.audit.tree import Frontier, leaf_hash
from counterfoil.domain.secrets import Redactor
from counterfoil.errors import AuditLost

SEGMENT_MAX_RECORDS = 10_000
SEGMENT_MAX_BYTES = 16 * 1024 * 1024
SEGMENT_MAX_SECONDS = 3600

_NOTHING_TO_HIDE = Redactor()  # the log's own records hold hashes and counts


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a witness remembers of a stream: its size, and the hashes over all of it."""

    stream: str
    size: int  # records
    root: str  # RFC 6962 root over them, lowercase hex
    head: str  # hash of the last one


@dataclass(slots=True, kw_only=True)
class Position:
    """Where a stream stands: everything that the next record and seal depend on."""

    seq: int = 0  # of the last record
    head: str = NO_HASH  # its hash
    tree: Frontier = field(default_factory=Frontier)
    segment: int = 0
    records: int = 0  # in this segment
    size: int = 0  # bytes of this segment
    key: str = ""  # this segment's public key, as its opening says
    next_key: str = ""  # as its close says; empty while it is open
    prev_seal: str = NO_HASH

    def add(self, line: bytes) -> None:
        leaf = leaf_hash(line)
        self.tree.append(leaf)
        self.seq += 1
        self.head = leaf.hex()
        self.records += 1
        self.size += len(line) + 1


class Lock:
    """One process owns one stream: an advisory lock on its folder, gone with the process."""

    def __init__(self, folder: Path) -> None:
        self._fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._fd)
            raise

    def release(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


class StreamWriter:
    """Appends to one stream. Thread-safe; after any failure it stays failed."""

    def __init__(  # noqa: PLR0913 - a stream is made of these
        self,
        name: str,
        folder: Path,
        keys: KeyFolder,
        lock: Lock,
        position: Position,
        *,
        now: Callable[[], datetime],
        segment_max_records: int = SEGMENT_MAX_RECORDS,
    ) -> None:
        self.name = name
        self._folder = folder
        self._keys = keys
        self._lock = lock
        self._at = position
        self._now = now
        self._segment_max_records = segment_max_records
        self._pid = os.getpid()
        self._mutex = threading.RLock()
        self._fd = -1
        self._is_synced = True
        self._opened_at = time.monotonic()
        self._failed = ""

    def append(self, record: Body, *, durable: bool) -> Mark:
        """Write one record; with *durable* it survives a power cut on return.

        Raises:
            AuditLost: It may or may not be there; the stream takes nothing more.
        """
        with self._fail_closed():
            self._change_if_full()
            mark = self._write(record)
            if durable:
                self._sync()
            return mark

    def sync(self) -> None:
        """Return when everything appended so far survives a power cut."""
        with self._fail_closed():
            self._sync()

    def checkpoint(self) -> Checkpoint:
        """What is durable now, for a witness."""
        with self._fail_closed():
            self._sync()
            at = self._at
            return Checkpoint(self.name, at.seq, at.tree.root().hex(), at.head)

    def end(self) -> Checkpoint:
        """Seal what was written; the stream is closed and its lock released."""
        with self._mutex:
            try:
                with self._fail_closed():
                    self._change("run_end")
                return self.checkpoint()
            finally:
                self.abandon()

    def abandon(self) -> None:
        """Let go of files and lock as they are."""
        with self._mutex:
            self._close_file()
            self._lock.release()
            self._failed = self._failed or "it is closed"

    def drop_segments(self, through: int, reason: str) -> int:
        """Retention: declare and delete the oldest sealed segments."""

        def declare(facts: Mapping[str, Any]) -> None:
            self._own("retention.drop", facts)
            self._sync()

        seals = sealed_segments(self._folder, through)
        with self._fail_closed():
            return drop_segments(self._folder, seals, declare, reason)

    def start(self) -> None:
        """Open the file that the position points into; a new stream gets its first segment."""
        with self._fail_closed():
            if not self._at.segment:
                key = self._keys.current() or self._keys.make_current()
                self._open_segment(key.public)
                return
            self._open_again()
            if self._at.next_key:
                self._hand_over()

    def publish_seal(self, closed: Position, key: SigningKey) -> str:
        """Recovery: the crash came between the opening and the seal before it.

        Returns:
            The seal's hash, as the opening must have it.
        """
        with self._fail_closed():
            seal = self._seal(closed, key)
            self._publish(closed.segment, seal)
            self._keys.advance()
            return seal_hash(seal)

    def start_over(self, reason: str, new_key: str = "") -> None:
        """Recovery: this segment's key is lost. Say so, and go on under a new one.

        Args:
            new_key: The log already names this key as the one that follows.
        """
        with self._fail_closed():
            self._open_again()
            key = self._keys.current()
            if key is None or key.public != new_key:
                key = self._keys.make_current()
                facts = {"segment": self._at.segment, "reason": reason, "new_key": key.public}
                self._own("segment.abandoned", facts)
                self._sync()
            self._close_file()
            self._at.prev_seal = NO_HASH
            self._open_segment(key.public)

    def _open_again(self) -> None:
        path = segment_path(self._folder, self._at.segment)
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)

    def _write(self, record: Body) -> Mark:
        at = self._at
        line = record.line(
            stream=self.name,
            seq=at.seq + 1,
            at=self._now(),
            mono=time.monotonic_ns(),
            prev=at.head,
        )
        write_all(self._fd, line + b"\n")
        at.add(line)
        self._is_synced = False
        return Mark(self.name, at.seq, at.head)

    def _sync(self) -> None:
        if not self._is_synced:
            os.fdatasync(self._fd)
            self._is_synced = True

    def _change_if_full(self) -> None:
        if self._at.records >= self._segment_max_records - 1:
            self._change("full")
        elif self._at.size >= SEGMENT_MAX_BYTES - 2 * 64 * 1024:
            self._change("size")
        elif time.monotonic() - self._opened_at >= SEGMENT_MAX_SECONDS:
            self._change("hour")

    def _change(self, reason: str) -> None:
        """Close this segment and open the next."""
        following = self._keys.make_next()
        facts = {
            "segment": self._at.segment,
            "records": self._at.records + 1,
            "next_key": following.public,
            "reason": reason,
        }
        self._own("segment.close", facts)
        self._sync()
        self._at.next_key = following.public
        self._hand_over()

    def _hand_over(self) -> None:
        """From a durable ``segment.close`` on; recovery goes on here, too."""
        key = self._keys.current()
        if key is None:
            raise AuditLost(f"{self.name}: the key of segment {self._at.segment} is gone")
        closed, seal = self._at.segment, self._seal(self._at, key)
        self._at.prev_seal = seal_hash(seal)
        self._close_file()
        self._open_segment(self._at.next_key)
        self._publish(closed, seal)
        self._keys.advance()

    def _open_segment(self, key: str) -> None:
        """Create the next file with its opening, both durable, and go on in it."""
        at = self._at
        path = segment_path(self._folder, at.segment + 1)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        self._fd = os.open(path, flags, 0o600)
        at.segment, at.records, at.size, at.key, at.next_key = at.segment + 1, 0, 0, key, ""
        facts = {
            "segment": at.segment,
            "key": key,
            "prev_seal": at.prev_seal,
            "size": at.seq,
            "tree": [peak.hex() for peak in at.tree.peaks],
        }
        self._own("segment.open", facts)
        self._sync()
        sync_folder(self._folder)
        self._opened_at = time.monotonic()

    def own(self, kind: str, facts: Mapping[str, Any]) -> None:
        """A durable record of the log about itself."""
        with self._fail_closed():
            self._own(kind, facts)
            self._sync()

    def _own(self, kind: str, facts: Mapping[str, Any]) -> None:
        record = body(kind, actor={}, obj={}, data=facts, redactor=_NOTHING_TO_HIDE)
        self._write(record)

    def _seal(self, closed: Position, key: SigningKey) -> bytes:
        return Seal(
            stream=self.name,
            segment=closed.segment,
            size=closed.seq,
            head=closed.head,
            root=closed.tree.root().hex(),
            prev_seal=closed.prev_seal,
            key=closed.key,
            next_key=closed.next_key,
        ).signed_by(key)

    def _close_file(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def _publish(self, segment: int, seal: bytes) -> None:
        publish(seal_path(self._folder, segment), seal)

    @contextmanager
    def _fail_closed(self) -> Iterator[None]:
        """One at a time; after the first failure none at all."""
        with self._mutex:
            if os.getpid() != self._pid:
                raise AuditLost(f"{self.name}: belongs to another process")
            if self._failed:
                raise AuditLost(f"{self.name}: takes nothing more: {self._failed}")
            try:
                yield
            except OSError as trouble:
                self._failed = str(trouble)
                raise AuditLost(f"{self.name}: {trouble}") from trouble
            except BaseException as trouble:  # half a step was made: what holds is unknown
                self._failed = repr(trouble)
                raise
