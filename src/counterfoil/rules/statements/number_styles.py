"""How a document writes numbers: found by counting what is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from counterfoil.domain.pages import Row, Word
from counterfoil.rules.statements.folding import plain

MINORITY = 5  # so many times rarer than the other, a decimal mark is none


class Style(NamedTuple):
    """How one document writes numbers."""

    decimal_mark: str  # ".", ",", or "" where there are no decimals
    spaced: bool = False  # thousands are parted by a space
    loose: bool = False  # 1500 and 1500.5 stand beside 1500.25: a spreadsheet's print


def style_votes(rows: Sequence[Row]) -> Counter[Style]:
    """How many words speak for each style."""
    marks: Counter[str] = Counter()
    spaced: Counter[str] = Counter()
    for row in rows:
        words = [plain(word.text) for word in row.words]
        for word in words:
            if _DIGIT.search(word) is None or _LIKE_A_DAY.fullmatch(word):
                continue
            if _DOTTED.fullmatch(word):
                marks["."] += 1
            elif _COMMA.fullmatch(word):
                marks[","] += 1
        spaced.update(_spaced_pairs(row.words, words))
    votes = Counter({Style(mark): count for mark, count in marks.items()})
    votes.update({Style(mark, spaced=True): count for mark, count in spaced.items()})
    return votes


_DIGIT = re.compile(r"\d")
_DOTTED = re.compile(r"[^\d]{0,5}(?:\d{1,3}(?:[,']\d{2,3})*|\d+)\.\d{2}[^\d]{0,4}")
_COMMA = re.compile(r"[^\d]{0,5}(?:\d{1,3}(?:[.']\d{3})*|\d+),\d{2}[^\d]{0,4}")
_LIKE_A_DAY = re.compile(r"[0-3]?\d[.,][01]\d|\d{1,2}\.\d{2}\.")  # "31.12", "12.31."
_FIRST_GROUP = re.compile(r"[^\d]{0,4}\d{1,3}")
_LAST_GROUP = re.compile(r"\d{3}([.,])\d{2}[^\d]{0,3}")


def _spaced_pairs(words: Sequence[Word], texts: Sequence[str]) -> Iterator[str]:
    """The decimal mark of every ``3 501,19``."""
    for index, (text, following) in enumerate(pairwise(texts)):
        found = _LAST_GROUP.fullmatch(following)
        if found and _FIRST_GROUP.fullmatch(text) and gap_behind(words, index) <= 60:
            yield found[1]


def gap_behind(words: Sequence[Word], index: int) -> int:
    """Between a word and the next, in hundredths of the height."""
    one, two = words[index], words[index + 1]
    return (two.edges[0] - one.edges[-1]) * 100 // max(min(one.em, two.em), 1)


def styles_of(rows: Sequence[Row]) -> tuple[Style, ...]:
    """The styles worth trying, likeliest first."""
    votes = style_votes(rows)
    marks = Counter({mark: votes[Style(mark)] + votes[Style(mark, spaced=True)] for mark in ".,"})
    styles: list[Style] = []
    most = max(marks.values())
    for mark, count in marks.most_common():
        if count * MINORITY < most or not count:
            continue  # a reading in it would pass over nearly all numbers
        # Where groups are parted by spaces, "3 501,19" must never be read as 501,19.
        spaced = votes[Style(mark, spaced=True)] > 0
        styles += [Style(mark, spaced=spaced), Style(mark, spaced=spaced, loose=True)]
    if not styles and any(_THREE.search(row.text) for row in rows):
        return _with_thousandths(rows)
    if most * MINORITY > _whole_numbers(rows):
        return tuple(styles)
    return (*styles, Style(""), Style("", spaced=True))


def _with_thousandths(rows: Sequence[Row]) -> tuple[Style, ...]:
    """``1,104.664``, ``1.104,664`` or ``1 104,664``: the last mark is the decimal one."""
    texts = [[plain(word.text) for word in row.words] for row in rows]
    marks = Counter(
        hit[1] for words in texts for word in words if (hit := _THOUSANDTHS.fullmatch(word))
    )
    spaced = {
        hit[1]
        for words in texts
        for one, two in pairwise(words)
        if _FIRST_GROUP.fullmatch(one) and (hit := _LAST_THOUSANDTHS.fullmatch(two))
    }
    most = marks.most_common(1)
    return tuple(
        Style(mark, spaced=mark in spaced)
        for mark, count in marks.most_common()
        if count * MINORITY >= most[0][1]
    ) or (Style("."),)


_THOUSANDTHS = re.compile(r"[^\d]{0,5}\d{1,3}(?:[.,']\d{3})*([.,])\d{3}[^\d]{0,4}")
_LAST_THOUSANDTHS = re.compile(r"\d{3}([.,])\d{3}[^\d]{0,3}")
_WHOLE = re.compile(r"[^\d]{0,4}\d{1,3}(?:[.,' ]\d{3})+[^\d]{0,3}")


def _whole_numbers(rows: Sequence[Row]) -> int:
    """How many words are whole numbers in groups, ``120,500``."""
    return sum(_WHOLE.fullmatch(word.text) is not None for row in rows for word in row.words)


#: Currencies of which a thousandth is the smallest coin (ISO 4217).
_THREE = re.compile(r"(?<![A-Z])(?:BHD|IQD|JOD|KWD|LYD|OMR|TND)(?![A-Z])")
