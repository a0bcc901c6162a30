"""A box beside a list: "At a glance", with the ends of the account.

Its lines stand between those of the list, or on the same heights, and a reader who goes by
heights weaves the two together. Apart from each other both are plain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from counterfoil.domain.pages import Page, PrintedPages, Row
from counterfoil.rules.statements.captions import cells_of
from counterfoil.rules.statements.dates import dates_of

DATED_FROM = 4  # rows of a list, by their dates in line
IN_LINE = 150  # hundredths of a point
WOVEN_FROM = 2  # rows that have words of both
GUTTER = 100  # per cent of the letters' height, between the box and the list
BOX_FROM = 4  # lines of a box on the right, most of which begin in line, with words
NO_MONEY_FROM = 20  # per cent of them: a column of "HK$ 1,804.29" is all money

_TEXT = re.compile(r"[^\W\d_]{2,}\W?")
_MONEY = re.compile(r"\D{0,2}\d{1,3}(?:[.,' ]?\d{3})*(?:[.,]\d{2}|(?<=[.,]\d{3}))\D{0,3}")


def set_apart(printed: PrintedPages) -> PrintedPages | None:
    """*printed* with the rows of every such box above those of its list; None without one."""
    pages = tuple(_apart(page) for page in printed.pages)
    if pages == printed.pages:
        return None
    return replace(printed, pages=pages)


def _apart(page: Page) -> Page:
    edge = _left_of_list(page.rows)
    if edge is not None:
        return _with_box_above(page, edge, _first_beside(page.rows, edge), len(page.rows))
    found = _box_on_the_right(page.rows)
    return page if found is None else _with_box_above(page, *found, right=True)


def _with_box_above(page: Page, edge: int, first: int, end: int, *, right: bool = False) -> Page:
    """*page* with what stands beside *edge* in some rows, on one side, above what is left."""
    woven = page.rows[first:end]
    box = [part for row in woven if (part := _part(row, edge, within=right))]
    rest = [part for row in woven if (part := _part(row, edge, within=not right))]
    return replace(page, rows=(*page.rows[:first], *box, *rest, *page.rows[end:]))


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
    if any(token.first == 0 for row in woven for token in dates_of(row)):
        return None  # it is the list that begins there, and its texts that hold dates
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


def _box_on_the_right(rows: Sequence[Row]) -> tuple[int, int, int] | None:
    """(edge, first row, row behind the last) of texts that begin in line beside a list.

    Numbers end in line, and a column of them begins with no letters: it is no box.
    """
    dated = Counter(_first_dates(rows))
    if not dated or max(dated.values()) < DATED_FROM:
        return None
    starts: dict[int, list[int]] = {}
    for index, row in enumerate(rows):
        for word, *_ in cells_of(row.words, GUTTER):
            if word.text[0].isalpha() and word.left > min(dated):
                starts.setdefault(word.left // IN_LINE * IN_LINE, []).append(index)
    for edge, lined in sorted(starts.items(), reverse=True):
        if len(lined) < BOX_FROM or not _are_texts([rows[index] for index in lined], edge):
            continue
        if _is_box(rows[lined[0] : lined[-1] + 1], edge, len(lined)):
            return edge, lined[0], lined[-1] + 1
    return None


def _are_texts(rows: Sequence[Row], edge: int) -> bool:
    """Whether nearly all that begins at *edge* has words, and not all of it money."""
    parts = [[word.text for word in row.words if word.left >= edge] for row in rows]
    worded = sum(sum(_TEXT.fullmatch(text) is not None for text in part) >= 2 for part in parts)
    bare = sum(not any(map(_MONEY.fullmatch, part)) for part in parts)
    return worded * 10 >= len(parts) * 8 and bare * 100 >= len(parts) * NO_MONEY_FROM


def _is_box(rows: Sequence[Row], edge: int, lined: int) -> bool:
    """Whether nearly all that stands right of *edge* begins in line there, and all apart."""
    beside = sum(row.words[-1].left >= edge for row in rows)
    woven = [row for row in rows if row.words[0].left < edge <= row.words[-1].left]
    crossing = any(word.left < edge < word.right for row in rows for word in row.words)
    apart = all(_gutter(row, edge) for row in woven)
    listed = sum(
        any(word.left < edge and _MONEY.fullmatch(word.text) for word in row.words) for row in rows
    )
    return (
        lined * 10 >= beside * 8
        and len(woven) >= WOVEN_FROM
        and listed >= DATED_FROM  # the list is whole without it
        and apart
        and not crossing
    )
