"""Amounts of money, read from text and never through a binary fraction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?")
_GROUPS = {".": ",' \u00a0\u202f", ",": ".' \u00a0\u202f"}


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency.

    Args:
        amount: Exact, not rounded; signed.
        currency: ISO 4217 alphabetic code.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite():
            raise ValueError(f"{self.amount} is not an amount")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise ValueError(f"{self.currency!r} is not an ISO 4217 code")

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"

    @classmethod
    def parse(cls, text: str, currency: str, *, decimal_mark: str) -> Money:
        """Read an amount the way people and bank screens write it.

        Args:
            text: One amount, e.g. ``"1'234.50"``, ``"(1,234.50)"``, ``"1.234,50-"``.
                Brackets, a leading and a trailing minus all mean negative.
            currency: ISO 4217 alphabetic code.
            decimal_mark: ``"."`` or ``","``. Never guessed: 1.234 is a thousand in one
                country and one and a bit in the next. The map says which.

        Raises:
            ValueError: The text is not one amount; the message quotes it.
        """
        return cls(parse_decimal(text, decimal_mark=decimal_mark), currency)


def parse_decimal(text: str, *, decimal_mark: str) -> Decimal:
    """Read one signed number with grouping; see :meth:`Money.parse`.

    Raises:
        ValueError: The text is not one number, or its groups are not of three digits.
    """
    if decimal_mark not in _GROUPS:
        raise ValueError(f"decimal mark {decimal_mark!r} is neither '.' nor ','")
    bare = text.strip()
    negative = False
    for opening, closing in (("(", ")"), ("-", ""), ("", "-")):
        if bare.startswith(opening) and bare.endswith(closing) and len(bare) > 1:
            negative = True
            bare = bare[len(opening) : len(bare) - len(closing)].strip()
            break
    whole, mark, fraction = bare.partition(decimal_mark)
    digits = _without_groups(whole, _GROUPS[decimal_mark])
    plain = digits + ("." + fraction if mark else "")
    if "." in digits or not _PLAIN.fullmatch(plain):  # 12.50 is nothing where the mark is a comma
        raise ValueError(f"{text!r} is not an amount with the decimal mark {decimal_mark!r}")
    return -Decimal(plain) if negative else Decimal(plain)


def _without_groups(whole: str, marks: str) -> str:
    """``1'234`` -> ``1234``; text with uneven groups or two kinds of mark is kept."""
    for mark in marks:
        if re.fullmatch(rf"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+", whole):
            return whole.replace(mark, "")
    return whole
