"""Rows of a document with what can be told of each alone: its dates and its amounts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from counterfoil.domain.pages import PrintedPages, Row, Word
from counterfoil.domain.statements import Place
from counterfoil.rules.statements.dates import DateToken, dates_of
from counterfoil.rules.statements.number_styles import Style
from counterfoil.rules.statements.numbers import WIDE_GAP, Amount, amounts_of

CLOSE = 40  # hundredths of the height: a space is narrower
SAME_PLACE = 700  # hundredths of a point: so far apart do dates behind 9 and 10 begin
UNDER_EACH_OTHER_FROM = 3  # dates within lines


@dataclass(frozen=True)
class Line:
    """One row, read in one style of numbers."""

    index: int  # in the document, from 0
    row: Row
    text: str
    dates: tuple[DateToken, ...]
    amounts: tuple[Amount, ...]  # what is part of a date is none

    def place(self) -> Place:
        """Where it stands."""
        return Place(page=self.row.page, box=self.row.box())

    def place_of(self, amount: Amount) -> Place:
        """Where one of its amounts stands."""
        words = self.row.words[amount.first : amount.last + 1]
        box = (
            words[0].left,
            min(word.top for word in words),
            words[-1].right,
            max(word.bottom for word in words),
        )
        return Place(page=self.row.page, box=box)

    def words_outside(self) -> tuple[Word, ...]:
        """The words that are neither date nor amount."""
        spans = [(each.first, each.last) for each in self.dates]
        spans += [(each.first, each.last) for each in self.amounts]
        taken = {index for first, last in spans for index in range(first, last + 1)}
        return tuple([word for index, word in enumerate(self.row.words) if index not in taken])

    def label(self) -> str:
        """Its words without dates and amounts."""
        return self._label

    @cached_property
    def _label(self) -> str:
        return " ".join([word.text for word in self.words_outside()])


def lines_of(printed: PrintedPages, style: Style) -> tuple[Line, ...]:
    """Every row of *printed*, in reading order."""
    rows = [_parted(row) for page in printed.pages for row in page.rows]
    return tuple(line_of(index, row, style) for index, row in enumerate(rows))


_DIGIT = re.compile(r"\d")
_LEADERS = re.compile(r"[.·…_]{3,}|…+")
_DOTS = re.compile(r"[.·…_]{2,}|…|(?<=[^\W\d_])\.(?=[^\W\d_]{3})")
_DAY = r"\d{1,2}\.\d{1,2}\.(?:\d{2}(?:\d{2})?)?"
_TWO_DAYS = re.compile(rf"(?<!\S){_DAY}/{_DAY}(?!\S)")
_SLASH, _ANY = re.compile(r"/"), re.compile(r".*", re.DOTALL)


def _parted(row: Row) -> Row:
    """``DATE.......AMOUNT`` and ``02.03./04.03.`` as the words that they are.

    Dots only lead the eye; a booking and a value date may be joined by a slash.
    """
    if _LEADERS.search(row.text):
        row = _cut(row, _DOTS)
    if _TWO_DAYS.search(row.text):
        row = _cut(row, _SLASH, only=_TWO_DAYS)
    return row


def _cut(row: Row, at: re.Pattern[str], *, only: re.Pattern[str] = _ANY) -> Row:
    """*row* with its words cut *at*; of them *only* such, where it is said."""
    words = tuple(
        piece
        for word in row.words
        for piece in (_pieces(word, at) if only.fullmatch(word.text) else (word,))
    )
    return Row(row.page, words) if words else row


def _pieces(word: Word, at: re.Pattern[str]) -> Iterator[Word]:
    start = 0
    for hit in at.finditer(word.text):
        if hit.start() > start:
            yield word.cut(start, hit.start())
        start = hit.end()
    if start < len(word.text):
        yield word.cut(start)


def line_of(index: int, row: Row, style: Style) -> Line:
    """One row, read."""
    text = row.text
    if _DIGIT.search(text) is None:
        return Line(index, row, text, (), ())
    dates = tuple(_sure_dates(row, dates_of(row), style))
    taken = {each for token in dates for each in range(token.first, token.last + 1)}
    amounts = [
        _before_date(row, each, taken)
        for each in amounts_of(row, style)
        if not _overlap(each, taken)
    ]
    return Line(index, row, text, dates, tuple(amounts))


def _before_date(row: Row, amount: Amount, dates: set[int]) -> Amount:
    """A number with a date close behind it, more than a space away, is a cell as well."""
    if amount.alone or amount.last + 1 not in dates:
        return amount
    words = row.words
    number, date = words[amount.last : amount.last + 2]
    wide = amount.first and words[amount.first].left - words[amount.first - 1].right
    apart = (date.left - number.right) * 100 >= number.em * CLOSE
    return amount._replace(alone=apart and wide * 100 >= number.em * WIDE_GAP)


def _sure_dates(row: Row, dates: Sequence[DateToken], style: Style) -> Iterator[DateToken]:
    """``30.09`` is a day where dates stand, at the beginning of a line, and else an amount.

    In brackets it is the same: of a day, or of money out.
    """
    last = -1  # the last word that is part of the dates the row begins with
    for token in dates:
        text = row.words[token.first].text.strip("()[]*").rstrip(".")
        alike = token.first == token.last and text.count(style.decimal_mark or "?") == 1
        if not (alike and not token.printed.has_year and _is_number(text, style)):
            last = token.last if token.first == last + 1 and "." in text else last
            yield token
        elif token.first == last + 1 and _is_told(row, token.last + 1):
            last = token.last
            yield token


def _is_told(row: Row, start: int) -> bool:
    """Whether words stand behind it, and not the mark of an amount, ``5.25 Dr``."""
    words = [word.text for word in row.words[start:]]
    letters = any(any(each.isalpha() for each in word) for word in words)
    return letters and not _MARK.fullmatch(words[0])


_MARK = re.compile(r"(?:[CD][Rr]|CR|DR)\.?|[-+]")


def _is_number(text: str, style: Style) -> bool:
    whole, _, fraction = text.partition(style.decimal_mark)
    return whole.isdigit() and fraction.isdigit() and len(fraction) == 2


def _overlap(amount: Amount, taken: set[int]) -> bool:
    return any(index in taken for index in range(amount.first, amount.last + 1))


def first_date(line: Line) -> DateToken | None:
    """The date at its beginning, if it begins with one."""
    return line.dates[0] if line.dates and line.dates[0].first == 0 else None


def dated_places(lines: Sequence[Line]) -> list[int]:
    """Which of *lines* are dated and hold money: those that begin with a date.

    Where none does, those with a date under each other: behind a number of the entry.
    """
    led = [place for place, line in enumerate(lines) if line.amounts and first_date(line)]
    return led or _dated_within(lines)


def _dated_within(lines: Sequence[Line]) -> list[int]:
    places = [place for place, line in enumerate(lines) if line.dates and line.amounts]
    lefts = Counter(lines[place].dates[0].left for place in places)
    if not lefts:
        return []
    edge = lefts.most_common(1)[0][0]
    held = [place for place in places if abs(lines[place].dates[0].left - edge) <= SAME_PLACE]
    return held if len(held) >= UNDER_EACH_OTHER_FROM and len(held) * 10 >= len(places) * 9 else []
