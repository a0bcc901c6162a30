"""Tables headed like transactions of which a reading sees no number at all.

A paper may write one account in hundredths and another in whole yen: in the style of the
first the second has no money, and would be passed over without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from counterfoil.domain.pages import Word
from counterfoil.rules.statements.captions import stands_apart
from counterfoil.rules.statements.headings import Cell
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import MONEY, Role

LINES_MIN = 2
SPACE = 60  # hundredths of the height: words further apart are of two cells
REACH = 800  # hundredths of a point that a number may stand beside its heading
_NUMBER = re.compile(r"[^\w]{0,3}\d{1,3}(?:[.,' ]?\d{3})*[^\w]{0,3}")
_LETTERS = re.compile(r"[^\W\d_]")


def silent_lines(tables: Sequence[Table]) -> Iterator[Line]:
    """The first line of each of *tables*, which have no events, that is an entry all the same.

    It has whole numbers under two headings of money, or its date and one that ends it.
    """
    for table in tables:
        lines = [line for line in table.lines if _is_entry(table, line)]
        if len(lines) >= LINES_MIN and _has_days(table):
            yield lines[0]


def _has_days(table: Table) -> bool:
    """Whether a heading of dates stands over it, or some of its lines have a date."""
    cells = () if table.heading is None else table.heading.cells
    headed = any(cell.role in (Role.DATE, Role.VALUE_DATE) for cell in cells)
    return headed or sum(len(line.dates) == 1 for line in table.lines) >= LINES_MIN


def _is_entry(table: Table, line: Line) -> bool:
    cells = () if table.heading is None else table.heading.cells
    words = line.row.words
    numbers = [
        word
        for index, word in enumerate(words)
        if _NUMBER.fullmatch(word.text) and not _is_of_prose(words, index)
    ]
    money = [cell for cell in cells if cell.role in MONEY]
    headed = [[word for word in numbers if _is_under(cell, word)] for cell in money]
    if sum(map(bool, headed)) > 1:
        return True
    dated = any(token.first == 0 for token in line.dates)
    return dated and any(words[-1] in under for under in headed)


def _is_of_prose(words: Sequence[Word], index: int) -> bool:
    """Whether a word with letters stands right before it, one space away: "up to 85,000"."""
    near = index > 0 and not stands_apart(words, index, SPACE)
    return near and _LETTERS.search(words[index - 1].text) is not None


def _is_under(cell: Cell, word: Word) -> bool:
    return word.left <= cell.right + REACH and word.right >= cell.left - REACH
