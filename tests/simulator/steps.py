"""The suspension point: a port asks what happens to it, and the scheduler answers."""

from __future__ import annotations

import types
from collections.abc import Generator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crash:
    """The worker dies here, before the call has any effect."""

    restart_seconds: float
    loses: str  # of what was not synced: "nothing", "rows" (the log keeps it), "all"
    buried_at_once: bool  # the restart declares the dead boot's claims and leases void


@dataclass(frozen=True, slots=True)
class Pause:
    """The worker freezes here (a sleeping machine, a full disk) and wakes up later."""

    seconds: float


@types.coroutine
def step(call: str) -> Generator[str, str | None, str | None]:
    """Suspend before the effect of *call*; the answer is a kind of fault, or None."""
    return (yield call)
