"""From printed dates to days: order, year and era are settled by evidence, or not at all.

Sums do not cover dates. What holds them is said, and how much it holds is measured: of
all dates that differ from a printed one in one digit, how many would pass unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from counterfoil.rules.statements.chain import Entry
from counterfoil.rules.statements.dates import BUDDHIST, Printed, as_date, real_year
from counterfoil.rules.statements.document import Document

TOLERANCE = timedelta(days=10)  # a row may be booked so far outside the printed period
YEAR = timedelta(days=366)
UNNOTICED_MAX = 3  # per cent of one-digit slips that may pass where dates "hold" (grade A)
LOOK_BACK = 45  # days: a wider window than that holds nothing anyway


@dataclass(frozen=True, slots=True)
class Dated:
    """The days of a chain's entries, and what is known of them."""

    days: tuple[date, ...]
    value_days: tuple[date | None, ...]
    period: tuple[date, date] | None
    evidence: tuple[str, ...]
    shortfalls: tuple[str, ...]  # why they do not hold by their own checks


@dataclass(frozen=True, slots=True)
class Undated:
    """The dates cannot be told."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """The entries' days under one order of day and month."""

    day_first: bool
    days: tuple[date, ...]
    value_days: tuple[date | None, ...]
    period: tuple[date, date] | None
    inversions: int
    year_from: str


def settle(
    document: Document, entries: Sequence[Entry], lines: range, today: date, made_on: str
) -> Dated | Undated:
    """Give every entry its day.

    Args:
        lines: Of the document that speak of this account.
        made_on: The file's own creation date, ``D:20250930...``; used for the year only
            where nothing is printed.
    """
    printed = [entry.event.date for entry in entries]
    if any(each is None for each in printed):
        return Undated("date_missing", "an entry has no date, on its lines or above them")
    readings = [
        reading
        for day_first in (True, False)
        if (reading := _read(document, entries, lines, day_first, today, made_on)) is not None
    ]
    if not readings:
        return Undated("no_such_day", "a printed date is no day, whatever the order")
    different = {reading.days for reading in readings}
    if len(different) == 1:
        return _held(document, entries, readings[0])
    chosen = _likelier(document, readings)
    if chosen is None:
        return Undated(
            "day_or_month",
            "nothing tells whether the day or the month stands first in the dates",
        )
    return _held(document, entries, chosen)


def _read(  # noqa: PLR0913 - what dates hang on
    document: Document,
    entries: Sequence[Entry],
    lines: range,
    day_first: bool,
    today: date,
    made_on: str,
) -> _Reading | None:
    printed = [entry.event.date for entry in entries]
    if not all(each is not None and each.can_be(day_first=day_first) for each in printed):
        return None
    buddhist = _is_buddhist(document)
    periods = _periods(document, lines, day_first, buddhist)
    days, period, year_from = _years(
        document, [each for each in printed if each], day_first, periods, buddhist, today, made_on
    )
    if days is None:
        return None
    values = tuple(
        _value_day(entry.event.value_date, day, day_first, buddhist)
        for entry, day in zip(entries, days, strict=True)
    )
    inversions = sum(one > two for one, two in pairwise(days))
    return _Reading(day_first, days, values, period, inversions, year_from)


def _is_buddhist(document: Document) -> bool:
    return any(
        (token.printed.year or 0) >= 2490 for line in document.lines for token in line.dates
    )


def _periods(
    document: Document, lines: range, day_first: bool, buddhist: bool
) -> list[tuple[date, date]]:
    """The printed periods, those in *lines* first, those that say so before the others."""
    found = []
    for period in sorted(
        document.periods, key=lambda each: (each.line not in lines, not each.worded, each.line)
    ):
        end = _whole(period.end.printed, day_first, buddhist)
        start = _whole(period.start.printed, day_first, buddhist)
        if end is None:
            continue
        if start is None:
            start = as_date(period.start.printed, end.year, day_first=day_first)
            if start is not None and start > end:
                start = as_date(period.start.printed, end.year - 1, day_first=day_first)
        if start is not None and start <= end <= start + 4 * YEAR:
            found.append((start, end))
    return found


def _whole(printed: Printed, day_first: bool, buddhist: bool) -> date | None:
    year = real_year(printed, buddhist=buddhist)
    return None if year is None else as_date(printed, year, day_first=day_first)


def _years(  # noqa: PLR0913
    document: Document,
    printed: Sequence[Printed],
    day_first: bool,
    periods: Sequence[tuple[date, date]],
    buddhist: bool,
    today: date,
    made_on: str,
) -> tuple[tuple[date, ...] | None, tuple[date, date] | None, str]:
    """(days, the period that contains them, what the year comes from)."""
    if all(each.year is not None for each in printed):
        whole = [_whole(each, day_first, buddhist) for each in printed]
        days = tuple(day for day in whole if day is not None)
        if len(days) != len(whole):
            return None, None, ""
        period = next((each for each in periods if _contains(each, days)), None)
        return days, period, "printed"
    for period in periods:
        inside = [_in_period(each, period, day_first) for each in printed]
        days = tuple(day for day in inside if day is not None)
        if len(days) == len(inside):
            return days, period, "the printed period"
    for day, source in _anchors(document, day_first, buddhist, today, made_on):
        before = tuple(_before(each, day, day_first) for each in printed)
        days = tuple(each for each in before if each is not None)
        if len(days) == len(before):
            return days, None, source
    return None, None, ""


def _contains(period: tuple[date, date], days: Sequence[date]) -> bool:
    return period[0] - TOLERANCE <= min(days) and max(days) <= period[1] + TOLERANCE


def _in_period(printed: Printed, period: tuple[date, date], day_first: bool) -> date | None:
    """The day of *printed* in *period*; None where there is none, or two."""
    found = [
        day
        for year in range(period[0].year - 1, period[1].year + 2)
        if (day := as_date(printed, year, day_first=day_first)) is not None
        if period[0] - TOLERANCE <= day <= period[1] + TOLERANCE
    ]
    inside = [day for day in found if period[0] <= day <= period[1]]
    chosen = inside or found
    return chosen[0] if len(chosen) == 1 else None


def _anchors(
    document: Document, day_first: bool, buddhist: bool, today: date, made_on: str
) -> Iterator[tuple[date, str]]:
    """Whole dates that the statement's year may come from, likeliest first."""
    for line in document.lines:
        if line.index in document.entry_lines or len(line.text) > 120:
            continue
        for token in line.dates:
            day = _whole(token.printed, day_first, buddhist)
            if day is not None and date(1980, 1, 1) <= day <= today + YEAR:
                yield day, f"the date printed on page {line.row.page}"
    digits = "".join(each for each in made_on if each.isdigit())[:8]
    if len(digits) == 8:
        try:
            yield date(int(digits[:4]), int(digits[4:6]), int(digits[6:])), "the file's own date"
        except ValueError:
            return


def _before(printed: Printed, anchor: date, day_first: bool) -> date | None:
    """The latest such day that is no more than a few days after *anchor*."""
    for year in (anchor.year + 1, anchor.year, anchor.year - 1):
        day = as_date(printed, year, day_first=day_first)
        if day is not None and day <= anchor + TOLERANCE:
            return day
    return None


def _value_day(
    printed: Printed | None, day: date, day_first: bool, buddhist: bool
) -> date | None:
    """The value date next to the booking date."""
    if printed is None:
        return None
    year = real_year(printed, buddhist=buddhist)
    years = (day.year, day.year - 1, day.year + 1) if year is None else (year,)
    days = [as_date(printed, each, day_first=day_first) for each in years]
    return min((each for each in days if each), key=lambda each: abs(each - day), default=None)


def _likelier(document: Document, readings: Sequence[_Reading]) -> _Reading | None:
    """The one order that the document itself speaks for; None where nothing does."""
    for tells in (_by_period, _by_order, _by_custom):
        chosen = tells(document, readings)
        if chosen is not None:
            return chosen
    return None


def _by_period(document: Document, readings: Sequence[_Reading]) -> _Reading | None:
    inside = [reading for reading in readings if reading.period is not None]
    return inside[0] if len(inside) == 1 else None


def _by_order(document: Document, readings: Sequence[_Reading]) -> _Reading | None:
    """In one order the days follow each other; in the other they jump about."""
    one, two = sorted(readings, key=lambda reading: reading.inversions)
    if one.inversions == 0 and two.inversions >= 2:
        return one
    return None


def _by_custom(document: Document, readings: Sequence[_Reading]) -> _Reading | None:
    """Whole dates elsewhere whose order is plain, and commas that no month-first land uses."""
    orders = set()
    for line in document.lines:
        for token in line.dates:
            if token.printed.ambiguous:
                first = token.printed.can_be(day_first=True)
                if first != token.printed.can_be(day_first=False):
                    orders.add(first)
    if document.style.decimal_mark == "," and not orders:
        orders.add(True)
    if len(orders) != 1:
        return None
    return next((each for each in readings if each.day_first in orders), None)


def _held(document: Document, entries: Sequence[Entry], reading: _Reading) -> Dated:
    evidence, shortfalls = [], []
    if reading.year_from != "printed":
        evidence.append(f"the year comes from {reading.year_from}")
        if reading.year_from == "the file's own date":
            shortfalls.append("no year is printed anywhere: it is the file's own")
    if reading.period is not None:
        evidence.append(f"all inside {reading.period[0]} to {reading.period[1]}, or close to it")
    if reading.inversions == 0:
        evidence.append("in order of time")
    gap = _value_gap(reading)
    if gap is not None:
        evidence.append(f"each value date within {gap} days of its booking date")
    unnoticed = _unnoticed(entries, reading, gap)
    if unnoticed > UNNOTICED_MAX:
        shortfalls.append(
            f"order, period and value dates leave {unnoticed} % of one-digit slips in dates unnoticed"
        )
    return Dated(reading.days, reading.value_days, reading.period, tuple(evidence), tuple(shortfalls))


def _value_gap(reading: _Reading) -> int | None:
    """The widest gap between booking and value date; None where some have none."""
    if any(day is None for day in reading.value_days) or not reading.days:
        return None
    return max(
        abs(value - day).days
        for value, day in zip(reading.value_days, reading.days, strict=True)
        if value is not None
    )


def _unnoticed(entries: Sequence[Entry], reading: _Reading, gap: int | None) -> int:
    """Per cent of all one-digit slips that order, period and value date would not show."""
    slips = passed = 0
    low, high = reading.period or (date.min, date.max)
    for index, (entry, day) in enumerate(zip(entries, reading.days, strict=True)):
        printed = entry.event.date
        assert printed is not None, "settled entries have dates"
        slips += 9 * _digits(printed)
        if not entry.event.dated and index and day == reading.days[index - 1]:
            continue  # it shares the line above's date
        earliest, latest = max(low, day - timedelta(LOOK_BACK)), min(high, day + timedelta(LOOK_BACK))
        if reading.inversions == 0:
            if index:
                earliest = max(earliest, reading.days[index - 1])
            if index + 1 < len(reading.days):
                latest = min(latest, reading.days[index + 1])
        if gap is not None:
            value = reading.value_days[index] or day
            earliest, latest = max(earliest, value - timedelta(gap)), min(latest, value + timedelta(gap))
        passed += sum(_one_digit_apart(day, each, printed) for each in _days(earliest, latest))
    return -(-passed * 100 // slips) if slips else 0


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


def _digits(printed: Printed) -> int:
    """How many digits a date is printed with."""
    year = 0 if printed.year is None else len(str(printed.year))
    return 2 + (2 if printed.ambiguous else 0) + year


def _one_digit_apart(one: date, two: date, printed: Printed) -> bool:
    if one == two or (one.year != two.year and printed.year is not None and not _near(one, two)):
        return False
    spelled = [(f"{each.day:02d}", f"{each.month:02d}", str(each.year)) for each in (one, two)]
    if not printed.ambiguous and spelled[0][1] != spelled[1][1] and printed.year is None:
        return False  # the month is a word
    different = sum(
        a != b
        for left, right in zip(*spelled, strict=True)
        for a, b in zip(left, right, strict=True)
    )
    return different == 1


def _near(one: date, two: date) -> bool:
    return abs(one.year - two.year) in (1, 10, BUDDHIST)
