"""Two readers of one document: the second is believed only where it contradicts nothing."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection

from counterfoil.domain.pages import Page, PrintedPages, Word
from counterfoil.domain.statements import Statement, StatementReading


def agrees(first: StatementReading, second: StatementReading) -> bool:
    """Whether *second* proves every account, and says of those that *first* proved the same."""
    if second.unproved() or not second.proved():
        return False
    seen = [_values(each.statement) for each in second.proved()]
    return all(_values(each.statement) in seen for each in first.proved())


def sees_all(first: PrintedPages, second: PrintedPages) -> bool:
    """Whether each word that *first* saw is in *second*, at its place.

    A proof that leaves out the word DR beside an amount is a proof of another document.
    """
    if len(first.pages) != len(second.pages):
        return False
    return all(map(_sees_page, first.pages, second.pages))


def _sees_page(first: Page, second: Page) -> bool:
    words = [word for row in second.rows for word in row.words]
    for row in first.rows:
        level = [each for each in words if each.top <= row.bottom and row.top <= each.bottom]
        if not all(_is_among(word, level) for word in row.words):
            return False
    return True


def _is_among(word: Word, words: Collection[Word]) -> bool:
    """Whether the words that stand in its place have its letters, alone or glued to others.

    In any order: where two texts lie on each other, the first reader has mixed them.
    """
    middle = (word.top + word.bottom) // 2
    there = [
        each.text
        for each in words
        if each.top <= middle <= each.bottom and each.left < word.right and word.left < each.right
    ]
    return _letters(word.text) <= _letters("".join(there))


def _letters(text: str) -> Counter[str]:
    """How often each stands there; ligatures as their letters."""
    return Counter(unicodedata.normalize("NFKC", text))


def _values(statement: Statement) -> object:
    """What the two must see alike."""
    rows = tuple((each.booking_date, each.amount) for each in statement.transactions)
    return statement.opening, statement.closing, rows
