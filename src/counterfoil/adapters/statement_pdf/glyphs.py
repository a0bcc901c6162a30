"""Characters with their boxes become words in rows.

Nothing here trusts the order in which a file draws its characters: many draw glyph by
glyph, in any order, or twice for bold. Only where a character is counts. A drawn space
parts two words only where there is room for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from sys import intern

from counterfoil.domain.pages import Row, Word

#: One character that is seen, in hundredths of a point; *y* grows downwards:
#: - its left edge, and the order in which the file draws it (parts of a ligature share one box),
#: - its right edge and its height, and the character,
#: - the middle of its top and bottom, which is what rows are made by.
#: A bare tuple, because a year's statement has hundreds of thousands; sorted, it runs from
#: left to right.
Glyph = tuple[int, int, int, int, str, int]


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
    for line in _lines(glyphs):
        line.sort()
        for part in _overprints(line):
            words = tuple(_words(_once(part), hue))
            if words:
                rows.append(Row(page, words))
    return tuple(sorted(rows, key=lambda row: (row.top + row.bottom, row.words[0].left)))


def _lines(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Runs of nearly equal middles."""
    levels: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        levels.setdefault(glyph[5], []).append(glyph)
    lines: list[list[Glyph]] = []
    first_middle = first_height = 0
    for middle in sorted(levels):
        for height, alike in _by_height(levels[middle]):
            reach = (height if height < first_height else first_height) * ROW_TOLERANCE // 100
            if lines and middle - first_middle <= reach:
                lines[-1] += alike
            else:
                lines.append(alike)
                first_middle, first_height = middle, height
    return lines


def _by_height(level: list[Glyph]) -> Iterator[tuple[int, list[Glyph]]]:
    """The glyphs of one middle: all together if they are of one height, else one by one."""
    if len({height for _, _, _, height, _, _ in level}) == 1:
        yield level[0][3], level
        return
    for glyph in sorted(level, key=lambda each: (each[0], *each[2:5], each[1])):
        yield glyph[3], [glyph]


def _overprints(line: list[Glyph]) -> list[list[Glyph]]:
    """Two prints of different size over each other are two rows; one print is one."""
    sizes = Counter([height for _, _, _, height, _, _ in line])
    if len(sizes) == 1 or not _collide(line):
        return [line]
    common = sizes.most_common(1)[0][0]
    main = [glyph for glyph in line if abs(glyph[3] - common) * 12 <= common]
    other = [glyph for glyph in line if abs(glyph[3] - common) * 12 > common]
    return [main, other] if other else [line]


def _collide(line: Sequence[Glyph]) -> bool:
    """Whether different characters stand on top of each other, more often than by accident."""
    hits = 0
    letters = [glyph for glyph in line if glyph[4] != SPACE]
    for one, two in pairwise(letters):
        left, _, right, _, character, _ = one
        next_left, _, next_right, _, next_character, _ = two
        overlap = min(right, next_right) - next_left
        narrow = min(right - left, next_right - next_left)
        if character != next_character and overlap * 100 > narrow * 60:
            hits += 1
    return hits >= 2


def _once(line: list[Glyph]) -> list[Glyph]:
    """Without the second drawing of a bold character."""
    if not _may_repeat(line) or not any(
        _redrawn(*pair) for apart in (1, 2, 3) for pair in _alike(line, apart)
    ):
        return line
    kept: list[Glyph] = []
    for glyph in line:
        if glyph[4] == SPACE or not any(
            one[4] == glyph[4] and _redrawn(one, glyph) for one in kept[-3:]
        ):
            kept.append(glyph)
    return kept


def _may_repeat(line: list[Glyph]) -> bool:
    """Whether any begins near enough to the one before to be it again. Where none does, none
    is one of those further back either."""
    before: int | None = None
    for left, _, right, _, _, _ in line:
        width = right - left if right > left else 1
        if before is not None and (left - before) * 100 <= width * DOUBLE:
            return True
        before = left
    return False


def _alike(line: list[Glyph], apart: int) -> list[tuple[Glyph, Glyph]]:
    """The pairs *apart* from each other that are the same letter."""
    return [
        (one, two)
        for one, two in zip(line, line[apart:], strict=False)
        if one[4] == two[4] != SPACE
    ]


def _redrawn(one: Glyph, two: Glyph) -> bool:
    """Whether *two* is *one*, the same letter, again; two of one ligature share a wide box."""
    first, order, _, _, _, _ = one
    left, next_order, right, height, _, _ = two
    width = max(right - left, 1)
    if (left - first) * 100 > width * DOUBLE:
        return False
    ligature = first == left and width * 100 > height * 60
    return not (ligature and abs(next_order - order) == 1)


def _words(line: Sequence[Glyph], hue: Hue) -> Iterator[Word]:
    """The line cut at its gaps."""
    inked = [glyph for glyph in line if glyph[4] != SPACE]
    if not inked:
        return
    lefts, orders, _, heights, letters, middles = zip(*inked, strict=True)
    tops = [middle - height // 2 for middle, height in zip(middles, heights, strict=True)]
    start = 0
    for stop, end in _cuts(line):
        word = letters[start:stop]
        text, edges = intern("".join(word)), lefts[start:stop]  # statements repeat their words
        if len(text) != len(word) or "" in word:  # a ligature is one character of two letters
            edges = tuple([left for left, letter in zip(edges, word, strict=True) for _ in letter])
        top = min(tops[start:stop])
        symbol = len(text) == 1 and not text.isalnum()  # a coloured dot may be a sign
        shade = hue(orders[stop - 1]) if symbol or text[-1].isdigit() else 0
        yield Word(text, (*edges, end), top, top + max(heights[start:stop]), shade)
        start = stop


def _cuts(line: Sequence[Glyph]) -> list[tuple[int, int]]:
    """(how many letters of the line stand before it, the right edge there) for every word's end."""
    cuts = []
    count = end = last_height = 0
    spaced = False
    for left, _, right, height, character, _ in line:
        if character == SPACE:
            spaced = True
            continue
        if count and left > end:
            room = SPACE_GAP if spaced else WORD_GAP
            if (left - end) * 100 > (height if height < last_height else last_height) * room:
                cuts.append((count, end))
                end = right
        if not count or right > end:
            end = right
        count += 1
        last_height = height
        spaced = False
    return [*cuts, (count, end)]
