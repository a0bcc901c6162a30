"""Days that stand elsewhere than on their entries: headings of days, periods, captions."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.reading import read
from tests.statement_pdf_support import TODAY
from tests.test_statement_shifted_pages import paged
from tests.test_statement_summaries import Cells, box, codes, reading

FINNISH: list[Cells] = [
    [("Esimerkkipankki", 4_000)],
    [("Tilinumero 4711-0815", 4_000)],
    [("Kausi 01.03.2025 - 31.03.2025", 4_000)],
    [("Alkusaldo", 4_000), ("500,00", -30_000)],
    [("Loppusaldo", 4_000), ("1.100,00", -30_000)],
    [("Merkki", 4_000), ("Selitys", 12_000), ("Määrä", -42_000), ("Saldo", -54_000)],
]
DAYS = {
    "03.03.2025": [
        ("02.03.", "Palkka", "1.000,00", "1.500,00"),
        ("28.02.", "Vuokra", "-300,00", "1.200,00"),
    ],
    "12.03.2025": [
        ("11.03.", "Kauppa", "-45,60", "1.154,40"),
        ("10.03.", "Palautus", "20,00", "1.174,40"),
    ],
    "31.03.2025": [("30.03.", "Vesi", "-74,40", "1.100,00")],
}
PLACES = (4_000, 12_000, -42_000, -54_000)


def booked(found: StatementReading) -> list[date]:
    assert not found.unproved(), found.unproved()
    (proved,) = found.proved()
    return [each.booking_date for each in proved.statement.transactions]


def headed(word: str) -> list[list[Cells]]:
    """The entries of each day, below *word* and the day."""
    return [
        [
            [(f"{word} {day}".strip(), 4_000)],
            *([*zip(row, PLACES, strict=True)] for row in rows),
        ]
        for day, rows in DAYS.items()
    ]


def in_march(*days: int) -> list[date]:
    return [date(2025, 3, day) for day in days]


def test_the_day_in_a_heading_that_says_so_is_of_booking() -> None:
    found = reading(FINNISH, *headed("KIRJAUSPÄIVÄ"))
    assert booked(found) == in_march(3, 3, 12, 12, 31)
    (proved,) = found.proved()
    values = [each.value_date for each in proved.statement.transactions]
    assert values == [date(2025, 3, 2), date(2025, 2, 28), *in_march(11, 10, 30)]


def test_it_goes_on_over_the_page() -> None:
    first, second, third = headed("KIRJAUSPÄIVÄ")
    pages = (
        paged(1, [*FINNISH, *first, *second[:2]]),
        paged(2, [FINNISH[-1], *second[2:], *third]),
    )
    found = read(PrintedPages(reader="pdfium", pages=pages), TODAY)
    assert booked(found) == in_march(3, 3, 12, 12, 31)


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize("day", ["42.03.2025", "12.43.2025"])
def test_one_that_is_no_day_is_refused(place: int, day: str) -> None:
    """Its entries do not get the day of the heading above it."""
    parts = headed("KIRJAUSPÄIVÄ")
    parts[place][0] = [(f"KIRJAUSPÄIVÄ {day}", 4_000)]
    assert codes(reading(FINNISH, *parts)) == {"no_such_day"}


def dated(*notes: tuple[int, str]) -> list[date]:
    """Entries that begin with days in a column without a known heading, *notes* among them."""
    rows: list[Cells] = [[*zip(row, PLACES, strict=True)] for each in DAYS.values() for row in each]
    for place, note in reversed(notes):
        rows.insert(place, [(note, 4_000)])
    return booked(reading(FINNISH, rows))


OWN = [date(2025, 3, 2), date(2025, 2, 28), *in_march(11, 10, 30)]


def test_without_such_headings_they_are_of_booking_themselves() -> None:
    assert dated() == OWN


@pytest.mark.parametrize("place", [1, 3, 5])
def test_a_day_below_an_entry_with_its_own_heads_none(place: int) -> None:
    assert dated((place, "Kirjauspäivä 31.03.2025")) == OWN
    assert dated((place, "Closing Date 31.03.2025")) == OWN


def test_nor_does_a_day_above_them_that_no_word_calls_so() -> None:
    assert dated((0, "Tulostettu 31.03.2025")) == OWN


ENDS = box([("Opening balance", "100.00"), ("Closing balance", "130.00")])
HEADED: Cells = [("Date", 4_000), ("Description", 12_000), ("Amount", -42_000)]


def through(*period: str, days: tuple[str, ...] = ("02/08", "14/08", "30/08")) -> StatementReading:
    """Three entries on *days* without a year, and a period over one line or two."""
    head: list[Cells] = [[("Harbour Mutual", 4_000)], [("Account number 4711-0815", 4_000)]]
    rows: list[Cells] = [
        [(day, 4_000), ("Parcel of Example Ltd", 12_000), ("10.00", -42_000)] for day in days
    ]
    return reading(head, [[(each, 4_000)] for each in period], ENDS, [HEADED, *rows])


def test_a_period_whose_end_has_its_year_on_the_next_line_ends_in_that_of_its_begin() -> None:
    found = through("Statement from 1 August 2025 to 31 August", "2025")
    assert booked(found) == [date(2025, 8, day) for day in (2, 14, 30)]
    (proved,) = found.proved()
    assert proved.statement.period == (date(2025, 8, 1), date(2025, 8, 31))


def test_or_in_the_next_year() -> None:
    found = through(
        "Statement from 12 December 2024 to 11 January", days=("13/12", "30/12", "09/01")
    )
    assert booked(found) == [date(2024, 12, 13), date(2024, 12, 30), date(2025, 1, 9)]
    (proved,) = found.proved()
    assert proved.statement.period == (date(2024, 12, 12), date(2025, 1, 11))


def test_a_day_outside_of_it_is_refused() -> None:
    found = through("Statement from 1 August 2025 to 31 August", days=("02/08", "14/08", "30/10"))
    assert codes(found) == {"outside_period"}


def test_where_its_begin_has_no_year_either_none_is_guessed() -> None:
    assert codes(through("Statement from 1 August to 31 August")) == {"no_such_day"}


def captioned(day: str, *, text: str = "Parcel of Example Ltd") -> StatementReading:
    """Entries without a year, below a table of numbers that is headed like one of entries."""
    captions: list[Cells] = [
        [("DATE", 4_000), ("AVERAGE BALANCE", -30_000), ("CLOSING BALANCE", -44_000)],
        [(f"STATEMENT DATE {day}", 4_000), ("115.00", -30_000), ("130.00", -44_000)],
    ]
    head: list[Cells] = [[("Harbour Mutual", 4_000)], [("Account number 4711-0815", 4_000)]]
    rows: list[Cells] = [
        [(each, 4_000), (text, 12_000), ("10.00", -42_000)] for each in ("02-10", "14-10", "30-10")
    ]
    return reading(head, captions, ENDS, [HEADED, *rows])


@pytest.mark.parametrize("year", [2023, 2024])
def test_a_whole_date_among_captions_gives_the_year(year: int) -> None:
    found = captioned(f"31-10-{year}")
    assert booked(found) == [date(year, 10, day) for day in (2, 14, 30)]
    (proved,) = found.proved()
    assert "the year comes from the date printed on page 1" in proved.proof.dates


def test_one_within_the_text_of_an_entry_does_not() -> None:
    assert codes(captioned("", text="Loan until 31-10-2024")) == {"no_such_day"}
