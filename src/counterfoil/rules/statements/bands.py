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

from counterfoil.domain.pages import Word
from counterfoil.rules.statements.chain import Entry
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.headings import Cell
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.vocabulary import Role

CUT = 75  # hundredths of the height: a gap that parts two cells of one line
STRAY = 2  # per cent of the lines whose texts may run over a strip's edge
CODES = 80  # per cent of its texts that make a strip one of codes
CODE_MAX = 4  # characters of a transaction code
CODES_FROM = 4  # entries that show whether there are codes
SAME_EDGE = 250
EXACT = 25  # hundredths of a point: a character that stands just where a column begins

_TIME = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.?[Mm]\.?| [A-Z]{3,4})?")
_SERIAL = re.compile(r"#?\d+\.?")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one line that stand together."""

    left: int
    right: int
    words: tuple[Word, ...]
    is_date: bool
    own: bool  # of the line with the entry's money

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Band:
    """One strip, with the role that its heading or its texts give it."""

    left: int
    right: int
    role: Role
    codes: int | None = None  # where short codes stand in front of its texts
    references: tuple[Cell, ...] = ()  # headings of references over a strip of texts


def pieces_of(event: Event) -> Iterator[Piece]:
    """The texts of one entry, line by line, without its money."""
    edges = _description_edges(event)
    for line in event.words:
        own = line is event.line
        taken: set[int] = set()
        if own:
            for amount in event.cells.values():
                words = range(amount.first, amount.last + 1)
                if amount.alone or not any(map(_has_letters, map(line.row.words.__getitem__, words))):
                    taken.update(words)
        for piece in _pieces(line, taken, own=own):
            yield from _cut_at(piece, edges)


def _has_letters(word: Word) -> bool:
    return any(each.isalpha() for each in word.text)


def _description_edges(event: Event) -> tuple[int, ...]:
    """Where headings of descriptions begin."""
    heading = event.table.heading
    cells = () if heading is None else heading.cells[1:]
    return tuple(cell.left for cell in cells if cell.role is Role.DESCRIPTION)


def _cut_at(piece: Piece, edges: Sequence[int]) -> Iterator[Piece]:
    """*piece* in two where its first word runs into a description that begins at an edge."""
    first = piece.words[0]
    for edge in edges:
        for place, left in enumerate(first.edges[1:-1], start=1):
            if abs(left - edge) <= EXACT:
                head, tail = first.cut(0, place), first.cut(place)
                yield Piece(head.left, head.right, (head,), piece.is_date, piece.own)
                words = (tail, *piece.words[1:])
                yield Piece(tail.left, piece.right, words, piece.is_date, piece.own)
                return
    yield piece


def _pieces(line: Line, taken: set[int], *, own: bool) -> Iterator[Piece]:
    dates = {
        index: token.first
        for token in line.dates
        for index in range(token.first, token.last + 1)
    }
    group: list[Word] = []
    before: tuple[object, int] | None = None  # what the last word was, and its index
    for index, word in enumerate(line.row.words):
        if index in taken or word.text in "-–—~*$€£^":
            continue
        kind = dates.get(index)
        if group and before is not None:
            wide = (word.left - group[-1].right) * 100 > word.em * CUT
            if wide or kind != before[0] or before[1] != index - 1:
                yield _piece(group, before[0] is not None, own=own)
                group = []
        group.append(word)
        before = (kind, index)
    if group and before is not None:
        yield _piece(group, before[0] is not None, own=own)


def _piece(words: Sequence[Word], is_date: bool, *, own: bool) -> Piece:  # noqa: FBT001
    return Piece(words[0].left, words[-1].right, tuple(words), is_date, own)


def bands_of(entries: Sequence[Entry]) -> tuple[Band, ...]:
    """The strips of the table that *entries* stand in, from left to right."""
    pieces = [piece for entry in entries for piece in pieces_of(entry.event)]
    heading = entries[0].event.table.heading
    cells = () if heading is None else heading.cells
    strips = list(_strips(pieces, allowed=len(entries) * STRAY // 100))
    filled: list[list[Piece]] = [[] for _ in strips]
    lefts = [left for left, _ in strips]
    for piece in pieces:
        filled[max(bisect_right(lefts, piece.left) - 1, 0)].append(piece)
    roles = [
        _role(strip, inside, cells)
        for strip, inside in zip(strips, filled, strict=True)
    ]
    if Role.DESCRIPTION not in roles:
        roles = _with_description(roles, filled)
    return tuple(
        Band(*strip, role, _codes(inside), _references(strip, cells))
        if role is Role.DESCRIPTION
        else Band(*strip, role)
        for strip, role, inside in zip(strips, roles, filled, strict=True)
    )


def _codes(pieces: Sequence[Piece]) -> int | None:
    """Where codes of different widths stand in front of texts that are set in line."""
    firsts = [piece.words[:2] for piece in pieces if piece.own and not piece.is_date]
    pairs = [words for words in firsts if len(words) == 2 and len(words[0].text) <= CODE_MAX]
    if len(firsts) < CODES_FROM or len(pairs) * 100 < len(firsts) * CODES:
        return None
    for index in (0, 1):
        lefts = Counter(words[index].left // SAME_EDGE for words in pairs)
        if lefts.most_common(1)[0][1] * 100 < len(firsts) * CODES:
            return None
    widths = {(words[0].right - words[0].left) // SAME_EDGE for words in pairs}
    return pairs[0][0].left if len(widths) >= 2 else None


def _references(strip: tuple[int, int], cells: Sequence[Cell]) -> tuple[Cell, ...]:
    left, right = strip
    return tuple(
        cell
        for cell in cells
        if cell.role is Role.REFERENCE and cell.left <= right and left <= cell.right
    )


def _strips(pieces: Iterable[Piece], allowed: int) -> Iterator[tuple[int, int]]:
    """Stretches that more than *allowed* pieces cover everywhere."""
    edges = sorted(
        edge for piece in pieces for edge in ((piece.left, 1), (piece.right + 1, -1))
    )
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


def _with_description(roles: Sequence[Role], filled: Sequence[Sequence[Piece]]) -> list[Role]:
    """The strip with most letters is the description where no heading says which."""
    letters = [
        sum(each.isalpha() for piece in pieces if not piece.is_date for each in piece.text)
        if role not in (Role.DATE, Role.VALUE_DATE) else 0
        for role, pieces in zip(roles, filled, strict=True)
    ]
    if not any(letters):
        return list(roles)
    best = letters.index(max(letters))
    return [Role.DESCRIPTION if index == best else role for index, role in enumerate(roles)]
