"""Checkpoints and proofs: what somebody outside this machine can hold us to.

A log that is cut at its end looks whole; only a witness that remembers more can tell.
The witness takes a checkpoint only with a proof that the log of today still holds the
log of last time, so one that was rewritten is refused at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from counterfoil.audit.files import make_folder, publish
from counterfoil.audit.records import NO_HASH, RECORD_MAX_BYTES
from counterfoil.audit.stream import Checkpoint
from counterfoil.audit.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
)
from counterfoil.audit.verifier import read_record
from counterfoil.domain.values import canonical_json
from counterfoil.errors import Refused

#: A witness that hears nothing for so long raises the alarm.
SILENCE_MAX = timedelta(minutes=3)
_KEYS = "keys"  # the folder of the enrolled ones, below the witness's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """One record, shown to be in the log without showing the others."""

    line: str  # the record as stored, without its line feed
    seq: int
    size: int  # of the tree that the proof is for
    root: str  # lowercase hex
    proof: tuple[str, ...]  # 32 bytes each, lowercase hex

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Is the record in the log that *checkpoint* speaks of?"""
        if (self.size, self.root) != (checkpoint.size, checkpoint.root):
            return False
        leaf = leaf_hash(self.line.encode("ascii"))
        proof = [bytes.fromhex(each) for each in self.proof]
        return is_included(leaf, self.seq - 1, self.size, proof, bytes.fromhex(self.root))


class StreamProofs:
    """Proofs out of one stream's folder. Reads every segment once, 32 bytes a record."""

    def __init__(self, folder: Path) -> None:
        """Read the leaf hashes.

        Raises:
            ValueError: Segments are missing: no proof goes across a hole.
        """
        self._folder = folder
        self._leaves: list[bytes] = []
        for number, path in enumerate(_segments(folder), 1):
            if int(path.stem) != number:
                raise ValueError(f"{folder}: segment {number} is missing")
            self._leaves += map(leaf_hash, _lines(path))

    @property
    def size(self) -> int:
        """How many whole records the stream has."""
        return len(self._leaves)

    def inclusion(self, seq: int, size: int | None = None) -> Inclusion:
        """The proof for record *seq*. Raises ValueError if there is none."""
        leaves = self._leaves if size is None else self._leaves[:size]
        proof = inclusion_proof(leaves, seq - 1)
        return Inclusion(
            line=self._line(seq),
            seq=seq,
            size=len(leaves),
            root=root_of(leaves).hex(),
            proof=tuple(each.hex() for each in proof),
        )

    def _line(self, seq: int) -> str:
        passed = 0
        for path in _segments(self._folder):
            for line in _lines(path):
                passed += 1
                if passed == seq:
                    return line.decode("ascii")
        raise ValueError(f"{self._folder}: no record {seq}")


def growth_proof(folder: Path, old_size: int, size: int) -> tuple[str, ...]:
    """The proof that the stream in *folder*, *size* records long, holds its first *old_size*.

    Only the segments with records after *old_size*, and the one before, are read: each
    opening carries the tree up to there, and the witness's own root shows whether it lies.

    Raises:
        ValueError: There is no such prefix any more.
        OSError: A segment cannot be read.
    """
    old = Frontier()
    leaves: list[bytes] = []
    for path in reversed(_segments(folder)):
        lines = list(_lines(path))
        start = _opening_of(lines, path)
        leaves[:0] = map(leaf_hash, lines)
        if start.size <= old_size:
            old = start
            break
    whole = old.size + len(leaves)
    if not old.size <= old_size <= size <= whole:
        raise ValueError(f"{folder}: {whole:,} records do not hold {old_size:,} and {size:,}")
    known = old_size - old.size
    for leaf in leaves[:known]:
        old.append(leaf)
    since = leaves[known : known + size - old_size]
    return tuple(each.hex() for each in consistency_proof(old, since))


def _opening_of(lines: Sequence[bytes], path: Path) -> Frontier:
    """The tree before the segment, as its first record tells it."""
    try:
        data = json.loads(lines[0])["data"]
        return Frontier(data["size"], [bytes.fromhex(each) for each in data["tree"]])
    except (IndexError, KeyError, TypeError) as trouble:
        raise ValueError(f"{path}: does not begin with its opening") from trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledKey:
    """A public key that the log of one stream may begin, or go on, under."""

    key: str  # Ed25519, 64 lowercase hex digits
    stream: str  # it was enrolled for; "" when a person gave none
    at: str  # ISO 8601, UTC
    by: str  # "first start", or the person and their reason


class Witness:
    """Remembers the last checkpoint of each stream and takes only what goes on from it.

    Lives on another machine than the log, in the care of other people. Thread-safe; a
    stream is shown by one process at a time, the one that writes it.
    """

    def __init__(
        self, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._folder = folder
        self._now = now
        self._lock = threading.Lock()

    def last(self, stream: str) -> Checkpoint:
        """What it remembers of *stream*; of a new one, that it is empty. Raises Refused."""
        path = self._path(stream)
        try:
            kept = _read(path)
        except FileNotFoundError:
            return Checkpoint(stream, 0, EMPTY_ROOT.hex(), NO_HASH)
        return Checkpoint(kept["stream"], kept["size"], kept["root"], kept["head"])

    def submit(self, checkpoint: Checkpoint, proof: Sequence[str], *, ended: bool = False) -> None:
        """Remember *checkpoint*, durably, if the log only grew since the last one.

        Args:
            proof: From :func:`growth_proof`, beginning at :meth:`last`.
            ended: The run is over: silence from here on is no alarm.

        Raises:
            Refused: The log is another one, or it is shorter. Alarm: what the witness
                remembers stays as it was.
            OSError: It could not be remembered.
        """
        with self._lock:
            old = self.last(checkpoint.stream)
            if not _goes_on(old, checkpoint, proof):
                raise Refused(
                    "log_rewritten",
                    f"{checkpoint.stream}: {checkpoint.size:,} records do not go on from the"
                    f" {old.size:,} that this witness saw: the log was cut or rewritten ->"
                    " leave its folder as it is, run counterfoil verify, ask who was there",
                )
            kept = {**asdict(checkpoint), "seen_at": self._now().isoformat(), "ended": ended}
            make_folder(self._folder)
            publish(self._path(checkpoint.stream), canonical_json(kept) + b"\n", mode=0o600)

    def enrol(self, key: str, *, stream: str, by: str) -> bool:
        """Trust *key* from now on; False when it was trusted before. Raises OSError."""
        folder = self._folder / _KEYS
        path = folder / f"{key}.json"
        if path.exists():
            return False
        enrolled = EnrolledKey(key=key, stream=stream, at=self._now().isoformat(), by=by)
        make_folder(folder)
        publish(path, canonical_json(asdict(enrolled)) + b"\n", mode=0o600)
        return True

    def enrolled(self) -> tuple[EnrolledKey, ...]:
        """Every key that was enrolled, the oldest first."""
        found = [EnrolledKey(**_read(path)) for path in (self._folder / _KEYS).glob("*.json")]
        return tuple(sorted(found, key=lambda each: each.at))

    def silent(self) -> tuple[str, ...]:
        """The streams whose run did not end, and that were not heard of for three minutes."""
        return tuple(stream for stream, _ in self._silent())

    def silent_since(self) -> tuple[tuple[str, str], ...]:
        """The same, and when each was heard last (ISO 8601, UTC).

        Raises:
            OSError: The witness is not there, or cannot be read.
            Refused: Another hand than ours wrote in it.
        """
        if not self._folder.is_dir():
            raise FileNotFoundError(f"there is no folder {self._folder}")
        return tuple(self._silent())

    def _silent(self) -> Iterator[tuple[str, str]]:
        due = self._now() - SILENCE_MAX
        for each in self._kept():
            if not each["ended"] and datetime.fromisoformat(each["seen_at"]) < due:
                yield each["stream"], each["seen_at"]

    def lines(self) -> Iterator[dict[str, Any]]:
        """What the verifier takes as ``--witness``, one checkpoint a line."""
        for kept in self._kept():
            yield {key: kept[key] for key in ("stream", "size", "root", "head")}

    def _kept(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self._folder.glob("*.json")):
            yield _read(path)

    def _path(self, stream: str) -> Path:
        return self._folder / f"{stream.replace('/', '~')}.json"


def _read(path: Path) -> dict[str, Any]:
    """One file of the witness. Raises Refused: another hand than ours wrote it."""
    try:
        kept: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError as trouble:
        raise Refused(
            "witness_unreadable", f"{path}: {trouble} -> ask who keeps the witness"
        ) from trouble
    return kept


def _goes_on(old: Checkpoint, new: Checkpoint, proof: Sequence[str]) -> bool:
    try:
        hashes = [bytes.fromhex(each) for each in (old.root, new.root, *proof)]
    except ValueError:
        return False
    if old.size == new.size and old.head != new.head:
        return False
    return is_consistent(old.size, hashes[0], new.size, hashes[1], hashes[2:])


def _segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.jsonl"), key=lambda path: int(path.stem))


def _lines(path: Path) -> Iterator[bytes]:
    """The whole records of one segment; a torn tail is none."""
    with path.open("rb") as lines:
        while line := lines.readline(RECORD_MAX_BYTES + 1):
            stored = line[:-1]
            try:
                read_record(stored)
            except ValueError:
                return
            if not line.endswith(b"\n"):
                return
            yield stored
