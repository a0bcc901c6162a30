"""A layout map as the TOML that a person reads, changes and keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from counterfoil.domain.statement_layouts import (
    ColumnRanges,
    ColumnWords,
    LabelWords,
    Layout,
    WayWords,
    told,
)

#: The tables, in this order, with what each is for.
_TABLES = (
    ("columns", "the words printed over each column"),
    ("ranges", "where each column stands: points from the left edge of the page"),
    ("labels", "the bank's words beside numbers that are no entries"),
    ("sections", "titles over entries of one way"),
    ("marks", "what marks money out and money in"),
)


def written(layout: Layout, taught_on: date) -> str:
    """The whole file. What is loaded from it equals *layout*, its name left aside."""
    return "\n".join([*_head(layout, taught_on), *_tables(layout)]) + "\n"


def _head(layout: Layout, taught_on: date) -> Iterator[str]:
    yield f"# {' '.join(layout.title.split())}: statements printed as PDF."
    yield f"# Written by counterfoil statement teach, {taught_on}. A map adds words and takes"
    yield "# readings away; the sums must hold as without it. docs/STATEMENTS.md names every key."
    yield ""
    yield f"title = {_text(layout.title)}"
    yield f"recognise = {_list(layout.recognise)}  # all of them stand on page 1"
    if layout.decimal_mark is not None:
        yield f"decimal_mark = {_text(layout.decimal_mark)}"
    if layout.day_order is not None:
        yield f"day_order = {_text(layout.day_order)}"
    if layout.unsigned is not None:
        yield f"unsigned = {_text(layout.unsigned)}  # what an amount without a sign does"
    if layout.newest_first is not None:
        yield f"newest_first = {str(layout.newest_first).lower()}"
    if layout.currency:
        yield f"currency = {_text(layout.currency)}"


def _tables(layout: Layout) -> Iterator[str]:
    for name, purpose in _TABLES:
        record: ColumnWords | ColumnRanges | LabelWords | WayWords = getattr(layout, name)
        lines = [f"{key} = {_list(values)}" for key, values in told(record)]
        if lines:
            yield ""
            yield f"[{name}]  # {purpose}"
            yield from lines


def _list(values: tuple[str, ...] | tuple[int, ...]) -> str:
    return "[" + ", ".join(_text(e) if isinstance(e, str) else str(e) for e in values) + "]"


def _text(value: str) -> str:
    """A basic string of TOML: JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
