"""Coins in a column of their own: ``2,102 25`` under ``Rs Ps``, as passbooks are ruled.

The heading over each pair of columns names the money and its coin. Below it a whole number
and the two digits beside it become the one number that they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from counterfoil.domain.pages import PrintedPages, Word
from counterfoil.rules.statements.below_headings import rewritten
from counterfoil.rules.statements.folding import folded

BESIDE = 150  # hundredths of the height: further apart two words are no pair
REACH = 300  # hundredths of a point: how far beside their heading coins may stand
_MONEY = re.compile(
    r"(?:rs|re|rupees?|tk|taka|lkr|npr|inr|pkr|bdt|shs?|ksh|tsh|ush|eur|kr|[€£$₹৳])\.?"
)
_COIN = re.compile(r"(?:ps?|paisa|paise|poisha|cts?|cents?|ore|sen)\.?")
_WHOLE = re.compile(r"[-+(]?(?:\d{1,3}(?:[,.']\d{2,3})*[,.']\d{3}|\d+)")
_COINS = re.compile(r"\d\d\D{0,3}")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where coins stand on a page."""

    left: int
    right: int

    def holds(self, word: Word) -> bool:
        return self.left - REACH <= word.left and word.right <= self.right + REACH


def with_coins(printed: PrintedPages) -> PrintedPages:
    """*printed* with every number in one word; as it is where no heading parts them."""
    return rewritten(printed, _places, _joined)


def _places(words: Sequence[Word]) -> tuple[_Place, ...]:
    """The coins' columns that the *words* of a row head."""
    return tuple(
        _Place(coin.left, coin.right)
        for money, coin in pairwise(words)
        if _beside(money, coin)
        if _MONEY.fullmatch(folded(money.text)) and _COIN.fullmatch(folded(coin.text))
    )


def _joined(words: Sequence[Word], places: Sequence[_Place]) -> Iterator[Word]:
    before: Word | None = None
    for word in words:
        if before is not None and _are_one(before, word, places):
            before = _one(before, word)
            continue
        if before is not None:
            yield before
        before = word
    if before is not None:
        yield before


def _are_one(whole: Word, coins: Word, places: Sequence[_Place]) -> bool:
    number = _WHOLE.fullmatch(whole.text) and _COINS.fullmatch(coins.text)
    return bool(number) and _beside(whole, coins) and any(each.holds(coins) for each in places)


def _one(whole: Word, coins: Word) -> Word:
    """Both with the decimal mark that its thousands do not use."""
    mark = "," if "." in whole.text else "."
    top, bottom = min(whole.top, coins.top), max(whole.bottom, coins.bottom)
    text = f"{whole.text}{mark}{coins.text}"
    return Word(text, (*whole.edges, *coins.edges), top, bottom, coins.hue or whole.hue)


def _beside(one: Word, two: Word) -> bool:
    return (two.left - one.right) * 100 <= max(one.em, two.em) * BESIDE
