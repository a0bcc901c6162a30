"""One record: one line of canonical JSON, chained to the line before it.

The hash is over the bytes as stored, never over something written again. What two
writers could spell differently (floats, big integers, keys that are no ASCII words)
is refused where it comes in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor
from counterfoil.domain.values import as_text

VERSION = 1
RECORD_MAX_BYTES = 64 * 1024  # more belongs into the evidence store
NO_HASH = "0" * 64  # before the first record, and before the first seal

#: Kinds that the log writes about itself; the verifier reads its structure from them.
OWN_KINDS = frozenset(
    {
        "log",
        "log.opened",
        "log.recovered",
        "segment.open",
        "segment.close",
        "segment.abandoned",
        "retention.drop",
    }
)

_KIND = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}")
_DEPTH_MAX = 8
_PLACE_MAX_BYTES = 1024  # kind, stream, seq, times and prev around the content


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of one record, for the ledger to keep as a witness."""

    stream: str  # host/bot/boot-id
    seq: int  # 1 is the stream's first record
    hash: str  # SHA-256 of 0x00 and the line without its line feed, lowercase hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a record says, checked, redacted and encoded; it still lacks its place."""

    kind: str
    actor: str
    obj: str
    data: str
    evidence: str

    def summary(self) -> str:
        """One redacted line for people."""
        return f"{self.kind} {self.obj} {self.data}"

    def line(self, *, stream: str, seq: int, at: datetime, mono: int, prev: str) -> bytes:
        """The stored bytes without the line feed; keys in canonical order."""
        line = (
            f'{{"actor":{self.actor},"data":{self.data},"ev":{self.evidence},'
            f'"kind":"{self.kind}","mono":"{mono}","obj":{self.obj},"prev":"{prev}",'
            f'"seq":{seq},"stream":"{stream}","t":"{stamp(at)}","v":{VERSION}}}'
        ).encode("ascii")
        assert len(line) <= RECORD_MAX_BYTES, self.kind
        return line


def body(  # noqa: PLR0913 - a record has these parts
    kind: str,
    *,
    actor: Mapping[str, Any],
    obj: Mapping[str, Any],
    data: Mapping[str, Any],
    evidence: Sequence[Evidence] = (),
    redactor: Redactor,
) -> Body:
    """Check, redact and encode one record's content.

    Raises:
        TypeError: Something in it has no canonical form.
        ValueError: The kind or a key is no word, or it is nested too deep.
    """
    if not _KIND.fullmatch(kind):
        raise ValueError(f"not a kind of record: {kind!r}")
    blobs = [{"k": each.kind, "n": each.size, "sha256": each.sha256} for each in evidence]
    made = Body(
        kind=kind,
        actor=_encode(_clean(actor, redactor)),
        obj=_encode(_clean(obj, redactor)),
        data=_encode(_clean(data, redactor)),
        evidence=_encode(blobs),
    )
    size = len(made.actor) + len(made.obj) + len(made.data) + len(made.evidence)
    if size > RECORD_MAX_BYTES - _PLACE_MAX_BYTES:
        raise ValueError(f"{kind}: too long for one record; keep it as evidence")
    return made


def stamp(at: datetime) -> str:
    """``2026-11-24T08:00:00.123456Z``. Raises ValueError for a naive time."""
    if at.tzinfo is not UTC:
        if at.tzinfo is None:
            raise ValueError("a record's time is in UTC, not naive")
        at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}Z"


def _encode(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _clean(value: Any, redactor: Redactor, depth: int = 0) -> Any:
    """*value* in the canonical subset, its texts redacted."""
    if type(value) is str:
        return redactor.text(value)
    match value:
        case None | bool():
            return value
        case int() if abs(value) < 2**53:
            return int(value)
        case str() | Decimal() | date():
            return redactor.text(as_text(value))
        case Mapping() if depth < _DEPTH_MAX:
            return {_key(key): _clean(each, redactor, depth + 1) for key, each in value.items()}
        case list() | tuple() if depth < _DEPTH_MAX:
            return [_clean(each, redactor, depth + 1) for each in value]
        case list() | tuple() | Mapping():
            raise ValueError(f"nested deeper than {_DEPTH_MAX}")
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def _key(key: Any) -> str:
    """Keys are our own words: a foreign text as a key would escape the redactor."""
    if type(key) is not str or not _KEY.fullmatch(key):
        raise ValueError("a record's keys are short ASCII words")
    return key
