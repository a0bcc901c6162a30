"""The columns of dates of a table, what their headings call them, and the dates in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from counterfoil.rules.statements.booking_words import UNSAID, booking_rank, books_below
from counterfoil.rules.statements.captions import stands_apart
from counterfoil.rules.statements.dates import DateToken, Printed
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.headings import Cell, Heading
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.terms import Role
from counterfoil.rules.statements.vocabulary import label_of

SAME_EDGE = 250  # hundredths of a point: dates this close to each other are one column
SPACE_MAX = 100  # hundredths of the height: between two words of a text
HEADING_REACH = 1_000  # a heading no further than this from a date names it
FILLED_FROM = 3  # entries that all have a date in one place make a column of dates

_INSTALMENT = re.compile(
    r"(?<!\w)(?:cuotas?|parcelas?|prestac\w+|instal+ments?|taksit|rat[ay])(?!\w)"
)
_YEAR = re.compile(r"(?:19|20|25)\d\d")


@dataclass(slots=True)
class DateColumn:
    """Dates that stand under each other."""

    left: int
    right: int
    count: int = 0
    role: Role | None = None
    begins: int | None = None  # where its heading does
    rank: int = 1  # of its heading: 0 where it speaks of booking
    leads: bool = False  # lines begin with it
    below: bool = False  # of two dates in it, one below the other, the second is of booking

    @property
    def is_of_days(self) -> bool:
        """Whether it is named and leads: a day may be printed once for many entries."""
        return self.role is Role.DATE and self.leads

    def holds(self, token: DateToken) -> bool:
        """Whether *token* stands under the others: left edges, or most of both widths."""
        common = min(self.right, token.right) - max(self.left, token.left)
        narrow = min(self.right - self.left, token.right - token.left)
        return abs(self.left - token.left) <= SAME_EDGE or common * 10 >= narrow * 7


def date_columns(
    heading: Heading | None, lines: Sequence[Line], money: frozenset[int]
) -> tuple[DateColumn | None, DateColumn | None]:
    """The column of booking dates and that of value dates.

    Where no heading names one and no line begins with a date, it is the column in which
    every entry has a date.
    """
    cells = () if heading is None else heading.cells
    columns = _said_columns(cells, lines, money)
    _name_the_last(columns, cells, lines, money)
    unnamed = not any(column.role is Role.DATE for column in columns)
    wanted = [
        column
        for column in columns
        if column.role or (unnamed and column.leads and not is_in_texts(cells, column))
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
    if any(cell.role is Role.DATE for cell in cells) and wanted == values:
        return None, next(iter(values), None)  # all of this page were booked on the day before
    first = next(iter(booking or others or wanted), None)
    second = [column for column in (values or booking[1:] or wanted) if column is not first]
    return first, second[0] if second else None


def is_rivalled(heading: Heading | None, lines: Sequence[Line], money: frozenset[int]) -> bool:
    """Whether a second column of other dates may as well be of booking.

    It is named in words we do not know, or as surely, where no heading says so of its own.
    """
    first, second = date_columns(heading, lines, money)
    if heading is None:
        return first is not None and first.leads and _is_followed(first, lines, money)
    if first is None or (first.role is Role.DATE and not first.rank):
        return False
    own = dates_in(lines, first)
    others = (
        dates_in(lines, each)
        for each in _filled(_said_columns(heading.cells, lines, money), lines, money, share=6)
        if each.left != first.left and not _begins_among_texts(heading.cells, each)
        if not _are_instalments(heading.cells, each) and not _are_spoken_of(lines, each)
        if each.begins is None or each.begins != first.begins
        if each.role is not Role.VALUE_DATE
        if (each.rank == first.rank if each.role else second is None or each.left != second.left)
    )
    return any(own.get(line) != date for other in others for line, date in other.items())


def _are_instalments(cells: Sequence[Cell], column: DateColumn) -> bool:
    """Whether they are no days: ``03/06`` below ``N° CUOTA`` is the third of six."""
    over = _heading_over(cells, column)
    return over is not None and _INSTALMENT.search(folded(over.text)) is not None


def _are_spoken_of(lines: Sequence[Line], column: DateColumn) -> bool:
    """Whether most stand right behind a word: ``ACHAT DU 03.08.2025`` speaks of that day."""
    held = [(line, token) for line in lines for token in line.dates if column.holds(token)]
    behind = sum(
        token.first > 0
        and line.row.words[token.first - 1].text[-1:].isalpha()
        and not stands_apart(line.row.words, token.first, SPACE_MAX)
        for line, token in held
    )
    return behind * 2 > len(held)


def _is_followed(first: DateColumn, lines: Sequence[Line], money: frozenset[int]) -> bool:
    """Without a heading: whether every entry has a second date right behind the first.

    Most of them are others; nothing says which are of booking.
    """
    own = [line for line in lines if line.index in money and not label_of(line.label())]
    pairs = [line.dates[:2] for line in own]
    close = all(
        len(pair) == 2 and pair[0].first == 0 and pair[1].first == pair[0].last + 1
        for pair in pairs
    )
    differ = sum(len({each.printed for each in pair}) == 2 for pair in pairs)
    return close and len(own) >= FILLED_FROM and differ * 2 > len(own)


def _begins_among_texts(cells: Sequence[Cell], column: DateColumn) -> bool:
    """Whether the nearest heading that begins on its left is of texts."""
    left = [cell for cell in cells if cell.left <= column.left + SAME_EDGE]
    return bool(left) and left[-1].role is Role.DESCRIPTION


def _all_columns(cells: Sequence[Cell], lines: Sequence[Line]) -> list[DateColumn]:
    """Every place in which dates stand under each other, with what a heading says of it."""
    named = [cell for cell in cells if cell.role in (Role.DATE, Role.VALUE_DATE)]
    columns: list[DateColumn] = []
    for line in lines:
        for token in line.dates:
            column = next((each for each in columns if each.holds(token)), None)
            if column is None:
                column = DateColumn(token.left, token.right)
                columns.append(column)
            column.count += 1
            cell = _heading_over(named, token)
            if cell is not None and column.role is None:
                column.role, column.begins = cell.role, cell.left
                column.rank = booking_rank(cell.text)
                column.below = books_below(cell.text)
            column.leads = column.leads or token.first == 0
    return columns


def _said_columns(
    cells: Sequence[Cell], lines: Sequence[Line], money: frozenset[int]
) -> list[DateColumn]:
    """All of them; a heading may say what was done on a day: ``Einkauf``, ``Verbucht``.

    Nothing but days stands below it: ``Posting text`` is over texts, which may begin with a day.
    """
    columns = _all_columns(cells, lines)
    strange = [cell for cell in cells if cell.role is None and booking_rank(cell.text) != UNSAID]
    for column in _filled(columns, lines, money) if strange else ():
        cell = _heading_over(strange, column)
        if column.role is None and cell is not None and not _has_texts(cells, column, lines):
            column.role, column.begins, column.rank = Role.DATE, cell.left, booking_rank(cell.text)
    return columns


def _has_texts(cells: Sequence[Cell], column: DateColumn, lines: Sequence[Line]) -> bool:
    """Whether a text goes on behind a date of *column*, with no heading of its own over it."""
    for line in lines:
        money = {amount.first for amount in line.amounts}
        for token in filter(column.holds, line.dates):
            at = token.last + 1
            if at == len(line.row.words) or at in money or stands_apart(line.row.words, at):
                continue
            begins = line.row.words[at].left + SAME_EDGE
            if not any(token.right <= cell.left <= begins for cell in cells):
                return True
    return False


def _name_the_last(
    columns: Sequence[DateColumn],
    cells: Sequence[Cell],
    lines: Sequence[Line],
    money: frozenset[int],
) -> None:
    """Where a heading names value dates only, one in words we do not know is over the others."""
    if {column.role for column in columns} != {Role.VALUE_DATE, None}:
        return
    strange = [cell for cell in cells if cell.role is None]
    for column in _only(each for each in _filled(columns, lines, money) if each.role is None):
        column.role = Role.DATE if _heading_over(strange, column) else None


def _filled(
    columns: Sequence[DateColumn],
    lines: Sequence[Line],
    money: frozenset[int],
    share: int = 10,
) -> Iterator[DateColumn]:
    """The columns in which every line of money without a label has a date, or so many tenths."""
    entries = [line for line in lines if line.index in money and not label_of(line.label())]
    for column in columns if len(entries) >= FILLED_FROM else ():
        held = sum(any(column.holds(token) for token in line.dates) for line in entries)
        if held * 10 >= len(entries) * share:
            yield column


def _only(columns: Iterable[DateColumn]) -> list[DateColumn]:
    """The one there is: of two without a heading, nothing tells which is the booking date."""
    found = list(columns)
    return found if len(found) == 1 else []


def _heading_over(cells: Sequence[Cell], token: DateToken | DateColumn) -> Cell | None:
    """Which of *cells* stands over *token*."""
    over = [
        (max(cell.left - token.right, token.left - cell.right), number, cell)
        for number, cell in enumerate(cells)
    ]
    distance, _, cell = min(over, default=(10**9, 0, None))
    return cell if distance <= HEADING_REACH else None


def is_in_texts(cells: Sequence[Cell], column: DateColumn | DateToken) -> bool:
    """Whether it is the texts that begin with a date, where the dates have a heading."""
    over = _heading_over(cells, column)
    dated = any(cell.role is Role.DATE for cell in cells)
    return dated and over is not None and over.role is Role.DESCRIPTION


def dates_in(lines: Sequence[Line], column: DateColumn | None) -> dict[int, Printed]:
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


def _year_alone(line: Line, column: DateColumn) -> int | None:
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
