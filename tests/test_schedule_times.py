"""When a schedule is due: every wall time once, on the right days, in every zone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.easter import easter

from counterfoil.adapters.calendars import HolidayCalendar
from counterfoil.domain.when import After, Cron, DayRule, Every, OnDays, Roll, parse_when
from counterfoil.engine.scheduler import cron_walls
from counterfoil.errors import SetupError
from counterfoil.rules.business_days import days_of, rolled, shifted
from counterfoil.rules.due_times import Rule, next_due, occurrences, stretch
from tests import schedule_oracle as oracle

PRAGUE = ZoneInfo("Europe/Prague")
#: ECB and markets, and countries of every continent, two of them in parts, one with its weekend.
COUNTRIES = (
    *("CZ", "DE", "AT", "FR", "GB", "ES", "IT", "PL", "SK", "HU", "CH", "SE", "NO", "IE", "PT"),
    *("US", "CA", "MX", "BR", "AR", "CL", "AU", "NZ", "JP", "KR", "SG", "IN", "ZA", "TR", "UA"),
    *("DE-BY", "GB-SCT"),
)
MARKETS = ("TARGET2", "XNYS", "XLON", "XETR", "XTSE")
FIRST, LAST = date(2011, 1, 1), date(2030, 12, 31)
MINUTES = (15, 90, 150, 210)  # 00:15, 01:30, 02:30, 03:30: jumps of an hour make two of them one
TIMES = ", ".join(f"{each // 60:02}:{each % 60:02}" for each in MINUTES)


def rule(words: str, zone: ZoneInfo = PRAGUE, calendar: HolidayCalendar | None = None) -> Rule:
    return Rule(
        when=parse_when(words),
        zone=zone,
        calendar=calendar or HolidayCalendar(),
        cron_walls=cron_walls,
    )


def keys(words: str, first: datetime, last: datetime, zone: ZoneInfo = PRAGUE) -> list[str]:
    return [each.key for each in occurrences(rule(words, zone), first, last)]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# The sentence


def test_a_sentence_is_read_or_refused_with_what_would_be_one() -> None:
    assert parse_when("every  business day 07:30") == OnDays(DayRule(business=True), (time(7, 30),))
    assert parse_when("cron 30 7 * * mon-fri") == Cron("30 7 * * mon-fri")
    assert parse_when("every 90 seconds") == Every(timedelta(seconds=90))
    assert parse_when("after morning succeeded") == After("morning")
    shifted_rule = parse_when("T-2 of the last business day of the month 10:00, 14:00")
    assert isinstance(shifted_rule, OnDays)
    assert (shifted_rule.days.shift, shifted_rule.days.place, len(shifted_rule.times)) == (
        -2,
        -1,
        2,
    )
    rolled_rule = parse_when("day 15 of the month modified following 09:00")
    assert isinstance(rolled_rule, OnDays)
    assert rolled_rule.days.roll is Roll.MODIFIED_FOLLOWING


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("every busines day 07:30", "'every busines day' are no days; such are"),
        ("every business day 7:30", "is no rule of days and times; such are"),
        ("every business day 24:00", "is no rule of days and times"),
        ("day 31 of the month 07:30", "not every month has it"),
        ("16th business day of the month 07:30", "not every month has it"),
        ("every mon, thi 07:30", "'thi' is no weekday"),
        ("cron 30 7 * *", "cron has 5 fields"),
        ("cron 0 8 * * 1-5", "a number is another day in another cron"),
        ("cron 0 8 * * * following on business days", "either on business days or following"),
        ("cron */5 8 * * * preceding", "minute and hour are numbers"),
        ("T-2 of every business day 07:30", "of one day of the month"),
        ("T-31 of last day of the month 07:30", "30 business days at most"),
        ("every business day following 07:30", "there is nothing to roll"),
        ("every 0 minutes", "is no rule"),
    ],
)
def test_what_is_no_sentence_is_refused(words: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_when(words)


def test_every_step_counts_from_the_epoch_so_that_all_processes_agree() -> None:
    late = keys("every 15 minutes", utc("2026-11-26T07:14"), utc("2026-11-26T08:00"))
    assert late == [
        "2026-11-26T07:15Z",
        "2026-11-26T07:30Z",
        "2026-11-26T07:45Z",
        "2026-11-26T08:00Z",
    ]


# The clock is put forward and back


def test_a_time_that_comes_twice_is_due_once_and_one_that_never_comes_is_due_after_the_jump() -> (
    None
):
    found = occurrences(rule("every day 02:30"), utc("2026-03-28T12:00"), utc("2026-03-30T12:00"))
    assert [(each.key, each.due_at) for each in found] == [
        ("2026-03-29T02:30", utc("2026-03-29T01:30")),  # 03:30 on the wall
        ("2026-03-30T02:30", utc("2026-03-30T00:30")),
    ]
    found = occurrences(rule("every day 02:30"), utc("2026-10-24T12:00"), utc("2026-10-26T12:00"))
    assert [(each.key, each.due_at) for each in found] == [
        ("2026-10-25T02:30", utc("2026-10-25T00:30")),  # the first of two
        ("2026-10-26T02:30", utc("2026-10-26T01:30")),
    ]


def test_a_window_is_open_for_as_long_as_it_is() -> None:
    words = "every day every 30 minutes from 01:00 to 04:00"
    assert (
        len(keys(words, utc("2026-03-28T12:00"), utc("2026-03-29T12:00"))) == 5
    )  # 2 h, ends inside
    assert len(keys(words, utc("2026-10-24T12:00"), utc("2026-10-25T12:00"))) == 9  # 4 h
    over_night = "every day every 60 minutes from 22:00 to 01:00"
    assert keys(over_night, utc("2026-11-26T12:00"), utc("2026-11-27T12:00")) == [
        "2026-11-26T21:00Z", "2026-11-26T22:00Z", "2026-11-26T23:00Z", "2026-11-27T00:00Z",
    ]  # fmt: skip


def test_times_that_fall_together_at_a_jump_are_one() -> None:
    found = keys("cron */30 1-3 * * *", utc("2026-03-28T22:00"), utc("2026-03-29T12:00"))
    assert found == ["2026-03-29T01:00", "2026-03-29T01:30", "2026-03-29T03:00", "2026-03-29T03:30"]


@pytest.mark.parametrize(
    "words", ["cron */7 * * * *", "every day every 11 minutes from 00:00 to 23:59"]
)
def test_however_time_is_cut_up_the_same_is_due(words: str) -> None:
    draw = random.Random(words)
    whole = rule(words)
    for begins in (utc("2026-03-28T00:00"), utc("2026-10-24T00:00")):
        cuts = sorted(begins + timedelta(seconds=draw.randrange(3 * 86_400)) for _ in range(200))
        found = [each for a, b in pairwise(cuts) for each in occurrences(whole, a, b)]
        assert found == occurrences(whole, cuts[0], cuts[-1])
        assert next_due(whole, cuts[0]) == found[0]


def test_what_is_never_due_is_found_out_in_good_time() -> None:
    assert next_due(rule("cron 0 0 30 feb *"), utc("2026-01-01T00:00")) is None
    assert stretch(parse_when("every 1 second")) < timedelta(minutes=10)


@pytest.mark.parametrize(
    "fields", ["*/20 6-8 * * *", "5,35 * 1-7 * mon", "0 0 1 */3 *", "59 23 28-31 feb,dec sat-sun"]
)
def test_fields_of_cron_mean_what_a_walk_through_every_minute_finds(fields: str) -> None:
    first = datetime.fromisoformat("2027-11-03T04:05")
    last = datetime.fromisoformat("2028-03-05T06:07")
    minutes = int((last - first).total_seconds()) // 60
    walked = [first + timedelta(minutes=each) for each in range(minutes + 1)]
    expected = [each for each in walked if _meant(fields, each)]
    assert list(cron_walls(fields, first, last)) == expected


@pytest.mark.parametrize(
    ("cron", "sentence"),
    [
        ("30 7,9 * * * on business days", "every business day 07:30, 09:30"),
        ("0 9 15 * * following", "day 15 of the month following 09:00"),
        ("0 9 28 * * modified following", "day 28 of the month modified following 09:00"),
        ("0 9 1 */3 * preceding", "day 1 of the quarter preceding 09:00"),
        ("0 9 * * sat following", "every sat following 09:00"),
    ],
)
def test_cron_by_the_calendar_is_what_the_sentence_says(cron: str, sentence: str) -> None:
    """Cut up at random, like a scheduler that looks again and again."""
    bank, draw = calendar_of("TARGET2"), random.Random(cron)
    ours, theirs = rule(f"cron {cron}", calendar=bank), rule(sentence, calendar=bank)
    at, ends, found = utc("2025-01-01T00:00"), utc("2028-01-01T00:00"), list[str]()
    expected = [each.key for each in occurrences(theirs, at, ends)]
    while at < ends:
        until = min(ends, at + timedelta(seconds=draw.randrange(1, 90 * 86_400)))
        found += [each.key for each in occurrences(ours, at, until)]
        at = until
    assert found == expected
    assert len(found) >= 12


def _meant(fields: str, at: datetime) -> bool:
    """Cron, naively; day and weekday must both fit, as APScheduler has it."""
    names = {"mon": 0, "sat": 5, "sun": 6, "feb": 2, "dec": 12}
    values = (at.minute, at.hour, at.day, at.month, at.weekday())
    return all(
        any(_in(part, value, low, names) for part in words.split(","))
        for words, value, low in zip(fields.split(), values, (0, 0, 1, 1, 0), strict=True)
    )


def _in(part: str, value: int, low: int, names: dict[str, int]) -> bool:
    span, _, step = part.partition("/")
    begin, _, end = span.partition("-")
    if span == "*":
        return (value - low) % int(step or 1) == 0
    number = names[begin] if begin in names else int(begin)
    last = number if not end else names[end] if end in names else int(end)
    return number <= value <= last


# Business days


def test_several_calendars_close_a_day_and_say_which() -> None:
    own = {date(2026, 12, 31): "the year's end, our own"}
    calendar = HolidayCalendar(countries=["CZ"], markets=["TARGET2"], own=own)
    assert calendar.why_closed(date(2026, 9, 28)).endswith("(CZ)")
    assert calendar.why_closed(date(2026, 5, 1)) != ""
    assert calendar.why_closed(date(2026, 12, 31)) == "the year's end, our own"
    assert calendar.why_closed(date(2026, 11, 28)) == "a Saturday"
    assert calendar.why_closed(date(2026, 11, 26)) == ""


@pytest.mark.parametrize(
    ("countries", "markets", "told"),
    [
        (["CX1"], [], "'CX1' is no country"),
        (["DE-XX"], [], "DE has no part 'XX'"),
        ([], ["TARGT2"], "did you mean 'TARGET2'"),
    ],
)
def test_an_unknown_calendar_is_refused(
    countries: list[str], markets: list[str], told: str
) -> None:
    with pytest.raises(SetupError, match=told):
        HolidayCalendar(countries=countries, markets=markets)


def test_target_closes_when_its_rules_say() -> None:
    """New Year, Good Friday, Easter Monday, 1 May, 25 and 26 December; since 2002."""
    calendar = HolidayCalendar(markets=["TARGET2"], weekend=[])
    for year in range(2011, 2036):
        at = easter(year)
        fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)}
        by_rule = fixed | {at - timedelta(days=2), at + timedelta(days=1)}
        days = [date(year, 1, 1) + timedelta(days=each) for each in range(365)]
        assert {each for each in days if calendar.why_closed(each)} == by_rule


@cache
def calendar_of(name: str) -> HolidayCalendar:
    return HolidayCalendar(markets=[name]) if name in MARKETS else HolidayCalendar(countries=[name])


@cache
def book_of(name: str) -> oracle.Book:
    """The same closed days, and numpy to reckon with them."""
    margin = timedelta(days=200)
    days = (LAST - FIRST + 2 * margin).days
    every = [FIRST - margin + timedelta(days=each) for each in range(days + 1)]
    calendar = calendar_of(name)
    return oracle.Book(
        frozenset(each for each in every if each.weekday() < 5 and calendar.why_closed(each))
    )


ROLLS: dict[Roll, oracle.NumpyRoll] = {
    Roll.FOLLOWING: "forward",
    Roll.MODIFIED_FOLLOWING: "modifiedfollowing",
    Roll.PRECEDING: "backward",
}


def compare_business_days(name: str, first: date, last: date) -> int:
    """Every rule of days against numpy; how many days were compared."""
    calendar, book = calendar_of(name), book_of(name)
    month = timedelta(days=31)
    around = oracle.business_days(book.closed, book.weekmask, first - month, last + month)
    open_days = [each for each in around if first <= each <= last]
    assert list(days_of(DayRule(business=True), first, last, calendar)) == open_days
    compared = 0
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for roll, words in ROLLS.items():
            assert rolled(day, roll, calendar) == book.rolled(day, words), (name, day, roll)
        for count in (-5, -2, -1, 1, 2, 3):
            assert shifted(day, count, calendar) == book.shifted(day, count), (name, day, count)
        compared += len(ROLLS) + 6
    return compared + _compare_places(calendar, around, first, last)


def _compare_places(
    calendar: HolidayCalendar, around: Sequence[date], first: date, last: date
) -> int:
    """Places in whole months from *first* to *last*; *around* has the business days, and more."""
    by_month: dict[tuple[int, int], list[date]] = {}
    for day in around:
        by_month.setdefault((day.year, day.month), []).append(day)
    for words, place in (("first", 0), ("last", -1), ("10th", 9)):
        when = parse_when(f"{words} business day of the month 10:00")
        assert isinstance(when, OnDays)
        months = [days[place] for days in by_month.values() if len(days) > place]
        expected = [each for each in months if first <= each <= last]
        assert list(days_of(when.days, first, last, calendar)) == expected
        back = parse_when(f"T-2 of the {words} business day of the month 10:00")
        assert isinstance(back, OnDays)
        two_before = [around[at - 2] for at in map(around.index, months) if at >= 2]
        expected = [each for each in two_before if first <= each <= last]
        assert list(days_of(back.days, first, last, calendar)) == expected
    return 6 * len(by_month)


@pytest.mark.parametrize("name", ["CZ", "TARGET2", "JP", "GB-SCT"])
def test_business_days_are_numpys(name: str) -> None:
    assert compare_business_days(name, date(2024, 1, 1), date(2026, 12, 31)) > 9000


# The oracle


def compare(zone: str, walls: oracle.Walls, name: str, first: date, last: date) -> int:
    """Ours, cut up at random, against the walk; how many occurrences were compared.

    Args:
        name: Of the calendar; "": every day, open or not.
    """
    draw = random.Random(f"{zone} {name}")
    days = f"every business day {TIMES}" if name else f"every day {TIMES}"
    ours = rule(days, ZoneInfo(zone), calendar_of(name) if name else None)
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC)
    found, at = list[tuple[str, int]](), begins
    while at < ends:
        until = min(ends, at + timedelta(seconds=draw.randrange(1, 200 * 86_400)))
        found += [(each.key, int(each.due_at.timestamp())) for each in occurrences(ours, at, until)]
        at = until
    book = book_of(name) if name else oracle.Book(frozenset(), "1111111")
    open_days = oracle.business_days(
        book.closed, book.weekmask, first - timedelta(days=1), last + timedelta(days=1)
    )
    low, high = int(begins.timestamp()), int(ends.timestamp())
    expected = [each for each in oracle.due(walls, open_days, MINUTES) if low < each[1] <= high]
    assert found == expected, f"{zone} {name}: {set(found) ^ set(expected)}"
    return len(found)


@pytest.mark.parametrize(
    "zone",
    [
        *("Europe/Prague", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"),
        *("America/St_Johns", "Antarctica/Troll", "Asia/Beirut", "America/Havana"),
    ],
)
def test_what_is_due_is_what_a_walk_through_every_quarter_of_an_hour_finds(zone: str) -> None:
    first, last = date(2025, 1, 1), date(2027, 1, 1)
    walls = oracle.walk(ZoneInfo(zone), first, last)
    assert walls.jumps, "the clock is put forward there"
    for name in ("CZ", "TARGET2", "US"):
        assert compare(zone, walls, name, first, last) > 1900


def test_a_day_that_samoa_left_out_is_due_all_the_same() -> None:
    """30 December 2011 was on no wall in Apia: its times are due a day later."""
    first, last = date(2011, 12, 1), date(2012, 1, 31)
    walls = oracle.walk(ZoneInfo("Pacific/Apia"), first, last)
    assert compare("Pacific/Apia", walls, "CZ", first, last) > 100


@pytest.mark.battery
def test_twenty_years_of_every_zone_that_changes_its_clock_and_every_calendar() -> None:
    """2011 to 2030; the figures are printed, none may differ.

    Every zone on every day; and each clock (many zones have shown the same one for these
    twenty years, as the walk finds) with every calendar. A calendar only leaves out days.
    """
    names = (*COUNTRIES, *MARKETS)
    compared = sum(compare_business_days(each, FIRST, LAST) for each in names)
    print(f"\n{len(names)} calendars: {compared:,} days, 0 differ")  # noqa: T201
    zones, occurrences_seen = 0, 0
    clocks: set[tuple[tuple[int, int], ...]] = set()
    for aliases, walls in oracle.zones_that_change(FIRST, LAST):
        zones += len(aliases)
        occurrences_seen += compare(aliases[0], walls, "", FIRST, LAST)
        if tuple(walls.offsets) not in clocks:
            clocks.add(tuple(walls.offsets))
            for name in names:
                occurrences_seen += compare(aliases[0], walls, name, FIRST, LAST)
        print(f"{zones} zones, {len(clocks)} clocks, {occurrences_seen:,} times", flush=True)  # noqa: T201
    assert zones > 150
    assert len(clocks) > 50
    assert len(names) >= 30
