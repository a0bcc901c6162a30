"""Headings that stand so near each other that only their words part them, and days below them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterfoil.domain.pages import PrintedPages, Row, Word
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.dates import Printed, dates_of
from counterfoil.rules.statements.headings import Cell
from counterfoil.rules.statements.reading import examine
from counterfoil.rules.statements.terms import Role
from tests.statement_pdf_support import TODAY
from tests.test_statement_summaries import (
    BOX,
    ENTRIES,
    HEAD,
    Cells,
    box,
    page,
    reading,
    table,
)
from tests.test_statement_two_days import days

WIDE, NARROW = 500, 300  # of a letter, in a font whose letters are not all as wide


def printed(*texts: str, gap: int) -> list[Word]:
    """A heading in a proportional font, its words *gap* apart."""
    left, found = 4_000, []
    for text in texts:
        edges = [left]
        for letter in text:
            edges.append(edges[-1] + (WIDE if letter in "amo" else NARROW))
        found.append(Word(text, tuple(edges), 13_000, 13_900))
        left = edges[-1] + gap
    return found


def cells(*texts: str, gap: int) -> list[tuple[str, Role | None]]:
    """The columns that a heading of the words *texts* has, above entries."""
    (made,) = page([*HEAD, *box(BOX), *table()]).pages
    at = len(HEAD) + len(BOX)
    amount = Word("Amount", tuple(39_300 + 450 * n for n in range(7)), 13_000, 13_900)
    over = Row(page=1, words=(*printed(*texts, gap=gap), amount))
    rows = (*made.rows[:at], over, *made.rows[at + 1 :])
    document = examine(
        PrintedPages(reader="pdfium", pages=(replace(made, rows=rows),)), TODAY
    ).document
    assert document is not None
    (heading,) = document.headings
    return [(cell.text, cell.role) for cell in heading.cells[:-1]]


def test_the_texts_begin_behind_the_heading_of_a_date() -> None:
    assert cells("Trans", "date", "Description", gap=350) == [
        ("Trans date", Role.DATE),
        ("Description", Role.DESCRIPTION),
    ]


def test_what_a_date_is_called_is_not_cut() -> None:
    assert cells("Date", "de", "l'opération", gap=350) == [("Date de l'opération", Role.DATE)]


def test_a_day_begins_behind_a_heading_of_money() -> None:
    assert cells("Inn", "på", "konto", "Bokført", gap=600) == [
        ("Inn på konto", Role.CREDIT),
        ("Bokført", Role.DATE),
    ]


def test_a_day_of_value_begins_behind_a_day_of_booking() -> None:
    assert cells("Buch.tag", "Wert", gap=350) == [
        ("Buch.tag", Role.DATE),
        ("Wert", Role.VALUE_DATE),
    ]


GERMAN: list[Cells] = [
    [("Beispielbank", 4_000)],
    [("Kontonummer 4711-0815", 4_000)],
    [("Anfangssaldo", 4_000), ("500,00", -30_000)],
    [("Endsaldo", 4_000), ("1.100,00", -30_000)],
]
TYPED = [
    ("03", "0303", "Gehalt", "1.000,00"),
    ("07", "1007", "Miete", "300,00-"),
    ("12", "1307", "Laden", "45,60-"),
    ("20", "2007", "Erstattung", "20,00"),
    ("28", "3107", "Wasser", "74,40-"),
]


def typed(month: str, *values: str, near: bool = False, year: str = "2025") -> StatementReading:
    """A statement of a typewriter, whose value dates have no points.

    Args:
        values: The value dates.
        near: They stand as near as the two parts of one date.
    """
    period: Cells = [(f"Kontoauszug vom 01.{month}.{year} bis 31.{month}.{year}", 4_000)]
    booked, wert = (3_000, 6_950) if near else (4_000, 8_050)
    over: Cells = [("Buch.tag", booked), ("Wert", wert)]
    heading: Cells = [*over, ("Verwendungszweck", 14_000), ("Betrag", -42_000)]
    rows: list[Cells] = [
        [
            (f"{day}.{month}.", 4_000),
            (value, wert),
            (text, 14_000),
            (amount, -42_000),
        ]
        for (day, _, text, amount), value in zip(TYPED, values, strict=True)
    ]
    return reading(GERMAN[:2], [period], GERMAN[2:], [heading, *rows])


BOOKED = [3, 7, 12, 20, 28]


def test_headings_one_space_apart_are_two_and_so_are_the_days_below() -> None:
    found = typed("03", "0503", "1003", "1303", "2103", "3103")
    assert days(found) == [*zip(BOOKED, [5, 10, 13, 21, 31], strict=True)]


@pytest.mark.parametrize("year", ["2025", "2003"])
def test_a_day_under_the_next_heading_is_no_year_of_the_one_before(year: str) -> None:
    """``20.03. 2003`` under two headings are two days of March."""
    found = typed("03", "0303", "0703", "1203", "2003", "2803", near=True, year=year)
    assert [booked for booked, _ in days(found)] == BOOKED


def test_under_one_heading_it_is_the_year() -> None:
    heading: Cells = [("Buchungstag", 4_000), ("Verwendungszweck", 14_000), ("Betrag", -42_000)]
    rows: list[Cells] = [
        [(f"{day}.03. 2003", 4_000), (text, 14_000), (amount, -42_000)]
        for day, _, text, amount in TYPED
    ]
    found = reading(GERMAN, [heading, *rows])
    assert days(found) == [(day, None) for day in BOOKED]
    (proved,) = found.proved()
    assert {each.booking_date.year for each in proved.statement.transactions} == {2003}


def of(code: str) -> StatementReading:
    """Amounts headed by nothing but *code*, left of a column of other numbers."""
    heading: Cells = [("Date", 4_000), ("Description", 12_000), (code, -42_000), ("Units", -54_000)]
    rows: list[Cells] = [
        [(day, 4_000), (text, 12_000), (amount, -42_000), (units, -54_000)]
        for (day, text, amount, _), units in zip(
            ENTRIES, ("3.10", "3.20", "3.30", "3.40", "3.50"), strict=True
        )
    ]
    return reading(HEAD, box([BOX[0], BOX[3]]), [heading, *rows])


@pytest.mark.parametrize("code", ["USD", "(USD)", "EUR"])
def test_a_currency_alone_heads_amounts(code: str) -> None:
    assert not of(code).unproved()
    assert Cell(code, 39_300, 42_000).role is Role.AMOUNT
    assert Cell(f"{code} XQX", 39_300, 42_000).role is not Role.AMOUNT


def test_what_is_no_currency_does_not() -> None:
    document = examine(page([*HEAD, [("Date", 4_000), ("XQX", -42_000)], *table()[1:]]), TODAY)
    assert document.document is not None
    roles = [cell.role for each in document.document.headings for cell in each.cells]
    assert Role.AMOUNT not in roles


def test_a_day_and_a_month_are_no_year_of_the_day_before() -> None:
    made = page([[("01.07. 0107", 4_000)]]).pages[0].rows[0]
    assert [each.printed for each in dates_of(made)][:1] == [Printed((1, 7), open=True)]
