"""Rates of interest under their headings, with the day from which they are so: no entries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterfoil.domain.pages import PrintedPages, Row
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.reading import read
from tests.statement_pdf_support import TODAY
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, page, reading, table

PLACES = (-30_000, -42_000)
UNREAD = {"unread_line"}


def rates(*over: str, before: int = 0, places: tuple[int, int] = PLACES) -> StatementReading:
    """A statement with two rates and their day above it.

    Args:
        before: Lines without a day between the headings and that line.
        places: Where their numbers end.
    """
    headings: Cells = [*zip(over, PLACES, strict=True)]
    others: list[Cells] = [
        [("Then", 4_000), ("4.75", places[0]), ("4.84", places[1])] for _ in range(before)
    ]
    row: Cells = [("03/15/2025", 4_000), ("4.50", PLACES[0]), ("4.59", PLACES[1])]
    return reading(HEAD, [headings, *others, row], box(BOX), table())


@pytest.mark.parametrize("before", [0, 1, 5])
def test_what_stands_under_per_cents_is_no_entry_that_was_left_out(before: int) -> None:
    assert not rates("Gross % p.a.", "AER %", before=before).unproved()


@pytest.mark.parametrize(
    "found",
    [
        rates("Gross", "AER"),
        rates("Gross % p.a.", "Amount"),
        rates("Amount", "AER %"),
        rates("Gross % p.a.", "AER %", before=9),
        rates("Gross % p.a.", "AER %", before=1, places=(-32_000, -42_000)),
    ],
    ids=["no rates", "an amount", "an amount before", "far below", "lines set otherwise"],
)
def test_what_may_be_money_is_refused(found: StatementReading) -> None:
    assert codes(found) == UNREAD


def test_rates_on_the_page_before_say_nothing() -> None:
    headings: Cells = [*zip(("Gross % p.a.", "AER %"), PLACES, strict=True)]
    row: Cells = [("03/15/2025", 4_000), ("4.50", PLACES[0]), ("4.59", PLACES[1])]
    (first,) = page([*HEAD, headings]).pages
    (second,) = page([row, *box(BOX), *table()]).pages
    rows = tuple(Row(page=2, words=each.words) for each in second.rows)
    pages = (first, replace(second, number=2, rows=rows))
    assert codes(read(PrintedPages(reader="pdfium", pages=pages), TODAY)) == UNREAD
