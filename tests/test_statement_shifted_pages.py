"""A page that is printed a little to the left of the one before: its columns are its own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.pages import Page, PrintedPages, Row
from counterfoil.rules.statements.reading import read
from tests.statement_pdf_support import TODAY
from tests.test_statement_summaries import HEAD, STEP, Cells, box, words

PLACES = (4_000, 12_000, -40_000, -54_000)
AMOUNTS = (-310, 55, -20, 75, -5, 1_000, -33, 21, -310, 55, -20, 75, -5, 1_000, -33)


def paged(number: int, rows: list[Cells], shift: int = 0) -> Page:
    """*rows* on a page of their own, *shift* hundredths of a point further to the left."""
    lines = tuple(
        Row(
            page=number,
            words=tuple(
                word
                for text, at in row
                for word in words(text, at - shift if at >= 0 else at + shift, STEP * line)
            ),
        )
        for line, row in enumerate(rows, start=1)
    )
    return Page(number=number, width=60_000, height=90_000, rows=lines, characters=999)


def table(*, balances: bool) -> list[Cells]:
    """The heading and its rows."""
    columns = 4 if balances else 3
    heading = ("Date", "Description", "Amount", "Balance")
    found: list[Cells] = [[*zip(heading, PLACES, strict=True)][:columns]]
    balance = 1_000
    for number, amount in enumerate(AMOUNTS):
        balance += amount
        row = (f"03/{number + 2:02}/2025", f"Entry {'abcdefgh'[number % 8]}", f"{amount:,}.00")
        found.append([*zip((*row, f"{balance:,}.00"), PLACES, strict=True)][:columns])
    return found


@pytest.mark.parametrize("balances", [True, False])
@pytest.mark.parametrize("shift", [0, 200, 400])
def test_the_one_entry_of_a_last_page_set_further_left_is_read(shift: int, balances: bool) -> None:
    heading, *rows = table(balances=balances)
    ends = box([("Opening balance", "1,000.00"), ("Closing balance", "2,545.00")])
    pages = paged(1, [*HEAD, *ends, heading, *rows[:-1]]), paged(2, [heading, rows[-1]], shift)
    (proved,) = read(PrintedPages(reader="pdfium", pages=pages), TODAY).proved()
    assert [each.amount for each in proved.statement.transactions] == [*map(Decimal, AMOUNTS)]
