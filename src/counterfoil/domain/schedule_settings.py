"""What config.toml says of schedules and calendars; the sentences are read as they are checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from counterfoil.domain.schedules import Misfire, Overlap, Policy
from counterfoil.domain.when import After, Cron, DayRule, Every, OnDays, When, Window, parse_when


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSettings:
    """Which days are no business days: closed by any of these."""

    countries: tuple[str, ...] = ()  # national holidays: "CZ", "DE-BY"
    markets: tuple[str, ...] = ()  # "TARGET2", "XNYS", "XLON"
    weekend: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("sat", "sun")
    closed: dict[str, str] = field(default_factory=dict)  # "2026-12-31" -> why
    closed_file: Path | None = None  # workbook or CSV: a column of days, one of reasons

    def __post_init__(self) -> None:
        for day in self.closed:
            date.fromisoformat(day)
        if len(set(self.weekend)) == 7:
            raise ValueError("weekend: a week needs an open day")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """What is run when, and what becomes of times that are late, many or overlapping."""

    run: str  # a command as people type it, without "counterfoil"
    when: str  # a sentence: docs/SCHEDULES.md
    misfire: Literal["run_once", "run_all", "skip", "not_after_cut_off"]
    overlap: Literal["queue", "skip", "refuse"]
    deadline_minutes: int  # from firing to the end of the run; then it is broken off
    coalesce: bool = False  # several that are due at once are one
    zone: str = ""  # IANA: "Europe/Prague"; may be left out for steps of elapsed time
    calendar: str = ""  # [calendars.<calendar>]
    cut_off: str = ""  # "16:00" of the day: it does not start later
    late_after_seconds: int = 60  # later than that is late, and misfire says what then

    def __post_init__(self) -> None:
        try:
            when = self.parsed()
            _ = self.policy
        except ValueError as trouble:
            raise ValueError(str(trouble)) from None
        check_zone(self.zone, needed=not isinstance(when, Every | After))
        if not self.run.split():
            raise ValueError("run: a command is wanted, such as 'statement fetch corebank'")
        days = when.days if isinstance(when, OnDays | Window) else when
        asks = isinstance(days, DayRule | Cron) and days.needs_calendar
        if asks and not self.calendar:
            raise ValueError(f"when = {self.when!r} needs a calendar: [calendars.*]")
        if self.calendar and not asks:
            raise ValueError(f"calendar: when = {self.when!r} asks none: leave it out")

    def parsed(self) -> When:
        """The sentence, read. Raises ValueError."""
        try:
            return parse_when(self.when)
        except ValueError as trouble:
            raise ValueError(f"when: {trouble}") from None

    @property
    def policy(self) -> Policy:
        """What it says about times that are not simply in time."""
        return Policy(
            misfire=Misfire(self.misfire),
            overlap=Overlap(self.overlap),
            coalesce=self.coalesce,
            late_after=timedelta(seconds=self.late_after_seconds),
            deadline=timedelta(minutes=self.deadline_minutes),
            cut_off=wall_time(self.cut_off, "cut_off"),
        )

    @property
    def zoneinfo(self) -> ZoneInfo:
        """Its zone; UTC where none is needed."""
        return ZoneInfo(self.zone or "UTC")


def wall_time(text: str, key: str) -> time | None:
    if not text:
        return None
    if len(text) != 5:
        raise ValueError(f"{key}: {text!r} is no time: write it like 16:00")
    return time.fromisoformat(text)


def check_zone(zone: str, *, needed: bool) -> None:
    if needed and not zone:
        raise ValueError('zone is wanted: an IANA name, such as "Europe/Prague"')
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"zone: {zone!r} is no IANA time zone") from None
