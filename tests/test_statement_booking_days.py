"""Of two columns of days, the one of booking; and periods spelled in capitals."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.rules.statements.booking_words import booking_rank
from counterfoil.rules.statements.facts import periods_of
from counterfoil.rules.statements.lines import lines_of
from counterfoil.rules.statements.number_styles import Style
from tests.test_statement_summaries import BOX, ENTRIES, HEAD, Cells, box, page, reading


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("Posting date", 0),
        ("Date entered", 0),
        ("Recorded on", 0),
        ("Buchungstag", 0),
        ("入帳日", 0),
        ("Date", 1),
        ("Transfer date", 1),
        ("Trans. date", 2),
        ("Transaction date", 2),
        ("Date of purchase", 2),
    ],
)
def test_a_heading_says_how_surely_days_are_those_of_booking(text: str, rank: int) -> None:
    assert booking_rank(text) == rank


@pytest.mark.parametrize(
    ("headings", "booked"),
    [
        (("Purchase date", "Date entered"), 4),
        (("Trans date", "Date"), 4),
        (("Date", "Trans date"), 3),
        (("Date", "Purchase date"), 3),
        (("Transaction date", "Posting date"), 4),
        (("Posting date", "Transaction date"), 3),
    ],
)
def test_the_day_of_a_purchase_is_not_the_day_that_the_bank_entered_it(
    headings: tuple[str, str], booked: int
) -> None:
    """The first column has the day of each entry, the second one the day after."""
    over: Cells = [(headings[0], 4_000), (headings[1], 12_000), ("Description", 22_000)]
    rows: list[Cells] = [
        [(day, 4_000), (f"03/{int(day[3:5]) + 1:02}/2025", 12_000), (text, 22_000),
         (amount, -42_000)]
        for day, text, amount, _ in ENTRIES
    ]  # fmt: skip
    (proved,) = reading(HEAD, box(BOX), [[*over, ("Amount", -42_000)], *rows]).proved()
    assert proved.statement.transactions[0].booking_date == date(2025, 3, booked)


@pytest.mark.parametrize(
    "text",
    [
        "Del 1 de junio de 2025 al 30 de junio de 2025",
        "DEL 1 DE JUNIO DE 2025 AL 30 DE JUNIO DE 2025",
        "DEL 1 DE JUNIO DEL 2025 AL 30 DE JUNIO DEL 2025",
        "FROM 1 OF JUNE 2025 TO 30 OF JUNE 2025",
    ],
)
def test_the_days_of_a_period_are_read_in_capitals_too(text: str) -> None:
    (found,) = periods_of(lines_of(page([[(text, 4_000)]]), Style(".")))
    assert found.start.printed.numbers == (1, 6, 2025)
    assert found.end.printed.numbers == (30, 6, 2025)
