"""Characters with their boxes become words in rows.

Nothing here trusts the order in which a file draws its characters: many draw glyph by
glyph, in any order, or twice for bold. Only where a character is counts. A drawn space
parts two words only where there is room for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from operator import itemgetter

from counterfoil.domain.pages import Row, Word

#: One character that is seen, in hundredths of a point; *y* grows downwards:
#: - the middle of its top and bottom, which is what rows are made by,
#: - its left and right edge and its height,
#: - the character, and the order in which the file draws it (parts of a ligature share one box).
#: A bare tuple, because a year's statement has hundreds of thousands.
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
    for line in _lines(sorted(glyphs)):
        for part in _overprints(line):
            words = tuple(_words(_once(part), hue))
            if words:
                rows.append(Row(page, words))
    return tuple(sorted(rows, key=lambda row: (row.top + row.bottom, row.words[0].left)))


def _lines(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Runs of nearly equal middles; *glyphs* are sorted by them."""
    lines: list[list[Glyph]] = []
    first_middle = first_height = 0
    for glyph in glyphs:
        middle, _, _, height, _, _ = glyph
        reach = (height if height < first_height else first_height) * ROW_TOLERANCE // 100
        if lines and middle - first_middle <= reach:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
            first_middle, first_height = middle, height
    return lines


def _overprints(line: list[Glyph]) -> list[list[Glyph]]:
    """Two prints of different size over each other are two rows; one print is one."""
    line.sort(key=_from_the_left)
    sizes = Counter([height for _, _, _, height, _, _ in line])
    if len(sizes) == 1 or not _collide(line):
        return [line]
    common = sizes.most_common(1)[0][0]
    main = [glyph for glyph in line if abs(glyph[3] - common) * 12 <= common]
    other = [glyph for glyph in line if abs(glyph[3] - common) * 12 > common]
    return [main, other] if other else [line]


_from_the_left = itemgetter(1, 5)


def _collide(line: Sequence[Glyph]) -> bool:
    """Whether different characters stand on top of each other, more often than by accident."""
    hits = 0
    letters = [glyph for glyph in line if glyph[4] != SPACE]
    for one, two in pairwise(letters):
        _, left, right, _, character, _ = one
        _, next_left, next_right, _, next_character, _ = two
        overlap = min(right, next_right) - next_left
        narrow = min(right - left, next_right - next_left)
        if character != next_character and overlap * 100 > narrow * 60:
            hits += 1
    return hits >= 2


def _once(line: list[Glyph]) -> list[Glyph]:
    """Without the second drawing of a bold character."""
    if not any(_redrawn(*pair) for apart in (1, 2, 3) for pair in _alike(line, apart)):
        return line
    kept: list[Glyph] = []
    for glyph in line:
        if glyph[4] == SPACE or not any(
            one[4] == glyph[4] and _redrawn(one, glyph) for one in kept[-3:]
        ):
            kept.append(glyph)
    return kept


def _alike(line: list[Glyph], apart: int) -> list[tuple[Glyph, Glyph]]:
    """The pairs *apart* from each other that are the same letter."""
    return [
        (one, two)
        for one, two in zip(line, line[apart:], strict=False)
        if one[4] == two[4] != SPACE
    ]


def _redrawn(one: Glyph, two: Glyph) -> bool:
    """Whether *two* is *one*, the same letter, again; two of one ligature share a wide box."""
    _, first, _, _, _, order = one
    _, left, right, height, _, next_order = two
    width = max(right - left, 1)
    if (left - first) * 100 > width * DOUBLE:
        return False
    ligature = first == left and width * 100 > height * 60
    return not (ligature and abs(next_order - order) == 1)


def _words(line: Sequence[Glyph], hue: Hue) -> Iterable[Word]:
    """The line cut at its gaps."""
    word: list[Glyph] = []
    end = last_height = 0
    spaced = False
    for glyph in line:
        _, left, right, height, character, _ = glyph
        if character == SPACE:
            spaced = True
            continue
        if word and left > end:
            room = SPACE_GAP if spaced else WORD_GAP
            if (left - end) * 100 > (height if height < last_height else last_height) * room:
                yield _word(word, end, hue)
                word = []
        if not word or right > end:
            end = right
        word.append(glyph)
        last_height = height
        spaced = False
    if word:
        yield _word(word, end, hue)


def _word(glyphs: Sequence[Glyph], end: int, hue: Hue) -> Word:
    top = min([middle - height // 2 for middle, _, _, height, _, _ in glyphs])
    height = max([height for _, _, _, height, _, _ in glyphs])
    text = "".join([character for _, _, _, _, character, _ in glyphs])
    edges = [left for _, left, _, _, character, _ in glyphs for _ in character]
    shade = hue(glyphs[-1][5]) if text[-1].isdigit() else 0
    return Word(text, (*edges, end), top, top + height, shade)
