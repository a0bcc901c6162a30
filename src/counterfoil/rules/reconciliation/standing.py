"""Where a standing reconciliation stands: its last run's period, and what closes have frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counterfoil.rules.reconciliation.carrying import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Before the next run, or before a decision."""

    name: str
    number: int  # of the last run; 0: there is none yet
    ran_at: datetime | None  # UTC
    period: Period  # without what is frozen
    gone: Period  # what is; ``as_of`` is the last frozen day
