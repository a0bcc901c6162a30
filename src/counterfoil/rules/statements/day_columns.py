"""Days and months in columns of their own: ``03   10`` under ``DÍA   MES``.

The headings tell which number is which. Below them the two words, or three where the year has a
column too, become the one date that they are, its month in letters: ``03-Oct``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from counterfoil.domain.pages import PrintedPages, Word
from counterfoil.rules.statements.below_headings import rewritten
from counterfoil.rules.statements.folding import folded

REACH = 300  # hundredths of a point: how far beside its heading a number may stand
#: What the columns are headed by, folded.
_HEADINGS = """
day d j dia tag jour jj giorno gg dag dd dzien den gun nap paiva zi ziua 日 일
month m mes monat mois mm mese maand manad maned miesiac mesic ay ho luna 月 월
year a y ano jahr annee aa aaaa yy yyyy anno jaar ar rok yil ev an 年 년
"""
_WORDS = {line.split()[0]: frozenset(line.split()) for line in _HEADINGS.strip().splitlines()}
_LETTERS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MOST = {"day": 31, "month": 12, "year": 2100}


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the columns that a date is broken over."""

    name: str  # "day", "month" or "year"
    left: int
    right: int

    def holds(self, word: Word) -> bool:
        """Whether *word* stands below the heading and may be such a number."""
        beside = word.left > self.right + REACH or word.right < self.left - REACH
        digits = word.text.isdecimal() and len(word.text) in (1, 2, 4)
        return digits and not beside and 1 <= int(word.text) <= _MOST[self.name]


_Date = tuple[_Part, ...]


def with_day_columns(printed: PrintedPages) -> PrintedPages:
    """*printed* with every date in one word; as it is where no headings part them."""
    return rewritten(printed, _headed, _joined)


def _headed(words: Sequence[Word]) -> tuple[_Date, ...]:
    """The dates whose parts the words of a row head: a day and a month, a year at either end."""
    names = [_name(word.text) for word in words]
    found: list[_Date] = []
    index = 0
    while index + 1 < len(words):
        size = next((size for size in (3, 2) if _is_date(names[index : index + size])), 1)
        if size > 1:
            pairs = zip(names[index : index + size], words[index : index + size], strict=True)
            found.append(tuple(_Part(name, word.left, word.right) for name, word in pairs))
        index += size
    return tuple(found)


def _name(text: str) -> str:
    plain = folded(text).strip("./:")
    return next((name for name, words in _WORDS.items() if plain in words), "")


def _is_date(names: Sequence[str]) -> bool:
    return sorted(names) in (["day", "month"], ["day", "month", "year"])


def _joined(words: Sequence[Word], dates: Sequence[_Date]) -> Iterator[Word]:
    index = 0
    while index < len(words):
        date = next((each for each in dates if _stands(each, words[index:])), None)
        if date is None:
            yield words[index]
            index += 1
        else:
            yield _one(date, words[index : index + len(date)])
            index += len(date)


def _stands(date: _Date, words: Sequence[Word]) -> bool:
    """Whether *words* begin with the numbers of *date*, each below its own heading."""
    return len(words) >= len(date) and all(map(_Part.holds, date, words))


def _one(date: _Date, words: Sequence[Word]) -> Word:
    """Day, month in letters and year, spread over the room that the numbers take up."""
    number = {part.name: word.text for part, word in zip(date, words, strict=True)}
    texts = (number["day"], _LETTERS.split()[int(number["month"]) - 1], number.get("year", ""))
    text = "-".join(filter(None, texts))
    left, right = words[0].left, words[-1].right
    edges = tuple(left + (right - left) * place // len(text) for place in range(len(text) + 1))
    return Word(text, edges, min(w.top for w in words), max(w.bottom for w in words))
