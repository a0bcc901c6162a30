"""A box to the left of a list: "At a glance", with the ends of the account.

Its lines stand between those of the list, or on the same heights, and a reader who goes by
heights weaves the two together. Apart from each other both are plain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from counterfoil.domain.pages import Page, PrintedPages, Row
from counterfoil.rules.statements.dates import dates_of

DATED_FROM = 4  # rows of a list, by their dates in line
IN_LINE = 150  # hundredths of a point
WOVEN_FROM = 2  # rows that have words of both
GUTTER = 100  # per cent of the letters' height, between the box and the list


def set_apart(printed: PrintedPages) -> PrintedPages | None:
    """*printed* with the rows of every such box above those of its list; None without one."""
    pages = tuple(_apart(page) for page in printed.pages)
    if pages == printed.pages:
        return None
    return replace(printed, pages=pages)


def _apart(page: Page) -> Page:
    edge = _left_of_list(page.rows)
    if edge is None:
        return page
    first = _first_beside(page.rows, edge)
    above, woven = page.rows[:first], page.rows[first:]
    box = [part for row in woven if (part := _part(row, edge, within=False))]
    rest = [part for row in woven if (part := _part(row, edge, within=True))]
    return replace(page, rows=(*above, *box, *rest))


def _left_of_list(rows: Sequence[Row]) -> int | None:
    """Where the dates of a list begin that has a box of other things on its left."""
    dated = Counter(_first_dates(rows))
    if not dated:
        return None
    edge, often = max(dated.items(), key=lambda each: (each[1], -each[0]))
    if often < DATED_FROM:
        return None
    edge -= IN_LINE
    listed = [row for row in rows[_first_beside(rows, edge) :] if row.words[-1].left >= edge]
    woven = [row for row in listed if row.words[0].left < edge]
    apart = all(_gutter(row, edge) for row in listed)
    if len(woven) < WOVEN_FROM or len(woven) * 2 > len(listed) or not apart:
        return None
    return edge


def _first_dates(rows: Sequence[Row]) -> Iterator[int]:
    """Where the first date of each row begins, in steps that dates in line share."""
    for row in rows:
        for token in dates_of(row)[:1]:
            yield row.words[token.first].left // IN_LINE * IN_LINE


def _first_beside(rows: Sequence[Row], edge: int) -> int:
    """The row above the first with a date at *edge*: the heading of the list."""
    for index, row in enumerate(rows):
        if any(0 <= row.words[token.first].left - edge <= 2 * IN_LINE for token in dates_of(row)):
            return max(index - 1, 0)
    return len(rows)


def _gutter(row: Row, edge: int) -> bool:
    """Whether nothing of *row* stands in or near the edge between box and list."""
    before = [word for word in row.words if word.left < edge]
    if not before:
        return True
    free = edge + IN_LINE - before[-1].right
    return free * 100 >= before[-1].em * GUTTER


def _part(row: Row, edge: int, *, within: bool) -> Row | None:
    words = tuple(word for word in row.words if (word.left >= edge) is within)
    return replace(row, words=words) if words else None
