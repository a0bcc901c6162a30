"""Characters with their boxes become words in rows.

Nothing here trusts the order in which a file draws its characters: many draw glyph by
glyph, in any order, or twice for bold. Only where a character is counts. A drawn space
parts two words only where there is room for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from counterfoil.domain.pages import Row, Word


class Glyph(NamedTuple):
    """One character that is seen. Hundredths of a point; *y* grows downwards."""

    middle: int  # of top and bottom: what rows are made by
    left: int
    right: int
    height: int
    character: str
    order: int  # in which the file draws it: parts of a ligature share one box


#: A gap of so many hundredths of the height parts two words. Spaces are 22 to 30 wide in
#: every common font, kerning stays below 8.
WORD_GAP = 16
SPACE_GAP = 5  # where a space is drawn as well
SPACE = " "
#: Two characters belong to one row when their middles differ by less than this part of
#: the smaller height: superscripts and overprinted lines do not.
ROW_TOLERANCE = 36
#: The same character drawn again within this part of its width is fake bold.
DOUBLE = 30
#: A colour's part is this much stronger than the others.
COLOURED = 80


Hue = Callable[[int], int]  # of the character drawn at that place: -1 red, +1 green, 0 other


def hue_of(red: int, green: int, blue: int) -> int:
    """What a bank may mean by a colour (parts 0 to 255): -1 money out, +1 money in."""
    if red - max(green, blue) >= COLOURED:
        return -1
    return 1 if green - max(red, blue) >= COLOURED // 2 else 0


def rows_of(glyphs: Iterable[Glyph], page: int, hue: Hue) -> tuple[Row, ...]:
    """All *glyphs* of one page as rows from top to bottom."""
    rows = []
    for line in _lines(sorted(glyphs)):
        for part in _overprints(line):
            words = tuple(_words(_once(part), hue))
            if words:
                rows.append(Row(page, words))
    return tuple(sorted(rows, key=lambda row: (row.top + row.bottom, row.words[0].left)))


def _lines(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Runs of nearly equal middles; *glyphs* are sorted by them."""
    lines: list[list[Glyph]] = []
    for glyph in glyphs:
        if lines:
            first = lines[-1][0]
            reach = min(first.height, glyph.height) * ROW_TOLERANCE // 100
            if glyph.middle - first.middle <= reach:
                lines[-1].append(glyph)
                continue
        lines.append([glyph])
    return lines


def _overprints(line: list[Glyph]) -> list[list[Glyph]]:
    """Two prints of different size over each other are two rows; one print is one."""
    line.sort(key=lambda glyph: (glyph.left, glyph.order))
    sizes = Counter(glyph.height for glyph in line)
    if len(sizes) == 1 or not _collide(line):
        return [line]
    common = sizes.most_common(1)[0][0]
    main = [glyph for glyph in line if abs(glyph.height - common) * 12 <= common]
    other = [glyph for glyph in line if abs(glyph.height - common) * 12 > common]
    return [main, other] if other else [line]


def _collide(line: Sequence[Glyph]) -> bool:
    """Whether different characters stand on top of each other, more often than by accident."""
    hits = 0
    line = [glyph for glyph in line if glyph.character != SPACE]
    for one, two in zip(line, line[1:], strict=False):
        overlap = min(one.right, two.right) - two.left
        narrow = min(one.right - one.left, two.right - two.left)
        if one.character != two.character and overlap * 100 > narrow * 60:
            hits += 1
    return hits >= 2


def _once(line: Sequence[Glyph]) -> list[Glyph]:
    """Without the second drawing of a bold character."""
    kept: list[Glyph] = []
    for glyph in line:
        if glyph.character == SPACE or not any(_redrawn(one, glyph) for one in kept[-3:]):
            kept.append(glyph)
    return kept


def _redrawn(one: Glyph, two: Glyph) -> bool:
    """Whether *two* is *one* again; two letters of one ligature share a wide box."""
    if one.character != two.character:
        return False
    width = max(two.right - two.left, 1)
    if (two.left - one.left) * 100 > width * DOUBLE:
        return False
    ligature = one.left == two.left and width * 100 > two.height * 60
    return not (ligature and abs(two.order - one.order) == 1)


def _words(line: Sequence[Glyph], hue: Hue) -> Iterable[Word]:
    """The line cut at its gaps."""
    word: list[Glyph] = []
    right = 0
    spaced = False
    for glyph in line:
        if glyph.character == SPACE:
            spaced = True
            continue
        if word:
            gap = (glyph.left - right) * 100
            if gap > min(word[-1].height, glyph.height) * (SPACE_GAP if spaced else WORD_GAP):
                yield _word(word, right, hue)
                word = []
        right = max(right, glyph.right) if word else glyph.right
        word.append(glyph)
        spaced = False
    if word:
        yield _word(word, right, hue)


def _word(glyphs: Sequence[Glyph], right: int, hue: Hue) -> Word:
    tops = [glyph.middle - glyph.height // 2 for glyph in glyphs]
    height = max(glyph.height for glyph in glyphs)
    text = "".join(glyph.character for glyph in glyphs)
    edges = [edge for glyph in glyphs for edge in [glyph.left] * len(glyph.character)]
    shade = hue(glyphs[-1].order) if glyphs[-1].character.isdigit() else 0
    return Word(text, (*edges, right), min(tops), min(tops) + height, shade)
