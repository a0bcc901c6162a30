"""What the tests of the audit log share: a small log to break, and its verdict."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from counterfoil.audit.keys import SigningKey
from counterfoil.audit.log import AuditLog
from counterfoil.audit.records import NO_HASH, Mark
from counterfoil.audit.seals import Seal, seal_hash
from counterfoil.audit.stream import Checkpoint
from counterfoil.audit.tree import Frontier, leaf_hash, root_of
from counterfoil.audit.verifier import Report, verify_folder
from counterfoil.domain.secrets import Redactor
from counterfoil.domain.values import canonical_json
from counterfoil.store.evidence import EvidenceStore


def open_log(
    folder: Path, *, per_segment: int = 10_000, redactor: Redactor | None = None
) -> AuditLog:
    return AuditLog.open(
        folder / "audit",
        host="h7",
        bot="pay-bot",
        redactor=redactor or Redactor(),
        segment_max_records=per_segment,
    )


@dataclass
class SmallLog:
    """230 records in four segments and the opening of a fifth, two blobs, all marks."""

    folder: Path
    genesis: str
    marks: list[Mark] = field(default_factory=list)

    @property
    def stream(self) -> Path:
        (home,) = (self.folder / "audit" / "h7" / "pay-bot").iterdir()
        return home

    @property
    def blobs(self) -> Path:
        return self.folder / "evidence"

    def checkpoint(self, size: int) -> Checkpoint:
        """What a witness was shown when the log had *size* records."""
        leaves = [leaf_hash(line) for lines in self.lines() for line in lines][:size]
        name = "/".join(self.stream.parts[-3:])
        return Checkpoint(name, size, root_of(leaves).hex(), leaves[-1].hex())

    def verify(self, *, witness: bool = False, blobs: bool = False) -> Report:
        return verify_folder(
            self.folder / "audit",
            genesis=[self.genesis],
            blobs=self.blobs if blobs else None,
            witness=as_witness(self.marks) if witness else (),
        )

    def copy(self, to: Path) -> SmallLog:
        shutil.copytree(self.folder, to)
        return SmallLog(to, self.genesis, list(self.marks))

    def segments(self) -> list[Path]:
        return sorted(self.stream.glob("*.jsonl"))

    def seals(self) -> list[Path]:
        return sorted(self.stream.glob("*.seal"))

    def lines(self) -> list[list[bytes]]:
        return [path.read_bytes().splitlines() for path in self.segments()]

    def put(self, path: Path, content: bytes) -> None:
        """As root or not, over a read-only file or not."""
        path.unlink(missing_ok=True)
        path.write_bytes(content)

    def put_lines(self, segments: Sequence[Sequence[bytes]]) -> None:
        for number, lines in enumerate(segments, 1):
            self.put(self.stream / f"{number:06d}.jsonl", b"".join(each + b"\n" for each in lines))


def as_witness(marks: Iterable[Mark]) -> list[dict[str, Any]]:
    return [{"stream": each.stream, "seq": each.seq, "hash": each.hash} for each in marks]


def build_small_log(folder: Path) -> SmallLog:
    log = open_log(folder, per_segment=52)
    store = EvidenceStore(folder / "evidence", Redactor())
    blobs = [store.put("screenshot", bytes([at]) * 300, picture=True) for at in range(4)]
    small = SmallLog(folder, log.genesis_public_key)
    for row in range(220):
        mark = log.emit(
            "item_posted",
            obj={"batch": "B-1", "row": row, "item": f"B-1-{row:04d}", "attempt": 1},
            data={"receipt": f"{row:010d}", "amount": "12.30", "memo": 'x"\\\n,é'},
            evidence=blobs[row // 10 % 4 :][:1] if row % 10 == 0 else (),
            durable=False,
        )
        small.marks.append(mark)
    log.sync()
    log.give_up()  # the last segment stays open, with records in it
    return small


def edited(line: bytes, **changes: Any) -> bytes:
    """One record with other parts, canonical again."""
    return canonical_json({**json.loads(line), **changes})


def rechained(segments: Sequence[Sequence[bytes]]) -> list[list[bytes]]:
    """The same records with every hash of the chain and tree set right again."""
    tree, head, made = Frontier(), NO_HASH, []
    for lines in segments:
        kept = []
        for line in lines:
            record = json.loads(line)
            if record["kind"] == "segment.open":
                record["data"]["tree"] = [peak.hex() for peak in tree.peaks]
            again = canonical_json({**record, "prev": head})
            tree.append(leaf_hash(again))
            head = leaf_hash(again).hex()
            kept.append(again)
        made.append(kept)
    return made


def resealed(
    segments: Sequence[Sequence[bytes]], keys: Sequence[SigningKey]
) -> tuple[list[list[bytes]], list[bytes]]:
    """Chain, openings, closes and seals made anew, segment n under keys[n]."""
    tree, head, prev_seal = Frontier(), NO_HASH, NO_HASH
    made: list[list[bytes]] = []
    seals: list[bytes] = []
    for at, lines in enumerate(segments):
        kept = []
        for line in lines:
            record = json.loads(line)
            if record["kind"] == "segment.open":
                peaks = [peak.hex() for peak in tree.peaks]
                record["data"] |= {"tree": peaks, "prev_seal": prev_seal, "key": keys[at].public}
            if record["kind"] == "segment.close":
                record["data"]["next_key"] = keys[at + 1].public
            again = canonical_json({**record, "prev": head})
            tree.append(leaf_hash(again))
            head = leaf_hash(again).hex()
            kept.append(again)
        made.append(kept)
        if at + 1 < len(segments):
            seal = Seal(
                stream=json.loads(lines[0])["stream"],
                segment=at + 1,
                size=tree.size,
                head=head,
                root=tree.root().hex(),
                prev_seal=prev_seal,
                key=keys[at].public,
                next_key=keys[at + 1].public,
            ).signed_by(keys[at])
            seals.append(seal)
            prev_seal = seal_hash(seal)
    return made, seals
