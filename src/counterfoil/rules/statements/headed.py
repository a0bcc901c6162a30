"""Dates that only their heading makes dates: ``0112``, ``01.12``, ``3`` below "November 2024"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from counterfoil.domain.pages import Word
from counterfoil.rules.statements.dates import DateToken, Order, Printed
from counterfoil.rules.statements.headings import Cell, Heading
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.months import month_of
from counterfoil.rules.statements.terms import Role

REACH = 600  # hundredths of a point: how far beside its heading a date may stand
FEWEST = 2  # dates in a column
_DIGITS = re.compile(r"\d{4}(?:\d{2})?")
_PAIR = re.compile(r"\d{2}")
_POINTED = re.compile(r"(\d{1,2})\.(\d{1,2})")
_DAY = re.compile(r"([1-9]|[0-2]\d|3[01])\.?")
_MONTH = re.compile(r"([^\W\d_]{3,})\.?[ ,/-]*((?:19|20|25)\d\d)")

Found = dict[int, list[DateToken]]  # by line
_Below = tuple[Sequence[Line], Cell]  # the lines below a heading, and the heading


def with_headed_dates(lines: Sequence[Line], headings: Sequence[Heading]) -> tuple[Line, ...]:
    """*lines* with the dates that the headings above them name."""
    lines = tuple(_parted(lines, headings))
    found: Found = {}
    month: _Month | None = None
    columns: dict[str, list[_Below]] = {}  # a table goes on over its pages, with one entry on some
    for place, heading in enumerate(headings):
        end = headings[place + 1].first if place + 1 < len(headings) else len(lines)
        below = lines[heading.last + 1 : end]
        for cell in heading.cells:
            if cell.role not in _DATES:
                continue
            columns.setdefault(cell.text, []).append((below, cell))
            if _dated(below, cell) * 2 < _bare(below, cell):
                month = _days(below, cell, month, found) or month
    for column in columns.values():
        _digits(column, found)
    return tuple(_with(line, found[line.index]) if line.index in found else line for line in lines)


def _parted(lines: Sequence[Line], headings: Sequence[Heading]) -> Iterator[Line]:
    """*lines*; a date whose last four digits stand under the next heading of dates ends before.

    ``20.07.   2007`` under ``Booked   Value`` are two days of July.
    """
    dated = [
        (heading.last, [each for each in heading.cells if each.role in _DATES])
        for heading in headings
    ]
    for line in lines:
        if all(token.first == token.last for token in line.dates):
            yield line  # of one word each, as nearly all are
            continue
        cells = next((cells for last, cells in reversed(dated) if last < line.index), [])
        dates = [_without_next(line, token, cells) for token in line.dates]
        yield replace(line, dates=tuple(dates)) if dates != [*line.dates] else line


_DATES = (Role.DATE, Role.VALUE_DATE)


def _without_next(line: Line, token: DateToken, cells: Sequence[Cell]) -> DateToken:
    word = line.row.words[token.last]
    if token.first == token.last or not _DIGITS.fullmatch(word.text) or not token.printed.open:
        return token
    own = [each for each in cells if each.left - REACH <= token.left <= each.right]
    over = [each for each in cells if each.left <= word.right and word.left <= each.right]
    if not own or not over or over[0] is own[0]:
        return token
    printed = replace(token.printed, numbers=token.printed.numbers[:2])
    return token._replace(
        printed=printed, last=token.last - 1, right=line.row.words[token.last - 1].right
    )


@dataclass(frozen=True, slots=True)
class _Month:
    number: int
    year: int


def _dated(lines: Sequence[Line], cell: Cell) -> int:
    """How many dates that say so themselves stand in the column."""
    return sum(
        token.left <= cell.right + REACH and token.right >= cell.left - REACH
        for line in lines
        for token in line.dates
    )


def _bare(lines: Sequence[Line], cell: Cell) -> int:
    """How many lines begin, in the column, with a number that may be a day of a month."""
    firsts = (next(_under(line, cell), None) for line in lines)
    return sum(first is not None and _DAY.fullmatch(first[1].text) is not None for first in firsts)


def _under(line: Line, cell: Cell) -> Iterator[tuple[int, Word]]:
    """The words in the column that are no part of a date that says so itself."""
    dated = {index for token in line.dates for index in range(token.first, token.last + 1)}
    for index, word in enumerate(line.row.words):
        if (
            index not in dated
            and word.left <= cell.right + REACH
            and word.right >= cell.left - REACH
        ):
            yield index, word


def _digits(column: Sequence[_Below], found: Found) -> None:
    """A column of four or six digits each, all days of some year in one order.

    Dates that say so themselves stand there too: few are the texts of other lines.
    """
    plain = sum(_dated(lines, cell) for lines, cell in column)
    tokens = [
        (line.index, token)
        for lines, cell in column
        for line in lines
        for index, word in _under(line, cell)
        if (token := _of_digits(line, index, word)) is not None
    ]
    if (
        len(tokens) < FEWEST
        or len(tokens) <= plain * 2
        or not any(all(token.printed.can_be(order) for _, token in tokens) for order in Order)
    ):
        return
    for line, token in tokens:
        found.setdefault(line, []).append(token)


def _of_digits(line: Line, index: int, word: Word) -> DateToken | None:
    """``0112``, ``011224``, ``01 12`` as two words, or ``01.12`` where points part the cents."""
    if hit := _POINTED.fullmatch(word.text):
        return _token(Printed((int(hit[1]), int(hit[2])), open=True), index, word)
    if _DIGITS.fullmatch(word.text):
        pairs = [word.text[at : at + 2] for at in range(0, len(word.text), 2)]
        return _token(_printed(pairs), index, word)
    behind = line.row.words[index + 1] if index + 1 < len(line.row.words) else None
    if behind is None or behind.left - word.right >= word.em:
        return None
    if not all(_PAIR.fullmatch(each.text) for each in (word, behind)):
        return None
    printed = _printed([word.text, behind.text])
    return DateToken(printed, index, index + 1, word.left, behind.right)


def _printed(pairs: Sequence[str]) -> Printed:
    return Printed(tuple(map(int, pairs)), open=True, short_year=len(pairs) == 3)


def _days(lines: Sequence[Line], cell: Cell, month: _Month | None, found: Found) -> _Month | None:
    """Days of the month that a line above them names; the last month so named."""
    for line in lines:
        if (named := _month(line)) is not None:
            month = named
            continue
        index, word = next(_under(line, cell), (-1, None))
        hit = _DAY.fullmatch(word.text) if word is not None else None
        if word is None or hit is None or month is None:
            continue
        printed = Printed((int(hit[1]), month.number, month.year), open=False)
        if printed.can_be(Order.DAY_FIRST):
            found.setdefault(line.index, []).append(_token(printed, index, word))
    return month


def _month(line: Line) -> _Month | None:
    hit = _MONTH.fullmatch(line.text.strip())
    number = month_of(hit[1]) if hit else None
    return _Month(number, int(hit[2])) if hit and number else None


def _token(printed: Printed, index: int, word: Word) -> DateToken:
    return DateToken(printed, index, index, word.left, word.right)


def _with(line: Line, tokens: Sequence[DateToken]) -> Line:
    """*line* with more dates; what is part of a date is no amount."""
    taken = {index for token in tokens for index in range(token.first, token.last + 1)}
    return replace(
        line,
        dates=tuple(sorted((*line.dates, *tokens), key=lambda token: token.first)),
        amounts=tuple(
            each
            for each in line.amounts
            if not any(index in taken for index in range(each.first, each.last + 1))
        ),
    )
