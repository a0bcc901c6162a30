"""One row of text against its picture: digits, signs, and marks that no text has."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import median, median_low
from typing import NamedTuple

from counterfoil.adapters.statement_pdf.marks import Mark, inked, mark_in
from counterfoil.adapters.statement_pdf.rendered import Picture, PixelBox
from counterfoil.adapters.statement_pdf.shapes import Shape, best, likeness
from counterfoil.domain.pages import Lie, Row, Word
from counterfoil.domain.statements import Box, Place

DIGITS = "0123456789"
STANDING = "01268"  # on the line in every font; the others hang below it in some
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
UNLIKE = 15  # hundredths: what is less like any digit than that is none
#: Where a sign is looked for: heights of a digit above and below the line it stands on.
REACH = dict.fromkeys(DASHES, (0.95, -0.05)) | {".": (0.6, 0.3), ",": (0.6, 0.45)}
DEEPER = 3  # a third of its height: so far below its line a figure may hang
OVERHANG = 0.3  # of a character's width: how far the last one may be drawn beyond its cell
BESIDE = 90  # hundredths of a digit's height on either side of a value that are its own


class Line(NamedTuple):
    """How the digits of a row stand: pixels."""

    height: float  # of a digit
    base: float  # what they stand on
    strength: float  # of their ink


def lies_of(row: Row, picture: Picture, share: int = 50) -> Iterator[Lie]:
    """What *row* says and *picture* does not show.

    Args:
        share: Per cent of the strongest ink from which on ink counts: with more than 50,
            a pale print over a black one is not seen.
    """
    row = usual_height(row)
    told = [at for at, word in enumerate(row.words) if any(each in DIGITS for each in word.text)]
    seen = [_seen(row, at, picture, _cells(row.words[at], picture), share) for at in told]
    foot = _foot(digit for each in seen for digit in each.digits)
    for each in seen:
        lies = [*_lies_in(each, picture, foot, share)]
        if lies and (drawn := drawn_cells(each.word, picture, share)):
            again = _seen(row, each.number, picture, drawn, share)
            lies = [*_lies_in(again, picture, foot, share)]
        yield from lies


class Digit(NamedTuple):
    """One digit of a word, and what is drawn for it."""

    at: int  # in the text of its word
    character: str
    mark: Mark | None  # None: nothing is seen


class Seen(NamedTuple):
    """One word of a row, where its characters are in the picture, and its digits there."""

    row: Row
    number: int
    cells: Sequence[PixelBox]
    digits: Sequence[Digit]

    @property
    def word(self) -> Word:
        """It, of the words of its row."""
        return self.row.words[self.number]


def _seen(row: Row, number: int, picture: Picture, cells: Sequence[PixelBox], share: int) -> Seen:
    digits = [
        Digit(at, character, _whole_mark(picture, cells[at], share))
        for at, character in enumerate(row.words[number].text)
        if character in DIGITS
    ]
    return Seen(row, number, cells, digits)


def _lies_in(seen: Seen, picture: Picture, foot: float | None, share: int) -> Iterator[Lie]:
    """What one word says and its cells do not show."""
    yield from _digit_lies(seen.row, seen.word, seen.digits)
    if line := _line(seen.digits, foot):
        yield from _sign_lies(seen, picture, line, share)


def _whole_mark(picture: Picture, cell: PixelBox, share: int) -> Mark | None:
    """What is drawn in *cell*, and below it where it goes on there.

    Fonts that are drawings (Type 3) do not say how far their figures hang below the line.
    """
    mark = mark_in(picture, cell, share=share)
    left, top, right, bottom = cell
    if mark is None or mark.bottom < bottom:
        return mark
    deeper = mark_in(picture, (left, top, right, bottom + (bottom - top) // DEEPER), share=share)
    return deeper or mark


def _foot(digits: Iterable[Digit]) -> float | None:
    """Where the line is: the foot of those that stand on it in every font; None without any.

    Old-style figures hang below it: all but 0, 1, 2, 6 and 8.
    """
    feet = [each.mark.bottom for each in digits if each.mark and each.character in STANDING]
    return median(feet) if feet else None


def _digit_lies(row: Row, word: Word, digits: Iterable[Digit]) -> Iterator[Lie]:
    for at, character, mark in digits:
        seen = "nothing" if mark is None else _digit(mark.shape, character)
        if seen != character:
            yield _lie(row, word, at, seen)


def _line(digits: Sequence[Digit], foot: float | None) -> Line | None:
    """How the digits of a word stand; None where none is seen.

    Args:
        foot: Where the line of the row is, for a word that does not tell.
    """
    marks = [each.mark for each in digits if each.mark]
    if not marks:
        return None
    base = _foot(digits) or foot or median(each.bottom for each in marks)
    height = median(each.height for each in marks)
    return Line(height, base, median(each.strength for each in marks))


def _sign_lies(seen: Seen, picture: Picture, line: Line, share: int) -> Iterator[Lie]:
    word = seen.word
    for at, character in enumerate(word.text):
        cell = seen.cells[at]
        if character not in DIGITS and (found := _sign(character, cell, picture, line, share)):
            yield _lie(seen.row, word, at, found)
    for stray in _beside(seen.row, seen.number, picture, line):
        yield _lie(seen.row, word, 0, stray)


@lru_cache(maxsize=20_000)
def _digit(shape: Shape, claimed: str) -> str:
    """*claimed*, or what it looks like instead."""
    found, _ = best(shape, "digits")
    if likeness(shape, found) * 100 < UNLIKE:
        return "something else"
    return found


def _sign(character: str, cell: PixelBox, picture: Picture, line: Line, share: int) -> str:
    """What a sign is drawn as, where that is not what it says; else ""."""
    if character not in DASHES and character not in "+.,()":
        return ""
    left, _, right, _ = cell
    above, below = REACH.get(character, (1.25, 0.45))
    top, bottom = line.base - line.height * above, line.base + line.height * below
    reach = (left, math.floor(top), right, math.ceil(bottom))
    mark = mark_in(picture, reach, ruled=character not in DASHES, share=share)
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
        return high < 0.75 and wide < 0.5 and above < -0.06
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
    for start, end, where in (
        (max(left - reach, before), left, "before"),
        (right, min(right + reach, after), "behind"),
    ):
        strip = (math.ceil(start) + 1, top, math.floor(end) - 1, bottom)
        if _stray(picture, strip, line, where):
            yield f"a mark {where} it that is no text"


def _stray(picture: Picture, strip: PixelBox, line: Line, where: str) -> bool:
    """Whether something stands in *strip* that does not come in from its far end."""
    if strip[2] - strip[0] < line.height * 0.15 or strip[0] < 0 or strip[1] < 0:
        return False
    cutting = picture.cut(strip)
    if cutting is None:
        return False
    ink, strength = inked(cutting)
    box = ink.getbbox()
    if box is None:
        return False
    wide, high = ink.size
    far, near = (
        (box[0] == 0, box[2] == wide) if where == "before" else (box[2] == wide, box[0] == 0)
    )
    if far or (box[1] == 0 and box[3] == high):
        return False  # of something longer: a rule of the table, a letter of a watermark
    if box[2] - box[0] < line.height * (0.25 if near else 0.12):
        return False  # a slanting digit hangs over
    return abs(strength) > line.strength * 0.6 or _is_bar(box, line)


def _is_bar(box: PixelBox, line: Line) -> bool:
    """Whether a mark, pale or not, could be a minus: a bar at half the height."""
    wide, high = box[2] - box[0], box[3] - box[1]
    middle = (box[1] + box[3]) / 2 / line.height
    return wide > high and high < line.height * 0.35 and 0.25 < middle < 0.85


def _cells(word: Word, picture: Picture) -> list[PixelBox]:
    """Where each of its characters is in the picture."""
    top, bottom = math.floor(picture.y(word.top)), math.ceil(picture.y(word.bottom))
    edges = [picture.x(edge) for edge in word.edges]
    return [(math.floor(left), top, math.ceil(right), bottom) for left, right in pairwise(edges)]


def drawn_cells(word: Word, picture: Picture, share: int) -> list[PixelBox]:
    """Where its characters stand by their ink, from gap to gap; empty where it does not tell.

    A font that is not in the file is drawn by another one, whose letters may be wider than they
    claim: then each reaches into the next one's cell.
    """
    cells = _cells(word, picture)
    slack = max(round((cells[-1][2] - cells[0][0]) / len(cells) * OVERHANG), 1)
    left, top, right, bottom = cells[0][0] - slack, cells[0][1], cells[-1][2] + slack, cells[0][3]
    cutting = picture.cut((left, top, right, bottom))
    if cutting is None or left < 0:
        return []
    inks = inked(cutting, share)[0].getprojection()[0]
    edges = [at for at, (one, two) in enumerate(pairwise([0, *inks, 0])) if one != two]
    runs = [*zip(edges[::2], edges[1::2], strict=True)]
    if len(runs) != len(word.text):
        return []
    return [(left + start - 1, top, left + end + 1, bottom) for start, end in runs]


def usual_height(row: Row) -> Row:
    """*row* with every word as high as most of it: a letter of a watermark is none of ours."""
    middle = median_low(word.em for word in row.words)
    usual = min(row.words, key=lambda word: abs(word.em - middle))
    words = [
        word if word.em * 2 <= usual.em * 3 else word._replace(top=usual.top, bottom=usual.bottom)
        for word in row.words
    ]
    return Row(row.page, tuple(words))


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
