"""Columns of values become columns of XML cells, for a sheet that is streamed.

No value passes through a binary fraction, and none becomes a formula: a text is an inline
string whatever it begins with. A whole column is looked at in one go, and cell by cell only
where something in it is out of the ordinary: a million rows are written in seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import cast

from counterfoil.adapters.sheets.pages import DIGITS_EXACT, BigColumn, Value

#: Day 0 of the 1900 system. From March 1900 on, after the leap day that never was.
DAY_ZERO = date(1899, 12, 30).toordinal()
FIRST_SERIAL = 61
_BETWEEN = "\x1f"  # in no text that is plain
PLAIN_MAX = 8_000  # characters; a piece with a longer text is looked at cell by cell
CELL_MAX_CHARS = 32_767  # the format's own limit
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_NUMERIC = "\x00" * 16  # begins what has to be a text; longer than any number

Cells = tuple[str, Sequence[str]]  # one cell with %s in it, and the texts that go there


def cells_of(column: BigColumn, values: Sequence[Value], styles: Mapping[str, int]) -> Cells:
    """One template for all cells of *values* and the texts to fill in.

    Args:
        styles: Style ids: ``""`` of the column, and of each of its coloured texts.

    Raises:
        TypeError: A value is not of the column's kind.
    """
    if column.colours:
        known = {each: text_cell(each, styles.get(str(each), styles[""])) for each in set(values)}
        return "%s", [known[each] for each in values]
    style = styles[""]
    match column.kind:
        case "text":
            return _texts(cast(Sequence[str | None], values), style)
        case "money":
            return _numbers(_amounts(values, column.decimals), style)
        case "count":
            return _numbers(list(map(_count, values)), style)
        case "day":
            days: dict[Value, str] = {each: _serial(each) for each in set(values)}
            return _numbers(list(map(days.__getitem__, values)), style)


def _texts(values: Sequence[str | None], style: int) -> Cells:
    known = ["" if each is None else each for each in values] if None in values else values
    try:
        joined = _BETWEEN.join(cast(Sequence[str], known))
    except TypeError:
        return "%s", [text_cell(each, style) for each in values]
    if not _is_plain(joined, cast(Sequence[str], known)):
        return "%s", [text_cell(each, style) for each in values]
    texts = _escaped(joined).split(_BETWEEN)
    cell = f'<c s="{style}" t="inlineStr"><is><t>%s</t></is></c>'
    if all(texts):
        return cell, texts
    empty = text_cell(None, style)
    return "%s", [cell % each if each else empty for each in texts]


def _is_plain(joined: str, values: Sequence[str]) -> bool:
    """No overlong text, nothing that XML forbids or a program would trim."""
    around = f"{_BETWEEN}{joined}{_BETWEEN}"
    return (
        "".join(values).isprintable()
        and not any(each in around for each in (f"{_BETWEEN} ", f" {_BETWEEN}"))
        and max(map(len, values)) <= PLAIN_MAX
    )


def text_cell(text: Value, style: int) -> str:
    """One cell with *text* as it is, never as a formula; an empty one without."""
    if text is None or text == "":
        return f'<c s="{style}"/>'
    if not isinstance(text, str):
        raise TypeError(f"{text!r} is no text")
    kept = _escaped(harmless(text)).replace("\r", "&#13;")  # a parser would make a line end of it
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>'


def harmless(text: str) -> str:
    """What XML forbids is replaced, and what a cell cannot hold is cut off."""
    return _NO_XML.sub("\ufffd", text)[:CELL_MAX_CHARS]


def value_cell(value: Value, style: int) -> str:
    """One cell with *value*: a number is one to its last digit, or a text.

    Raises:
        TypeError: It is none of these.
    """
    match value:
        case None | str():
            return text_cell(value, style)
        case Decimal():
            return _number_cell(f"{value:f}", style)
        case date():
            return _number_cell(_serial(value), style)
    return _number_cell(_count(value), style)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _numbers(texts: Sequence[str], style: int) -> Cells:
    """Number cells; what a sheet's number cannot hold exactly is a text."""
    if max(map(len, texts)) > DIGITS_EXACT:
        return "%s", [_number_cell(each, style) for each in texts]
    if all(texts):
        return f'<c s="{style}"><v>%s</v></c>', texts
    empty = text_cell(None, style)
    return "%s", [f'<c s="{style}"><v>{each}</v></c>' if each else empty for each in texts]


def _number_cell(text: str, style: int) -> str:
    if not text or text.startswith(_NOT_NUMERIC) or sum(map(str.isdigit, text)) > DIGITS_EXACT:
        return text_cell(text.lstrip(_NOT_NUMERIC), style)
    return f'<c s="{style}"><v>{text}</v></c>'


def _amounts(values: Sequence[Value], decimals: int) -> list[str]:
    kinds = set(map(type, values))
    if kinds <= {Decimal, type(None)}:
        return ["" if each is None else f"{each:f}" for each in values]
    if not kinds <= {int, type(None)}:
        raise TypeError(f"amounts are integers or Decimals, not {kinds}")
    units = cast(Sequence[int], [each for each in values if each is not None])
    texts = _with_mark(units, decimals) if decimals else list(map(str, units))
    if len(texts) == len(values):
        return texts
    there = iter(texts)
    return ["" if each is None else next(there) for each in values]


def _with_mark(units: Sequence[int], decimals: int) -> list[str]:
    least = decimals + 1  # digits
    texts = [
        each if len(each) > least else each.zfill(least + (each[0] == "-"))
        for each in map(str, units)
    ]
    return [f"{each[:-decimals]}.{each[-decimals:]}" for each in texts]


def _count(value: Value) -> str:
    if value is None:
        return ""
    if type(value) is not int:
        raise TypeError(f"{value!r} is no count")
    return str(value)


def _serial(value: Value) -> str:
    if value is None:
        return ""
    if type(value) is not date:
        raise TypeError(f"{value!r} is no day")
    serial = value.toordinal() - DAY_ZERO
    return str(serial) if serial >= FIRST_SERIAL else f"{_NOT_NUMERIC}{value}"
