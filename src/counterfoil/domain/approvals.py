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
