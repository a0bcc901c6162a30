#!/usr/bin/env python3
"""Verify a Counterfoil audit log, offline: one file, the standard library only.

    python verifier.py FOLDER [--genesis HEX ...] [--blobs DIR] [--witness FILE.jsonl]

FOLDER holds one or many streams. Exit code 0: verified. 1: tampering, or evidence is
missing. 2: the arguments cannot be used. Each sentence that is printed begins with

    VERIFIED          what holds
    TAMPERING         bytes are not what was written and sealed
    TRUNCATED         a witness saw more than there is
    MISSING EVIDENCE  a record names a blob or a torn tail that is not there
    TORN TAIL         a crash cut the last record short (legal in the open segment only)
    NOT SEALED YET    the open segment: chained, but its seal is still to come
    NOTE              worth knowing, and no reason for alarm

What is checked, for each stream: every line is canonical JSON, names its stream and its
place, and holds the hash of the line before; every closed segment has a seal that is
signed with the segment's own key, covers the RFC 6962 root over all records so far, and
names the next key; the first key is one of those given as --genesis. With --blobs every
named blob has the named hash and size. With --witness every (stream, seq, hash) or
(stream, size, root, head) that somebody else kept is found again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any, BinaryIO

LINE_MAX = 64 * 1024
SENTENCES_MAX = 1000
NO_HASH = "0" * 64
SEAL_PREFIX = b"counterfoil audit seal v1\n"
ALARMS = ("TAMPERING", "TRUNCATED", "MISSING EVIDENCE")

_HEX = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_STREAM = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}/){2}[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_KIND = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_MONO = re.compile(r"[0-9]{1,20}")
_SEGMENT_FILE = re.compile(r"([0-9]{6,9})\.(jsonl|seal)")
_TORN_FILE = re.compile(r"([0-9]{6,9})\.torn\.([0-9a-f]{64})")
_BLOB_FILE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Report:
    """What the verifier found, in plain sentences, the alarms first."""

    ok: bool
    sentences: tuple[str, ...]
    records: int  # checked, over all streams
    sealed: int  # of these, covered by a seal
    streams: int


class Broken(Exception):
    """The first thing in a stream that is not as it was written."""


# --- records and seals -----------------------------------------------------------------


def _no_floats(text: str) -> Any:
    raise ValueError(f"{text[:40]} has no canonical form")


_scan = json.JSONDecoder(parse_float=_no_floats, parse_constant=_no_floats).raw_decode
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


def _canonical(line: bytes) -> dict[str, Any]:
    """The JSON object in *line*, which must be spelt in the one canonical way."""
    text = line.decode("ascii")
    try:
        value, _ = _scan(text, 0)
    except RecursionError:
        raise ValueError("not JSON") from None
    if type(value) is not dict or _encode(value) != text:
        raise ValueError("not canonical JSON")
    return value


RECORD_KEYS = {"actor", "data", "ev", "kind", "mono", "obj", "prev", "seq", "stream", "t", "v"}


def read_record(line: bytes) -> dict[str, Any]:
    """One record from its stored bytes without the line feed.

    Raises:
        ValueError: The bytes are no record that our log would have written.
    """
    if len(line) > LINE_MAX:
        raise ValueError("longer than a record may be")
    record = _canonical(line)
    if record.keys() != RECORD_KEYS or type(record["v"]) is not int or record["v"] != 1:
        raise ValueError("not the parts of a record")
    for key, pattern in _RECORD_TEXTS:
        value = record[key]
        if type(value) is not str or not pattern.fullmatch(value):
            raise ValueError(f"{key} is not well formed")
    if type(record["seq"]) is not int or record["seq"] < 1:
        raise ValueError("seq is not well formed")
    for key in ("actor", "data", "obj"):
        if type(record[key]) is not dict:
            raise ValueError(f"{key} is not well formed")
    if record["ev"] != []:
        _check_evidence(record["ev"])
    return record


_RECORD_TEXTS = (
    ("stream", _STREAM),
    ("kind", _KIND),
    ("prev", _HEX),
    ("t", _TIME),
    ("mono", _MONO),
)


def _check_evidence(blobs: Any) -> None:
    if type(blobs) is not list:
        raise ValueError("ev is not well formed")
    for blob in blobs:
        if type(blob) is not dict or blob.keys() != {"k", "n", "sha256"}:
            raise ValueError("ev is not well formed")
        if type(blob["k"]) is not str or type(blob["n"]) is not int or not _is_hex(blob["sha256"]):
            raise ValueError("ev is not well formed")


SEAL_TEXTS = ("head", "root", "prev_seal", "key", "next_key")
SEAL_KEYS = {*SEAL_TEXTS, "stream", "segment", "size", "alg", "v", "sig"}


def read_seal(content: bytes) -> dict[str, Any]:
    """One seal from its file; its signature is checked against its own key.

    Raises:
        ValueError: These bytes are not a seal, or the signature is not right.
    """
    if len(content) > LINE_MAX or not content.endswith(b"\n"):
        raise ValueError("not the bytes of a seal")
    seal = _canonical(content[:-1])
    if seal.keys() != SEAL_KEYS or type(seal["v"]) is not int or seal["v"] != 1:
        raise ValueError("not the parts of a seal")
    if seal["alg"] != "ed25519":
        raise ValueError(f"sealed with {_shown(seal['alg'])}, which this verifier does not know")
    if type(seal["segment"]) is not int or type(seal["size"]) is not int:
        raise ValueError("segment or size is not well formed")
    if not all(_is_hex(seal[key]) for key in SEAL_TEXTS) or type(seal["stream"]) is not str:
        raise ValueError("a hash or key is not 64 lowercase hex digits")
    if type(seal["sig"]) is not str or not _SIGNATURE.fullmatch(seal["sig"]):
        raise ValueError("the signature is not 128 lowercase hex digits")
    signed = {key: each for key, each in seal.items() if key != "sig"}
    message = SEAL_PREFIX + _encode(signed).encode("ascii")
    if not ed25519_holds(bytes.fromhex(seal["key"]), message, bytes.fromhex(seal["sig"])):
        raise ValueError("the signature is not right")
    return seal


def _is_hex(value: Any) -> bool:
    return type(value) is str and _HEX.fullmatch(value) is not None


# --- Ed25519, RFC 8032 section 5.1 -----------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Is *signature* (64 bytes) the one of *message* under *public* (32 bytes)?"""
    key, nonce = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= _L:
        return False
    digest = sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % _L
    minus_key = (_P - key[0], key[1], key[2], _P - key[3])
    x, y, z, _ = _twice(scalar, _BASE, challenge, minus_key)
    return (x - nonce[0] * z) % _P == 0 and (y - nonce[1] * z) % _P == 0


def _twice(a: int, first: Point, b: int, second: Point) -> Point:
    """a * first + b * second, in one run over the bits of both."""
    both = _add(first, second)
    total: Point = (0, 1, 1, 0)
    for bit in range(max(a.bit_length(), b.bit_length()) - 1, -1, -1):
        total = _add(total, total)
        choice = (a >> bit & 1) + 2 * (b >> bit & 1)
        if choice:
            total = _add(total, (first, second, both)[choice - 1])
    return total


def _add(first: Point, second: Point) -> Point:
    a = (first[1] - first[0]) * (second[1] - second[0]) % _P
    b = (first[1] + first[0]) * (second[1] + second[0]) % _P
    c = 2 * first[3] * second[3] * _D % _P
    d = 2 * first[2] * second[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _point(encoded: bytes) -> Point | None:
    """The point that 32 bytes stand for, if they do in the one canonical way."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_1 % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


_BASE_POINT = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
assert _BASE_POINT is not None
_BASE: Point = _BASE_POINT


# --- one stream ------------------------------------------------------------------------


@dataclass
class Files:
    """What lies in one stream's folder, by segment number."""

    folder: Path
    segments: dict[int, Path] = field(default_factory=dict)
    seals: dict[int, Path] = field(default_factory=dict)
    torn: list[tuple[int, str, Path]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


@dataclass
class Walk:
    """One stream on its way from the first record to the last."""

    files: Files
    name: str = ""
    seq: int = 0
    head: str = NO_HASH
    peaks: list[bytes] = field(default_factory=list)  # the tree's right edge, biggest first
    prev_seal: str = NO_HASH
    key_due: str = ""  # the only key that may open the next segment
    sealed: int = 0  # records covered by a seal
    records: int = 0  # read here
    segment: int = 0
    key: str = ""
    count: int = 0  # records in this segment
    next_key: str = ""  # after its close
    new_key: str = ""  # after its being abandoned
    recovered: dict[str, tuple[int, int]] = field(default_factory=dict)
    dropped: dict[int, tuple[int, str]] = field(default_factory=dict)
    declared: dict[int, tuple[int, str]] = field(default_factory=dict)


class Verification:
    """One run over a folder; collects the sentences."""

    def __init__(
        self,
        *,
        genesis: Sequence[str] = (),
        blobs: Path | None = None,
        witness: dict[str, dict[int, list[tuple[str, str]]]] | None = None,
    ) -> None:
        self._genesis = frozenset(genesis)
        self._blobs = blobs
        self._blobs_seen: set[bytes] = set()
        self._witness = witness or {}
        self._alarms: list[str] = []
        self._remarks: list[str] = []
        self._more = 0
        self._names: set[str] = set()
        self.records = self.sealed = self.streams = 0

    def say(self, what: str, sentence: str) -> None:
        """Keep one sentence; a flood of them is cut off, and counted."""
        into = self._alarms if what in ALARMS else self._remarks
        if len(into) >= SENTENCES_MAX:
            self._more += 1
        else:
            into.append(f"{what}: {sentence}")

    def report(self) -> Report:
        more = [f"NOTE: and {self._more:,} sentences more"] if self._more else []
        return Report(
            ok=not self._alarms,
            sentences=(*self._alarms, *self._remarks, *more),
            records=self.records,
            sealed=self.sealed,
            streams=self.streams,
        )

    def folder(self, top: Path) -> None:
        """Every stream below *top*, then what belongs to none of them."""
        for files in find_streams(top):
            self.streams += 1
            self._stream(files)
        if not self.streams:
            self.say("NOTE", f"there is no log in {_shown(top)}")
        for name in sorted(self._witness.keys() - self._names):
            seen = max(self._witness[name])
            self.say("TRUNCATED", f"a witness saw {seen:,} records of {name}, which is not here")
        if not self._genesis and self.streams:
            self.say(
                "NOTE",
                "no genesis key was given: the log agrees with itself, which does not show"
                " whose it is. Give the key from the bot's acceptance sheet as --genesis",
            )
        if self._blobs is not None and not self._alarms:
            self._extra_blobs(self._blobs)

    def _stream(self, files: Files) -> None:
        walk = Walk(files)
        where = _shown(files.folder.name)
        try:
            self._segments(walk)
            self._torn_tails(walk)
            self._declared_holes(walk)
        except Broken as broken:
            self.say("TAMPERING", f"{walk.name or where}: {broken}; not judged any further")
        except OSError as trouble:
            self.say("TAMPERING", f"{walk.name or where}: cannot be read: {_shown(trouble)}")
        else:
            self._summary(walk)
        self.records += walk.records
        self.sealed += min(walk.sealed, walk.records)
        for name in files.others[:20]:
            self.say("NOTE", f"{walk.name or where}: {name} is no part of a log")

    def _summary(self, walk: Walk) -> None:
        self.say(
            "VERIFIED",
            f"{walk.name}: {walk.records:,} records, {walk.sealed:,} under"
            f" {len(walk.files.seals):,} seals",
        )
        seen = max(self._witness.get(walk.name, {0: []}))
        if seen > walk.seq:
            self.say(
                "TRUNCATED",
                f"{walk.name}: the witness saw {seen:,} records, the log has {walk.seq:,}",
            )

    def _segments(self, walk: Walk) -> None:
        files = walk.files
        numbers = sorted(files.segments.keys() | files.seals.keys())
        last = max(files.segments, default=0)
        if numbers[-1] > last:
            raise Broken(f"seal {numbers[-1]} has no segment, and none follows it")
        for due, segment in enumerate(numbers, 1):
            if segment != due:
                raise Broken(f"segment {due} is missing")
            walk.segment = segment
            if segment in files.segments:
                self._segment(walk, last)
            else:
                self._dropped(walk)

    def _dropped(self, walk: Walk) -> None:
        """A seal without its segment: legal for the oldest ones, if the log declares it."""
        if walk.records:
            raise Broken(f"segment {walk.segment} is missing")
        due = walk.key_due
        seal = self._seal(walk)
        walk.name = walk.name or self._new_name(walk, seal["stream"])
        self._check_key(walk, seal["key"], due)
        self._check_seal(walk, seal, {"stream": walk.name})
        walk.dropped[walk.segment] = (seal["size"], seal["root"])
        walk.seq, walk.head, walk.peaks = seal["size"], seal["head"], []
        walk.sealed = seal["size"]

    def _segment(self, walk: Walk, last: int) -> None:
        path = walk.files.segments[walk.segment]
        walk.count, walk.key, walk.next_key, walk.new_key = 0, "", "", ""
        with _open(path) as lines:
            rest = self._records(walk, lines)
            if rest:
                self._rest(walk, lines, last)
        if walk.segment in walk.files.seals:
            if rest:
                raise Broken(f"segment {walk.segment}: more than was sealed")
            self._sealed(walk)
        else:
            self._unsealed(walk, last, torn=bool(rest))

    def _records(self, walk: Walk, lines: BinaryIO) -> bytes:
        """Walk over the good records; return the first line that is none, if any."""
        witness: dict[int, list[tuple[str, str]]] = self._witness.get(walk.name, {})
        line = lines.readline(LINE_MAX + 1)
        while line:
            if line[-1] != 10:
                return line
            stored = line[:-1]
            try:
                record = read_record(stored)
            except ValueError:
                return line
            if record["prev"] != walk.head or record["seq"] != walk.seq + 1:
                return line
            if record["stream"] != walk.name:
                if walk.name:
                    return line
                walk.name = self._new_name(walk, record["stream"])
                witness = self._witness.get(walk.name, {})
            kind = record["kind"]
            if kind in _STRUCTURE or not walk.count:
                self._structure(walk, kind, record["data"])
            leaf = sha256(b"\x00" + stored).digest()
            walk.seq += 1
            walk.count += 1
            walk.records += 1
            walk.head = leaf.hex()
            _grow(walk.peaks, walk.seq, leaf)
            if walk.seq in witness:
                self._compare(walk, witness[walk.seq])
            if self._blobs is not None and record["ev"]:
                self._check_blobs(walk, record["ev"], self._blobs)
            line = lines.readline(LINE_MAX + 1)
        return b""

    def _structure(self, walk: Walk, kind: str, data: dict[str, Any]) -> None:
        """A record that the log wrote about itself."""
        where = f"segment {walk.segment}, record {walk.seq + 1:,}"
        if (kind == "segment.open") != (walk.count == 0):
            raise Broken(f"{where}: a segment begins with its opening, and has one")
        if walk.next_key and kind != "segment.abandoned":
            raise Broken(f"{where}: follows the segment's close")
        try:
            if kind == "segment.open":
                self._opening(walk, data)
            elif kind == "segment.close":
                if (data["segment"], data["records"]) != (walk.segment, walk.count + 1):
                    raise Broken(f"{where}: the close counts other records")
                walk.next_key = _hex_in(data, "next_key")
            elif kind == "segment.abandoned":
                walk.new_key = _hex_in(data, "new_key")
            elif kind == "log.recovered":
                walk.recovered[_hex_in(data, "sha256")] = (data["segment"], data["bytes"])
            elif kind == "retention.drop":
                walk.declared[data["segment"]] = (data["size"], data["root"])
        except (KeyError, TypeError, ValueError):
            raise Broken(f"{where}: {kind} is not well formed") from None

    def _opening(self, walk: Walk, data: dict[str, Any]) -> None:
        where = f"segment {walk.segment}"
        peaks = [bytes.fromhex(each) for each in data["tree"] if _is_hex(each)]
        if walk.dropped and not walk.records:  # the hole's far side: its root is under seal
            walk.peaks = peaks
            if len(peaks) != walk.seq.bit_count() or (
                _root(peaks).hex() != walk.dropped[walk.segment - 1][1]
            ):
                raise Broken(f"{where}: does not go on from the seal before it")
        if (data["segment"], data["size"]) != (walk.segment, walk.seq) or peaks != walk.peaks:
            raise Broken(f"{where}: its opening does not fit the segment before it")
        if walk.prev_seal and data["prev_seal"] != walk.prev_seal:
            raise Broken(f"{where}: its opening names another seal before it")
        self._check_key(walk, _hex_in(data, "key"), walk.key_due)

    def _check_key(self, walk: Walk, key: str, due: str) -> None:
        if due:
            if key != due:
                raise Broken(f"segment {walk.segment}: opened under a key that was not announced")
        elif self._genesis and key not in self._genesis:
            raise Broken(f"segment {walk.segment}: opened under a key that nobody enrolled ({key})")
        walk.key = key

    def _seal(self, walk: Walk) -> dict[str, Any]:
        """The seal of this segment, its signature checked, chained to the seal before."""
        with _open(walk.files.seals[walk.segment]) as file:
            content = file.read(LINE_MAX + 2)
        try:
            seal = read_seal(content)
        except ValueError as trouble:
            raise Broken(f"seal {walk.segment}: {trouble}") from None
        self._check_seal(walk, seal, {"segment": walk.segment, "prev_seal": walk.prev_seal})
        walk.prev_seal = sha256(content).hexdigest()
        walk.key_due = seal["next_key"]
        return seal

    def _check_seal(self, walk: Walk, seal: dict[str, Any], due: dict[str, Any]) -> None:
        for key, value in due.items():
            if seal[key] != value:
                raise Broken(f"seal {walk.segment}: its {key} is not that of the segment")

    def _sealed(self, walk: Walk) -> None:
        if not walk.next_key or walk.new_key:
            raise Broken(f"segment {walk.segment}: sealed without its close at the end")
        due = {
            "stream": walk.name,
            "size": walk.seq,
            "head": walk.head,
            "root": _root(walk.peaks).hex(),
            "key": walk.key,
            "next_key": walk.next_key,
        }
        self._check_seal(walk, self._seal(walk), due)
        walk.sealed = walk.seq
        if walk.segment + 1 not in walk.files.segments:
            raise Broken(f"segment {walk.segment} is sealed, and the one after it is gone")

    def _unsealed(self, walk: Walk, last: int, *, torn: bool) -> None:
        """No seal: the open segment, a crash in the change of segments, or tampering."""
        segment, name = walk.segment, walk.name or _shown(walk.files.folder.name)
        if segment == last:
            what = "closed, and its seal was not made any more" if walk.next_key else "open"
            text = f"{name}: segment {segment} is {what}; its {walk.count:,} records are chained"
            self.say("NOT SEALED YET", text)
        elif torn or not (walk.next_key or walk.new_key):
            raise Broken(f"segment {segment}: not closed, and yet another follows")
        elif walk.new_key:
            self._abandoned(walk)
        elif segment != last - 1 or _has_two_lines(walk.files.segments[last]):
            if not _appeared(walk.files, segment):
                raise Broken(f"seal {segment} is missing")
            self._sealed(walk)
        else:
            text = f"{name}: a crash came before the seal of segment {segment} was made"
            self.say("NOT SEALED YET", text)
            walk.key_due, walk.prev_seal = walk.next_key, ""

    def _abandoned(self, walk: Walk) -> None:
        """The key was lost. Its successor is known to us only if a person enrolled it."""
        if self._genesis and walk.new_key not in self._genesis:
            raise Broken(
                f"segment {walk.segment} was abandoned, and the key that follows was never"
                f" enrolled ({walk.new_key})"
            )
        text = f"segment {walk.segment} lost its key and goes on under {walk.new_key}"
        self.say("NOTE", f"{walk.name}: {text}, enrol it like a genesis key")
        walk.key_due, walk.prev_seal = walk.new_key, NO_HASH

    def _rest(self, walk: Walk, lines: BinaryIO, last: int) -> None:
        """What follows the good records: a torn tail, or records that were tampered with."""
        where = f"segment {walk.segment}, after record {walk.seq:,}"
        if walk.segment != last or walk.segment in walk.files.seals:
            raise Broken(f"{where}: the bytes are not those that were written")
        lines.seek(0, os.SEEK_END)
        size = lines.tell()
        lines.seek(0)
        for _ in range(walk.count):
            lines.readline(LINE_MAX + 1)
        torn = size - lines.tell()
        if _holds_a_record(lines, walk.name):
            raise Broken(f"{where}: what follows does not chain on, and is no torn tail")
        name = walk.name or _shown(walk.files.folder.name)
        text = f"{torn:,} bytes after record {walk.seq:,}, cut by a crash or being written just now"
        self.say("TORN TAIL", f"{name}: {text}")

    def _torn_tails(self, walk: Walk) -> None:
        """Kept torn tails and the records that name them belong together."""
        named = dict(walk.recovered)
        for segment, digest, path in walk.files.torn:
            with _open(path) as file:
                found, size = _hash_file(file)
                file.seek(0)
                whole = _holds_a_record(file, walk.name)
            if found != digest:
                raise Broken(f"{path.name}: altered")
            if whole:
                raise Broken(f"{path.name}: holds a whole record; no crash cuts that off")
            if digest not in named:
                if segment < max(walk.files.segments) - 1 and segment not in walk.dropped:
                    raise Broken(f"{path.name}: no record speaks of it")
                self.say("NOTE", f"{walk.name}: {path.name} will be named at the next start")
            elif named.pop(digest) != (segment, size):
                raise Broken(f"{path.name}: the log names another segment or size")
            else:
                self.say("NOTE", f"{walk.name}: a crash tore {size:,} bytes, kept in {path.name}")
        for digest, (segment, size) in named.items():
            if segment not in walk.dropped:
                text = f"{walk.name}: a torn tail of {_shown(size)} bytes, {digest}, is gone"
                self.say("MISSING EVIDENCE", text)

    def _declared_holes(self, walk: Walk) -> None:
        for segment, facts in walk.dropped.items():
            if walk.declared.get(segment) != facts:
                raise Broken(f"segment {segment} is missing, and the log does not declare it")
        if walk.dropped:
            text = f"{walk.name}: {len(walk.dropped)} oldest segments were dropped, as declared"
            self.say("NOTE", text)

    def _new_name(self, walk: Walk, name: str) -> str:
        if name in self._names:
            raise Broken(f"two folders hold the stream {name}")
        if name.rpartition("/")[2] != walk.files.folder.name:
            raise Broken(f"the records are of the stream {name}, the folder is not")
        self._names.add(name)
        return name

    def _compare(self, walk: Walk, kept: list[tuple[str, str]]) -> None:
        for head, root in kept:
            if head != walk.head:
                raise Broken(f"record {walk.seq:,} is not the one that the witness saw")
            if root and root != _root(walk.peaks).hex():
                raise Broken(f"the tree at record {walk.seq:,} is not the one the witness saw")

    def _check_blobs(self, walk: Walk, named: list[dict[str, Any]], blobs: Path) -> None:
        for each in named:
            digest = bytes.fromhex(each["sha256"])
            if digest in self._blobs_seen:
                continue
            self._blobs_seen.add(digest)
            what = f"{walk.name}, record {walk.seq:,}: {_shown(each['k'])} {each['sha256']}"
            try:
                with _open(blobs / each["sha256"][:2] / each["sha256"]) as file:
                    found = _hash_file(file)
            except OSError:
                self.say("MISSING EVIDENCE", f"{what} is not there")
            else:
                if found != (each["sha256"], each["n"]):
                    self.say("TAMPERING", f"{what} was altered")

    def _extra_blobs(self, blobs: Path) -> None:
        for folder, _, names in os.walk(blobs):
            for name in sorted(names):
                known = _BLOB_FILE.fullmatch(name) and bytes.fromhex(name) in self._blobs_seen
                if not known or Path(folder) != blobs / name[:2]:
                    self.say("NOTE", f"the blob {_shown(name)} is named by no record")


_STRUCTURE = frozenset(
    ("segment.open", "segment.close", "segment.abandoned", "log.recovered", "retention.drop")
)


def find_streams(top: Path) -> Iterator[Files]:
    """Each folder below *top* (itself included) that holds segments or seals, in order."""
    for folder, below, names in os.walk(top):
        below.sort()
        found = Files(Path(folder))
        for name in sorted(names + [each for each in below if _SEGMENT_FILE.fullmatch(each)]):
            path = Path(folder, name)
            match, torn = _SEGMENT_FILE.fullmatch(name), _TORN_FILE.fullmatch(name)
            if match and name == f"{int(match[1]):06d}.{match[2]}" and int(match[1]):
                into = found.segments if match[2] == "jsonl" else found.seals
                into[int(match[1])] = path
            elif torn:
                found.torn.append((int(torn[1]), torn[2], path))
            else:
                found.others.append(_shown(name))
        if found.segments or found.seals or found.torn:
            yield found


def _grow(peaks: list[bytes], size: int, leaf: bytes) -> None:
    """Add one leaf to the tree's right edge; *size* counts it already. RFC 6962."""
    while not size & 1:
        leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
        size >>= 1
    peaks.append(leaf)


def _root(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return sha256(b"").digest()
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = sha256(b"\x01" + peak + root).digest()
    return root


def _holds_a_record(lines: BinaryIO, name: str) -> bool:
    """Is there a whole record of this stream in what is left of the file?"""
    while line := lines.readline(LINE_MAX + 1):
        try:
            record = read_record(line.rstrip(b"\n"))
        except ValueError:
            continue
        if line.endswith(b"\n") and name in ("", record["stream"]):
            return True
    return False


def _appeared(files: Files, segment: int) -> bool:
    """A living bot may have published the seal since the folder was listed."""
    path = files.folder / f"{segment:06d}.seal"
    if path.exists():
        files.seals[segment] = path
    return segment in files.seals


def _has_two_lines(path: Path) -> bool:
    with _open(path) as lines:
        lines.readline(LINE_MAX + 1)
        return lines.readline(LINE_MAX + 1).endswith(b"\n")


def _hex_in(data: dict[str, Any], key: str) -> str:
    value = data[key]
    if not _is_hex(value):
        raise ValueError(key)
    return str(value)


def _open(path: Path) -> BinaryIO:
    """A regular file and nothing else: no link, no pipe that never answers."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(f"{path.name} is not a regular file")
    return os.fdopen(fd, "rb")


def _hash_file(file: BinaryIO) -> tuple[str, int]:
    digest, size = sha256(), 0
    while piece := file.read(1 << 20):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _shown(what: object) -> str:
    """Foreign text for a person: nothing that a terminal would obey."""
    return ascii(str(what))[1:-1][:200]


# --- the door --------------------------------------------------------------------------

Witness = dict[str, dict[int, list[tuple[str, str]]]]


def verify_folder(
    folder: Path,
    *,
    genesis: Sequence[str] = (),
    blobs: Path | None = None,
    witness: Iterable[dict[str, Any]] = (),
) -> Report:
    """Verify every stream below *folder*.

    Args:
        genesis: Enrolled public keys, lowercase hex. None: whose log it is stays open.
        blobs: The folder of evidence; None: it is not looked at.
        witness: ``{"stream", "seq", "hash"}`` of single records, or checkpoints
            ``{"stream", "size", "root", "head"}``.

    Raises:
        ValueError: A genesis key or a witness is not well formed.
    """
    for key in genesis:
        if not _is_hex(key):
            raise ValueError(f"not a public key in lowercase hex: {_shown(key)}")
    kept: Witness = {}
    for each in witness:
        name, seq, head, root = read_witness(each)
        kept.setdefault(name, {}).setdefault(seq, []).append((head, root))
    run = Verification(genesis=genesis, blobs=blobs, witness=kept)
    run.folder(folder)
    return run.report()


def read_witness(line: Any) -> tuple[str, int, str, str]:
    """Stream, seq, hash and (of a checkpoint) root. Raises ValueError."""
    if type(line) is not dict:
        raise ValueError("a witness is a JSON object")
    root = line.get("root", "")
    seq, head = (
        (line.get("size"), line.get("head")) if root else (line.get("seq"), line.get("hash"))
    )
    if type(seq) is not int or seq < 1 or not _is_hex(head) or not (root == "" or _is_hex(root)):
        raise ValueError(f"not a witness: {_shown(line)}")
    if type(line.get("stream")) is not str:
        raise ValueError(f"a witness without a stream: {_shown(line)}")
    return str(line["stream"]), seq, str(head), str(root)


def read_witness_file(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON lines of *path*. Raises ValueError, OSError."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                raise ValueError(f"{path}, line {number}: not JSON") from None


def main(arguments: Sequence[str] | None = None, say: Callable[[str], object] = print) -> int:
    """The command line. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="verifier.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--genesis", nargs="+", default=[], metavar="HEX", help="enrolled keys")
    parser.add_argument("--blobs", type=Path, metavar="DIR", help="the evidence's folder")
    parser.add_argument("--witness", type=Path, metavar="FILE", help="JSON lines")
    given = parser.parse_args(arguments)
    for folder in (given.folder, given.blobs):
        if folder is not None and not folder.is_dir():
            say(f"UNUSABLE: {_shown(folder)} is not a folder")
            return 2
    try:
        witness = list(read_witness_file(given.witness)) if given.witness else []
        report = verify_folder(
            given.folder, genesis=given.genesis, blobs=given.blobs, witness=witness
        )
    except (OSError, ValueError) as trouble:
        say(f"UNUSABLE: {_shown(trouble)}")
        return 2
    for sentence in report.sentences:
        say(sentence)
    if not report.streams and report.ok:
        return 2
    verdict = "OK" if report.ok else "NOT VERIFIED"
    say(f"verify: {verdict}: {report.records:,} records in {report.streams:,} streams")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
