"""Dates as statements print them, and what they leave open: the order, the year, the era."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from counterfoil.domain.pages import Row, Word
from counterfoil.rules.statements.folding import folded, plain
from counterfoil.rules.statements.months import month_of

WORDS_MAX = 5  # of one date: "Wed 3 de setembro 2025"
_CLOSE = 130  # hundredths of the height: words further apart are not one date
BUDDHIST = 543  # years ahead of ours
MINGUO = 1911


@dataclass(frozen=True, slots=True)
class Printed:
    """A date as it is printed, before order and year are settled.

    Where the month has a name or the year comes first, ``ambiguous`` is False and
    ``one`` is the day, ``two`` the month. Else they are the two numbers as printed.
    """

    one: int
    two: int
    year: int | None  # as printed: 25, 2025, 2568; None where there is none
    ambiguous: bool
    short_year: bool = False  # two digits

    def day_and_month(self, *, day_first: bool) -> tuple[int, int]:
        """(day, month) under one reading of the order."""
        if self.ambiguous and not day_first:
            return self.two, self.one
        return self.one, self.two

    def can_be(self, *, day_first: bool) -> bool:
        """Whether such a day exists in some year."""
        day, month = self.day_and_month(day_first=day_first)
        return 1 <= month <= 12 and 1 <= day <= (29 if month == 2 else 30 + (month in _LONG))


_LONG = {1, 3, 5, 7, 8, 10, 12}


@dataclass(frozen=True, slots=True)
class DateToken:
    """A printed date and the words of its row that it takes up."""

    printed: Printed
    first: int
    last: int
    left: int  # hundredths of a point
    right: int


_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2}))?\.?,?")
_SPACED = re.compile(r"(\d{1,2}) ?[./-] ?(\d{1,2}) ?[./-] ?(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})([./-]?)(\d{1,2})\2(\d{1,2})\.?(?:T.*)?")
_MINGUO = re.compile(r"(1\d\d)([./-])(\d{1,2})\2(\d{1,2})")
_CJK = re.compile(r"(?:(令和|平成|民國)?\s*(\d{1,4})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?[ ./,-]*(?:de |of )?([^\W\d_]{3,}\.?|[฀-๿.]+)[ ./,'-]*(?:de |del )?(\d{4}|\d{2})?,?")
_US = re.compile(r"([^\W\d_]{3,}\.?)[ -]*(\d{1,2})(?:st|nd|rd|th)?(?:, ?| )?(\d{4})?,?")
_YEAR_FIRST_NAME = re.compile(r"(\d{4})[ ./-]?([^\W\d_]{3,})[ ./-]?(\d{1,2})\.?")
_WEEKDAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|mie|jeu|jue|ven|vie|sam|sab|dim|dom|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)[.,]?"
)
_ERAS = {"令和": 2018, "平成": 1988, "民國": MINGUO}


def date_at(row: Row, index: int) -> DateToken | None:
    """The longest date that begins with the word at *index*."""
    words = row.words
    first = words[index].text
    if not (first[0].isdigit() or first[0].isalpha()) or len(first) > 24:
        return None
    if _WEEKDAY.fullmatch(folded(first)) and index + 1 < len(words) and _touch(words, index):
        inner = date_at(row, index + 1)
        if inner is not None and not inner.printed.year and month_of(first) == inner.printed.two:
            return inner
        if inner is not None:
            return DateToken(inner.printed, index, inner.last, words[index].left, inner.right)
    best: DateToken | None = None
    text = ""
    for last in range(index, min(index + WORDS_MAX, len(words))):
        if last > index and not _touch(words, last - 1):
            break
        text = f"{text} {plain(words[last].text)}".strip()
        printed = parse(text)
        if printed is not None:
            best = DateToken(printed, index, last, words[index].left, words[last].right)
    return best


def dates_of(row: Row) -> tuple[DateToken, ...]:
    """Every date of *row*, from left to right, none overlapping another."""
    found = []
    index = 0
    while index < len(row.words):
        token = date_at(row, index)
        if token is None:
            index += 1
        else:
            found.append(token)
            index = token.last + 1
    return tuple(found)


@lru_cache(maxsize=20_000)
def parse(text: str) -> Printed | None:
    """One whole text that is a date, or None."""
    if (found := _NUMERIC.fullmatch(text)) or (found := _SPACED.fullmatch(text)):
        groups = found.groups()
        one, two, year = groups[0], groups[-2], groups[-1]
        return _checked(int(one), int(two), year, ambiguous=True)
    for pattern in (_ISO, _MINGUO):
        if found := pattern.fullmatch(text):
            return _checked(int(found[4]), int(found[3]), found[1], ambiguous=False)
    if found := _CJK.fullmatch(text):
        year = found[2]
        if found[1]:
            year = str(int(found[2]) + _ERAS[found[1]])
        return _checked(int(found[4]), int(found[3]), year, ambiguous=False)
    return _parse_named(text)


def _parse_named(text: str) -> Printed | None:
    if found := _NAMED.fullmatch(text):
        month = month_of(found[2])
        if month:
            return _checked(int(found[1]), month, found[3], ambiguous=False)
    if found := _US.fullmatch(text):
        month = month_of(found[1])
        if month:
            return _checked(int(found[2]), month, found[3], ambiguous=False)
    if found := _YEAR_FIRST_NAME.fullmatch(text):
        month = month_of(found[2])
        if month:
            return _checked(int(found[3]), month, found[1], ambiguous=False)
    return None


def _checked(one: int, two: int, year: str | None, *, ambiguous: bool) -> Printed | None:
    number = None if year is None else int(year)
    if number is not None and len(str(year)) >= 3 and not _is_year(number):
        return None
    printed = Printed(one, two, number, ambiguous, short_year=year is not None and len(year) == 2)
    if ambiguous and not (printed.can_be(day_first=True) or printed.can_be(day_first=False)):
        return None
    return printed if ambiguous or printed.can_be(day_first=True) else None


def _is_year(number: int) -> bool:
    return 1950 <= number <= 2100 or 2490 <= number <= 2650 or 100 <= number <= 150


def real_year(printed: Printed, *, buddhist: bool) -> int | None:
    """The year of our calendar; None where none is printed."""
    year = printed.year
    if year is None:
        return None
    if year >= 2490:
        return year - BUDDHIST
    if printed.short_year:
        return year + 2500 - BUDDHIST if buddhist else year + (2000 if year < 80 else 1900)
    return year + MINGUO if year < 200 else year


def as_date(printed: Printed, year: int, *, day_first: bool) -> date | None:
    """The day, or None where that year has no such day."""
    day, month = printed.day_and_month(day_first=day_first)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _touch(words: Sequence[Word], index: int) -> bool:
    one, two = words[index], words[index + 1]
    return (two.left - one.right) * 100 <= max(min(one.em, two.em), 1) * _CLOSE
