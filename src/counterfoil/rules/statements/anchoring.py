"""Which date belongs to which line of money: its own, one above, one below, one carried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from counterfoil.rules.statements.date_columns import DateColumn, date_columns, dates_in
from counterfoil.rules.statements.dates import Printed
from counterfoil.rules.statements.headings import Heading
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.terms import Label, Role
from counterfoil.rules.statements.vocabulary import label_of, role_of
from counterfoil.rules.statements.weekdays import is_weekday

EACH_FROM = 6  # tenths of the entries: dates within their lines, and not now and then
OWN_FROM = 3  # entries with a date of their own
DAYS_FROM = 2  # lines that are only a day
WORD_FROM = 4  # letters of a word for a date
OTHER_WORDS_MAX = 3  # on a line that is a heading of a day


@dataclass(frozen=True, slots=True)
class Anchored:
    """The dates of one line of money."""

    own: Printed | None  # on the line itself, in the column of booking dates
    date: Printed | None  # of its own or, where it has none, of the nearest line that has
    value: Printed | None


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates that stand in their columns, line by line."""

    booking: Mapping[int, Printed]
    value: Mapping[int, Printed]
    value_lines: frozenset[int]  # that hold the second date of the entry above
    day_headings: frozenset[int] = frozenset()  # that hold the day of the entries below
    each: bool = False  # every entry has to have its own: they stand behind other cells
    below: bool = False  # an entry's second date is that of booking, not its first


def find_dates(
    heading: Heading | None,
    lines: Sequence[Line],
    money: frozenset[int],
    *,
    under_days: bool = False,
) -> Dates:
    """Every booking date and value date of a table's *lines*.

    Args:
        money: The indices of the lines with money in them.
        under_days: On the page before the entries stood under their days.
    """
    if under := _under_days(heading, lines, money, under_days=under_days):
        return under
    first, second = date_columns(heading, lines, money)
    booking = dates_in(lines, first)
    value = dates_in(lines, second)
    headings: dict[int, Printed] = {}
    if first is not None and second is None and first.role is Role.VALUE_DATE:
        headings = _day_headings(lines, money)
        if headings or under_days:
            booking, value = headings, booking
    elif first is not None and first.role is None and second is None:
        headings = _day_headings(lines, money, named=True)
        if headings and (under_days or min(headings) < min(money & booking.keys(), default=0)):
            booking, value = headings, booking
        else:
            headings = {}
    elif first is None:  # a date below its money leaves the first entry without one
        headings = booking = _day_headings(lines, money, named=True)
    elif _is_stray(first, second) and not money & booking.keys():
        headings = _day_headings(lines, money, named=True)
        booking = headings or booking
    value_lines = frozenset(_value_lines(lines, money, booking))
    within = first is not None and not first.leads and not headings
    each = within and _nearly_all(lines, money, booking) and _repeats_days(lines, money, booking)
    below = first is not None and first.below and bool(value_lines)
    return Dates(booking, value, value_lines, frozenset(headings), each, below)


def _under_days(
    heading: Heading | None, lines: Sequence[Line], money: frozenset[int], *, under_days: bool
) -> Dates | None:
    """Where lines that are only a day lead the entries, and these have another date each.

    None where the entries have no date, or one that is surely that of booking.
    """
    days = _leading_days(lines, money)
    rest = [line for line in lines if line.index not in days]
    first, _ = date_columns(heading, rest, money) if days else (None, None)
    if first is None or (first.role is Role.DATE and not first.rank):
        return None
    own = dates_in(rest, first)
    entries = [line.index for line in rest if line.index in money and line.index in own]
    if len(entries) < OWN_FROM or not (under_days or min(days) < entries[0]):
        return None
    return Dates(days, own, frozenset(), frozenset(days))


def _leading_days(lines: Sequence[Line], money: frozenset[int]) -> dict[int, Printed]:
    """The lines with one date, alone or with a word for it, right above an entry each.

    Where some have a word that names days of booking, only those.
    """
    alone = [
        line
        for line, below in pairwise(lines)
        if line.index not in money and len(line.dates) == 1 and below.index in money
    ]
    named = [line for line in alone if _names_day(line.label())]
    bare = [line for line in alone if not line.label() or is_weekday(line.label())]
    found = {line.index: line.dates[0].printed for line in named or bare}
    return found if len(found) >= DAYS_FROM else {}


def _names_day(label: str) -> bool:
    """Whether *label* is a word for a date: "On", in a text, is too little."""
    few = len(label.split()) <= OTHER_WORDS_MAX and not any(map(str.isdigit, label))
    return few and role_of(label) is Role.DATE and len(label) >= WORD_FROM


def _is_stray(first: DateColumn | None, second: DateColumn | None) -> bool:
    """Whether no heading names the booking dates, and one names the value dates."""
    named = second is not None and second.role is Role.VALUE_DATE
    return named and first is not None and first.role is None


def _nearly_all(
    lines: Sequence[Line], money: frozenset[int], booking: Mapping[int, Printed]
) -> bool:
    """Whether most entries have a date of their own."""
    entries = [each for each in lines if each.index in money and not label_of(each.label())]
    held = sum(line.index in booking for line in entries)
    return held * 10 >= len(entries) * EACH_FROM


def _repeats_days(
    lines: Sequence[Line], money: frozenset[int], booking: Mapping[int, Printed]
) -> bool:
    """Whether a day is printed again where it has not changed; else an empty place repeats it."""
    days = [booking.get(line.index) for line in lines if line.index in money]
    return None not in days or any(one is not None and one == two for one, two in pairwise(days))


def anchor(
    lines: Sequence[Line], money: frozenset[int], dates: Dates, carried: Printed | None
) -> dict[int, Anchored]:
    """The dates of every line of money.

    Args:
        carried: The last date of the page before, for a day that goes on over the page.
    """
    below = _stand_below(lines, money, dates)
    found: dict[int, Anchored] = {}
    current = carried
    ahead = list(_following(lines, dates)) if below else []
    for place, line in enumerate(lines):
        own = dates.booking.get(line.index)
        if own is not None and line.index not in dates.value_lines:
            current = own
        if line.index not in money:
            continue
        date = own if dates.each else ahead[place] if below else current
        value = dates.value.get(line.index)
        second = line.index + 1 in dates.value_lines
        if value is None and second:
            value = dates.booking[line.index + 1]
        if dates.below:
            date, value = (value, date) if second else (None, date)
        found[line.index] = Anchored(own, date, value)
    return found


def day_of(
    money: Line, entry: Sequence[Line], dates: Dates, anchors: Mapping[int, Anchored]
) -> Printed | None:
    """The day of an entry: that on its only dated line, where it stands below its *money*.

    None where one day stands over its money and another below, while others have theirs beside
    and most have one: two days each, one over the other, are those of booking and of the deal.
    """
    held, own = anchors[money.index], [line.index for line in entry if line.dates]
    if dates.day_headings or not own or own[-1] <= money.index or own[-1] not in dates.booking:
        return held.date
    last = dates.booking[own[-1]]
    if len(own) == 1:
        return last
    over = dates.booking.get(own[0]) if own[0] < money.index and held.own is None else None
    two_each = len(dates.booking) * 2 >= len(anchors) * 3
    apart = over not in (None, last) and own[-1] not in dates.value_lines and not two_each
    return None if apart and any(each.own for each in anchors.values()) else held.date


def _following(lines: Sequence[Line], dates: Dates) -> Iterator[Printed | None]:
    """For each line the next date at or below it."""
    ahead: list[Printed | None] = []
    date: Printed | None = None
    for line in reversed(lines):
        date = dates.booking.get(line.index, date)
        ahead.append(date)
    yield from reversed(ahead)


def _stand_below(lines: Sequence[Line], money: frozenset[int], dates: Dates) -> bool:
    """Whether every entry's date is on a line below its money.

    "Converted to another balance" is an entry: it has an amount and a balance. A heading of
    a day stands above, even where the page before began the day.
    """
    if dates.day_headings:
        return False
    entries = [line for line in lines if line.index in money and _is_entry(line)]
    if not entries or any(line.index in dates.booking for line in entries):
        return False
    dated = [line.index for line in lines if line.index in dates.booking]
    return len(dated) * 10 >= len(entries) * 9 and dated[0] > entries[0].index


def _is_entry(line: Line) -> bool:
    label = label_of(line.label())
    return label is None or (label is Label.BALANCE and sum(a.alone for a in line.amounts) > 1)


def _day_headings(
    lines: Sequence[Line], money: frozenset[int], *, named: bool = False
) -> dict[int, Printed]:
    """Lines that say only which day the entries below them were booked on.

    All say it alike: with the same word for it or, above the first entry, with none.
    Where they must be *named*, only that word tells.
    """
    groups: dict[str, list[Line]] = {}
    for line in lines:
        alone = line.index not in money and len(line.dates) == 1
        if alone and len(line.words_outside()) <= OTHER_WORDS_MAX:
            groups.setdefault(line.label(), []).append(line)
    first = min(money, default=0)
    for label, group in groups.items():
        says_so = role_of(label) is Role.DATE and not any(each.isdigit() for each in label)
        if says_so or (group[0].index < first and not named):
            return {line.index: line.dates[0].printed for line in group}
    return {}


def _value_lines(
    lines: Sequence[Line], money: frozenset[int], booking: Mapping[int, Printed]
) -> Iterator[int]:
    """Where every entry has its own date, a dated line below it is its value date."""
    entries = [each for each in lines if each.index in money and not label_of(each.label())]
    if not entries or any(line.index not in booking for line in entries):
        return
    for above, line in pairwise(lines):
        if line.index not in money and line.index in booking and above.index in money:
            yield line.index
