"""Which date belongs to which line of money: its own, one above, one below, one carried."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from counterfoil.rules.statements.dates import DateToken, Printed
from counterfoil.rules.statements.headings import Heading
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.vocabulary import Role, label_of

SAME_EDGE = 250  # hundredths of a point: dates this close to each other are one column
HEADING_REACH = 1_000  # a heading no further than this from a date names it
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


def find_dates(heading: Heading | None, lines: Sequence[Line], money: frozenset[int]) -> Dates:
    """Every booking date and value date of a table's *lines*.

    Args:
        money: The indices of the lines with money in them.
    """
    first, second = _columns(heading, lines)
    booking = _in_column(lines, first)
    value = _in_column(lines, second)
    if first is not None and second is None and _is_value(heading, lines, first):
        headings = _day_headings(lines, money)
        if headings:
            booking, value = headings, booking
    return Dates(booking, value, frozenset(_value_lines(lines, money, booking)))


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
        date = ahead[place] if below else current
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
    """Whether every entry's date is on a line below its money."""
    entries = [line for line in lines if line.index in money and not label_of(line.label())]
    if not entries or any(line.index in dates.booking for line in entries):
        return False
    dated = [line.index for line in lines if line.index in dates.booking]
    return len(dated) * 10 >= len(entries) * 9 and dated[0] > entries[0].index


def _columns(heading: Heading | None, lines: Sequence[Line]) -> tuple[int | None, int | None]:
    """The left edges of the booking dates and of the value dates."""
    edges: Counter[int] = Counter()
    named: dict[int, Role | None] = {}
    leading: set[int] = set()
    for line in lines:
        for token in line.dates:
            edge = next((each for each in edges if abs(each - token.left) <= SAME_EDGE), token.left)
            edges[edge] += 1
            named[edge] = named.get(edge) or _role_over(heading, token)
            if token.first == 0:
                leading.add(edge)
    wanted = {edge for edge, role in named.items() if role}
    if Role.DATE not in named.values():
        wanted |= leading
    most = max((edges[edge] for edge in wanted), default=0)
    columns = sorted(edge for edge in wanted if edges[edge] * 3 >= most)
    values = [edge for edge in columns if named[edge] is Role.VALUE_DATE]
    booking = [edge for edge in columns if named[edge] is Role.DATE]
    others = [edge for edge in columns if edge not in values]
    first = (booking or others or columns or [None])[0]
    second = [edge for edge in (values or booking[1:] or columns) if edge != first]
    return first, second[0] if second else None


def _role_over(heading: Heading | None, token: DateToken) -> Role | None:
    """What kind of date the heading over *token* names."""
    over = [
        (max(cell.left - token.right, token.left - cell.right), cell.role)
        for cell in (() if heading is None else heading.cells)
        if cell.role in (Role.DATE, Role.VALUE_DATE)
    ]
    distance, role = min(over, key=lambda each: each[0], default=(10**9, None))
    return role if distance <= HEADING_REACH else None


def _is_value(heading: Heading | None, lines: Sequence[Line], edge: int) -> bool:
    roles = {
        _role_over(heading, token)
        for line in lines
        for token in line.dates
        if abs(token.left - edge) <= SAME_EDGE
    }
    return roles == {Role.VALUE_DATE}


def _in_column(lines: Sequence[Line], edge: int | None) -> dict[int, Printed]:
    """The dates at *edge*; a year that stands below its date belongs to it."""
    found: dict[int, Printed] = {}
    for place, line in enumerate(lines if edge is not None else ()):
        for token in line.dates:
            if edge is not None and abs(token.left - edge) <= SAME_EDGE:
                below = lines[place + 1] if place + 1 < len(lines) else None
                found[line.index] = _completed(token, below)
                break
    return found


def _completed(token: DateToken, below: Line | None) -> Printed:
    if below is None or token.printed.has_year:
        return token.printed
    for word in below.row.words:
        if abs(word.left - token.left) <= SAME_EDGE and _YEAR.fullmatch(word.text):
            return token.printed.with_year(int(word.text))
    return token.printed


def _day_headings(lines: Sequence[Line], money: frozenset[int]) -> dict[int, Printed]:
    """Lines that say only which day the entries below them were booked on."""
    return {
        line.index: line.dates[0].printed
        for line in lines
        if line.index not in money and len(line.dates) == 1
        if len(line.words_outside()) <= OTHER_WORDS_MAX
    }


def _value_lines(
    lines: Sequence[Line], money: frozenset[int], booking: Mapping[int, Printed]
) -> Iterator[int]:
    """Where every entry has its own date, a dated line below it is its value date."""
    entries = [each for each in lines if each.index in money and not label_of(each.label())]
    if not entries or any(line.index not in booking for line in entries):
        return
    for above, line in zip(lines, lines[1:], strict=False):
        if line.index not in money and line.index in booking and above.index in money:
            yield line.index
