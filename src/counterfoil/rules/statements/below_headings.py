"""Rows rewritten as the headings above them say: what stands in columns of its own is joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from counterfoil.domain.pages import PrintedPages, Row, Word

Place = TypeVar("Place")


def rewritten(
    printed: PrintedPages,
    headed: Callable[[Sequence[Word]], tuple[Place, ...]],
    joined: Callable[[Sequence[Word], tuple[Place, ...]], Iterator[Word]],
) -> PrintedPages:
    """*printed* with every row as *joined* says; as it is where no row heads anything.

    Args:
        headed: What the words of a row head; empty for most rows.
        joined: The words of a row below such headings; a table may go on over the page.
    """
    if not any(headed(row.words) for page in printed.pages for row in page.rows):
        return printed
    places: tuple[Place, ...] = ()
    pages = []
    for page in printed.pages:
        rows = []
        for row in page.rows:
            places = headed(row.words) or places
            rows.append(Row(row.page, tuple(joined(row.words, places))))
        pages.append(replace(page, rows=tuple(rows)))
    return replace(printed, pages=tuple(pages))
