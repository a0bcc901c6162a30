"""A summary as one row of numbers, its captions stacked over them on two lines or three.

``PREVIOUS   AMOUNT OF   BALANCE ON``
``BALANCE    DEBITS      10/06/25``
``3,312.90   2,360.91    5,186.99``

Each number becomes a line of its own behind its words, as a list would print it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from counterfoil.domain.pages import Row, Word
from counterfoil.rules.statements.captions import Words, cells_of
from counterfoil.rules.statements.lines import Line, line_of
from counterfoil.rules.statements.number_styles import Style
from counterfoil.rules.statements.terms import Label
from counterfoil.rules.statements.vocabulary import label_of

CELLS_MIN = 3
CAPTIONS_MIN, CAPTIONS_MAX = 2, 3  # lines
GAP = 100  # hundredths of the height: a wider gap parts two captions
REACH = 600  # hundredths of a point: so far beside its number may a caption stand


def listed(lines: Sequence[Line], style: Style) -> tuple[Line, ...]:
    """*lines*; a grid with both ends of an account as a list of its captions and numbers."""
    grids = {place: grid for place in range(len(lines)) if (grid := _grid_over(lines, place))}
    captions = {place - up for place, (count, _) in grids.items() for up in range(1, count + 1)}
    rows = [
        line_of(0, row, style) if row is not line.row else line
        for place, line in enumerate(lines)
        if place not in captions
        for row in (grids[place][1] if place in grids else [line.row])
    ]
    return tuple(replace(line, index=index) for index, line in enumerate(rows))


def _grid_over(lines: Sequence[Line], place: int) -> tuple[int, list[Row]] | None:
    """(lines of captions, a row for each number) where *place* is the last line of a grid."""
    numbers = _numbers(lines[place])
    if len(numbers) < CELLS_MIN or _numbers(*lines[place + 1 : place + 2]):
        return None
    stack: list[Line] = []
    for line in reversed(lines[max(place - CAPTIONS_MAX, 0) : place]):
        if line.amounts or line.row.page != lines[place].row.page or not _each_over(line, numbers):
            break
        stack.insert(0, line)
    if len(stack) < CAPTIONS_MIN or not any(line.dates for line in stack):
        return None
    rows = [Row(lines[place].row.page, (*_over(stack, cell), *cell)) for cell in numbers]
    labels = {label_of(_without_days(stack, cell)) for cell in numbers}
    ends = Label.OPENING in labels and labels & {Label.CLOSING, Label.BALANCE}
    return (len(stack), rows) if ends else None


def _numbers(*lines: Line) -> list[Words]:
    """The cells of a line that has nothing but numbers; empty for any other."""
    return [
        cell
        for line in lines
        if len(line.amounts) >= CELLS_MIN and not line.dates
        if not any(each.isalpha() for each in line.text)
        for cell in cells_of(line.row.words, GAP)
    ]


def _each_over(line: Line, numbers: Sequence[Words]) -> bool:
    """Whether every cell of *line* stands over one of *numbers*, and over no other's."""
    under = [
        [_stands_over(cell, number) for number in numbers] for cell in cells_of(line.row.words, GAP)
    ]
    places = [each.index(True) for each in under if sum(each) == 1]
    return len(places) == len(under) == len({*places}) >= CELLS_MIN


def _stands_over(cell: Words, number: Words) -> bool:
    return cell[0].left <= number[-1].right + REACH and number[0].left <= cell[-1].right + REACH


def _over(stack: Sequence[Line], number: Words) -> Iterator[Word]:
    """The words of all lines over *number*, from the top."""
    for line in stack:
        for cell in cells_of(line.row.words, GAP):
            if _stands_over(cell, number):
                yield from cell


def _without_days(stack: Sequence[Line], number: Words) -> str:
    """What they say besides a day."""
    days = {
        line.row.words[place].text
        for line in stack
        for token in line.dates
        for place in range(token.first, token.last + 1)
    }
    return " ".join(word.text for word in _over(stack, number) if word.text not in days)
