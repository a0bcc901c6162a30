"""Marks beside the entries that say which side each is on: DR and CR, Deposit, an arrow, red.

Balances alone can prove an entry whose sign is printed nowhere. Where it is printed, under
whatever heading, the print has to bear the balances out: one mark that says the other side
is a slip or a forgery, and which of the two is wrong nobody can tell from here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from counterfoil.domain.pages import Word
from counterfoil.rules.statements.chain import Chain, Entry
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import WIDE_GAP
from counterfoil.rules.statements.terms import Role
from counterfoil.rules.statements.vocabulary import way_of
from counterfoil.rules.statements.ways import Plain, Use

WORDS_MAX = 3  # "Money in"
SURE_FROM = 3  # entries with a mark: fewer are no column
ODD_MAX = 4  # where only use tells what a mark means, one in so many may be wrong, no more
LINED = 60  # hundredths of a point: so near, texts begin at one edge
_DASHES = "‐‑‒–—―−－"


class Mark(NamedTuple):
    """What stands in a cell of its own beside an entry."""

    entry: Entry
    text: str
    says: int  # -1 out, +1 in; 0: an arrow or a coloured dot, of which only its use tells
    left: int
    right: int


def marks_contradict(chain: Chain, sign: int) -> Entry | None:
    """The first entry whose mark says the other side, where the others bear theirs out.

    Args:
        sign: What the chain's amounts are multiplied by to be the owner's.
    """
    entries = [each for each in chain.entries if each.amount]
    found = [mark for entry in entries for mark in _marks(entry)] + _crowded(entries)
    odd = [each for column in _columns(found) for each in _odd_in(chain, column, sign)]
    odd += _odd_in_colour(chain, entries, sign)
    first = {id(entry): place for place, entry in enumerate(entries)}
    return min(odd, key=lambda each: first[id(each)], default=None)


def _marks(entry: Entry) -> Iterator[Mark]:
    for line in entry.event.words:
        for first, last in _cells(line):
            words = line.row.words[first : last + 1]
            text = " ".join(word.text for word in words).strip("()[].·: ")
            says, shade = _way(text), words[-1].hue if len(text) == 1 else 0
            if says or shade or _is_arrow(text) or (len(text) == 1 and text.isalpha()):
                text += "" if says or not shade else f" {shade:+}"
                yield Mark(entry, text, says, words[0].left, words[-1].right)


def _crowded(entries: Sequence[Entry]) -> list[Mark]:
    """``CREDIT`` under a heading of its own, with no room before the texts in line behind it."""
    found = [each for entry in entries for each in _under_headings(entry)]
    lefts = [left for _, left in found]
    lined = bool(lefts) and max(lefts) - min(lefts) <= LINED
    return [mark for mark, _ in found] if lined else []


def _under_headings(entry: Entry) -> Iterator[tuple[Mark, int]]:
    """Words for one side that stand below a heading of no texts, and where the next begins."""
    heading = entry.event.table.heading
    cells = () if heading is None else heading.cells
    over = [cell for cell in cells if cell.role in (None, Role.REFERENCE, Role.OTHER, Role.SIGN)]
    for one, two in pairwise(entry.event.line.row.words):
        close = (two.left - one.right) * 100 < min(one.em, two.em) * WIDE_GAP
        under = any(one.left <= cell.right and one.right >= cell.left for cell in over)
        if under and close and len(one.text) > 1 and (says := way_of(one.text)):
            yield Mark(entry, one.text, says, one.left, one.right), two.left


def _way(text: str) -> int:
    """-1 or +1 where *text* is nothing but a word, a letter or a sign for one side."""
    if len(text) == 1 and text in f"-{_DASHES}":
        return -1
    return 1 if text in ("+", "＋") else way_of(text)


def _is_arrow(text: str) -> bool:
    name = unicodedata.name(text, "") if len(text) == 1 else ""
    return "ARROW" in name or "TRIANGLE" in name


def _cells(line: Line) -> Iterator[tuple[int, int]]:
    """(first, last) of the short runs of words with room, or money or a date, around them."""
    words = line.row.words
    spans = [(each.first, each.last) for each in line.amounts]
    spans += [(each.first, each.last) for each in line.dates]
    taken = {place for first, last in spans for place in range(first, last + 1)}
    start = 0
    for place in range(len(words)):
        if place in taken:
            start = place + 1
            continue
        if place + 1 < len(words) and place + 1 not in taken and not _apart(words, place):
            continue
        if place - start < WORDS_MAX:
            yield start, place
        start = place + 1


def _apart(words: Sequence[Word], place: int) -> bool:
    one, two = words[place], words[place + 1]
    return (two.left - one.right) * 100 >= min(one.em, two.em) * WIDE_GAP


def _columns(marks: Sequence[Mark]) -> Iterator[list[Mark]]:
    """The marks that stand under each other, whatever their page."""
    column: list[Mark] = []
    right = 0
    for mark in sorted(marks, key=lambda each: (each.left, each.right)):
        if column and mark.left >= right:
            yield column
            column = []
        right = max(right, mark.right) if column else mark.right
        column.append(mark)
    if column:
        yield column


def _odd_in(chain: Chain, column: Sequence[Mark], sign: int) -> list[Entry]:
    """The entries that the marks of *column* contradict; none where it is no column of sides.

    Marks that all run the other way are the print of the other side's books, if the amounts
    show their signs. Else the balances may be money owed that nothing says is owed.
    """
    entries = [each for each in chain.entries if each.amount]
    if len(column) < min(SURE_FROM, len(entries)) or not _is_of_marks(column, entries):
        return []
    if any(not mark.says for mark in column):
        return _odd_by_use(column)
    odd = [mark.entry for mark in column if mark.says * _direction(mark, sign) < 0]
    turned = len(odd) == len(column) and all(_is_signed(chain, entry) for entry in odd)
    return [] if turned else odd or _odd_without(column, entries, sign)


def _odd_without(column: Sequence[Mark], entries: Sequence[Entry], sign: int) -> list[Entry]:
    """Where only CR, or only DR, is printed, the entries without it that went its way too."""
    if {mark.text.upper() for mark in column} not in ({"CR"}, {"DR"}):
        return []
    marked = {id(mark.entry) for mark in column}
    bare = [entry for entry in entries if id(entry) not in marked]
    odd = [entry for entry in bare if entry.amount * sign * column[0].says > 0]
    return odd if len(odd) * ODD_MAX <= len(bare) else []


def _is_signed(chain: Chain, entry: Entry) -> bool:
    """Whether its amount shows its own sign, or stands in the column of one way."""
    uses = chain.hypothesis.use_of(entry.event)
    cells = entry.event.cells.items()
    return any(
        uses[index] in (Use.DEBIT, Use.CREDIT) or (uses[index] is Use.AMOUNT and amount.mark)
        for index, amount in cells
    )


def _direction(mark: Mark, sign: int) -> int:
    """Where the entry went: for a plus or a minus as printed, for words as the owner sees it."""
    owned = 1 if len(mark.text) == 1 and not mark.text.isalpha() else sign
    return owned if mark.entry.amount > 0 else -owned


def _is_of_marks(column: Sequence[Mark], entries: Sequence[Entry]) -> bool:
    """Whether marks stand there, and hardly anything else.

    One letter or sign may be a code or a filler: both sides must be there, at every entry.
    """
    left, right = min(each.left for each in column), max(each.right for each in column)
    marked = {id(mark.entry) for mark in column}
    bare = [entry for entry in entries if id(entry) not in marked]
    others = sum(_stands_in(entry, left, right) for entry in bare)
    if all(len(mark.text) > 1 for mark in column):
        return others * 2 <= len(marked)
    both = len({mark.text for mark in column}) > 1
    return both and len(bare) * 10 <= len(marked)


def _stands_in(entry: Entry, left: int, right: int) -> bool:
    return any(word.left < right and word.right > left for word in entry.event.line.row.words)


def _odd_by_use(column: Sequence[Mark]) -> list[Entry]:
    """Arrows point up for money in at one bank and for money sent at the next."""
    ways = dict.fromkeys(sorted({mark.text for mark in column}), 0)
    if len(ways) != 2 and all(each.isalpha() for each in ways):
        return []  # letters of which there are more are codes
    for mark in column:
        ways[mark.text] += 1 if mark.entry.amount > 0 else -1
    if {way > 0 for way in ways.values()} != {True, False} or 0 in ways.values():
        return []
    odd = [mark.entry for mark in column if mark.entry.amount * ways[mark.text] < 0]
    return odd if len(odd) * ODD_MAX <= len(column) else []


def _odd_in_colour(chain: Chain, entries: Sequence[Entry], sign: int) -> list[Entry]:
    """Entries in red that came in, or in green that went out, where only balances sign them."""
    if chain.hypothesis.plain is not Plain.UNKNOWN:
        return []
    hues = [(entry, _hue(chain, entry)) for entry in entries if entry.guessed]
    coloured = [(entry, hue) for entry, hue in hues if hue]
    odd = [entry for entry, hue in coloured if entry.amount * sign * hue < 0]
    return odd if len(coloured) >= SURE_FROM and len(odd) * ODD_MAX <= len(coloured) else []


def _hue(chain: Chain, entry: Entry) -> int:
    uses = chain.hypothesis.use_of(entry.event)
    cells = entry.event.cells.items()
    return next((amount.hue for index, amount in cells if uses[index] is Use.AMOUNT), 0)
