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

    def consistency(self, old_size: int, size: int) -> tuple[str, ...]:
        """The proof that the log of *size* records holds the one of *old_size*."""
        proof = consistency_proof(self._leaves[:size], old_size)
        return tuple(each.hex() for each in proof)

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


class Witness:
    """Remembers the last checkpoint of each stream and takes only what goes on from it.

    Lives on another machine than the log, in the care of other people. Thread-safe.
    """

    def __init__(
        self, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._folder = folder
        self._now = now
        self._lock = threading.Lock()
        make_folder(folder)

    def last(self, stream: str) -> Checkpoint:
        """What it remembers of *stream*; of a new one, that it is empty."""
        try:
            kept = json.loads(self._path(stream).read_bytes())
        except FileNotFoundError:
            return Checkpoint(stream, 0, EMPTY_ROOT.hex(), NO_HASH)
        return Checkpoint(kept["stream"], kept["size"], kept["root"], kept["head"])

    def submit(self, checkpoint: Checkpoint, proof: Sequence[str]) -> None:
        """Remember *checkpoint*, durably, if the log only grew since the last one.

        Args:
            proof: From :meth:`StreamProofs.consistency`, beginning at :meth:`last`.

        Raises:
            Refused: The log is another one, or it is shorter. Alarm: what the witness
                remembers stays as it was.
        """
        with self._lock:
            old = self.last(checkpoint.stream)
            if not _goes_on(old, checkpoint, proof):
                raise Refused(
                    "log_rewritten",
                    f"{checkpoint.stream}: {checkpoint.size:,} records do not go on from the"
                    f" {old.size:,} that this witness saw",
                )
            kept = {**asdict(checkpoint), "seen_at": self._now().isoformat()}
            publish(self._path(checkpoint.stream), canonical_json(kept) + b"\n", mode=0o600)

    def silent(self) -> tuple[str, ...]:
        """The streams that were not heard of for more than three minutes."""
        due = self._now() - SILENCE_MAX
        kept = list(self._kept())
        return tuple(
            each["stream"] for each in kept if datetime.fromisoformat(each["seen_at"]) < due
        )

    def lines(self) -> Iterator[dict[str, Any]]:
        """What the verifier takes as ``--witness``, one checkpoint a line."""
        for kept in self._kept():
            yield {key: kept[key] for key in ("stream", "size", "root", "head")}

    def _kept(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self._folder.glob("*.json")):
            yield json.loads(path.read_bytes())

    def _path(self, stream: str) -> Path:
        return self._folder / f"{stream.replace('/', '~')}.json"


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
