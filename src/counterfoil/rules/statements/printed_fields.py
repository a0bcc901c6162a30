"""A file of fields that was printed as it is: ``"2024-11-01","POS Botika","-15.36","194.83"``.

Each field becomes words of its own, where they stand; quotes and what parts the fields are left
out. What the numbers are is told as in any line that is one string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from counterfoil.domain.pages import PrintedPages, Row, Word

ROWS_FROM = 4  # of quoted fields make it such a file
_QUOTED = re.compile(r'"[^"]*"(?:[,;]"[^"]*")+')
_FIELD = re.compile(r'"([^"]*)"')
_PLAIN = re.compile(r"[^;#\s][^;#]*")  # of lines above the fields: "# Opening balance;640,18"


def with_fields(printed: PrintedPages) -> PrintedPages:
    """*printed* with the fields of such a file as words; else as it is."""
    rows = [row for page in printed.pages for row in page.rows]
    if sum(_QUOTED.fullmatch(row.text) is not None for row in rows) < ROWS_FROM:
        return printed
    pages = tuple(replace(page, rows=tuple(map(_parted, page.rows))) for page in printed.pages)
    return replace(printed, pages=pages)


def _parted(row: Row) -> Row:
    """*row* with the words of its fields; one that is none stays as it is."""
    if _QUOTED.fullmatch(row.text):
        fields = [found.span(1) for found in _FIELD.finditer(row.text)]
    elif ";" in row.text:
        fields = [found.span() for found in _PLAIN.finditer(row.text)]
    else:
        return row
    words = tuple(word for start, end in fields for word in _within(row, start, end))
    return Row(row.page, words) if words else row


def _within(row: Row, start: int, end: int) -> Iterator[Word]:
    """The words, or parts of words, between two places of the row's text."""
    at = 0
    for word in row.words:
        first, last = max(start - at, 0), min(end - at, len(word.text))
        if first < last:
            yield word.cut(first, last)
        at += len(word.text) + 1
