"""Which date belongs to which line of money: its own, one above, one below, one carried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from counterfoil.rules.statements.booking_words import booking_rank
from counterfoil.rules.statements.dates import DateToken, Printed
from counterfoil.rules.statements.headings import Cell, Heading
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.terms import Label, Role
from counterfoil.rules.statements.vocabulary import label_of, role_of

SAME_EDGE = 250  # hundredths of a point: dates this close to each other are one column
HEADING_REACH = 1_000  # a heading no further than this from a date names it
EACH_FROM = 6  # tenths of the entries: dates within their lines, and not now and then
FILLED_FROM = 3  # entries that all have a date in one place make a column of dates
OTHER_WORDS_MAX = 3  # on a line that is a heading of a day

_YEAR = re.compile(r"(?:19|20|25)\d\d")


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
    value_lines: frozenset[int]  # that hold the value date of the entry above, and no more
    day_headings: frozenset[int] = frozenset()  # that hold the day of the entries below
    each: bool = False  # every entry has to have its own: they stand behind other cells


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
    first, second = _columns(heading, lines, money)
    booking = _in_column(lines, first)
    value = _in_column(lines, second)
    headings: dict[int, Printed] = {}
    if first is not None and second is None and first.role is Role.VALUE_DATE:
        headings = _day_headings(lines, money)
        if headings or under_days:
            booking, value = headings, booking
    elif first is not None and first.role is None and second is None:
        headings = _day_headings(lines, money, named=True)
        booking, value = (headings, booking) if headings else (booking, value)
    elif first is None:  # a date below its money leaves the first entry without one
        headings = booking = _day_headings(lines, money, named=True)
    elif _is_stray(first, second) and not money & booking.keys():
        headings = _day_headings(lines, money, named=True)
        booking = headings or booking
    value_lines = frozenset(_value_lines(lines, money, booking))
    within = first is not None and not first.leads and not headings
    each = within and _nearly_all(lines, money, booking) and _repeats_days(lines, money, booking)
    return Dates(booking, value, value_lines, frozenset(headings), each)


def _is_stray(first: _Column | None, second: _Column | None) -> bool:
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
        if value is None and line.index + 1 in dates.value_lines:
            value = dates.booking[line.index + 1]
        found[line.index] = Anchored(own, date, value)
    return found


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


@dataclass(slots=True)
class _Column:
    """Dates that stand under each other."""

    left: int
    right: int
    count: int = 0
    role: Role | None = None
    rank: int = 1  # of its heading: 0 where it speaks of booking
    leads: bool = False  # lines begin with it

    @property
    def is_of_days(self) -> bool:
        """Whether it is named and leads: a day may be printed once for many entries."""
        return self.role is Role.DATE and self.leads

    def holds(self, token: DateToken) -> bool:
        """Whether *token* stands under the others: left edges, or most of both widths."""
        common = min(self.right, token.right) - max(self.left, token.left)
        narrow = min(self.right - self.left, token.right - token.left)
        return abs(self.left - token.left) <= SAME_EDGE or common * 10 >= narrow * 7


def _columns(
    heading: Heading | None, lines: Sequence[Line], money: frozenset[int]
) -> tuple[_Column | None, _Column | None]:
    """The column of booking dates and that of value dates.

    Where no heading names one and no line begins with a date, it is the column in which
    every entry has a date.
    """
    columns: list[_Column] = []
    cells = () if heading is None else heading.cells
    named = [cell for cell in cells if cell.role in (Role.DATE, Role.VALUE_DATE)]
    for line in lines:
        for token in line.dates:
            column = next((each for each in columns if each.holds(token)), None)
            if column is None:
                column = _Column(token.left, token.right)
                columns.append(column)
            column.count += 1
            cell = _heading_over(named, token)
            if cell is not None and column.role is None:
                column.role, column.rank = cell.role, booking_rank(cell.text)
            column.leads = column.leads or token.first == 0
    _name_the_last(columns, cells, lines, money)
    unnamed = not any(column.role is Role.DATE for column in columns)
    wanted = [
        column
        for column in columns
        if column.role or (unnamed and column.leads and not _is_in_texts(cells, column))
    ]
    wanted = wanted or _only(_filled(columns, lines, money))
    most = max((column.count for column in wanted), default=0)
    wanted = sorted(
        (column for column in wanted if column.count * 3 >= most or column.is_of_days),
        key=lambda each: each.left,
    )
    values = [column for column in wanted if column.role is Role.VALUE_DATE]
    booking = [column for column in wanted if column.role is Role.DATE]
    booking.sort(key=lambda column: column.rank)
    others = [column for column in wanted if column not in values]
    if any(cell.role is Role.DATE for cell in named) and wanted == values:
        return None, next(iter(values), None)  # all of this page were booked on the day before
    first = next(iter(booking or others or wanted), None)
    second = [column for column in (values or booking[1:] or wanted) if column is not first]
    return first, second[0] if second else None


def _name_the_last(
    columns: Sequence[_Column], cells: Sequence[Cell], lines: Sequence[Line], money: frozenset[int]
) -> None:
    """Where a heading names value dates only, one in words we do not know is over the others."""
    if {column.role for column in columns} != {Role.VALUE_DATE, None}:
        return
    strange = [cell for cell in cells if cell.role is None]
    for column in _only(each for each in _filled(columns, lines, money) if each.role is None):
        column.role = Role.DATE if _heading_over(strange, column) else None


def _filled(
    columns: Sequence[_Column], lines: Sequence[Line], money: frozenset[int]
) -> Iterator[_Column]:
    """The columns in which every line of money without a label has a date."""
    entries = [line for line in lines if line.index in money and not label_of(line.label())]
    for column in columns if len(entries) >= FILLED_FROM else ():
        if all(any(column.holds(token) for token in line.dates) for line in entries):
            yield column


def _only(columns: Iterable[_Column]) -> list[_Column]:
    """The one there is: of two without a heading, nothing tells which is the booking date."""
    found = list(columns)
    return found if len(found) == 1 else []


def _heading_over(cells: Sequence[Cell], token: DateToken | _Column) -> Cell | None:
    """Which of *cells* stands over *token*."""
    over = [
        (max(cell.left - token.right, token.left - cell.right), number, cell)
        for number, cell in enumerate(cells)
    ]
    distance, _, cell = min(over, default=(10**9, 0, None))
    return cell if distance <= HEADING_REACH else None


def _is_in_texts(cells: Sequence[Cell], column: _Column) -> bool:
    """Whether it is the texts that begin with a date, where the dates have a heading."""
    over = _heading_over(cells, column)
    dated = any(cell.role is Role.DATE for cell in cells)
    return dated and over is not None and over.role is Role.DESCRIPTION


def _in_column(lines: Sequence[Line], column: _Column | None) -> dict[int, Printed]:
    """The dates in *column*; a year that stands below most of them belongs to its date."""
    if column is None:
        return {}
    held = [
        (place, token)
        for place, line in enumerate(lines)
        if (token := next((each for each in line.dates if column.holds(each)), None)) is not None
    ]
    below = {
        place: below_it
        for place, token in held
        if (below_it := _year_below(token, lines[place + 1 : place + 2])) is not None
    }
    below = below if len(below) * 2 >= len(held) else {}
    found: dict[int, Printed] = {}
    year: int | None = None
    at = 0
    for place, token in held:
        for line in lines[at : place + 1]:
            year = _year_alone(line, column) or year
        at = place + 1
        own = below.get(place, year)
        printed = token.printed
        if own is not None and not printed.has_year:
            printed = printed.with_year(own)
        found[lines[place].index] = printed
    return found


def _year_alone(line: Line, column: _Column) -> int | None:
    """A year that stands in the column of dates, for all dates below it."""
    word = line.row.words[0]
    near = abs(word.left - column.left) <= SAME_EDGE * 2
    if near and _YEAR.fullmatch(word.text) and not (line.dates and line.dates[0].first == 0):
        return int(word.text)
    return None


def _year_below(token: DateToken, below: Sequence[Line]) -> int | None:
    for line in below:
        for word in line.words_outside():  # "2012" is 20 December where dates are written so
            if abs(word.left - token.left) <= SAME_EDGE and _YEAR.fullmatch(word.text):
                return int(word.text)
    return None


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
