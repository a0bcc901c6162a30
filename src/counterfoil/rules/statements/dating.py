"""From printed dates to days: order, year and era are settled by evidence, or not at all.

Sums do not cover dates. What holds them is said, and how much it holds is measured: of
all dates that differ from a printed one in one digit, how many would pass unnoticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

from counterfoil.rules.statements import layouts
from counterfoil.rules.statements.chain import Chain, Entry
from counterfoil.rules.statements.charges import with_charges_dated
from counterfoil.rules.statements.date_columns import is_rivalled
from counterfoil.rules.statements.dates import Era, Order, Printed
from counterfoil.rules.statements.day_balances import of_another_day
from counterfoil.rules.statements.days import (
    OWN_DATE,
    YEAR,
    Context,
    contains,
    days_of,
    periods_of,
    value_day_of,
)
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.lent_days import few_lent
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.misprints import unreadable_date
from counterfoil.rules.statements.slips import unnoticed
from counterfoil.rules.statements.terms import Role

WEEK = timedelta(days=7)
MONTH = timedelta(days=31)
AGE_MAX = 12 * YEAR
ALL_FROM = 4  # entries
UNNOTICED_MAX = 5  # per cent of one-digit slips that may pass where dates "hold" (grade A)


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
    found = _settled(document, chain, lines, today, made_on)
    if isinstance(found, Undated):
        return found
    events = [entry.event for entry in chain.entries]
    charges, lent = sum(event.date is None for event in events), few_lent(events)
    said = (
        f"{count} {what}"
        for count, what in (
            (charges, "charges have no date, and are given the last day of the period"),
            (lent, "entries have no date, and are given that of the entry beside them"),
        )
        if count
    )
    return replace(found, shortfalls=(*found.shortfalls, *said))


def _settled(
    document: Document, chain: Chain, lines: range, today: date, made_on: str
) -> Dated | Undated:
    entries = with_charges_dated(document, chain.entries, lines)
    if wrong := _objection(entries, chain):
        return wrong
    opened, closed = (
        tuple(token.printed for token in event.line.dates) if event is not None else ()
        for event in (chain.opening_at, chain.closing_at)
    )
    printed = frozenset(line.index for entry in entries for line in entry.event.words)
    context = Context(document, lines, printed, opened, closed, today, made_on)
    readings = [
        each
        for order in layouts.orders(document.layout)
        if (each := _read(context, entries, order)) is not None
    ]
    if not readings:
        return Undated("no_such_day", "the printed dates are no days of any year that is printed")
    chosen = min(readings, key=partial(_value_slack, entries))
    if len({reading.days for reading in readings}) > 1:
        likeliest = _likeliest(context, readings)
        if likeliest is None:
            orders = " or ".join(reading.order.value for reading in readings)
            return Undated("day_or_month", f"nothing tells whether the dates are {orders}")
        chosen = likeliest
    for entry, value in zip(entries, chosen.value_days, strict=True):
        if entry.event.value_date is not None and value is None:
            where = f"page {entry.event.line.row.page}: {entry.event.line.text[:60]}"
            return Undated("no_such_day", f"its value date is no day: {where}")
    return _odd_day(context, chosen) or _held(entries, chosen, context.era)


def _objection(entries: Sequence[Entry], chain: Chain) -> Undated | None:
    """Why the printed dates cannot be those of the *entries*, whatever days they are."""
    if bare := next((entry.event.line for entry in entries if entry.event.date is None), None):
        where = f"page {bare.row.page}: {bare.text[:60]}"
        return Undated("date_missing", f"an entry has no date, on its lines or above them: {where}")
    if rivalled := _beside_other_dates(entries):
        where = f"page {rivalled.row.page}: {rivalled.text[:60]}"
        return Undated("two_dates", f"nothing tells which of two dates is of booking: {where}")
    if _are_of_a_label(entries):
        return Undated("date_missing", "no entry has a date, and all are taken for that of an end")
    if misprint := unreadable_date(entries):
        line, text = misprint
        return Undated(
            "no_such_day",
            f"page {line.row.page}: {text!r} stands among dates and is none: {line.text[:60]}",
        )
    if other := of_another_day(chain):
        where = f"page {other.line.row.page}: {other.line.text[:60]}"
        return Undated("odd_day", f"the entries above have another day: {where}")
    return None


def _beside_other_dates(entries: Sequence[Entry]) -> Line | None:
    """The first line of a table with another column of dates that may be those of booking."""
    tables: dict[int, list[Entry]] = {}
    for entry in entries:
        tables.setdefault(id(entry.event.table), []).append(entry)
    for group in tables.values():
        lines = [entry.event.line for entry in group]
        money = frozenset(line.index for line in lines)
        if is_rivalled(group[0].event.table.heading, lines, money):
            return lines[0]
    return None


def _are_of_a_label(entries: Sequence[Entry]) -> bool:
    """Whether all have one day, which stands with none of them: that of the opening balance."""
    days = {entry.event.date for entry in entries}
    return (
        len(entries) >= ALL_FROM and len(days) == 1 and not any(e.event.anchored for e in entries)
    )


def _odd_day(context: Context, reading: Reading) -> Undated | None:
    """One day among many that cannot be right: outside the period, or far from its neighbours."""
    held: list[timedelta] = []  # the lengths of periods, nearer to the account, that hold all days
    for start, end in dict.fromkeys(periods_of(context, reading.order)):  # on every page the same
        inside = [day for day in reading.days if contains((start, end), [day])]
        if len(inside) == len(reading.days):
            held.append(end - start)
        elif any(length <= end - start + WEEK for length in held):
            continue  # as long, and of something else: what fees are reckoned for
        elif len(inside) * 10 >= len(reading.days) * 6:
            odd = next(day for day in reading.days if day not in inside)
            return Undated("outside_period", f"{odd} is outside the period {start} to {end}")
    for before, day, after in zip(reading.days, reading.days[1:], reading.days[2:], strict=False):
        if abs(after - before) <= MONTH < min(abs(day - before), abs(day - after)):
            return Undated("odd_day", f"{day} stands between {before} and {after}")
    for day, value in zip(reading.days, reading.value_days, strict=True):
        if value is not None and abs(value - day) > YEAR:
            return Undated(
                "odd_day", f"the value date {value} is years from its booking date {day}"
            )
    return None


def _read(context: Context, entries: Sequence[Entry], order: Order) -> Reading | None:
    printed = [entry.event.date for entry in entries if entry.event.date is not None]
    if not all(each.can_be(order) for each in printed):
        return None
    found = days_of(context, printed, order)
    if found is None:
        return None
    days, period, year_from = found
    values = tuple(
        value_day_of(entry.event.value_date, day, order, context.era)
        for entry, day in zip(entries, days, strict=True)
    )
    inversions = sum(one > two for one, two in pairwise(days))
    return Reading(order, days, values, period, inversions, year_from)


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
    commas = context.document.style.decimal_mark == ","
    if not plain and commas and Order.YEAR_FIRST not in {each.order for each in readings}:
        plain.add(Order.DAY_FIRST)
    if len(plain) != 1:
        return None
    return next((each for each in readings if each.order in plain), None)


def _value_slack(entries: Sequence[Entry], reading: Reading) -> tuple[int, timedelta]:
    """How many value dates are no days, and how far the others are from booking: all in all.

    Where the days of booking have months in words, it tells in which order *these* are printed.
    """
    gaps = [
        None if value is None else abs(value - day)
        for entry, value, day in zip(entries, reading.value_days, reading.days, strict=True)
        if entry.event.value_date is not None
    ]
    return gaps.count(None), sum((gap for gap in gaps if gap is not None), timedelta())


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
    if any(entry.event.value_date for entry in entries):
        return False
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
