"""The days of printed dates under one order of day and month: in which year each is."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from itertools import pairwise

from counterfoil.rules.statements.annual import annual_year, fills_its_year
from counterfoil.rules.statements.dates import Era, Order, Printed, era_of
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.facts import Period

MOSTLY = 6  # tenths of the days that make a printed period theirs
TOLERANCE = timedelta(days=10)  # a row may be booked so far outside the printed period
YEAR = timedelta(days=366)
LEAP = timedelta(days=183)  # between two entries that follow each other
NEAR = timedelta(days=45)  # from the last entry to the day the statement is made


@dataclass(frozen=True)
class Context:
    """What the document says around the entries of one account."""

    document: Document
    lines: range  # that speak of the account
    entry_lines: frozenset[int]  # of its entries
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


Found = tuple[tuple[date, ...], tuple[date, date] | None, str]


def days_of(context: Context, printed: Sequence[Printed], order: Order) -> Found | None:
    """(days, the period that contains them, where the year comes from)."""
    periods = list(dict.fromkeys(periods_of(context, order)))
    if all(each.has_year for each in printed):
        days = _all(printed, lambda each: each.day(order, context.era))
        if days is None or max(days) > context.today + YEAR:
            return None
        return days, next((each for each in periods if contains(each, days)), None), ""
    for period in periods:
        days = _all(printed, partial(_in_period, period=period, order=order, era=context.era))
        if days is not None:
            return days, period, "the printed period"
    for period in periods:
        if (most := _mostly_in(context, printed, period, order)) is not None:
            return most, None, "the printed period"
    for printed_on in context.opened:
        opened = printed_on.day(order, context.era)
        if opened is not None and opened <= context.today + YEAR:
            days = _all(printed, partial(_after, opened=opened, order=order, era=context.era))
            if days is not None:
                return days, None, "the date of the opening balance"
    return _by_anchor(context, printed, order) or _by_title(context, printed, order)


def _mostly_in(
    context: Context, printed: Sequence[Printed], period: tuple[date, date], order: Order
) -> tuple[date, ...] | None:
    """The days, most of them within *period*, the others in its last year; None where few are."""
    inside = [_in_period(each, period, order, context.era) for each in printed]
    if sum(day is not None for day in inside) * 10 < len(printed) * MOSTLY:
        return None
    pairs = zip(inside, printed, strict=True)
    days = [day or each.day(order, context.era, year=period[1].year) for day, each in pairs]
    found = [day for day in days if day is not None]
    return tuple(found) if len(found) == len(printed) else None


def _by_title(context: Context, printed: Sequence[Printed], order: Order) -> Found | None:
    """The days of the whole year that a title says."""
    year = annual_year(context.document)
    if year is None:
        return None
    days = _all(printed, lambda each: each.day(order, context.era, year=year))
    if days is None or not fills_its_year(days, context.today):
        return None
    return days, (date(year, 1, 1), date(year, 12, 31)), "the year in the title"


def _by_anchor(context: Context, printed: Sequence[Printed], order: Order) -> Found | None:
    """The days, and the whole date that gives them their year.

    The first that stands near their end; or else the first. From no date come days that leap
    from one year into another and do not pass through its end.
    """
    first: Found | None = None
    for anchor, source in dict.fromkeys(_anchors(context, order)):
        days = _all(printed, partial(_before, anchor=anchor, order=order, era=context.era))
        if days is None or any(abs(after - before) > LEAP for before, after in pairwise(days)):
            continue
        if abs(anchor - max(days)) <= NEAR:
            return days, None, source
        first = first or (days, None, source)
    return first


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


def periods_of(context: Context, order: Order) -> Iterator[tuple[date, date]]:
    """The printed periods, those nearest to the account first, then between the two ends."""
    nearest = nearest_periods(context.document, context.lines)
    pairs = [(period.start.printed, period.end.printed) for period in nearest]
    if context.opened and context.closed:
        pairs.append((context.opened[-1], context.closed[-1]))
    for first, last in pairs:
        end = _end_day(first, last, order, context.era)
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


def _end_day(first: Printed, last: Printed, order: Order, era: Era) -> date | None:
    """The day of *last*; where only the first has a year, the next such day behind it."""
    if last.has_year or not first.has_year:
        return last.day(order, era)
    start = first.day(order, era)
    years = () if start is None else (start.year, start.year + 1)
    days = (last.day(order, era, year=year) for year in years)
    return next((day for day in days if day is not None and start and day >= start), None)


def nearest_periods(document: Document, lines: range) -> list[Period]:
    """The periods of *document*: those of the account's own *lines* first, the worded ahead."""
    return sorted(
        document.periods,
        key=lambda each: (each.line not in lines, not each.worded, each.line),
    )


def contains(period: tuple[date, date], days: Sequence[date]) -> bool:
    return period[0] - TOLERANCE <= min(days) and max(days) <= period[1] + TOLERANCE


def _in_period(printed: Printed, period: tuple[date, date], order: Order, era: Era) -> date | None:
    """The day of *printed* in *period*; None where there is none, or two."""
    if printed.has_year:
        day = printed.day(order, era)
        return day if day is not None and contains(period, [day]) else None
    years = range(period[0].year - 1, period[1].year + 2)
    days = [day for year in years if (day := printed.day(order, era, year=year)) is not None]
    inside = [day for day in days if period[0] <= day <= period[1]]
    chosen = inside or [day for day in days if contains(period, [day])]
    return chosen[0] if len(chosen) == 1 else None


def _anchors(context: Context, order: Order) -> Iterator[tuple[date, str]]:
    """Whole dates that the statement's year may come from, likeliest first."""
    for printed in context.closed:
        day = printed.day(order, context.era)
        if day is not None and day <= context.today + YEAR:
            yield day, "the date of the closing balance"
    for line in context.document.lines:
        if line.index in context.entry_lines or len(line.text) > 120:
            continue
        whole = [token.printed for token in line.dates if token.printed.has_year]
        if not all(each.can_be(order) for each in whole):
            continue  # beside "31/05/2025" no "01/05/2025" is 5 January
        for each in whole:
            day = each.day(order, context.era)
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


def value_day_of(printed: Printed | None, day: date, order: Order, era: Era) -> date | None:
    """The value date next to the booking date."""
    if printed is None or not printed.can_be(order):
        return None
    years = (day.year, day.year - 1, day.year + 1)
    days = [printed.day(order, era, year=year) for year in years]
    return min((each for each in days if each), key=lambda each: abs(each - day), default=None)
