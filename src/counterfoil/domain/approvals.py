"""Four eyes: who approved what they saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Bound to the digest of what was seen: one changed byte voids it."""

    batch_id: str
    digest: str  # Batch.digest() as shown to the approver
    approver: str
    at: datetime  # UTC


def plain_name(name: str) -> str:
    """One spelling per person: blanks and case do not make another one."""
    return " ".join(name.split()).casefold()
