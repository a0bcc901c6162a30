"""Words, numbers and days as the e-statement formats write them: strictly, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from counterfoil.domain.statement_drafts import Problem
from counterfoil.domain.statements import Place
from counterfoil.errors import Quarantined

_BLANKS = re.compile(r"\s+")
_CORRECT_FILE = "ask the bank for a correct file"


def decoded(content: bytes, encoding: str) -> tuple[str, str]:
    """The text, and a shortfall where its encoding had to be guessed ("" where not).

    Amounts, dates and signs are ASCII in every one of these encodings.
    """
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    if encoding:
        return content.decode(encoding, errors="replace"), ""
    # 0x80 to 0x9F are letters in the code pages of DOS and controls in latin-1.
    guessed = "cp850" if re.search(rb"[\x80-\x9f]", content) else "latin-1"
    return content.decode(guessed), (
        f"the descriptions are not UTF-8 and were read as {guessed}: declare the encoding"
    )


def one_line(parts: Iterable[str]) -> str:
    """Parts of a description in one line; what stands there twice counts once."""
    found: list[str] = []
    for part in parts:
        text = _BLANKS.sub(" ", part).strip()
        if text and text not in found:
            found.append(text)
    return " ".join(found)


def exact(text: str, *, mark: str = ".") -> Decimal | None:
    """An unsigned amount of at most 18 digits; None for anything else.

    Args:
        mark: The decimal mark; there is no other and no grouping.
    """
    whole, found, fraction = text.partition(mark)
    digits = whole + fraction
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return None
    if not whole and not fraction:
        return None
    return Decimal(f"{whole or '0'}.{fraction}" if found and fraction else whole or "0")


def day_of(year: str, month: str, day: str) -> date | None:
    """None where there is no such day; a year of two digits is of this century."""
    try:
        number = int(year)
        return date(number + 2000 if len(year) == 2 else number, int(month), int(day))
    except ValueError:
        return None


def not_an_amount(text: str, place: Place) -> Problem:
    """What stands in the place of an amount is none."""
    reason = f"{shown(text)} is not an amount"
    return Problem(code="not_an_amount", reason=reason, place=place, remedy=_CORRECT_FILE)


def not_a_date(text: str, place: Place) -> Problem:
    """What stands in the place of a date is none."""
    reason = f"{shown(text)} is not a date"
    return Problem(code="not_a_date", reason=reason, place=place, remedy=_CORRECT_FILE)


def shown(text: str) -> str:
    """A quotation for people: short, and with every odd character escaped."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")


def broken(code: str, reason: str) -> Quarantined:
    """The file as a whole cannot be read."""
    return Quarantined(code, reason, remedy="fetch the file again, or ask the bank for another")
