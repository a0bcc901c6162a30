"""One row of text against its picture: digits, signs, and marks that no text has."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import NamedTuple

from counterfoil.adapters.statement_pdf.marks import Mark, inked, mark_in
from counterfoil.adapters.statement_pdf.rendered import Picture, PixelBox
from counterfoil.adapters.statement_pdf.shapes import Shape, best, likeness
from counterfoil.domain.pages import Row, Word
from counterfoil.domain.statements import Box, Place

DIGITS = "0123456789"
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
UNLIKE = 15  # hundredths: what is less like any digit than that is none
BESIDE = 90  # hundredths of a digit's height on either side of a value that are its own


@dataclass(frozen=True, slots=True)
class Lie:
    """One character, and what is seen in its place."""

    place: Place
    says: str  # the text of the word
    seen: str  # what is drawn instead, for people


class Line(NamedTuple):
    """How the digits of a row stand: pixels."""

    height: float  # of a digit
    base: float  # what they stand on


def lies_of(row: Row, picture: Picture) -> Iterator[Lie]:
    """What *row* says and *picture* does not show."""
    for number, word in enumerate(row.words):
        if not any(character in DIGITS for character in word.text):
            continue
        yield from _word_lies(row, number, picture)


def _word_lies(row: Row, number: int, picture: Picture) -> Iterator[Lie]:
    word = row.words[number]
    marks: list[Mark] = []
    for at, character in enumerate(word.text):
        if character not in DIGITS:
            continue
        mark = mark_in(picture.image, _cell(word, at, picture))
        if mark is None:
            yield _lie(row, word, at, "nothing")
            continue
        marks.append(mark)
        seen = _digit(mark.shape, character)
        if seen != character:
            yield _lie(row, word, at, seen)
    if not marks:
        return
    line = Line(median(each.height for each in marks), median(each.bottom for each in marks))
    for at, character in enumerate(word.text):
        if seen := _sign(word, at, picture, line):
            yield _lie(row, word, at, seen)
    for seen in _beside(row, number, picture, line):
        yield _lie(row, word, 0, seen)


@lru_cache(maxsize=20_000)
def _digit(shape: Shape, claimed: str) -> str:
    """*claimed*, or what it looks like instead."""
    found, _ = best(shape, "digits")
    if likeness(shape, found) * 100 < UNLIKE:
        return "something else"
    return found


def _sign(word: Word, at: int, picture: Picture, line: Line) -> str:
    """What a sign is drawn as, where that is not what it says; else ""."""
    character = word.text[at]
    if character not in DASHES and character not in "+.,()":
        return ""
    left, _, right, _ = _cell(word, at, picture)
    cell = (
        left,
        math.floor(line.base - line.height * 1.3),
        right,
        math.ceil(line.base + line.height * 0.45),
    )
    mark = mark_in(picture.image, cell, ruled=False)
    if mark is None:
        return "nothing"
    return "" if _fits(character, mark, line) else "something else"


def _fits(character: str, mark: Mark, line: Line) -> bool:
    high, wide = mark.height / line.height, mark.width / line.height
    above = (line.base - mark.bottom) / line.height  # the foot over the base line
    if character in DASHES:
        return high < 0.35 and wide > high and 0.1 < above < 0.75
    if character == "+":
        return high > 0.35 and likeness(mark.shape, "+") > 0.4
    if character == ".":
        return high < 0.4 and wide < 0.45 and abs(above) < 0.12
    if character == ",":
        return high < 0.6 and wide < 0.5 and above < -0.06
    other = ")" if character == "(" else "("
    return high > 0.7 and likeness(mark.shape, character) > likeness(mark.shape, other)


def _beside(row: Row, number: int, picture: Picture, line: Line) -> Iterator[str]:
    """Ink directly before or after a value that belongs to no text."""
    word = row.words[number]
    reach = line.height * BESIDE / 100
    left, right = picture.x(word.left), picture.x(word.right)
    before = picture.x(row.words[number - 1].right) if number else -math.inf
    after = picture.x(row.words[number + 1].left) if number + 1 < len(row.words) else math.inf
    top, bottom = round(line.base - line.height), round(line.base)
    for near, far, where in (
        (max(left - reach, before), left, "before"),
        (right, min(right + reach, after), "behind"),
    ):
        strip = (math.ceil(near) + 1, top, math.floor(far) - 1, bottom)
        if _stray(picture, strip, line):
            yield f"a mark {where} it that is no text"


def _stray(picture: Picture, strip: PixelBox, line: Line) -> bool:
    """Whether something stands inside of *strip* without touching its ends."""
    if strip[2] - strip[0] < line.height * 0.15 or strip[0] < 0 or strip[1] < 0:
        return False
    found = inked(picture.image.crop(strip))
    if found is None:
        return False
    ink = found[0]
    box = ink.getbbox()
    if box is None:
        return False
    wide, high = ink.size
    touches = box[0] == 0 or box[2] == wide or (box[1] == 0 and box[3] == high)
    return not touches and (box[2] - box[0]) > line.height * 0.12


def _cell(word: Word, at: int, picture: Picture) -> PixelBox:
    return (
        math.floor(picture.x(word.edges[at])),
        math.floor(picture.y(word.top)),
        math.ceil(picture.x(word.edges[at + 1])),
        math.ceil(picture.y(word.bottom)),
    )


def _lie(row: Row, word: Word, at: int, seen: str) -> Lie:
    box: Box = (word.left, word.top, word.right, word.bottom)
    shown = seen
    if seen in DIGITS:
        shown = word.text[:at] + seen + word.text[at + 1 :]
    elif seen == "nothing":
        shown = f"nothing for its {word.text[at]!r}"
    elif seen == "something else":
        shown = f"something else for its {word.text[at]!r}"
    return Lie(Place(page=row.page, box=box), word.text, shown)
