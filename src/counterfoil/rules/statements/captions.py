"""Words that stand over numbers and name them: ``Total fees this period`` over ``$22.50``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from counterfoil.domain.pages import Word
from counterfoil.rules.statements.dates import Printed
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount

_CODE = re.compile("[A-Z]{3}")
GAP = 200  # hundredths of the height: what stands further to the left is another thing


def stands_apart(words: Sequence[Word], index: int) -> bool:
    """Whether a wide gap parts the word at *index* from the one before."""
    return (words[index].left - words[index - 1].right) * 100 > words[index].em * GAP


def captions_over(above: Line | None, line: Line) -> dict[int, tuple[str, Printed | None]]:
    """Words over every number of *line*, with the day among them: ``Balance on 30/06/2025``.

    By the first word of each number; empty where the line *above* is no row of captions.
    """
    if not line.amounts or line.dates or above is None or above.amounts:
        return {}
    words = above.row.words
    starts = [index for index in range(len(words)) if not index or stands_apart(words, index)]
    cells = list(pairwise([*starts, len(words)]))
    if len(cells) != len(line.amounts):
        return {}
    found = {}
    for (first, end), amount in zip(cells, line.amounts, strict=True):
        if words[first].left > amount.right or _begins(line, amount) > words[end - 1].right:
            return {}
        days = [each.printed for each in above.dates if first < each.first < end]
        text = " ".join(word.text for word in words[first:end])
        found[amount.first] = text, next(iter(days), None)
    return found


def _begins(line: Line, amount: Amount) -> int:
    """Where the number begins, with the currency at the beginning of its line."""
    first = line.row.words[0]
    coded = amount.first == 1 and _CODE.fullmatch(first.text)
    return first.left if coded else amount.left
