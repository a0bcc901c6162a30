"""Words that stand over numbers and name them: ``Total fees this period`` over ``$22.50``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from counterfoil.domain.pages import Word
from counterfoil.rules.statements.dates import Printed
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import ENDS
from counterfoil.rules.statements.vocabulary import label_of

_CODE = re.compile("[A-Z]{3}")
_SIGNS = ("+", "-", "\u2212", "\u2013")
END_WORDS_MAX = 6  # of a caption that names an end, and is no formula
LINED = 100  # hundredths of a point
Words = Sequence[Word]
WIDER = 150  # per cent of the gaps within captions: between two of them
GAP = 200  # hundredths of the height: what stands further to the left is another thing


def stands_apart(words: Sequence[Word], index: int, gap: int = GAP) -> bool:
    """Whether more than *gap* parts the word at *index* from the one before."""
    return (words[index].left - words[index - 1].right) * 100 > words[index].em * gap


def cells_of(words: Sequence[Word], gap: int = GAP) -> list[Words]:
    """*words* cut where they stand apart."""
    starts = [index for index in range(len(words)) if not index or stands_apart(words, index, gap)]
    return [words[first:end] for first, end in pairwise([*starts, len(words)])]


def text_of(words: Words) -> str:
    """*words* with a space between them."""
    return " ".join(word.text for word in words)


def stands_over(words: Words, amount: Amount) -> bool:
    """Whether a cell of *words* and the number share a part of the width."""
    return words[0].left <= amount.right and amount.left <= words[-1].right


def behind_the_last(line: Line, amount: Amount) -> int:
    """The first word behind the number before *amount*, or of the line."""
    return max((other.last + 1 for other in line.amounts if other.last < amount.first), default=0)


def words_before(line: Line, amount: Amount) -> str:
    """The words of its own box in front of the number, without a sign or a count between."""
    words = line.row.words[behind_the_last(line, amount) : amount.first]
    while words and words[-1].text in (*_SIGNS, "=", "$"):
        words = words[:-1]
    cells = [text_of(cell) for cell in cells_of(words)]
    while len(cells) > 1 and cells[-1].isdigit():
        cells.pop()  # how many there are
    return cells[-1] if cells else ""


def captions_over(above: Sequence[Line], line: Line) -> dict[int, tuple[str, Printed | None]]:
    """Words over every number of *line*, with the day among them: ``Balance on 30/06/2025``.

    By the first word of each number; empty where the line above is no row of captions.

    Args:
        above: The lines above, the nearest first: captions may be of two lines.
    """
    if not line.amounts or not above or above[0].amounts:
        return {}
    if line.dates:  # "Due date" and "Total amount due" over a day and a number
        return {} if line.words_outside() else _ends_over(above[0], line)
    lower = _cells_over(above[0], line)
    if not lower:
        return _ends_over(above[0], line)
    upper = [] if len(above) < 2 or above[1].amounts else _upper(above[1], lower)
    found = {}
    for at, (amount, words) in enumerate(zip(line.amounts, lower, strict=False)):
        if words[0].left > amount.right or _begins(line, amount) > words[-1].right:
            return {}
        days = [
            each.printed
            for each in above[0].dates
            if words[0].left < each.left and each.right <= words[-1].right
        ]
        text = text_of([*(upper[at] if upper else ()), *words])
        found[amount.first] = text, next(iter(days), None)
    return found


def caption_around(above: Sequence[Line], line: Line, below: Sequence[Line]) -> str:
    """The words over and under the only number of *line*, in the middle of which it stands.

    ``Total`` over ``withdrawals``, set in line on its left; "" where there are no such words.
    """
    if not above or not below or line.words_outside() or len(line.amounts) != 1:
        return ""
    upper, lower = above[0], below[0]
    if any(each.amounts or each.dates or each.row.page != line.row.page for each in (upper, lower)):
        return ""
    first, last = upper.row.words, lower.row.words
    lined = abs(first[0].left - last[0].left) <= LINED
    left = max(first[-1].right, last[-1].right) < line.amounts[0].left
    near = lower.row.top - upper.row.bottom < 2 * first[0].em
    return f"{upper.text} {lower.text}" if lined and left and near else ""


def _ends_over(above: Line, line: Line) -> dict[int, tuple[str, Printed | None]]:
    """The only caption over a number, where it names an end: others stand over words."""
    found = {}
    captions = cells_of(above.row.words)
    in_turn = _in_turn(captions, cells_of(line.row.words))
    for amount in line.amounts:
        begin = _with_code(line, amount)
        over = [
            words
            for words in captions
            if words[0].left <= amount.right and begin <= words[-1].right
        ] or [words for words, left in in_turn if left == begin]
        texts = [text_of(words) for words in over]
        if len(over) == 1 and len(over[0]) <= END_WORDS_MAX and label_of(texts[0]) in ENDS:
            left, right = over[0][0].left, over[0][-1].right
            days = [each.printed for each in above.dates if left < each.left <= right]
            found[amount.first] = texts[0], next(iter(days), None)
    return found


def _in_turn(captions: Sequence[Words], cells: Sequence[Words]) -> list[tuple[Words, int]]:
    """Each of *captions* and where its cell begins: one below each, before the next caption."""
    if len(captions) != len(cells):
        return []
    lefts = [words[0].left for words in cells]
    starts = [words[0].left - words[0].em // 4 for words in captions]
    within = [start <= left for start, left in zip(starts, lefts, strict=True)]
    before = [left < start for left, start in zip(lefts, starts[1:], strict=False)]
    return [*zip(captions, lefts, strict=True)] if all(within + before) else []


def _with_code(line: Line, amount: Amount) -> int:
    """Where the number begins, with the currency and the sign before it."""
    words = line.row.words[: amount.first]
    before = [*takewhile(_is_of_number, reversed(words))]
    return before[-1].left if before else amount.left


def _is_of_number(word: Word) -> bool:
    return word.text in _SIGNS or _CODE.fullmatch(word.text) is not None


def _cells_over(above: Line, line: Line) -> list[Words]:
    """The words of *above* in as many cells as *line* has numbers; none otherwise."""
    cells = cells_of(above.row.words)
    if len(cells) == len(line.amounts):
        return cells
    begun = _begun_with(above.row.words, [line.row.words[each.first].left for each in line.amounts])
    return begun or _cut_widest(above.row.words, line.amounts)


def _cut_widest(words: Words, amounts: Sequence[Amount]) -> list[Words]:
    """*words* cut at their widest gaps, one over each number; none where those are like others."""
    gaps = [two.left - one.right for one, two in pairwise(words)]
    places = sorted(range(len(gaps)), key=gaps.__getitem__, reverse=True)
    cuts, others = sorted(places[: len(amounts) - 1]), places[len(amounts) - 1 :]
    if len(amounts) < 2 or len(cuts) < len(amounts) - 1:
        return []
    narrow = max((gaps[place] for place in others), default=0)
    if min(gaps[place] for place in cuts) * 100 < narrow * WIDER:
        return []
    cells = [words[first + 1 : end + 1] for first, end in pairwise([-1, *cuts, len(gaps)])]
    over = all(stands_over(cell, each) for cell, each in zip(cells, amounts, strict=True))
    return cells if over else []


def _begun_with(words: Words, lefts: Sequence[int]) -> list[Words]:
    """*words* cut where each of *lefts* is; none where no word begins at one of them."""
    starts = [
        next((at for at, word in enumerate(words) if abs(word.left - left) <= LINED), -1)
        for left in lefts
    ]
    rising = all(one < two for one, two in pairwise(starts))
    if len(starts) < 2 or starts[0] != 0 or not rising:
        return []
    return [words[first:end] for first, end in pairwise([*starts, len(words)])]


def _upper(above: Line, lower: Sequence[Words]) -> list[Words]:
    """The cells of *above* where each stands over its own of *lower*; none otherwise."""
    cells = [] if above.dates else cells_of(above.row.words)
    if len(cells) != len(lower):
        return []
    over = [
        one[0].left <= two[-1].right and two[0].left <= one[-1].right
        for one, two in zip(cells, lower, strict=True)
    ]
    return cells if all(over) and len(cells) > 1 else []


def _begins(line: Line, amount: Amount) -> int:
    """Where the number begins, with the currency at the beginning of its line."""
    first = line.row.words[0]
    coded = amount.first == 1 and _CODE.fullmatch(first.text)
    return first.left if coded else amount.left
