"""One list of several currencies: read once for each, as if nothing else were printed.

::

    FECHA      DETALLE             PESOS        DOLARES
               SALDO ANTERIOR   12.880,30        54,97
    02-Ago-25  STREAMNOVA.COM                    14,16

or with the code of each row in a cell of its own: ``-13,18  PLN   799,32``. A row belongs to the
currency that its numbers stand under, or whose code it has; a row with neither belongs to each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from counterfoil.domain.pages import Page, PrintedPages, Row, Word
from counterfoil.rules.statements.captions import LINED, Words, cells_of, text_of
from counterfoil.rules.statements.currencies import is_code
from counterfoil.rules.statements.dates import dates_of
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.terms import Role
from counterfoil.rules.statements.vocabulary import role_of

AMOUNT = "Amount"  # what the heading of a currency's column says to the readers behind
HEADS_FROM = 3  # words: a day, and two currencies
CODED_FROM = 2  # currencies with so many rows each make a list with codes
_NAMED = (
    ("", re.compile(r"pesos|soles|colones|guaranies|bolivianos|quetzales|lempiras|cordobas|reais")),
    ("USD", re.compile(r"dolares|dollars?|usd|u\$s|us\$|u\$d|dls\.?")),
    ("EUR", re.compile(r"euros?|eur|€")),
    ("UYU", re.compile(r"uyu|\$u")),
)
_AROUND = re.compile(
    r"(?:importe|monto|amount|saldo|total|en|in|de)(?!\w)|[()\[\]:.]|(?<!u)\$(?!s|d)"
)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(
    r"[-+\u2212(]?(?:u\$s|us\$|\$)?[-+\u2212]?\d[\d.,' ]*[-+\u2212)]?|[-+\u2212]|u\$s|us\$|\$"
)


class Part(NamedTuple):
    """The document as far as it speaks of one currency."""

    name: str  # for people, and to tell its account from the others': "USD", "PESOS"
    code: str  # ISO 4217; "" where the name is that of several lands
    printed: PrintedPages


class _Column(NamedTuple):
    name: str
    code: str
    words: Words  # of its heading
    right: int  # what ends further right is the next one's


def by_columns(printed: PrintedPages) -> list[Part]:
    """A part for each column that is headed by a currency; none where no two are.

    An entry in two of them is what was paid abroad beside what it cost: they are one account's.
    """
    rows = [row for page in printed.pages for row in page.rows]
    place = next((place for place, row in enumerate(rows) if _heads(row)), len(rows))
    columns = _heads(rows[place]) if rows[place:] else []
    if any(dates_of(row) and len(_numbers(row, columns)) > 1 for row in rows[place + 1 :]):
        return []
    return [
        Part(column.name, column.code, _of_pages(printed, at)) for at, column in enumerate(columns)
    ]


def by_codes(printed: PrintedPages) -> list[Part]:
    """A part for each code that rows of a list have in one place; none where no two are."""
    rows = [row for page in printed.pages for row in page.rows]
    place = _place_of_codes(rows)
    if place is None:
        return []
    codes = [code for row in rows if (code := _code_of(row, place))]
    known = dict.fromkeys(codes)  # also one that only a summary names: its account has to be there
    often = [code for code in known if codes.count(code) >= CODED_FROM]
    if len(often) < CODED_FROM:
        return []
    return [Part(code, code, _with_code(printed, place, code)) for code in known]


# Columns


def _heads(row: Row) -> list[_Column]:
    """The columns of two currencies or more in a heading that has a word for a day, too."""
    if len(row.words) < HEADS_FROM or _DIGIT.search(row.text):
        return []
    cells = cells_of(row.words)
    known = [(cell, _currency(text_of(cell))) for cell in cells]
    money = [(cell, said) for cell, said in known if said is not None]
    texts = [text_of(cell) for cell, said in known if said is None]
    names = {said for _, said in money if said is not None}
    if len(money) < 2 or len(names) != len(money) or Role.DATE not in map(role_of, texts):
        return []
    if any(role_of(each) in (Role.BALANCE, Role.AMOUNT, Role.DEBIT, Role.CREDIT) for each in texts):
        return []  # what was paid abroad, beside what it cost
    rights = [(one[-1].right + two[0].left) // 2 for (one, _), (two, _) in pairwise(money)]
    return [
        _Column(said[1], said[0], cell, right)
        for (cell, said), right in zip(money, [*rights, 10**9], strict=True)
        if said is not None
    ]


def _currency(text: str) -> tuple[str, str] | None:
    """(code, name) of a heading that is a currency and nothing else: ``Importe en U$S``."""
    bare = " ".join(_AROUND.sub(" ", folded(text)).split())
    for code, words in _NAMED:
        if words.fullmatch(bare):
            return code, code or text
    return ("", text) if folded(text).strip(" ()") in ("$", "importe en $", "monto $") else None


def _of_pages(printed: PrintedPages, at: int) -> PrintedPages:
    """*printed* with the numbers of one of the columns; the last heading counts on."""
    columns: list[_Column] = []

    def kept(row: Row) -> Row | None:
        nonlocal columns
        columns = _heads(row) or columns
        return _of_column(row, columns, at)

    return _as_kept(printed, kept)


def _as_kept(printed: PrintedPages, kept: Callable[[Row], Row | None]) -> PrintedPages:
    """*printed* with what is *kept* of each row; the text of one that is not goes with it."""
    pages = tuple(replace(page, rows=tuple(_rows_kept(page, kept))) for page in printed.pages)
    return replace(printed, pages=pages)


def _rows_kept(page: Page, kept: Callable[[Row], Row | None]) -> Iterator[Row]:
    left_out: Row | None = None
    for row in page.rows:
        made = kept(row)
        if made is None:
            left_out = row
        elif left_out is None or not _goes_on(left_out, row):
            left_out = None
            yield made


def _of_column(row: Row, columns: Sequence[_Column], at: int) -> Row | None:
    """*row* without the other columns' numbers; None where it has only such."""
    if columns and _heads(row):
        others = {word for column in columns for word in column.words}
        return _made_of(row, [word for word in row.words if word not in others], columns[at].words)
    numbers = _numbers(row, columns)
    if numbers and at not in numbers:
        return None
    others = {word for place, words in numbers.items() if place != at for word in words}
    return _made_of(row, [word for word in row.words if word not in others])


def _made_of(row: Row, words: Sequence[Word], over: Words = ()) -> Row:
    """*row* with those words alone and, where *over* stands, the word that heads amounts."""
    whole = [*words, _amount(over)] if over else words
    return Row(row.page, tuple(sorted(whole, key=lambda word: word.left)))


def _numbers(row: Row, columns: Sequence[_Column]) -> dict[int, list[Word]]:
    """The words of *row* below each of *columns*; none where any of them is no number."""
    if not columns:
        return {}
    beyond = [word for word in row.words if word.right > columns[0].words[0].left]
    if not all(_NUMBER.fullmatch(folded(word.text)) for word in beyond):
        return {}
    found: dict[int, list[Word]] = {}
    for word in beyond:
        place = next(at for at, column in enumerate(columns) if word.right <= column.right)
        found.setdefault(place, []).append(word)
    return found


def _amount(over: Words) -> Word:
    """The word that heads amounts, where *over* stands."""
    left, right = over[0].left, over[-1].right
    edges = tuple(left + (right - left) * at // len(AMOUNT) for at in range(len(AMOUNT) + 1))
    return Word(AMOUNT, edges, over[0].top, over[0].bottom)


def _goes_on(one: Row, two: Row) -> bool:
    """Whether *two* is the next line of the text of *one*: it has no day and no number."""
    if dates_of(two) or any(each.isdigit() for each in two.text):
        return False
    deeper = two.words[0].left > one.words[0].left + LINED
    return deeper and two.top - one.bottom < one.words[0].em


# Codes


def _place_of_codes(rows: Sequence[Row]) -> int | None:
    """Where every dated row with money has the code of its currency; None: not so."""
    dated = [row for row in rows if dates_of(row)[:1] and dates_of(row)[0].first == 0]
    dated = [row for row in dated if _has_money(row.words)]
    for word in dated[0].words if dated else ():
        if is_code(word.text) and all(_code_of(row, word.left) for row in dated):
            return word.left
    return None


def _has_money(words: Collection[Word]) -> bool:
    return any(_MONEY.fullmatch(word.text) for word in words)


_MONEY = re.compile(r"[-+\u2212(]?\d[\d.,']*[.,]\d\d[-+\u2212)]?")


def _code_of(row: Row, place: int) -> str:
    """The code that *row* has there, or begins with; "" where it has none."""
    there = (word.text for word in row.words if abs(word.left - place) <= LINED)
    code = next((text for text in there if is_code(text)), "")
    first = row.words[0].text
    return code or (first if is_code(first) and _has_money(row.words) else "")


def _with_code(printed: PrintedPages, place: int, code: str) -> PrintedPages:
    """*printed* without the rows of other codes."""
    return _as_kept(printed, lambda row: row if _code_of(row, place) in ("", code) else None)
