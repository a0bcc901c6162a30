"""What people decide about lines: proposed by one, approved by another, bound to what was seen."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from counterfoil.domain.values import canonical_json


class DecisionKind(StrEnum):
    """What may be proposed."""

    MATCH = "match"  # these lines belong together
    WRITE_OFF = "write_off"  # these lines have no counterpart, and will have none
    UNMATCH = "unmatch"  # these lines do not belong together
    REPLACE = "replace"  # this line's new content is the right one
    CLOSE = "close"  # these days are frozen


class DecisionState(StrEnum):
    """How far a proposal got."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    VOID = "VOID"  # a line was not what had been seen
    UNDONE = "UNDONE"  # by an approved unmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen:
    """A line as the proposer saw it."""

    side: str  # "bank" or "ledger"
    line_id: str
    digest: str  # SHA-256 of its content
    account: str
    currency: str  # ISO 4217
    day: date
    cents: int  # signed: minus is paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one person proposes. Its digest is its name, and what the other one approves."""

    reconciliation: str
    kind: DecisionKind
    lines: tuple[LineSeen, ...]
    proposer: str
    reason: str
    at: str  # UTC, ISO 8601
    told: str = ""  # what the lines are now, for whoever approves
    undoes: str = ""  # unmatch: the decision that it takes back; "": a match of the matcher
    through: str = ""  # close: the last day that is frozen, ISO 8601
    carries: tuple[str, ...] = ()  # close: what stays open, by name
    run: int = 0  # close: the run that was looked at

    def content(self) -> bytes:
        """The file that is kept of it."""
        lines = [_plain(each) for each in self.lines]
        return canonical_json({**_plain(self), "kind": str(self.kind), "lines": lines})

    def digest(self) -> str:
        """SHA-256 of :meth:`content`."""
        return sha256(self.content()).hexdigest()

    @property
    def decision_id(self) -> str:
        """``D-`` and 12 characters of the digest: a row cannot name another file."""
        return made_id("D", bytes.fromhex(self.digest()))

    @property
    def difference(self) -> int:
        """Cents: the bank's lines less the ledger's."""
        return sum(each.cents if each.side == "bank" else -each.cents for each in self.lines)

    def ids(self, side: str) -> tuple[str, ...]:
        """The lines of one side, in order."""
        return tuple(sorted(each.line_id for each in self.lines if each.side == side))


def proposal_of(record: Mapping[str, Any]) -> Proposal:
    """The proposal that :meth:`Proposal.content` wrote. Raises KeyError, TypeError, ValueError."""
    lines = tuple(
        LineSeen(**{**each, "day": date.fromisoformat(each["day"])}) for each in record["lines"]
    )
    return Proposal(
        **{
            **record,
            "kind": DecisionKind(record["kind"]),
            "lines": lines,
            "carries": tuple(record["carries"]),
        }
    )


def made_id(letter: str, digest: bytes) -> str:
    """A short name for people: 60 bits of *digest*."""
    return f"{letter}-{b32encode(digest).decode()[:12]}"


def break_id(reconciliation: str, side: str, line_id: str) -> str:
    """The same line, the same break, on every day."""
    return made_id("K", sha256(f"{reconciliation}\n{side}\n{line_id}".encode()).digest())


def _plain(record: Proposal | LineSeen) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}
