"""When the queue will be empty: from the measured pace, with a range that was measured too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from counterfoil.domain.items import ItemState
from counterfoil.domain.kpi import Attempt, Cell, Handling, ItemFacts, KpiColumn, KpiFacts, KpiTable
from counterfoil.rules.kpi_measures import GAPS_MIN, by_system, handling, time_to_empty

#: Bots key these without anybody being asked.
TO_KEY = frozenset({ItemState.READY, ItemState.KEYING, ItemState.IN_DOUBT})


def queue(facts: KpiFacts, sessions: Mapping[str, int]) -> KpiTable:
    """Of each system: what is to be keyed, how fast, and when that is done.

    Args:
        sessions: System -> bank sessions at a time.
    """
    systems = {each.system for each in facts.items if not each.finished}
    systems |= {each.system for each in facts.attempts}
    attempts = by_system(facts.attempts)
    return KpiTable(
        name="queue",
        heading="When the queue will be empty",
        formula=(
            "now + items to key / sessions x handling time x intents an item; handling: from "
            "intent to intent of one session with work waiting; earliest and latest: by the "
            "fastest and slowest tenth of what was measured"
        ),
        columns=(
            KpiColumn("system"), KpiColumn("to key", "items"), KpiColumn("sessions", "sessions"),
            KpiColumn("handling", "s"), KpiColumn("measured", "gaps"), KpiColumn("earliest"),
            KpiColumn("expected"), KpiColumn("latest"), KpiColumn("note"),
        ),
        rows=tuple(
            _row(facts, each, sessions.get(each), attempts.get(each, []))
            for each in sorted(systems)
        ),
        empty="nothing is open, and nothing was keyed in this period",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """When one system's queue will be empty, or why nobody can tell."""

    left: int  # items to key
    pace: Handling | None
    earliest: datetime | None  # UTC
    expected: datetime | None  # UTC
    latest: datetime | None  # UTC
    why_not: str  # "": there is a prediction


def forecast(
    facts: KpiFacts, system: str, sessions: int | None, attempts: Sequence[Attempt]
) -> Forecast:
    """Of *system*, by the pace of its *attempts*."""
    items = {each.item_id: each for each in facts.items}
    left = sum(1 for each in facts.items if each.system == system and each.state in TO_KEY)
    pace = handling(attempts, items)
    ends: tuple[datetime | None, ...] = (None, None, None)
    why_not = _why_not(left, sessions, frozen=system in facts.frozen, measured=pace is not None)
    if not why_not and pace is not None and sessions is not None:
        repeats = {"attempts": len(attempts), "items": len({each.item_id for each in attempts})}
        ends = tuple(
            facts.read_at + time_to_empty(left, sessions, each, **repeats)
            for each in (pace.fastest, pace.mean, pace.slowest)
        )
    earliest, expected, latest = ends
    return Forecast(
        left=left,
        pace=pace,
        earliest=earliest,
        expected=expected,
        latest=latest,
        why_not=why_not,
    )


def _row(
    facts: KpiFacts, system: str, sessions: int | None, attempts: Sequence[Attempt]
) -> tuple[Cell, ...]:
    found = forecast(facts, system, sessions, attempts)
    ends = (found.earliest, found.expected, found.latest)
    mean, gaps = (found.pace.mean, found.pace.gaps) if found.pace else (None, None)
    mine = [each for each in facts.items if each.system == system]
    told = "; ".join(each for each in (found.why_not, _waiting(mine)) if each)
    return system, found.left, sessions, mean, gaps, *ends, told


def _why_not(left: int, sessions: int | None, *, frozen: bool, measured: bool) -> str:
    """Why there is no prediction; empty: there is one."""
    if left == 0:
        return "nothing is to be keyed"
    if frozen:
        return "frozen: nothing is keyed until a person lifts it"
    if sessions is None:
        return "not in config.toml: sessions unknown"
    if not measured:
        return f"no prediction: fewer than {GAPS_MIN} items measured in this period"
    return ""


def _waiting(items: Sequence[ItemFacts]) -> str:
    """What is left out of it, because nobody knows when a person acts."""
    people = (ItemState.AWAITING_APPROVAL, ItemState.ON_HOLD, ItemState.FAILED)
    count = sum(1 for each in items if each.state in people)
    return f"waiting for a person, not counted: {count}" if count else ""
