"""From printed dates to days: order, year and era are settled by evidence, or not at all.

Sums do not cover dates. What holds them is said, and how much it holds is measured: of
all dates that differ from a printed one in one digit, how many would pass unnoticed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from itertools import pairwise

from counterfoil.rules.statements import layouts
from counterfoil.rules.statements.chain import Chain, Entry
from counterfoil.rules.statements.dates import Era, Order, Printed, era_of
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.misprints import unreadable_date
from counterfoil.rules.statements.slips import unnoticed

TOLERANCE = timedelta(days=10)  # a row may be booked so far outside the printed period
MONTH = timedelta(days=31)
YEAR = timedelta(days=366)
AGE_MAX = 12 * YEAR
UNNOTICED_MAX = 5  # per cent of one-digit slips that may pass where dates "hold" (grade A)

from counterfoil.rules.statements.terms import Role


@dataclass(frozen=True, slots=True)
class Dated:
    """The days of a chain's entries, and what is known of them."""

    days: tuple[date, ...]
    value_days: tuple[date | None, ...]
    period: tuple[date, date] | None
    evidence: tuple[str, ...]
    shortfalls: tuple[str, ...]  # why they do not hold by their own checks
    order: Order
    era: Era

    def day_of(self, printed: Printed | None) -> date | None:
        """The day of another date of the document; the year is the nearest, if none is printed."""
        if printed is None or not printed.can_be(self.order):
            return None
        first, last = min(self.days), max(self.days)
        days = [
            day
            for year in range(first.year - 1, last.year + 2)
            if (day := printed.day(self.order, self.era, year=year)) is not None
        ]
        return min(days, key=lambda day: min(abs(day - first), abs(day - last)), default=None)


@dataclass(frozen=True, slots=True)
class Undated:
    """The dates cannot be told."""

    code: str
    reason: str


@dataclass(frozen=True)
class Context:
    """What the document says around the entries of one account."""

    document: Document
    lines: range  # that speak of the account
    opened: tuple[Printed, ...]  # dates on the line of the opening balance
    closed: tuple[Printed, ...]
    today: date
    made_on: str  # the file's own creation date, "D:20250930..."

    @cached_property
    def era(self) -> Era:
        """What short years count from."""
        tokens = (token.printed for line in self.document.lines for token in line.dates)
        return era_of(" ".join(line.text for line in self.document.lines[:80]), tokens)

    @cached_property
    def prints_a_year(self) -> bool:
        """Whether a year stands anywhere, as part of a date or alone."""
        alone = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)")
        return any(
            alone.search(line.text) or any(token.printed.has_year for token in line.dates)
            for line in self.document.lines
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """The entries' days under one order of day, month and year."""

    order: Order
    days: tuple[date, ...]
    value_days: tuple[date | None, ...]
    period: tuple[date, date] | None
    inversions: int
    year_from: str  # "" where it is printed with each date


def settle(
    document: Document, chain: Chain, lines: range, today: date, made_on: str
) -> Dated | Undated:
    """Give every entry of *chain* its day.

    Args:
        lines: Of the document that speak of this account.
        made_on: Of the file; it gives the year only where no year is printed anywhere.
    """
    entries = chain.entries
    if any(entry.event.date is None for entry in entries):
        return Undated("date_missing", "an entry has no date, on its lines or above them")
    if misprint := unreadable_date(entries):
        line, text = misprint
        return Undated(
            "no_such_day",
            f"page {line.row.page}: {text!r} stands among the dates and is not read: {line.text[:60]}",
        )
    opened, closed = (
        tuple(token.printed for token in event.line.dates) if event is not None else ()
        for event in (chain.opening_at, chain.closing_at)
    )
    context = Context(document, lines, opened, closed, today, made_on)
    readings = [
        each
        for order in layouts.orders(document.layout)
        if (each := _read(context, entries, order)) is not None
    ]
    if not readings:
        return Undated("no_such_day", "the printed dates are no days of any year that is printed")
    chosen = readings[0]
    if len({reading.days for reading in readings}) > 1:
        likeliest = _likeliest(context, readings)
        if likeliest is None:
            orders = " or ".join(reading.order.value for reading in readings)
            return Undated("day_or_month", f"nothing tells whether the dates are {orders}")
        chosen = likeliest
    return _odd_day(context, chosen) or _held(entries, chosen, context.era)


def _odd_day(context: Context, reading: Reading) -> Undated | None:
    """One day among many that cannot be right: outside the period, or far from its neighbours."""
    for start, end in dict.fromkeys(_periods(context, reading.order)):  # on every page the same
        inside = [day for day in reading.days if _contains((start, end), [day])]
        if len(inside) * 10 >= len(reading.days) * 6 and len(inside) < len(reading.days):
            odd = next(day for day in reading.days if day not in inside)
            return Undated("outside_period", f"{odd} is outside the period {start} to {end}")
    for before, day, after in zip(reading.days, reading.days[1:], reading.days[2:], strict=False):
        if abs(after - before) <= MONTH < min(abs(day - before), abs(day - after)):
            return Undated("odd_day", f"{day} stands between {before} and {after}")
    for day, value in zip(reading.days, reading.value_days, strict=True):
        if value is not None and abs(value - day) > YEAR:
            return Undated("odd_day", f"the value date {value} is years from its booking date {day}")
    return None


def _read(context: Context, entries: Sequence[Entry], order: Order) -> Reading | None:
    printed = [entry.event.date for entry in entries if entry.event.date is not None]
    if not all(each.can_be(order) for each in printed):
        return None
    found = _days(context, printed, order)
    if found is None:
        return None
    days, period, year_from = found
    values = tuple(
        _value_day(entry.event.value_date, day, order, context.era)
        for entry, day in zip(entries, days, strict=True)
    )
    inversions = sum(one > two for one, two in pairwise(days))
    return Reading(order, days, values, period, inversions, year_from)


Found = tuple[tuple[date, ...], tuple[date, date] | None, str]


def _days(context: Context, printed: Sequence[Printed], order: Order) -> Found | None:
    """(days, the period that contains them, where the year comes from)."""
    periods = list(dict.fromkeys(_periods(context, order)))
    if all(each.has_year for each in printed):
        days = _all(printed, lambda each: each.day(order, context.era))
        if days is None or max(days) > context.today + YEAR:
            return None
        return days, next((each for each in periods if _contains(each, days)), None), ""
    for period in periods:
        days = _all(printed, partial(_in_period, period=period, order=order, era=context.era))
        if days is not None:
            return days, period, "the printed period"
    for printed_on in context.opened:
        opened = printed_on.day(order, context.era)
        if opened is not None and opened <= context.today + YEAR:
            days = _all(printed, partial(_after, opened=opened, order=order, era=context.era))
            if days is not None:
                return days, None, "the date of the opening balance"
    for anchor, source in _anchors(context, order):
        days = _all(printed, partial(_before, anchor=anchor, order=order, era=context.era))
        if days is not None:
            return days, None, source
    return None


def _all(
    printed: Sequence[Printed], day_of: Callable[[Printed], date | None]
) -> tuple[date, ...] | None:
    """The day of each; None where one has none. Many entries share a day: each is asked once."""
    known: dict[Printed, date] = {}
    for each in printed:
        if each not in known:
            day = day_of(each)
            if day is None:
                return None
            known[each] = day
    return tuple([known[each] for each in printed])


def _periods(context: Context, order: Order) -> Iterator[tuple[date, date]]:
    """The printed periods, those nearest to the account first, then between the two ends."""
    ranked = sorted(
        context.document.periods,
        key=lambda each: (each.line not in context.lines, not each.worded, each.line),
    )
    pairs = [(period.start.printed, period.end.printed) for period in ranked]
    if context.opened and context.closed:
        pairs.append((context.opened[-1], context.closed[-1]))
    for first, last in pairs:
        end = last.day(order, context.era)
        if end is None or not last.can_be(order):
            continue
        start = first.day(order, context.era, year=end.year)
        if start is not None and start > end and not first.has_year:
            start = first.day(order, context.era, year=end.year - 1)
        if start is not None and start <= end <= start + 4 * YEAR:
            yield start, end
    for month in context.document.months:
        year = Printed((1, month.month, month.year), open=False).day(order, context.era)
        if year is not None:
            yield year, date(year.year, year.month, monthrange(year.year, year.month)[1])


def _contains(period: tuple[date, date], days: Sequence[date]) -> bool:
    return period[0] - TOLERANCE <= min(days) and max(days) <= period[1] + TOLERANCE


def _in_period(printed: Printed, period: tuple[date, date], order: Order, era: Era) -> date | None:
    """The day of *printed* in *period*; None where there is none, or two."""
    if printed.has_year:
        day = printed.day(order, era)
        return day if day is not None and _contains(period, [day]) else None
    years = range(period[0].year - 1, period[1].year + 2)
    days = [day for year in years if (day := printed.day(order, era, year=year)) is not None]
    inside = [day for day in days if period[0] <= day <= period[1]]
    chosen = inside or [day for day in days if _contains(period, [day])]
    return chosen[0] if len(chosen) == 1 else None


def _anchors(context: Context, order: Order) -> Iterator[tuple[date, str]]:
    """Whole dates that the statement's year may come from, likeliest first."""
    for printed in context.closed:
        day = printed.day(order, context.era)
        if day is not None and day <= context.today + YEAR:
            yield day, "the date of the closing balance"
    for line in context.document.lines:
        if line.index in context.document.entry_lines or len(line.text) > 120:
            continue
        for token in line.dates:
            day = token.printed.day(order, context.era) if token.printed.can_be(order) else None
            if day is not None and date(1980, 1, 1) <= day <= context.today + YEAR:
                yield day, f"the date printed on page {line.row.page}"
    if not context.prints_a_year:
        yield from _own_date(context)


def _own_date(context: Context) -> Iterator[tuple[date, str]]:
    digits = "".join(each for each in context.made_on if each.isdigit())[:8]
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return
    if date(1995, 1, 1) <= day <= context.today + YEAR:
        yield day, OWN_DATE


OWN_DATE = "the file's own date"


def _before(printed: Printed, anchor: date, order: Order, era: Era) -> date | None:
    """The latest such day that is no more than a few days after *anchor*."""
    if printed.has_year:
        return printed.day(order, era)
    for year in (anchor.year + 1, anchor.year, anchor.year - 1):
        day = printed.day(order, era, year=year)
        if day is not None and day <= anchor + TOLERANCE:
            return day
    return None


def _after(printed: Printed, opened: date, order: Order, era: Era) -> date | None:
    """The first such day that is no more than a few days before *opened*."""
    if printed.has_year:
        return printed.day(order, era)
    for year in (opened.year - 1, opened.year, opened.year + 1):
        day = printed.day(order, era, year=year)
        if day is not None and day >= opened - TOLERANCE:
            return day
    return None


def _value_day(printed: Printed | None, day: date, order: Order, era: Era) -> date | None:
    """The value date next to the booking date."""
    if printed is None or not printed.can_be(order):
        return None
    years = (day.year, day.year - 1, day.year + 1)
    days = [printed.day(order, era, year=year) for year in years]
    return min((each for each in days if each), key=lambda each: abs(each - day), default=None)


def _likeliest(context: Context, readings: Sequence[Reading]) -> Reading | None:
    """The one order that the document itself speaks for; None where nothing does."""
    for tells in (_by_age, _by_period, _by_order, _by_custom):
        chosen = tells(context, readings)
        if chosen is not None:
            return chosen
    return None


def _by_age(context: Context, readings: Sequence[Reading]) -> Reading | None:
    """``25/06/01`` is no day of 2001 where it can be one of these years."""
    recent = [each for each in readings if context.today - max(each.days) <= AGE_MAX]
    return recent[0] if len(recent) == 1 else None


def _by_period(context: Context, readings: Sequence[Reading]) -> Reading | None:
    inside = [reading for reading in readings if reading.period is not None]
    return inside[0] if len(inside) == 1 else None


def _by_order(context: Context, readings: Sequence[Reading]) -> Reading | None:
    """In one order the days follow each other; in the others they jump about."""
    one, two = sorted(readings, key=lambda reading: reading.inversions)[:2]
    if one.inversions or not two.inversions:
        return None
    tighter = _span(one) * 3 <= _span(two)
    return one if two.inversions >= 2 or tighter else None


def _span(reading: Reading) -> timedelta:
    return max(reading.days) - min(reading.days)


def _by_custom(context: Context, readings: Sequence[Reading]) -> Reading | None:
    """Dates elsewhere whose order is plain, and commas that no month-first land uses."""
    plain = set()
    for line in context.document.lines:
        for token in line.dates:
            possible = [order for order in Order if token.printed.can_be(order)]
            if token.printed.open and len(possible) == 1:
                plain.add(possible[0])
    if not plain and context.document.style.decimal_mark == ",":
        if Order.YEAR_FIRST not in {reading.order for reading in readings}:
            plain.add(Order.DAY_FIRST)
    if len(plain) != 1:
        return None
    return next((each for each in readings if each.order in plain), None)


def _held(entries: Sequence[Entry], reading: Reading, era: Era) -> Dated:
    evidence, shortfalls = [], []
    if reading.year_from:
        evidence.append(f"the year comes from {reading.year_from}")
    if reading.year_from == OWN_DATE:
        shortfalls.append("no year is printed anywhere: it is the file's own")
    if reading.period is not None:
        evidence.append(f"all inside {reading.period[0]} to {reading.period[1]}, or close to it")
    if reading.inversions == 0:
        evidence.append("in order of time")
    if _only_value_dates(entries):
        shortfalls.append("only value dates are printed: they stand for the days of booking")
    gap = _value_gap(reading)
    if gap is not None:
        evidence.append(f"each value date within {gap} days of its booking date")
    share = unnoticed(
        [entry.event for entry in entries],
        reading.days,
        reading.value_days if gap is not None else (),
        reading.period,
        gap or 0,
    )
    if share > UNNOTICED_MAX:
        shortfalls.append(
            f"order, period and value dates leave {share} % of one-digit slips in dates unnoticed"
        )
    return Dated(
        reading.days,
        reading.value_days,
        reading.period,
        tuple(evidence),
        tuple(shortfalls),
        reading.order,
        era,
    )


def _only_value_dates(entries: Sequence[Entry]) -> bool:
    headings = [entry.event.table.heading for entry in entries]
    roles = {role for heading in headings if heading is not None for role in heading.roles()}
    return Role.VALUE_DATE in roles and Role.DATE not in roles


def _value_gap(reading: Reading) -> int | None:
    """The widest gap between booking and value date; None where some have none."""
    gaps = [
        None if value is None else abs(value - day).days
        for value, day in zip(reading.value_days, reading.days, strict=True)
    ]
    known = [gap for gap in gaps if gap is not None]
    return max(known) if known and len(known) == len(gaps) else None
