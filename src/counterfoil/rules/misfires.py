"""What becomes of the occurrences that are due: run, late, skipped, missed, refused. Pure.

Each gets one verdict and, unless it simply fires in time, a sentence that says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from counterfoil.domain.schedules import (
    Judged,
    Misfire,
    Occurrence,
    Overlap,
    Policy,
    RunState,
    Verdict,
)
from counterfoil.rules.due_times import instant_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The world at the moment of judging."""

    now: datetime  # UTC
    zone: ZoneInfo
    paused: str = ""  # who paused the schedule and why; "": it is not
    open_run: str = ""  # key of a run that has not ended; "": none
    later: str = ""  # key of an occurrence that is due as well, after all of these


def judge(due: Sequence[Occurrence], policy: Policy, at: Moment) -> list[Judged]:
    """Judge every one of *due* (in order of time)."""
    if at.paused:
        return [Judged(each, Verdict.SKIPPED, f"paused {at.paused}") for each in due]
    judged = [_by_itself(each, policy, at) for each in due]
    if policy.misfire is Misfire.RUN_ONCE:
        judged = _last_only(judged, {Verdict.LATE}, at.later, "run once: {} stands for it")
    if policy.coalesce:
        both = {Verdict.LATE, Verdict.FIRED}
        judged = _last_only(judged, both, at.later, "coalesced: {} is due, too")
    return _one_at_a_time(judged, policy, at.open_run)


def cut_off_of(occurrence: Occurrence, policy: Policy, zone: ZoneInfo) -> datetime | None:
    """The UTC instant after which *occurrence* may not start; None: there is none.

    A cut-off that is not later on the wall than the occurrence itself is the next day's.
    """
    if policy.cut_off is None:
        return None
    found = instant_of(datetime.combine(occurrence.day, policy.cut_off), zone)
    if found > occurrence.due_at:
        return found
    tomorrow = occurrence.day + timedelta(days=1)
    return instant_of(datetime.combine(tomorrow, policy.cut_off), zone)


def _by_itself(each: Occurrence, policy: Policy, at: Moment) -> Judged:
    lateness = at.now - each.due_at
    if lateness <= policy.late_after:
        return Judged(each, Verdict.FIRED, "", RunState.QUEUED)
    said = f"nobody looked for {told(lateness)}"
    if policy.misfire is Misfire.SKIP:
        return Judged(each, Verdict.MISSED, f"{said}: misfire = skip")
    cut_off = cut_off_of(each, policy, at.zone)
    if cut_off is not None and at.now > cut_off:
        why = f"{said}: it is after the cut-off {policy.cut_off:%H:%M}"
        return Judged(each, Verdict.REFUSED, why)
    return Judged(each, Verdict.LATE, said, RunState.QUEUED)


def _last_only(judged: list[Judged], verdicts: set[Verdict], later: str, why: str) -> list[Judged]:
    """Of those that would run with one of *verdicts*, the last runs."""
    stands = later
    kept = list[Judged]()
    for each in reversed(judged):
        if each.verdict in verdicts and each.run is not None:
            if stands:
                each = Judged(each.occurrence, Verdict.SKIPPED, why.format(stands))
            else:
                stands = each.occurrence.key
        kept.append(each)
    return kept[::-1]


def _one_at_a_time(judged: list[Judged], policy: Policy, open_run: str) -> list[Judged]:
    found = list[Judged]()
    for each in judged:
        if each.run is not None:
            each = overlapped(each, policy, open_run) if open_run else each
            open_run = open_run or each.occurrence.key
        found.append(each)
    return found


def overlapped(each: Judged, policy: Policy, open_run: str) -> Judged:
    """What becomes of one that would run while the run of *open_run* has not ended."""
    if policy.overlap is Overlap.QUEUE:
        return replace(each, run=RunState.WAITING)
    verdict = Verdict.SKIPPED if policy.overlap is Overlap.SKIP else Verdict.REFUSED
    why = f"the run of {open_run} has not ended: overlap = {policy.overlap}"
    return Judged(each.occurrence, verdict, why)


def told(length: timedelta) -> str:
    """For people: no finer than it matters."""
    seconds = int(length.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 7200:
        return f"{seconds // 60} min"
    if seconds < 172_800:
        return f"{seconds // 3600} h {seconds % 3600 // 60} min"
    return f"{seconds // 86_400} days"
