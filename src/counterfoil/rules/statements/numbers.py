"""Amounts of money as statements print them: where they stand, and what sign they show.

An amount is read only in the style of its document; the style is found by counting what
is there, and the arithmetic has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from counterfoil.domain.pages import Row, Word
from counterfoil.rules.statements.folding import plain
from counterfoil.rules.statements.number_signs import (
    BEHIND,
    FIRST_OF_GROUPS,
    MARKS_BEHIND,
    SIDES,
    SYMBOL,
    SYMBOL_BEFORE,
    SYMBOLS,
    UNIT_AND_SIGN,
)
from counterfoil.rules.statements.number_styles import Style, gap_behind

WIDE_GAP = 75  # hundredths of the height: what stands alone has so much room on both sides
CELL_GAP = 45  # more than a space, and than the room in front of it
_NEAR = 110  # and a sign or a currency this close belongs to the number


class Amount(NamedTuple):
    """One number with money's looks. ``first`` and ``last`` count the row's words."""

    value: Decimal  # never negative: the sign is in ``mark``
    mark: int  # -1, +1, or 0 where no sign is printed
    lettered: bool  # the sign is letters, as in CR, not a dash or brackets
    first: int
    last: int
    left: int  # of the digits, hundredths of a point
    right: int
    end: int  # of everything that belongs to it, signs and currency included
    alone: bool  # wide gaps on both sides, so it may be a cell of a table
    currency: str  # symbol or code beside it; ""
    hue: int = 0  # as of its word: -1 red, +1 green

    @property
    def signed(self) -> Decimal:
        """As printed; without a sign it is positive."""
        return -self.value if self.mark < 0 else self.value


@cache
def _number(style: Style) -> re.Pattern[str]:
    """One word that is a number in *style*, with whatever is glued to it."""
    fraction = {".": r"\.\d{2,3}", ",": r",\d{2,3}", "": ""}[style.decimal_mark]
    groups = {".": ",'", ",": ".'", "": ".,'"}[style.decimal_mark]
    whole = rf"\d{{1,3}}(?:[{groups}]\d{{3}})+|\d{{1,3}}(?:,\d{{2}})+,\d{{3}}|\d+"
    if style.decimal_mark == ",":
        whole = rf"\d{{1,3}}(?:[{groups}]\d{{3}})+|\d+"
    if style.decimal_mark and style.loose:
        body = rf"(?:{whole})(?:{re.escape(style.decimal_mark)}\d{{1,3}})?"
    elif style.decimal_mark:
        body = rf"(?:{whole})?{fraction}"
    else:
        body = rf"(?:{whole})"
    return re.compile(
        rf"\*{{0,3}}(?P<open>[(\[]?)(?P<sign>[-+]?)(?P<symbol>{SYMBOLS})?(?P<inner>[-+(]?)"
        rf"(?P<digits>{body})"
        rf"(?P<close>[)\]]?)(?P<unit>{SYMBOLS})?"
        rf"(?P<behind>[-+]|{SIDES}|[CDHSK]|\((?:{SIDES}|[CD])\))?"
        r"(?P<tail>[)\]*]?)(?P<stop>(?:(?<=\d\d)[.,;:])?)"
    )


@cache
def _number_at_end(style: Style) -> re.Pattern[str]:
    """The same behind letters that it touches."""
    return re.compile(rf"(?<=[A-Za-z)*]){_number(style).pattern}$")


_DIGIT = re.compile(r"\d")


def amounts_of(row: Row, style: Style) -> tuple[Amount, ...]:
    """Every number of *row* that is money in *style*, from left to right."""
    words = row.words
    texts = [plain(word.text) for word in words]
    found = []
    index = 0
    while index < len(words):
        amount = None if texts[index].isalpha() else _amount_at(words, texts, index, style)
        if amount is None:
            index += 1
        else:
            found.append(amount)
            index = amount.last + 1
    return tuple(found)


def _amount_at(
    words: Sequence[Word], texts: Sequence[str], index: int, style: Style
) -> Amount | None:
    """The amount that begins with the word at *index*, its loose signs included."""
    if _DIGIT.search(texts[index]) is None or _is_rate(texts, index):
        return None
    last = _last_group(words, texts, index) if style.spaced else index
    text = "".join(texts[index : last + 1])
    match = _number(style).fullmatch(text)
    if match is None and last > index:
        last, text = index, texts[index]
        match = _number(style).fullmatch(text)
    if match is None:
        return _glued(words[index], text, index, style)
    if match["stop"] and not match["symbol"]:
        return None  # "1,234.", where no currency says that a sentence ends: part of a number
    mark, lettered = _mark(match)
    around = _Around(index, last, mark, lettered, match["symbol"] or match["unit"] or "")
    around = _with_behind(words, texts, _with_before(words, texts, around))
    left, right = _digits(words, index, last, match)
    alone = not match["stop"] and _is_alone(words, around.first, around.last)
    if not alone and not _is_money_in_text(match["digits"], style):
        return None  # a whole number within a text
    return Amount(
        value=_value(match["digits"], style),
        mark=around.mark,
        lettered=around.lettered,
        first=around.first,
        last=around.last,
        left=left,
        right=right,
        end=_end(words, around.last),
        alone=alone,
        currency=around.currency,
        hue=words[index].hue,
    )


class _Around(NamedTuple):
    """The words that a number takes up, and the sign and the currency that they give it."""

    first: int
    last: int
    mark: int
    lettered: bool
    currency: str


def _with_before(words: Sequence[Word], texts: Sequence[str], around: _Around) -> _Around:
    """With a sign or a currency that stands right in front."""
    first, last, mark, lettered, currency = around
    if not first or gap_behind(words, first - 1) > _NEAR:
        return around
    before = texts[first - 1]
    if before in "-+" and not mark:
        return _Around(first - 1, last, -1 if before == "-" else 1, lettered, currency)
    if not currency and SYMBOL_BEFORE.fullmatch(before):
        mark = mark or (-1 if "-" in before or "(" in before else 0)
        around = _Around(first - 1, last, mark, lettered, before.strip("-+("))
        sign = texts[first - 2] if first > 1 and not mark else ""
        near = bool(sign) and gap_behind(words, first - 2) <= _NEAR
        if near and sign in "-+":  # "- R$ 32,49"
            return around._replace(first=first - 2, mark=-1 if sign == "-" else 1)
    return around


def _with_behind(words: Sequence[Word], texts: Sequence[str], around: _Around) -> _Around:
    """With a sign, CR or DR, or a currency that stands right behind."""
    first, last, mark, lettered, currency = around
    if last + 1 == len(words) or gap_behind(words, last) > _NEAR * 2:
        return around
    behind, near = texts[last + 1], gap_behind(words, last) <= _NEAR
    if near and not mark and not currency and (both := UNIT_AND_SIGN.fullmatch(behind)):
        return _unit_and_sign(around, texts, both)
    if (sign := BEHIND.match(behind)) and not mark and _ends_cell(words, last + 1):
        if behind in "-+" and not near:
            return around
        mark = MARKS_BEHIND[(sign[1] or sign[2]).upper()]
        return _Around(first, last + 1, mark, bool(sign[1]), currency)
    if near and not currency and SYMBOL.fullmatch(behind):
        return _with_behind(words, texts, _Around(first, last + 1, mark, lettered, behind))
    return around


def _unit_and_sign(around: _Around, texts: Sequence[str], found: re.Match[str]) -> _Around:
    """With ``CHF-`` behind it, or ``EUR)`` where a bracket stands before it."""
    first, last, _, lettered, _ = around
    if found[2] in "-+":
        return _Around(first, last + 1, -1 if found[2] == "-" else 1, lettered, found[1])
    opened = texts[first][:1] in ("(", "[")
    return _Around(first, last + 1, -1, lettered, found[1]) if opened else around


def _is_money_in_text(digits: str, style: Style) -> bool:
    """Decimals or, where there are none, groups of thousands."""
    if style.decimal_mark:
        return style.decimal_mark in digits
    return _GROUPS.fullmatch(digits) is not None


_GROUPS = re.compile(r"\d{1,3}(?:[.,']\d{3})+")
_GROUP = re.compile(r"\d{3}(?!\d)")
_NO_DIGIT = re.compile(r"\D")


def _is_rate(texts: Sequence[str], index: int) -> bool:
    """A number of per cent is no money."""
    return texts[index].endswith("%") or (index + 1 < len(texts) and texts[index + 1][:1] == "%")


def _last_group(words: Sequence[Word], texts: Sequence[str], index: int) -> int:
    """The end of ``1 234 567,89``, whose groups are words of their own."""
    if not FIRST_OF_GROUPS.fullmatch(texts[index]):
        return index
    last = index
    while last + 1 < len(words) and gap_behind(words, last) <= 60:
        group = _GROUP.match(texts[last + 1])
        if group is None:
            break
        last += 1
        if group[0] != texts[last]:
            break  # the last one, with its decimals
    return last


def _glued(word: Word, text: str, index: int, style: Style) -> Amount | None:
    """A number that touches the text before it: ``STORE924.16``. Never alone."""
    if not style.decimal_mark or style.loose:
        return None
    found = _number_at_end(style).search(text)
    if found is None or not found["digits"] or found["stop"]:
        return None
    start = found.start("digits")
    mark, lettered = _mark(found)
    end = found.end("digits")
    return Amount(
        value=_value(found["digits"], style),
        mark=mark,
        lettered=lettered,
        first=index,
        last=index,
        left=word.edges[start],
        right=word.edges[end],
        end=word.right,
        alone=False,
        currency="",
    )


def _value(digits: str, style: Style) -> Decimal:
    whole, _, fraction = (
        digits.rpartition(style.decimal_mark) if style.decimal_mark else ("", "", "")
    )
    if style.decimal_mark and style.decimal_mark in digits:
        return Decimal(_NO_DIGIT.sub("", whole) or "0") + Decimal(f"0.{fraction}")
    return Decimal(_NO_DIGIT.sub("", digits))


def _mark(match: re.Match[str]) -> tuple[int, bool]:
    """The sign that is printed on the number itself."""
    opened = match["open"] or match["inner"] == "("
    if opened and (match["close"] or match["tail"] in (")", "]")):
        return -1, False
    for part in (match["sign"], match["inner"]):
        if part and part in "-+":
            return (-1 if part == "-" else 1), False
    if match["behind"]:
        return MARKS_BEHIND[match["behind"].strip("()").upper()], match["behind"] not in "-+"
    return 0, False


def _digits(words: Sequence[Word], index: int, last: int, match: re.Match[str]) -> tuple[int, int]:
    """The edges of the digits alone: what columns are aligned by."""
    left = words[index].edges[min(match.start("digits"), len(words[index].text) - 1)]
    before = sum(len(words[each].text) for each in range(index, last))
    right = words[last].edges[min(match.end("digits") - before, len(words[last].text))]
    return left, right


def _is_alone(words: Sequence[Word], first: int, last: int) -> bool:
    """Wide gaps on both sides; a star or a stray bracket beside it is no text."""
    while last + 1 < len(words) and _is_trifle(words[last + 1].text):
        if gap_behind(words, last) >= WIDE_GAP:
            break
        last += 1
    before = first == 0 or gap_behind(words, first - 1) >= WIDE_GAP
    return before and (last + 1 == len(words) or gap_behind(words, last) >= WIDE_GAP)


def _is_trifle(text: str) -> bool:
    return len(text) <= 2 and not any(each.isalnum() for each in text)


def _end(words: Sequence[Word], last: int) -> int:
    """The right edge with the star of a footnote right behind, for which room was made."""
    while last + 1 < len(words) and _is_trifle(words[last + 1].text):
        if gap_behind(words, last) > _NEAR:
            break
        last += 1
    return words[last].right


def _ends_cell(words: Sequence[Word], index: int) -> bool:
    """Whether the word at *index*, behind a number, is the last of its cell."""
    if index + 1 == len(words) or gap_behind(words, index) >= WIDE_GAP:
        return True
    return (
        gap_behind(words, index) >= CELL_GAP
        and gap_behind(words, index) * 10 > gap_behind(words, index - 1) * 14
    )
