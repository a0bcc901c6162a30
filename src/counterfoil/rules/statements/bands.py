"""The upright strips of a table that its texts stand in, and what each holds.

A heading says what its strip holds; where none stands above it, its texts do: times,
serial numbers and codes are references. The texts alone decide where a strip begins, for
headings stand in the middle or at either side of theirs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from counterfoil.domain.pages import Word
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.headings import Cell, Heading
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import WIDE_GAP
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import Role

STRAY = 2  # per cent of the lines whose texts may run over a strip's edge
CODES = 80  # per cent of its texts that make a strip one of codes
CODE_MAX = 4  # characters of a transaction code
KINDS_FROM = 8  # entries that show whether a strip holds their kinds
CODES_FROM = 4  # entries that show whether there are codes
SAME_EDGE = 250
BESIDE = 1_000  # hundredths of a point: further to the right another thing begins
LINED = 60
TRIFLES = "-–—~*$€£^"  # words that say nothing, set between columns
EXACT = 25  # hundredths of a point: a character that stands just where a column begins

_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.?[Mm]\.?| [A-Z]{3,4})?")
_SERIAL = re.compile(r"#?\d+\.?")


class Piece(NamedTuple):
    """Words of one line that stand together."""

    left: int
    right: int
    words: tuple[Word, ...]
    is_date: bool
    own: bool  # of the line with the entry's money
    entry: int  # the line that holds that

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join([word.text for word in self.words])


@dataclass(frozen=True, slots=True)
class Band:
    """One strip, with the role that its heading or its texts give it."""

    left: int
    right: int
    role: Role
    title: str = ""  # of the heading over it
    codes: tuple[int, int] | None = None  # edges of short codes and of the texts behind them
    references: tuple[Cell, ...] = ()  # headings of references over a strip of texts
    edge: int | None = None  # where a heading of descriptions begins over a strip of texts


class TextPlace(NamedTuple):
    """Where the texts of one table's entries stand."""

    edges: tuple[int, ...]  # where headings of descriptions begin
    limit: int  # how far to the right a text may begin


def place_of_texts(table: Table) -> TextPlace:
    """Where the texts of *table* stand, as its headings and columns say."""
    if table.heading is None:
        return TextPlace((), 10**9)
    cells = table.heading.cells
    rights = [cell.right for cell in cells] + [column.right for column in table.columns]
    edges = tuple(cell.left for cell in cells[1:] if cell.role is Role.DESCRIPTION)
    return TextPlace(edges, max(rights) + BESIDE)


def pieces_of(event: Event, place: TextPlace) -> Iterator[Piece]:
    """The texts of one entry, line by line, without its money."""
    for line in event.words:
        own = line is event.line
        taken = set(_money_words(event)) if own else set()
        for words, is_date in _groups(line, taken):
            if words[0].left > place.limit:
                continue  # a box beside the table
            piece = Piece(
                left=words[0].left,
                right=words[-1].right,
                words=tuple(words),
                is_date=is_date,
                own=own,
                entry=event.line.index,
            )
            yield from _cut_at(piece, place.edges)


def _money_words(event: Event) -> Iterator[int]:
    """The words of its line that are its money and nothing else: not the number of a check."""
    roles = event.table.roles()
    for index, amount in event.cells.items():
        if roles[index] in (Role.REFERENCE, Role.DESCRIPTION):
            continue
        inside = range(amount.first, amount.last + 1)
        glued = any(each.isalpha() for index in inside for each in event.line.row.words[index].text)
        if amount.alone or not glued:
            yield from inside


def _cut_at(piece: Piece, edges: Sequence[int]) -> Iterator[Piece]:
    """*piece* in two where a description begins at an edge, between words or within one."""
    first = piece.words[0]
    for edge in edges:
        for place, word in enumerate(piece.words[1:], start=1):
            if abs(word.left - edge) <= EXACT:
                head, tail = piece.words[:place], piece.words[place:]
                yield piece._replace(right=head[-1].right, words=head)
                yield piece._replace(left=word.left, words=tail)
                return
        for place, left in enumerate(first.edges[1:-1], start=1):
            if abs(left - edge) <= EXACT:
                before, after = first.cut(0, place), first.cut(place)
                yield piece._replace(right=before.right, words=(before,))
                yield piece._replace(left=after.left, words=(after, *piece.words[1:]))
                return
    yield piece


def _groups(line: Line, taken: set[int]) -> Iterator[tuple[list[Word], bool]]:
    """(words that stand together, whether they are a date), from left to right."""
    dates = {
        index: token.first for token in line.dates for index in range(token.first, token.last + 1)
    }
    group: list[Word] = []
    before: tuple[int | None, int] = (None, -1)  # what the last word was, and its index
    for index, word in enumerate(line.row.words):
        if index in taken or word.text in TRIFLES:
            continue
        kind = dates.get(index)
        wide = bool(group) and (word.left - group[-1].right) * 100 > word.em * WIDE_GAP
        if group and (wide or (kind, index - 1) != before):
            yield group, before[0] is not None
            group = []
        group.append(word)
        before = (kind, index)
    if group:
        yield group, before[0] is not None


def bands_of(heading: Heading | None, texts: Sequence[Sequence[Piece]]) -> tuple[Band, ...]:
    """The strips of the table that the *texts* of its entries stand in, from left to right."""
    pieces = [piece for text in texts for piece in text]
    cells = () if heading is None else heading.cells
    strips = list(_strips(pieces, allowed=len(texts) * STRAY // 100))
    filled: list[list[Piece]] = [[] for _ in strips]
    lefts = [left for left, _ in strips]
    for piece in pieces:
        filled[max(bisect_right(lefts, piece.left) - 1, 0)].append(piece)
    roles = [_role(strip, inside, cells) for strip, inside in zip(strips, filled, strict=True)]
    if Role.DESCRIPTION not in roles:
        roles = _with_description(roles, filled)
    elif roles.count(Role.DESCRIPTION) > 1:
        roles = _without_codes(roles, filled)
    return tuple(
        Band(
            *strip,
            role,
            _title(strip, cells),
            _codes(inside),
            _references(strip, cells),
            _edge(strip, cells),
        )
        if role is Role.DESCRIPTION
        else Band(*strip, role, _title(strip, cells))
        for strip, role, inside in zip(strips, roles, filled, strict=True)
    )


def _codes(pieces: Sequence[Piece]) -> tuple[int, int] | None:
    """Where codes of different widths stand, and the texts behind them, all set in line."""
    firsts = list(_first_of_each(pieces))
    pairs = [words for words in firsts if len(words) == 2 and len(words[0].text) <= CODE_MAX]
    if len(firsts) < CODES_FROM or not pairs:
        return None
    edge = Counter(words[0].left for words in pairs).most_common(1)[0][0]
    text = Counter(words[1].left for words in pairs).most_common(1)[0][0]
    lined = [w for w in pairs if abs(w[0].left - edge) <= LINED and abs(w[1].left - text) <= LINED]
    widths = {(words[0].right - words[0].left) // LINED for words in lined}
    if len(lined) * 100 < len(firsts) * CODES or len(widths) < 2:
        return None
    return edge, text


def _first_of_each(pieces: Sequence[Piece]) -> Iterator[Sequence[Word]]:
    """The first two words of every entry's text; *pieces* come entry by entry."""
    entry = -1
    for piece in pieces:
        if not piece.is_date and piece.entry != entry:
            yield piece.words[:2]
            entry = piece.entry


def _references(strip: tuple[int, int], cells: Sequence[Cell]) -> tuple[Cell, ...]:
    left, right = strip
    return tuple(
        cell
        for cell in cells
        if cell.role is Role.REFERENCE and cell.left <= right and left <= cell.right
    )


def _edge(strip: tuple[int, int], cells: Sequence[Cell]) -> int | None:
    """Where the heading of descriptions over *strip* begins, behind one of dates; else None."""
    dated = any(cell.role is Role.DATE for cell in cells)
    over = [cell.left for cell in cells if cell.role is Role.DESCRIPTION and dated]
    return next((left for left in over if strip[0] - SAME_EDGE <= left <= strip[1]), None)


def _title(strip: tuple[int, int], cells: Sequence[Cell]) -> str:
    over = [cell.text for cell in cells if cell.left <= strip[1] and strip[0] <= cell.right]
    return over[0] if over else ""


def _strips(pieces: Iterable[Piece], allowed: int) -> Iterator[tuple[int, int]]:
    """Stretches that more than *allowed* pieces cover everywhere."""
    edges = sorted(edge for piece in pieces for edge in ((piece.left, 1), (piece.right + 1, -1)))
    depth = 0
    start: int | None = None
    for place, step in edges:
        depth += step
        if depth > allowed and start is None:
            start = place
        elif depth <= allowed and start is not None:
            yield start, place
            start = None


def _role(strip: tuple[int, int], pieces: Sequence[Piece], cells: Sequence[Cell]) -> Role:
    """What the heading over *strip* says; else what its texts look like."""
    left, right = strip
    over = [cell for cell in cells if cell.left <= right and left <= cell.right]
    roles = [cell.role for cell in over]
    looks = _looks(pieces)
    if Role.DESCRIPTION in roles:
        return Role.DESCRIPTION if looks is not Role.DATE else Role.DATE
    for cell in over:
        if cell.role is not None:
            return cell.role
    return looks


def _looks(pieces: Sequence[Piece]) -> Role:
    """What a strip without a heading holds."""
    own = [piece for piece in pieces if piece.own] or list(pieces)
    share = max(len(own), 1)
    if sum(piece.is_date for piece in own) * 100 >= share * CODES:
        return Role.DATE
    codes = sum(
        _TIME.fullmatch(piece.text) is not None
        or _SERIAL.fullmatch(piece.text) is not None
        or len(piece.text) <= CODE_MAX
        for piece in own
    )
    return Role.REFERENCE if codes * 100 >= share * CODES else Role.DESCRIPTION


def _without_codes(roles: Sequence[Role], filled: Sequence[Sequence[Piece]]) -> list[Role]:
    """Of strips of texts those with codes, or kinds of entries, do not describe them."""
    looks = [_looks(pieces) for pieces in filled]
    own = [sum(piece.own for piece in pieces) for pieces in filled]
    texts = [
        look is Role.DESCRIPTION and role is Role.DESCRIPTION and count * 2 >= max(own)
        for look, role, count in zip(looks, roles, own, strict=True)
    ]
    if not any(text and not _are_kinds(each) for text, each in zip(texts, filled, strict=True)):
        return list(roles)
    return [
        Role.REFERENCE
        if role is Role.DESCRIPTION and (look is Role.REFERENCE or _are_kinds(pieces))
        else role
        for role, look, pieces in zip(roles, looks, filled, strict=True)
    ]


def _are_kinds(pieces: Sequence[Piece]) -> bool:
    """A few words that come again and again: what kind of entry each is."""
    texts = [piece.text for piece in pieces if piece.own]
    return len(texts) >= KINDS_FROM and len(set(texts)) * 3 <= len(texts)


def _with_description(roles: Sequence[Role], filled: Sequence[Sequence[Piece]]) -> list[Role]:
    """The strip with most letters is the description where no heading says which."""
    letters = [
        sum(each.isalpha() for piece in pieces if not piece.is_date for each in piece.text)
        if role not in (Role.DATE, Role.VALUE_DATE)
        else 0
        for role, pieces in zip(roles, filled, strict=True)
    ]
    if not any(letters):
        return list(roles)
    best = letters.index(max(letters))
    return [Role.DESCRIPTION if index == best else role for index, role in enumerate(roles)]
