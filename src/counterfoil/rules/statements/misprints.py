"""Dates that were meant and cannot be read: ``30.76.2025`` among dates is one.

A line without a date takes that of the line above it. So a date with one wrong digit that
makes it no day at all would give its entry its neighbour's, and nobody would know.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from counterfoil.rules.statements.chain import Entry
from counterfoil.rules.statements.date_columns import is_in_texts
from counterfoil.rules.statements.dates import DateToken
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.lines import Line, first_date
from counterfoil.rules.statements.months import month_of

OWN_FROM = 5  # entries with dates of their own
SAME_EDGE = 250  # hundredths of a point: what begins so close to dates stands in their column
_RUNS = re.compile(r"\d+|[^\W\d_]+")


def unreadable_date(entries: Sequence[Entry]) -> tuple[Line, str] | None:
    """The first line with something in a column of dates that is written like them and is none.

    Or it is one, the line begins with it, and the entry was not given it.
    """
    lines = {line.index: line for entry in entries for line in entry.event.words}
    columns: dict[str, set[int]] = {}  # by shape: where dates of that shape begin
    for entry in entries:
        for line, token in (*_own_dates(entry), *_day_above(entry.event)):
            shape = _shape(_text(line, token.first, token.last))
            columns.setdefault(shape, set()).add(token.left)
    longest = max((shape.count(" ") + 1 for shape in columns), default=0)
    edges = set().union(*columns.values())
    pieces = [
        *((line, *piece) for line in lines.values() for piece in _pieces(line, longest, edges)),
        *(_passed_over(entry.event) for entry in entries if _begins_with_a_date(entry.event)),
    ]
    pieces += _without_year(entries)
    for line, left, text in sorted(pieces, key=lambda each: each[0].index):
        if _is_near(left, columns.get(_shape(text), ())):
            return line, text
    return None


def _without_year(entries: Sequence[Entry]) -> Iterator[tuple[Line, int, str]]:
    """``Jun 25`` where nearly all others are like ``30 May 25``: what stood before is gone."""
    own = [found for entry in entries for found in islice(_own_dates(entry), 1)]
    edges = {token.left for _, token in own if token.printed.has_year}
    short = [(line, token) for line, token in own if not token.printed.has_year]
    if len(own) >= OWN_FROM and len(short) * 10 <= len(own):
        for line, token in short:
            if token.first <= 1 and _is_near(line.row.words[0].left, edges):  # in no text
                yield line, token.left, _text(line, token.first, token.last)


def _is_near(left: int, edges: Collection[int]) -> bool:
    return any(abs(left - each) <= SAME_EDGE for each in edges)


def _begins_with_a_date(event: Event) -> bool:
    """And was given that of another line."""
    token = first_date(event.line)
    if token is None or event.dated or event.anchored:
        return False
    return token.printed not in (event.date, event.value_date)


def _passed_over(event: Event) -> tuple[Line, int, str]:
    token = event.line.dates[0]
    return event.line, token.left, _text(event.line, token.first, token.last)


def _own_dates(entry: Entry) -> Iterator[tuple[Line, DateToken]]:
    """Where its booking date and its value date stand; what its text speaks of is neither."""
    wanted = [each for each in (entry.event.date, entry.event.value_date) if each is not None]
    taken: list[DateToken] = []
    for printed in wanted:
        day = printed.numbers[:2]
        for line in entry.event.words:
            dates = _outside_texts(entry.event, line)
            fitting = [each for each in dates if each.printed.numbers[:2] == day]
            token = next((each for each in fitting if each not in taken), None)
            if token is not None:
                taken.append(token)
                yield line, token
                break


def _outside_texts(event: Event, line: Line) -> Iterator[DateToken]:
    """The dates of *line* that stand below no heading of texts."""
    heading = event.table.heading
    cells = () if heading is None else heading.cells
    return (each for each in line.dates if not is_in_texts(cells, each))


def _day_above(event: Event) -> Iterator[tuple[Line, DateToken]]:
    """Where the day stands that an entry without one was given: ``Kirjauspäivä 03.03.2025``."""
    if event.anchored:
        return
    above = (line for line in reversed(event.table.lines) if line.index < event.line.index)
    dates = ((line, token) for line in above for token in _outside_texts(event, line))
    yield from islice((each for each in dates if each[1].printed == event.date), 1)


def _text(line: Line, first: int, last: int) -> str:
    return " ".join(word.text for word in line.row.words[first : last + 1])


def _pieces(line: Line, longest: int, edges: Collection[int]) -> Iterator[tuple[int, str]]:
    """(left edge, text) of every few words that begin near *edges*, and no date with them.

    One may begin behind them: of ``31 Jun 25`` the last two words are a day.
    """
    taken = {index for token in line.dates for index in range(token.first, token.last + 1)}
    words = line.row.words
    for first, word in enumerate(words):
        if first in taken or not _is_near(word.left, edges):
            continue
        for last in range(first, min(first + longest, len(words))):
            yield word.left, _text(line, first, last)


def _shape(text: str) -> str:
    """``30.76.2025`` as ``9.9.9999``, ``7 Mar`` as ``9 m``; another word keeps its letters."""

    def run(found: re.Match[str]) -> str:
        if found[0].isdigit():
            return "9" if len(found[0]) <= 2 else "9" * len(found[0])
        return "m" if month_of(found[0]) else found[0]

    return _RUNS.sub(run, text)
