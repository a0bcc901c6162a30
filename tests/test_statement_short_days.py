"""A day that has lost what stood before it, and a balance whose colour says that it is owed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterfoil.domain.pages import PrintedPages, Row
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.reading import read
from tests.statement_pdf_support import TODAY
from tests.test_statement_summaries import Cells, codes, page, reading

HEAD: list[Cells] = [
    [("Sample Bank", 4_000)],
    [("Account number 4711-0815", 4_000)],
    [("Statement period 19 May 25 to 18 Jun 25", 4_000)],
    [("Opening balance", 4_000), ("100.00", -30_000)],
]
ROWS = [
    ("20 May 25", "Salary", "50.00", "150.00"),
    ("22 May 25", "Rent", "-30.00", "120.00"),
    ("28 May 25", "Grocer", "-5.00", "115.00"),
    ("30 May 25", "Refund", "2.00", "117.00"),
    ("02 Jun 25", "Tailor", "-7.00", "110.00"),
    ("03 Jun 25", "Cash", "-10.00", "100.00"),
    ("04 Jun 25", "Baker", "-1.00", "99.00"),
    ("05 Jun 25", "Books", "-9.00", "90.00"),
    ("06 Jun 25", "Cinema", "-4.00", "86.00"),
    ("09 Jun 25", "Water", "-6.00", "80.00"),
]
PLACES = (4_000, 14_000, -42_000, -54_000)
HEADING: Cells = [*zip(("Date", "Description", "Amount", "Balance"), PLACES, strict=True)]


def with_day(day: str) -> StatementReading:
    rows = [*ROWS[:4], (day, *ROWS[4][1:]), *ROWS[5:]]
    listed: list[Cells] = [[*zip(row, PLACES, strict=True)] for row in rows]
    return reading(HEAD, [HEADING], listed)


def test_all_days_are_days() -> None:
    assert not with_day("02 Jun 25").unproved()


@pytest.mark.parametrize("day", ["Jun 25", "31 Jun 25", "3l Jun 25"])
def test_what_is_left_of_a_day_is_none(day: str) -> None:
    """ "Jun 25" reads as the 25th of June: no other day is written so."""
    assert codes(with_day(day)) & {"no_such_day", "date_missing"}


def coloured(*, red: bool) -> StatementReading:
    """Amounts whose sign is their colour; the balances below zero are red, or are not."""
    entries = [
        ("03/03/2025", "Rent", "300.00", -1, "200.00", 0),
        ("03/07/2025", "Tailor", "250.00", -1, "50.00", -1),
        ("03/12/2025", "Grocer", "45.00", -1, "95.00", -1),
        ("03/20/2025", "Salary", "900.00", 0, "805.00", 0),
        ("03/28/2025", "Water", "5.00", -1, "800.00", 0),
    ]
    top: list[Cells] = [
        *HEAD[:2],
        [("Statement period 03/01/2025 to 03/31/2025", 4_000)],
        [("Opening balance", 4_000), ("500.00", -30_000)],
        HEADING,
    ]
    listed: list[Cells] = [
        [*zip((day, text, amount, balance), PLACES, strict=True)]
        for day, text, amount, _, balance, _ in entries
    ]
    printed = page([*top, *listed])
    (sheet,) = printed.pages
    rows = list(sheet.rows[: len(top)])
    for row, (*_, amount_hue, _, balance_hue) in zip(sheet.rows[len(top) :], entries, strict=True):
        *texts, amount, balance = row.words
        hue = balance_hue if red else 0
        words = (*texts, amount._replace(hue=amount_hue), balance._replace(hue=hue))
        rows.append(Row(row.page, words))
    made = replace(sheet, rows=tuple(rows))
    return read(PrintedPages(reader="pdfium", pages=(made,)), TODAY)


def test_a_balance_below_zero_may_be_told_by_its_colour() -> None:
    found = coloured(red=True)
    assert not found.unproved(), found.unproved()
    (proved,) = found.proved()
    balances = [str(each.balance) for each in proved.statement.transactions]
    assert balances == ["200.00", "-50.00", "-95.00", "805.00", "800.00"]


def test_without_its_colour_it_has_no_sign() -> None:
    assert coloured(red=False).unproved()
