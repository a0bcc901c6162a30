"""Dates as statements print them, and what they leave open: the order, the year, the era."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from counterfoil.domain.pages import Row, Word
from counterfoil.rules.statements.folding import plain
from counterfoil.rules.statements.months import month_of
from counterfoil.rules.statements.weekdays import is_weekday

WORD_MAX = 24  # characters of the first word of a date
WHOLE_FROM = 8  # characters of a date that a colon may follow
WORDS_MAX = 5  # of one date: "Wed 3 de setembro 2025"
_CLOSE = 130  # hundredths of the height: words further apart are not one date


class Order(StrEnum):
    """In which order the numbers of a date stand."""

    DAY_FIRST = "day, month, year"
    MONTH_FIRST = "month, day, year"
    YEAR_FIRST = "year, month, day"


class Era(StrEnum):
    """What years are counted from where the print does not say so itself."""

    COMMON = "common"
    BUDDHIST = "Buddhist"
    REIWA = "Reiwa"
    MINGUO = "Minguo"


_OFFSETS = {Era.BUDDHIST: -543, Era.REIWA: 2018, Era.MINGUO: 1911}


@dataclass(frozen=True, slots=True)
class Printed:
    """A date as it is printed, before order, year and era are settled.

    ``open`` dates are numbers only: two of them, or three of which each may be the year.
    Of the others the month has a name, or the year stands first with four digits; their
    ``numbers`` are day, month and, where printed, year.
    """

    numbers: tuple[int, ...]
    open: bool
    short_year: bool = False  # of two digits

    @property
    def has_year(self) -> bool:
        """Whether a year is printed."""
        return len(self.numbers) == 3

    def on(self, order: Order) -> tuple[int, int, int | None]:
        """(day, month, year as printed) under one *order*."""
        one, two, *rest = self.numbers
        if not self.open:
            return one, two, (rest[0] if rest else None)
        if not rest:
            return (one, two, None) if order is Order.DAY_FIRST else (two, one, None)
        match order:
            case Order.DAY_FIRST:
                return one, two, rest[0]
            case Order.MONTH_FIRST:
                return two, one, rest[0]
            case Order.YEAR_FIRST:
                return rest[0], two, one

    def can_be(self, order: Order) -> bool:
        """Whether *order* makes it a day of some year."""
        if self.open and self.has_year and not self.short_year and order is Order.YEAR_FIRST:
            return False
        day, month, _ = self.on(order)
        return 1 <= month <= 12 and 1 <= day <= (29 if month == 2 else 30 + (month in _LONG))

    def day(self, order: Order, era: Era, *, year: int | None = None) -> date | None:
        """The day; *year* (of our calendar) where none is printed. None: no such day."""
        day, month, printed = self.on(order)
        if printed is not None:
            year = _year(printed, era)
        if year is None:
            return None
        try:
            return date(year, month, day)
        except ValueError:
            return None

    def is_before(self, other: Printed) -> bool:
        """Whether it is the earlier day, in whatever order the two are printed."""
        orders = [each for each in Order if self.can_be(each) and other.can_be(each)]
        pairs = [(_sortable(self.on(each)), _sortable(other.on(each))) for each in orders]
        return bool(pairs) and all(one < two for one, two in pairs)

    def with_year(self, year: int) -> Printed:
        """The same date with a year that stands apart from it."""
        return Printed((*self.numbers[:2], year), self.open)


def _sortable(day: tuple[int, int, int | None]) -> tuple[int, int, int]:
    return day[2] or 0, day[1], day[0]


_LONG = {1, 3, 5, 7, 8, 10, 12}


def _year(printed: int, era: Era) -> int:
    """The year of our calendar."""
    if printed >= 2490:
        return printed + _OFFSETS[Era.BUDDHIST]
    if printed >= 1900:
        return printed
    if era is Era.BUDDHIST:
        return printed + 2500 + _OFFSETS[era]
    if era is not Era.COMMON or printed >= 100:
        return printed + _OFFSETS.get(era, _OFFSETS[Era.MINGUO])
    return printed + (2000 if printed < 80 else 1900)


def era_of(text: str, printed: Iterable[Printed]) -> Era:
    """The era that a document counts its short years in."""
    if "令和" in text:
        return Era.REIWA
    if "民國" in text:
        return Era.MINGUO
    years = [each.numbers[2] for each in printed if each.has_year and each.numbers[2] >= 1900]
    buddhist = sum(2490 <= year <= 2650 for year in years)
    return Era.BUDDHIST if buddhist * 2 > len(years) else Era.COMMON  # one may be a misprint


class DateToken(NamedTuple):
    """A printed date and the words of its row that it takes up."""

    printed: Printed
    first: int
    last: int
    left: int  # hundredths of a point
    right: int


_NUMERIC = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?\2?,?(?:[-T]\d{1,2}:\d{2}(?::\d{2})?)?"
)
_SPACED = re.compile(r"(\d{1,2}) ?[./-] ?(\d{1,2}) ?[./-] ?(\d{4}|\d{2})")
#: Years of a reign and days, of one digit, each padded to two: ``7. 6. 1``.
_PADDED = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. (\d)")
_APART = re.compile(r"(\d{1,2})\. (\d{1,2})\.")  # 3. 12.
_PARTED = re.compile(r"(\d{2}) (\d{2}) ((?:19|20)\d{2})")
_ISO = re.compile(
    r"(\d{4})([./-]?)(\d{2})\2(\d{2})\.?(?:T.*)?|(\d{4})([./-])(\d{1,2})\6(\d{1,2})\.?"
)
_MINGUO = re.compile(r"(1\d\d)([./-])(\d{1,2})\2(\d{1,2})")
_CJK = re.compile(
    r"(?:(令和|平成|民國)?\s*(\d{1,4})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?"
)
_REIGN = re.compile(r"(令和?|平成?|R)(\d{1,2})([./-]) ?(\d{1,2})\3 ?(\d{1,2})")
_MONTH = r"([^\W\d_]{3,}\.?|[฀-๿.]{2,})"
_NAMED = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?[ ./,-]*(?i:de |of )?{_MONTH}[ ./,'-]*(?i:de |del )?"
    r"(\d{4}|\d{2})?,?"
)
_US = re.compile(
    rf"{_MONTH}[ -]*(\d{{1,2}})(?:st|nd|rd|th)?(?:(?:, ?| )(\d{{4}})|[/,](\d{{2}}))?,?"
)
#: ``8 Feb - 07`` is two days: the month of the second one follows.
_SPAN = re.compile(r"[^-]*[^\W\d_]\.? - \d{1,2},?")
_YEAR_FIRST_NAME = re.compile(rf"(\d{{4}})[ ./-]{{0,2}}{_MONTH}[ ./-]?(\d{{1,2}})\.?")
#: How the first word of a date may begin, by all the patterns above.
_NUMBER_FIRST = re.compile(
    r"\d{1,2}(?:$|[./-]|,[./,-]*(?:$|[^\W\d_])|[^\W\d_])|\d{3,4}(?:$|[./-]|[^\W\d_])|\d{8}(?!\d)"
)
_MONTH_FIRST = re.compile(_MONTH)
_ERAS = {"令和": 2018, "平成": 1988, "民國": 1911}
_REIGNS = {"令": 2018, "R": 2018, "平": 1988}
_REIGN_FIRST = re.compile(r"[令平R]\d{1,2}[./-]")


def _date_at(row: Row, index: int) -> DateToken | None:
    """The longest date that begins with the word at *index*, which may begin one."""
    words = row.words
    first = words[index].text
    if is_weekday(first) and index + 1 < len(words) and _touch(words, index):
        inner = _date_at(row, index + 1) if _may_begin(words[index + 1].text) else None
        if inner is not None and month_of(first) == inner.printed.numbers[1]:
            return inner
        if inner is not None:
            return DateToken(inner.printed, index, inner.last, words[index].left, inner.right)
    best = _in_two_columns(words) if index == 0 else None
    text = ""
    for last in range(index, min(index + WORDS_MAX, len(words))):
        if last > index and not _touch(words, last - 1):
            break
        text = f"{text} {plain(words[last].text)}".strip()
        printed = parse(text)
        if printed is not None:
            best = DateToken(printed, index, last, words[index].left, words[last].right)
    return best


def _in_two_columns(words: Sequence[Word]) -> DateToken | None:
    """``01     MAR`` at the beginning of a row: the day and the month in columns of their own."""
    if len(words) < 3 or _touch(words, 0) or not _DAY.fullmatch(words[0].text):
        return None
    if words[2].text[:1].isdigit() and _touch(words, 1):
        return None  # "29   Feb 22", "2   Apr 05, 2025": a number of the entry, and its day
    month = words[1].text if words[1].text.rstrip(".").isalpha() else ""
    printed = _named(f"{words[0].text} {month}") if month else None
    return None if printed is None else DateToken(printed, 0, 1, words[0].left, words[1].right)


_DAY = re.compile(r"[0-3]?\d")


@lru_cache(maxsize=20_000)
def _may_begin(word: str) -> bool:
    """Whether *word* may be the first of a date: nearly all words are told apart by this."""
    bare = plain(word).lstrip("([").rstrip("()[]*")
    if len(word) > WORD_MAX or not bare[:1].isalnum():
        return False
    if not bare[:1].isalpha():
        return _NUMBER_FIRST.match(bare) is not None
    name = _MONTH_FIRST.match(bare)
    if name is not None and month_of(name[0]):
        return True
    reign = _REIGN_FIRST.match(bare) is not None
    return reign or bare.startswith(tuple(_ERAS)) or is_weekday(word)


def dates_of(row: Row) -> tuple[DateToken, ...]:
    """Every date of *row*, from left to right, none overlapping another."""
    found = []
    index = 0
    while index < len(row.words):
        token = _date_at(row, index) if _may_begin(row.words[index].text) else None
        if token is None:
            index += 1
        else:
            found.append(token)
            index = token.last + 1
    return tuple(found)


@lru_cache(maxsize=20_000)
def parse(text: str) -> Printed | None:
    """One whole text that is a date, or None; brackets around it are no part of it."""
    text = text.strip("()[]*")
    text = text.removesuffix(":") if len(text) >= WHOLE_FROM else text
    if found := _NUMERIC.fullmatch(text):
        return _open(int(found[1]), int(found[3]), found[4])
    if (found := _SPACED.fullmatch(text)) or (found := _PARTED.fullmatch(text)):
        return _open(int(found[1]), int(found[2]), found[3])
    if found := _APART.fullmatch(text):
        return _open(int(found[1]), int(found[2]), None)
    if found := _PADDED.fullmatch(text):
        return _open(int(found[1]), int(found[2]), f"0{found[3]}")
    if found := _ISO.fullmatch(text):
        year, month, day = (
            (found[1], found[3], found[4]) if found[1] else (found[5], found[7], found[8])
        )
        return _fixed(int(day), int(month), year)
    if found := _MINGUO.fullmatch(text):
        return _fixed(int(found[4]), int(found[3]), found[1])
    if found := _REIGN.fullmatch(text):
        year = str(int(found[2]) + _REIGNS[found[1][0]])
        return _fixed(int(found[5]), int(found[4]), year)
    if found := _CJK.fullmatch(text):
        year = found[2]
        if found[1]:
            year = str(int(found[2]) + _ERAS[found[1]])
        return _fixed(int(found[4]), int(found[3]), year)
    return _named(text)


def _named(text: str) -> Printed | None:
    """The month is a word."""
    if _SPAN.fullmatch(text):
        return None
    for pattern, day, month, years in (
        (_NAMED, 1, 2, (3,)),
        (_US, 2, 1, (3, 4)),
        (_YEAR_FIRST_NAME, 3, 2, (1,)),
    ):
        found = pattern.fullmatch(text)
        number = month_of(found[month]) if found else None
        if found and number:
            year = next((found[each] for each in years if found[each]), None)
            return _fixed(int(found[day]), number, year)
    return None


def _open(one: int, two: int, year: str | None) -> Printed | None:
    if year is not None and len(year) == 4 and (year[0] == "0" or not _is_year(int(year))):
        return None  # "01.07. 0107" is two days
    numbers = (one, two) if year is None else (one, two, int(year))
    printed = Printed(numbers, open=True, short_year=year is not None and len(year) == 2)
    if any(printed.can_be(order) for order in Order):
        return printed
    whole = year is not None and len(year) == 4 and max(one, two) <= 31
    return printed if whole else None  # 31/04/2025 is no day, and has to be seen


def _fixed(day: int, month: int, year: str | None) -> Printed | None:
    if year is not None and len(year) >= 3 and not _is_year(int(year)):
        return None
    numbers = (day, month) if year is None else (day, month, int(year))
    printed = Printed(numbers, open=False, short_year=year is not None and len(year) <= 2)
    return printed if printed.can_be(Order.DAY_FIRST) else None


def _is_year(number: int) -> bool:
    return 1950 <= number <= 2100 or 2490 <= number <= 2650 or 100 <= number <= 150


def _touch(words: Sequence[Word], index: int) -> bool:
    one, two = words[index], words[index + 1]
    return (two.edges[0] - one.edges[-1]) * 100 <= max(min(one.em, two.em), 1) * _CLOSE
