"""Take up a stream where its last writer left it, whatever ended that one.

Only the open segment is read. The longest good prefix stays; what comes after it is
kept as ``<segment>.torn.<sha256>``, never deleted, and the log says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from counterfoil.audit.files import publish, seal_path, segment_path, sync_folder
from counterfoil.audit.keys import KeyFolder
from counterfoil.audit.records import RECORD_MAX_BYTES
from counterfoil.audit.seals import Seal
from counterfoil.audit.stream import (
    SEGMENT_MAX_RECORDS,
    Lock,
    Position,
    StreamWriter,
)
from counterfoil.audit.tree import Frontier
from counterfoil.audit.verifier import read_record
from counterfoil.errors import AuditLost


@dataclass(slots=True)
class Scan:
    """One segment as found: the position after its last good record, and the rest."""

    at: Position
    is_open: bool = False  # has its whole opening
    new_key: str = ""  # it was abandoned, and this key follows
    recovered: set[str] = field(default_factory=set)  # torn tails that the log already names
    torn: bytes = b""


def resume(  # noqa: PLR0913
    name: str,
    folder: Path,
    keys: KeyFolder,
    lock: Lock,
    *,
    now: Callable[[], datetime],
    segment_max_records: int = SEGMENT_MAX_RECORDS,
) -> StreamWriter:
    """Bring the stream in *folder* into order and return its writer, started.

    Raises:
        AuditLost: What is there is not what a crash leaves; a person looks first.
    """
    try:
        _drop_unfinished(folder)
        scan, unsealed = _find_end(name, folder)
        writer = StreamWriter(
            name, folder, keys, lock, scan.at, now=now, segment_max_records=segment_max_records
        )
        if unsealed is not None:
            _publish_missing_seal(writer, unsealed, scan.at.prev_seal, keys)
        found_at = scan.at.segment
        _start(writer, scan, keys)
        _name_torn_tails(writer, folder, {found_at, scan.at.segment}, scan.recovered)
    except OSError as trouble:
        raise AuditLost(f"{name}: cannot be taken up: {trouble}") from trouble
    return writer


def first_key(folder: Path) -> str:
    """The public key under which the stream in *folder* began: the one to enrol."""
    try:
        return Seal.read(seal_path(folder, 1).read_bytes()).key
    except FileNotFoundError:
        return str(_first_record(segment_path(folder, 1))["data"]["key"])


def _find_end(name: str, folder: Path) -> tuple[Scan, Position | None]:
    """The open segment, cut clean; and the one before it, if its seal is still owed."""
    last = max((int(each.stem) for each in folder.glob("[0-9]*.jsonl")), default=0)
    if not last:
        return Scan(Position()), None
    if seal_path(folder, last).exists():
        raise _unlike_a_crash(name, f"segment {last} is sealed and has no successor")
    before, unsealed = _start_of(name, folder, last), None
    if before is None:
        ended = _unsealed_end(name, folder, last - 1)
        before, unsealed = ended.at, None if ended.new_key else ended.at
    scan = _scan(name, folder, before, last)
    _keep_torn(folder, last, scan)
    if scan.is_open:
        return scan, unsealed
    if last == 1:
        return Scan(Position()), None
    return _unsealed_end(name, folder, last - 1), None


def _unsealed_end(name: str, folder: Path, segment: int) -> Scan:
    """A segment that has a successor, or had begun to get one, and no seal yet."""
    before = _start_of(name, folder, segment) or _own_word(folder, segment)
    scan = _scan(name, folder, before, segment)
    if scan.torn or not (scan.at.next_key or scan.new_key):
        raise _unlike_a_crash(name, f"segment {segment} has a successor and no seal")
    return scan


def _start_of(name: str, folder: Path, segment: int) -> Position | None:
    """The position before *segment*, from the seal before it; None without that seal."""
    if segment == 1:
        return Position()
    try:
        content = seal_path(folder, segment - 1).read_bytes()
    except FileNotFoundError:
        return None
    try:
        seal = Seal.read(content)
        tree = _own_word(folder, segment).tree
    except (IndexError, KeyError, TypeError, ValueError) as trouble:
        raise _unlike_a_crash(name, f"segment {segment}: {trouble!r}") from trouble
    if (tree.size, tree.root().hex()) != (seal.size, seal.root):
        raise _unlike_a_crash(name, f"segment {segment} does not go on from its seal")
    return Position(seq=seal.size, head=seal.head, tree=tree, segment=segment - 1)


def _own_word(folder: Path, segment: int) -> Position:
    """The position before *segment* as its own opening tells it."""
    opening = _first_record(segment_path(folder, segment))
    data = opening["data"]
    tree = Frontier(data["size"], [bytes.fromhex(each) for each in data["tree"]])
    return Position(seq=tree.size, head=opening["prev"], tree=tree, segment=segment - 1)


def _first_record(path: Path) -> dict[str, Any]:
    with path.open("rb") as lines:
        record: dict[str, Any] = json.loads(lines.readline(RECORD_MAX_BYTES + 1))
    return record


def _scan(name: str, folder: Path, before: Position, segment: int) -> Scan:
    """Read *segment* up to its last good record."""
    at = Position(
        seq=before.seq,
        head=before.head,
        tree=before.tree.copy(),
        segment=segment,
        prev_seal=before.prev_seal,
    )
    scan = Scan(at)
    with segment_path(folder, segment).open("rb") as lines:
        while line := lines.readline(RECORD_MAX_BYTES + 1):
            if not line.endswith(b"\n") or not _take(scan, name, line[:-1]):
                break
        lines.seek(at.size)
        scan.torn = lines.read()
    return scan


def _take(scan: Scan, name: str, line: bytes) -> bool:
    """Add *line* if it is this stream's next record."""
    at = scan.at
    try:
        record = read_record(line)
        if (record["stream"], record["seq"], record["prev"]) != (name, at.seq + 1, at.head):
            return False
        if (record["kind"] == "segment.open") == scan.is_open:
            return False
        _learn(scan, record["kind"], record["data"])
    except (KeyError, TypeError, ValueError):
        return False
    at.add(line)
    return True


def _learn(scan: Scan, kind: str, data: dict[str, Any]) -> None:
    match kind:
        case "segment.open":
            scan.is_open, scan.at.key = True, data["key"]
            scan.at.prev_seal = data["prev_seal"]
        case "segment.close":
            scan.at.next_key = data["next_key"]
        case "segment.abandoned":
            scan.new_key = data["new_key"]
        case "log.recovered":
            scan.recovered.add(data["sha256"])


def _keep_torn(folder: Path, segment: int, scan: Scan) -> None:
    """Move the torn tail out of the segment. Each step may be made twice."""
    path = segment_path(folder, segment)
    if scan.torn:
        name = f"{segment:06d}.torn.{sha256(scan.torn).hexdigest()}"
        publish(folder / name, scan.torn)
    if not scan.is_open:
        path.unlink()
        sync_folder(folder)
    elif scan.torn:
        fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
        try:
            os.ftruncate(fd, scan.at.size)
            os.fsync(fd)
        finally:
            os.close(fd)


def _publish_missing_seal(
    writer: StreamWriter, closed: Position, expected: str, keys: KeyFolder
) -> None:
    """The crash came between the new opening and the old seal: make that seal again."""
    key = keys.current()
    if key is None or key.public != closed.key:
        raise _unlike_a_crash(writer.name, f"the key for seal {closed.segment} is gone")
    if writer.publish_seal(closed, key) != expected:
        raise _unlike_a_crash(writer.name, f"seal {closed.segment} is not the one announced")


def _start(writer: StreamWriter, scan: Scan, keys: KeyFolder) -> None:
    """Go on under the segment's own key, or say that it is lost and take a new one."""
    current, following = keys.current(), keys.next()
    if following is not None and following.public == scan.at.key:
        keys.advance()  # the crash came right before this
        current, following = following, None
    if not scan.is_open:
        writer.start()
    elif scan.new_key:
        writer.start_over("", scan.new_key)
    elif current is None or current.public != scan.at.key:
        writer.start_over("its key is lost")
    elif scan.at.next_key and (following is None or following.public != scan.at.next_key):
        writer.start_over("the next key is lost")
    else:
        writer.start()


def _name_torn_tails(
    writer: StreamWriter, folder: Path, segments: set[int], named: set[str]
) -> None:
    """Write ``log.recovered`` for each torn tail of these segments that has none yet."""
    for segment in sorted(segments):
        for path in sorted(folder.glob(f"{segment:06d}.torn.*")):
            name = path.name.rpartition(".")[2]
            if name not in named:
                facts = {"bytes": path.stat().st_size, "segment": segment, "sha256": name}
                writer.own("log.recovered", facts)


def _drop_unfinished(folder: Path) -> None:
    """What :func:`publish` had not finished: nobody ever relied on it."""
    for path in folder.glob("*.tmp"):
        path.unlink()


def _unlike_a_crash(name: str, why: str) -> AuditLost:
    return AuditLost(
        f"{name}: {why}: no crash leaves this behind -> run `counterfoil verify`, keep the"
        " folder as it is, and move it aside: a new stream starts by itself"
    )
