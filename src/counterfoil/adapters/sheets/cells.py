"""One cell becomes one value, strictly: what could mean two things is refused.

Amounts are read from the cell's own text as Decimal. Account numbers must be text: a
spreadsheet keeps 15 digits of a number and makes zeros of the rest.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from counterfoil.adapters.sheets.maps import Column, SheetMap
from counterfoil.adapters.sheets.raw import NUMBER
from counterfoil.adapters.sheets.seen import Seen
from counterfoil.domain.money import parse_decimal
from counterfoil.domain.values import Value

_TYPED_AMOUNT = re.compile(r"-?[0-9][0-9.,' ]{0,30}")
_INTEGER = re.compile(r"-?[0-9]{1,15}")
AMOUNT_MAX = Decimal(10) ** 13  # fifteen digits with two decimals: as far as a sheet is exact
DIGITS_EXACT = 15


class UnreadableError(Exception):
    """This cell has no value that we would key."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_cell(seen: Seen, column: Column, sheet_map: SheetMap) -> Value | None:
    """The cell's value, None for an empty one.

    Raises:
        UnreadableError: With a sentence for the analyst; account numbers are not in it.
    """
    if seen.raw is not None and seen.raw.formula:
        raise UnreadableError("formula", "a formula, and only typed values are keyed: paste values")
    if seen.empty or seen.raw is None:
        return None
    if seen.raw.kind in ("b", "e"):
        raise UnreadableError("not_a_value", "TRUE, FALSE or an error value: type what is meant")
    match column.kind:
        case "money":
            return _amount(seen, sheet_map.decimal_mark)
        case "date":
            return _day(seen, sheet_map.date_format)
        case "account" | "bank":
            return _text_only(seen, column)
        case _:
            return _text(seen)


def exact_number(text: str) -> Decimal:
    """A number cell's own text as the number that the spreadsheet shows.

    Spreadsheets write 17 digits of what they show with 15: a typed 1.1 may stand there as
    1.1000000000000001. It is 1.1 when both are the same binary number, and only then:
    0.30000000000000004 was calculated, nobody typed it.

    Raises:
        UnreadableError: Not finite, not a number, or with more digits than a sheet keeps.
    """
    if not NUMBER.fullmatch(text):
        raise UnreadableError("not_an_amount", f"{text[:40]!r} is not a number")
    exact = Decimal(text)
    shown = Decimal(f"{exact:.{DIGITS_EXACT - 1}E}")
    if exact != shown and float(exact) == float(shown):  # compared only, never kept
        exact = shown
    return _plain(exact)


def _plain(number: Decimal) -> Decimal:
    """1.50E+3 -> 1500; no exponent, no trailing zeros after the mark."""
    if number == 0:
        return Decimal(0)
    if not -9 <= number.adjusted() <= 15:
        raise UnreadableError("not_an_amount", "larger or smaller than any amount")
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _amount(seen: Seen, decimal_mark: str) -> Decimal:
    assert seen.raw is not None
    if seen.raw.kind == "n" and not isinstance(seen.value, int | float):
        raise UnreadableError("not_an_amount", "a date, not an amount")
    if seen.raw.kind == "n":
        amount = exact_number(seen.raw.text)
    else:
        amount = _typed_amount(str(seen.value), decimal_mark)
    if abs(amount) >= AMOUNT_MAX:
        raise UnreadableError("not_an_amount", f"beyond {AMOUNT_MAX:,}: a sheet loses digits there")
    return amount


def _typed_amount(text: str, decimal_mark: str) -> Decimal:
    if not _TYPED_AMOUNT.fullmatch(text) or not text.isascii():
        raise UnreadableError("not_an_amount", f"{_shown(text)} is not an amount: type a number")
    try:
        return parse_decimal(text, decimal_mark=decimal_mark)
    except (ValueError, InvalidOperation):
        raise UnreadableError(
            "not_an_amount",
            f"{_shown(text)} is not an amount with the decimal mark {decimal_mark!r}",
        ) from None


def _day(seen: Seen, date_format: str) -> date:
    if isinstance(seen.value, datetime):
        if seen.value.time() != datetime.min.time():
            raise UnreadableError("not_a_date", "a date with a time of day: type the date alone")
        return seen.value.date()
    if not isinstance(seen.value, str):
        raise UnreadableError("not_a_date", "a number, not a date: format the cell as a date")
    try:
        day = datetime.strptime(seen.value, date_format)  # noqa: DTZ007 - a calendar day
    except ValueError:
        raise UnreadableError(
            "not_a_date", f"{_shown(seen.value)} is not a date like {date_format}"
        ) from None
    if not seen.value.isascii() or day.strftime(date_format) != seen.value:
        raise UnreadableError(
            "not_a_date", f"{_shown(seen.value)} is not a date like {date_format}"
        )
    return day.date()


def _text_only(seen: Seen, column: Column) -> str:
    if not isinstance(seen.value, str):
        raise UnreadableError(
            "typed_as_number",
            "typed as a number, which loses digits and leading zeros: format the cell as text "
            "and type it again",
        )
    return seen.value.strip(" ")


def _text(seen: Seen) -> str:
    if isinstance(seen.value, str):
        return seen.value.strip(" ")
    assert seen.raw is not None
    if isinstance(seen.value, int | float) and _INTEGER.fullmatch(seen.raw.text):
        return seen.raw.text  # a reference typed as 4711: exact up to 15 digits
    raise UnreadableError("typed_as_number", "a number or date where a text belongs")


def _shown(text: str) -> str:
    """For messages: everything that is no plain ASCII is escaped."""
    return ascii(text[:40])
