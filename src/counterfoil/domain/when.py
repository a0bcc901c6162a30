"""When a schedule is due, in the words of an operations floor: parsed, never guessed.

``every business day 07:30`` · ``last business day of the month 18:00`` · ``T-2 of last
business day of the month 10:00`` · ``day 15 of the month modified following 09:00`` ·
``every business day every 15 minutes from 08:00 to 16:30`` · ``every 30 minutes`` ·
``cron 30 7 * * mon-fri`` · ``cron 30 7 15 * * on business days`` · ``after NAME succeeded``.
docs/SCHEDULES.md has them all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ORDINALS = {"first": 1, "second": 2, "third": 3, "last": -1}
#: Every month has so many days, and at least so many of them are business days.
DAYS_MAX, BUSINESS_DAYS_MAX = 28, 15
SHIFT_MAX = 30  # business days of T-n and T+n

ON_BUSINESS_DAYS = " on business days"

EXAMPLES = (
    '"every business day 07:30", "last business day of the month 18:00", '
    '"every business day every 15 minutes from 08:00 to 16:30", "every 30 minutes", '
    '"cron 30 7 * * mon-fri", "after NAME succeeded"'
)


class Roll(StrEnum):
    """Where a day goes that the calendar has closed."""

    NONE = ""  # it stays: closed or not
    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified following"  # unless that is in the next month: preceding
    PRECEDING = "preceding"


class Period(StrEnum):
    """What days are counted in."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRule:
    """Which days: all of a kind, or one of each period; rolled, then shifted."""

    weekdays: frozenset[int] = frozenset(range(7))  # Monday is 0
    business: bool = False  # only open days count
    place: int | None = None  # 1 is the first, -1 the last of each period; None: every one
    period: Period | None = None
    roll: Roll = Roll.NONE
    shift: int = 0  # business days: T-2 is -2

    @property
    def needs_calendar(self) -> bool:
        """Whether it can be told without knowing which days are closed."""
        return self.business or self.roll is not Roll.NONE or self.shift != 0


@dataclass(frozen=True, slots=True)
class OnDays:
    """At these wall times of these days."""

    days: DayRule
    times: tuple[time, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Every *step* of elapsed time while a window of wall times is open, both ends inside."""

    days: DayRule
    step: timedelta
    begins: time
    ends: time  # not later than begins: on the day after


@dataclass(frozen=True, slots=True)
class Cron:
    """At the wall times that five fields of cron describe; on open days only, or rolled."""

    fields: str  # minute hour day month weekday
    business: bool = False  # closed days are left out
    roll: Roll = Roll.NONE

    @property
    def needs_calendar(self) -> bool:
        """Whether it can be told without knowing which days are closed."""
        return self.business or self.roll is not Roll.NONE


@dataclass(frozen=True, slots=True)
class Every:
    """Every *step* of elapsed time, whatever any clock on a wall says."""

    step: timedelta


@dataclass(frozen=True, slots=True)
class After:
    """When a run of another schedule has succeeded."""

    name: str


When = OnDays | Window | Cron | Every | After

_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
_STEP = r"every (?P<count>[1-9]\d{0,4}) (?P<unit>second|minute|hour)s?"
_EVERY = re.compile(_STEP)
_WINDOW = re.compile(rf"(?P<days>.+) {_STEP} from (?P<begins>{_TIME}) to (?P<ends>{_TIME})")
_ON_DAYS = re.compile(rf"(?P<days>.+?) (?P<times>{_TIME}(?:(?:, ?| and ){_TIME})*)")
_AFTER = re.compile(r"after (?P<name>\S+) succeeded")
_SHIFTED = re.compile(r"T(?P<shift>[+-]\d{1,2}) of (?:the )?(?P<days>.+)")
_ROLLED = re.compile(r"(?P<days>.+?) (?P<roll>modified following|following|preceding)")
_OF_PERIOD = re.compile(
    r"(?:(?P<place>first|second|third|last|\d{1,2}(?:st|nd|rd|th))"
    r" (?P<business>business )?day|day (?P<number>\d{1,2})) of the (?P<period>month|quarter|year)"
)
_WEEKLY = re.compile(r"every (?P<days>(?:mon|tue|wed|thu|fri|sat|sun)(?:(?:, ?| and )\w{3})*)")


def parse_when(text: str) -> When:
    """Read the sentence of a schedule. Raises ValueError: it is none; says what would be."""
    words = " ".join(text.split())
    if words.startswith("cron "):
        return _cron(words.removeprefix("cron "))
    if found := _AFTER.fullmatch(words):
        return After(found["name"])
    if found := _EVERY.fullmatch(words):
        return Every(_step(found))
    if found := _WINDOW.fullmatch(words):
        begins, ends = time.fromisoformat(found["begins"]), time.fromisoformat(found["ends"])
        return Window(_days(found["days"]), _step(found), begins, ends)
    if found := _ON_DAYS.fullmatch(words):
        times = sorted({time.fromisoformat(each) for each in re.findall(_TIME, found["times"])})
        return OnDays(_days(found["days"]), tuple(times))
    raise ValueError(f"{text!r} is no rule of days and times; such are {EXAMPLES}")


def _cron(words: str) -> Cron:
    business = words.endswith(ON_BUSINESS_DAYS)
    fields = words.removesuffix(ON_BUSINESS_DAYS)
    longest_first = sorted(filter(None, Roll), key=len, reverse=True)
    rolls = next((each for each in longest_first if fields.endswith(f" {each}")), Roll.NONE)
    parts = fields.removesuffix(f" {rolls}" if rolls else "").split()
    if len(parts) != 5:
        raise ValueError(f"cron has 5 fields (minute hour day month weekday), found {len(parts)}")
    if re.search(r"\d", parts[4].replace("*/", "")) or "last" in parts[4]:
        raise ValueError(
            f"cron: weekday {parts[4]!r}: write mon to sun; a number is another day in another cron"
        )
    if rolls and not re.fullmatch(r"[\d,]+ [\d,]+", f"{parts[0]} {parts[1]}"):
        raise ValueError(f"cron rolled {rolls}: minute and hour are numbers: one time of a day")
    if rolls and business:
        raise ValueError(f"cron: either{ON_BUSINESS_DAYS} or {rolls}")
    return Cron(" ".join(parts), business, rolls)


def _step(found: re.Match[str]) -> timedelta:
    return int(found["count"]) * timedelta(**{f"{found['unit']}s": 1})


def _days(words: str) -> DayRule:
    if found := _SHIFTED.fullmatch(words):
        return _shifted(int(found["shift"]), found["days"])
    if found := _ROLLED.fullmatch(words):
        return _rolled(Roll(found["roll"]), found["days"])
    return _plain_days(words)


def _shifted(shift: int, words: str) -> DayRule:
    rule = _days(words)
    if rule.shift or rule.place is None:
        raise ValueError(f"T{shift:+} of {words!r}: of one day of the month, quarter or year")
    if abs(shift) > SHIFT_MAX:
        raise ValueError(f"T{shift:+}: {SHIFT_MAX} business days at most")
    return DayRule(
        business=rule.business, place=rule.place, period=rule.period, roll=rule.roll, shift=shift
    )


def _rolled(roll: Roll, words: str) -> DayRule:
    rule = _plain_days(words)
    if rule.business:
        raise ValueError(f"{words!r} are open days: there is nothing to roll {roll}")
    if rule.place is None and len(rule.weekdays) == len(WEEKDAYS):
        raise ValueError(f"{words!r} rolled {roll} is every business day: write that")
    return DayRule(weekdays=rule.weekdays, place=rule.place, period=rule.period, roll=roll)


def _plain_days(words: str) -> DayRule:
    if words == "every day":
        return DayRule()
    if words == "every business day":
        return DayRule(business=True)
    if found := _WEEKLY.fullmatch(words):
        return DayRule(weekdays=frozenset(_weekday(each) for each in _names(found["days"])))
    if found := _OF_PERIOD.fullmatch(words):
        return _of_period(found)
    raise ValueError(
        f"{words!r} are no days; such are 'every day', 'every business day', 'every mon, thu', "
        "'first business day of the month', 'day 15 of the month following', 'last day of the "
        "quarter preceding', 'T-2 of last business day of the month'"
    )


def _of_period(found: re.Match[str]) -> DayRule:
    said = found["place"] or found["number"]
    place = ORDINALS.get(said) or int(re.sub(r"\D", "", said))
    business = bool(found["business"])
    most = BUSINESS_DAYS_MAX if business else DAYS_MAX
    if place == 0 or place > most:
        raise ValueError(
            f"{found[0]!r}: not every month has it (1 to {most}); for the end write 'last day'"
        )
    return DayRule(business=business, place=place, period=Period(found["period"]))


def _names(text: str) -> list[str]:
    return re.split(r", ?| and ", text)


def _weekday(name: str) -> int:
    if name not in WEEKDAYS:
        raise ValueError(f"{name!r} is no weekday: write {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(name)
