"""Small changes to printed pages, each a line of text that makes it again.

An edit is one thing done to one page; a fault is a few of them. What a reader gave is
never changed: :func:`spoiled` makes new pages.

    write/2/14/3/1,234.90    word 3 of row 14 on page 2 reads so ("" takes it away)
    move/2/14/3/-4200        it stands so many hundredths of a point further right
    drop/2/14/16/            rows 14 to 16 are blank paper
    close/2/14/16/           they are gone, and what is below moves up
    double/2/14/16/          they stand there twice, and what is below moves down
    blank/2/0/0/             page 2 is empty;  lose: it is not in the file;  again: it is twice

Pages count from 1, rows and words from 0, and all of them before any edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from counterfoil.domain.pages import Page, PrintedPages, Row, Word


class Edit(NamedTuple):
    """One change; what ``first`` and ``last`` count is the verb's affair."""

    verb: str
    page: int
    first: int = 0
    last: int = 0
    text: str = ""

    def __str__(self) -> str:
        return "/".join(str(part) for part in self)


Edits = tuple[Edit, ...]


def written(edits: Sequence[Edit]) -> str:
    """All of *edits* on one line; words hold no spaces."""
    return " ".join(str(edit) for edit in edits)


def read_edits(line: str) -> Edits:
    """What :func:`written` wrote."""
    parts = [part.split("/", 4) for part in line.split(" ")]
    return tuple(
        Edit(verb, int(page), int(first), int(last), text)
        for verb, page, first, last, text in parts
    )


def spoiled(printed: PrintedPages, edits: Sequence[Edit]) -> PrintedPages:
    """*printed* with all of *edits* made."""
    pages: list[Page] = []
    for page in printed.pages:
        own = [edit for edit in edits if edit.page == page.number]
        verbs = {edit.verb for edit in own}
        if "lose" in verbs:
            continue
        kept = replace(page, rows=(), characters=0) if "blank" in verbs else _edited(page, own)
        pages += [kept] * (2 if "again" in verbs else 1)
    return replace(printed, pages=tuple(_numbered(pages)))


def _numbered(pages: Sequence[Page]) -> Iterator[Page]:
    for number, page in enumerate(pages, 1):
        if page.number == number:
            yield page
        else:
            yield replace(page, number=number, rows=tuple(Row(number, r.words) for r in page.rows))


def _edited(page: Page, edits: Sequence[Edit]) -> Page:
    if not edits:
        return page
    rows: list[Row | None] = list(page.rows)
    by_row: dict[int, list[Edit]] = {}
    for edit in edits:
        if edit.verb in ("write", "move"):
            by_row.setdefault(edit.first, []).append(edit)
    for index, own in by_row.items():
        words = list(_words(page.rows[index].words, own))
        rows[index] = (
            Row(page.number, tuple(sorted(words, key=lambda w: w.left))) if words else None
        )
    for edit in sorted(edits, key=lambda each: -each.first):
        if edit.verb in ("drop", "close", "double"):
            rows = _rearranged(page, rows, edit)
    kept = tuple(row for row in rows if row is not None)
    return replace(page, rows=kept, characters=sum(len(w.text) for r in kept for w in r.words))


def _words(words: Sequence[Word], edits: Sequence[Edit]) -> Iterator[Word]:
    for index, word in enumerate(words):
        new: Word | None = word
        for edit in (each for each in edits if each.last == index and new is not None):
            assert new is not None
            new = rewritten(new, edit.text) if edit.verb == "write" else _aside(new, int(edit.text))
        if new is not None:
            yield new


def rewritten(word: Word, text: str) -> Word | None:
    """*word* with another text; what both have in common stays where it is."""
    if not text:
        return None
    if len(text) == len(word.text):
        return word._replace(text=text)
    wide = max((word.right - word.left) // max(len(word.text), 1), 1)
    if word.text in text:  # something is added before or behind
        before = text.index(word.text)
        behind = len(text) - before - len(word.text)
        ahead = [word.left - wide * step for step in range(before, 0, -1)]
        after = [word.right + wide * step for step in range(1, behind + 1)]
        return word._replace(text=text, edges=(*ahead, *word.edges, *after))
    if text in word.text:
        start = word.text.index(text)
        return word.cut(start, start + len(text))
    edges = [word.right - wide * step for step in range(len(text), -1, -1)]
    return word._replace(text=text, edges=tuple(edges))


def _aside(word: Word, by: int) -> Word:
    return word._replace(edges=tuple(edge + by for edge in word.edges))


def _lowered(row: Row | None, by: int) -> Row | None:
    if row is None:
        return None
    words = (word._replace(top=word.top + by, bottom=word.bottom + by) for word in row.words)
    return Row(row.page, tuple(words))


def _rearranged(page: Page, rows: list[Row | None], edit: Edit) -> list[Row | None]:
    """Rows gone or doubled; the indices before them, and theirs, stay what they were."""
    first, last = edit.first, edit.last
    gone: list[Row | None] = [None] * (last + 1 - first)
    if edit.verb == "drop":
        return [*rows[:first], *gone, *rows[last + 1 :]]
    height = pitch(page, first, last)
    if edit.verb == "close":
        return [*rows[:first], *gone, *(_lowered(row, -height) for row in rows[last + 1 :])]
    again = [_lowered(row, height) for row in rows[first : last + 1]]
    below = [_lowered(row, height) for row in rows[last + 1 :]]
    return [*rows[: last + 1], *again, *below]


def pitch(page: Page, first: int, last: int) -> int:
    """How much room rows *first* to *last* take up: down to the next row, or their height."""
    if last + 1 < len(page.rows):
        return page.rows[last + 1].top - page.rows[first].top
    return page.rows[last].bottom - page.rows[first].top
