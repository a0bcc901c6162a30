"""Rows and pages that are gone, blank or there twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.statement_edits import Edit, Edits
from tests.statement_spots import Ground, Struck

RUN_MAX = 6  # consecutive entries that are taken away at once


def _gone(entries: Sequence[Struck], dice: Random) -> Edits:
    """Their rows: only those with money or all, left blank or closed up."""
    verb = dice.choice(["drop", "close"])
    whole = dice.random() < 0.7
    return tuple(
        dict.fromkeys(
            Edit(verb, each.page, each.row, each.until if whole else each.row) for each in entries
        )
    )


def row(ground: Ground, dice: Random) -> Edits | None:
    return _gone([dice.choice(ground.entries)], dice) if ground.entries else None


def rows(ground: Ground, dice: Random) -> Edits | None:
    entries = ground.entries
    if len(entries) < 3:
        return None
    count = dice.randint(2, min(RUN_MAX, len(entries) - 1))
    start = dice.randrange(len(entries) - count + 1)
    return _gone(entries[start : start + count], dice)


def rows_of_page(ground: Ground, dice: Random) -> Edits | None:
    pages = sorted({each.page for each in ground.entries})
    if not pages:
        return None
    page = dice.choice(pages)
    return _gone([each for each in ground.entries if each.page == page], dice)


def doubled(ground: Ground, dice: Random) -> Edits | None:
    if not ground.entries:
        return None
    each = dice.choice(ground.entries)
    return (Edit("double", each.page, each.row, each.until),)


def page(verb: str) -> Callable[[Ground, Random], Edits | None]:
    def strike(ground: Ground, dice: Random) -> Edits | None:
        pages = len(ground.printed.pages)
        if pages < 2:
            return None
        return (Edit(verb, dice.randint(1, pages)),)

    return strike


def last_page(ground: Ground, dice: Random) -> Edits | None:
    pages = len(ground.printed.pages)
    return (Edit("lose", pages),) if pages > 1 else None
