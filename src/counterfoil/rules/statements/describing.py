"""What an entry says besides its money and its dates."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.domain.pages import Word
from counterfoil.rules.statements.bands import (
    CODE_MAX,
    LINED,
    SAME_EDGE,
    Band,
    Piece,
    bands_of,
    pieces_of,
    place_of_texts,
)
from counterfoil.rules.statements.chain import Entry
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import Role

LETTERS = 4  # so many letters in a column of money or dates are text that ran over
_REFERENCES = {Role.REFERENCE, Role.OTHER}


@dataclass(frozen=True, slots=True)
class Said:
    """The texts of one entry."""

    description: str
    reference: str


def descriptions(entries: Sequence[Entry]) -> tuple[Said, ...]:
    """The texts of all *entries*, in their order."""
    tables = {id(entry.event.table): entry.event.table for entry in entries}
    shapes = {number: _shape(table) for number, table in tables.items()}
    places = {number: place_of_texts(table) for number, table in tables.items()}
    texts = [
        (shapes[number], tuple(pieces_of(entry.event, places[number])))
        for entry in entries
        for number in [id(entry.event.table)]
    ]
    groups: dict[object, list[Sequence[Piece]]] = {}
    for shape, pieces in texts:
        groups.setdefault(shape, []).append(pieces)
    headings = {shapes[number]: table.heading for number, table in reversed(tables.items())}
    bands = {shape: bands_of(headings[shape], group) for shape, group in groups.items()}
    return tuple(_said(pieces, bands[shape]) for shape, pieces in texts)


def _shape(table: Table) -> object:
    """The same for entries under the same heading, wherever it stands."""
    if table.heading is None:
        return table.roles()
    return tuple((cell.text, cell.left) for cell in table.heading.cells)


def _said(pieces: Sequence[Piece], bands: Sequence[Band]) -> Said:
    description: list[str] = []
    reference: list[str] = []
    lefts = [band.left for band in bands]
    for piece in pieces:
        band = bands[max(bisect_right(lefts, piece.left) - 1, 0)]
        if band.role is Role.DESCRIPTION:
            if piece.is_date and piece.own and not description and not _is_text_of(piece, band):
                continue  # the entry's own date, set close to its text
            words = _after_code(piece, band, reference) if not description else piece.words
            place = reference if _is_reference(piece, band) else description
            place += [word.text for word in words]
        elif band.role in _REFERENCES:
            reference.append(piece.text)
        elif _is_text(piece):
            description.append(piece.text)
    if not description:
        kind = _kind(bands) if any(map(str.isdigit, "".join(reference))) else ()
        return Said(" ".join([*kind, *reference]), " ".join(reference))
    return Said(" ".join(description), " ".join(reference))


_CHECK = re.compile(r"\b(check|cheque|chèque)\b", re.IGNORECASE)


def _kind(bands: Sequence[Band]) -> Sequence[str]:
    """What entries are that only a number describes, by the heading over it."""
    hits = (_CHECK.search(band.title) for band in bands if band.role in _REFERENCES)
    return [hit[1].capitalize() for hit in hits if hit][:1]


def _after_code(piece: Piece, band: Band, reference: list[str]) -> Sequence[Word]:
    """The words of *piece* without the code in front of them, which is a *reference*."""
    if band.codes is None or len(piece.words) < 2 or len(piece.words[0].text) > CODE_MAX:
        return piece.words
    first, second = piece.words[:2]
    code, text = band.codes
    if abs(first.left - code) > LINED or abs(second.left - text) > LINED:
        return piece.words
    reference.append(first.text)
    return piece.words[1:]


def _is_reference(piece: Piece, band: Band) -> bool:
    """Whether *piece* is set at an edge of a heading of references."""
    return any(
        abs(piece.left - cell.left) <= SAME_EDGE or abs(piece.right - cell.right) <= SAME_EDGE
        for cell in band.references
    )


def _is_text_of(piece: Piece, band: Band) -> bool:
    """Whether *piece* begins where the heading of the texts does: its date is a part of them."""
    return band.edge is not None and piece.left >= band.edge - SAME_EDGE


def _is_text(piece: Piece) -> bool:
    """Letters enough under a heading of dates or money: a text that ran over."""
    return not piece.is_date and sum(each.isalpha() for each in piece.text) >= LETTERS
