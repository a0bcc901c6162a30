"""Two days for each entry: which is of booking, by words, and where nothing tells it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from counterfoil.domain.pages import Page, PrintedPages, Row
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.booking_words import booking_rank, books_below
from counterfoil.rules.statements.reading import read
from tests.statement_pdf_support import TODAY
from tests.test_statement_summaries import (
    BOX,
    ENTRIES,
    HEAD,
    STEP,
    Cells,
    box,
    codes,
    reading,
    words,
)

PLACES = (4_000, 14_000, -42_000, -54_000)
BOOKED = [
    ("03.03.2025", "05.03.2025", "Wynagrodzenie", "1.000,00", "1.500,00"),
    ("07.03.2025", "10.03.2025", "Czynsz", "-300,00", "1.200,00"),
    ("12.03.2025", "13.03.2025", "Sklep", "-45,60", "1.154,40"),
    ("20.03.2025", "21.03.2025", "Zwrot", "20,00", "1.174,40"),
    ("28.03.2025", "31.03.2025", "Woda", "-74,40", "1.100,00"),
]
POLISH: list[Cells] = [
    [("Bank Przykładowy", 4_000)],
    [("Numer rachunku 4711-0815", 4_000)],
    [("Okres 01.03.2025 do 31.03.2025", 4_000)],
    [("Saldo początkowe", 4_000), ("500,00", -30_000)],
    [("Saldo końcowe", 4_000), ("1.100,00", -30_000)],
]
OVER = ("Data operacji", "Data księgowania")


def stacked(over: tuple[str, str] = OVER, *, without: int = -1) -> StatementReading:
    """Two days one below the other for each entry, and their headings alike.

    Args:
        without: The entry that has no lower day.
    """
    heading: list[Cells] = [
        [*zip((over[0], "Opis operacji", "Kwota", "Saldo"), PLACES, strict=True)],
        [(over[1], PLACES[0])],
    ]
    rows: list[Cells] = []
    for number, (upper, lower, *texts) in enumerate(BOOKED):
        rows.append([*zip((upper, *texts), PLACES, strict=True)])
        rows += [] if number == without else [[(lower, PLACES[0])]]
    return reading(POLISH, heading, rows)


def days(found: StatementReading) -> list[tuple[int, int | None]]:
    """(of booking, of value) for each entry, all in one month."""
    assert not found.unproved(), found.unproved()
    (proved,) = found.proved()
    assert all(each.booking_date.month == 3 for each in proved.statement.transactions)
    return [
        (each.booking_date.day, each.value_date.day if each.value_date else None)
        for each in proved.statement.transactions
    ]


UPPER, LOWER = [3, 7, 12, 20, 28], [5, 10, 13, 21, 31]


def test_the_lower_of_two_days_is_of_booking_where_the_lower_heading_says_so() -> None:
    assert days(stacked()) == [*zip(LOWER, UPPER, strict=True)]


def test_else_it_is_the_day_of_value() -> None:
    assert days(stacked(("Data księgowania", "Data waluty"))) == [*zip(UPPER, LOWER, strict=True)]
    assert days(stacked((OVER[1], OVER[0]))) == [*zip(UPPER, LOWER, strict=True)]


@pytest.mark.parametrize("without", [0, 2, 4])
def test_an_entry_without_the_lower_day_does_not_get_the_upper_one(without: int) -> None:
    assert codes(stacked(without=without)) == {"date_missing"}


@pytest.mark.parametrize(
    ("text", "below"),
    [
        ("Data operacji Data księgowania", True),
        ("Transaction date Posting date", True),
        ("Data księgowania Data operacji", False),
        ("Data księgowania Data waluty", False),
        ("Posting date Booking date", False),  # either may be meant
        ("Data księgowania", False),
        ("Opis operacji Data księgowania", False),
    ],
)
def test_two_headings_in_one_cell_say_which_day_stands_below(text: str, below: bool) -> None:
    assert books_below(text) is below


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("Data księgowania", 0),
        ("Datum zaúčtování", 0),
        ("Boekdatum", 0),
        ("Reskontradatum", 0),
        ("Kirjauspäivä", 0),
        ("Data lançamento", 0),
        ("Tanggal pembukuan", 0),
        ("Muhasebe tarihi", 0),
        ("Дата проводки", 0),
        ("Ημ/νία καταχώρησης", 0),
        ("記帳日", 0),
        ("입금일", 1),
        ("Datum", 1),
        ("Data operacji", 2),
        ("Data zakupu", 2),
        ("Fecha operación", 2),
        ("Fecha de compra", 2),
        ("Belegdatum", 2),
        ("Köpdatum", 2),
        ("İşlem tarihi", 2),
        ("Дата операции", 2),
        ("交易日期", 2),
        ("이용일", 2),
    ],
)
def test_what_days_are_called_in_other_languages(text: str, rank: int) -> None:
    assert booking_rank(text) == rank


LINE = 500  # hundredths of a point: half a line of a heading


PARTS = (4_000, 12_000, 22_000, -42_000, -54_000)


def broken(*, apart: int = LINE, lower: str = "księgowania") -> StatementReading:
    """The heading of the second days is broken over lines above and below the others'.

    Args:
        apart: From one line of the heading to the next one; they touch below 900.
    """
    heading: list[Cells] = [
        [("Data", 12_000)],
        [("Operacja", 4_000), ("Opis", 22_000), ("Kwota", -42_000), ("Saldo", -54_000)],
        [(lower, 12_000)],
    ]
    rows: list[Cells] = [[*zip(each, PARTS, strict=True)] for each in BOOKED]
    return read(spaced(heading, rows, apart), TODAY)


def spaced(heading: Sequence[Cells], rows: Sequence[Cells], apart: int) -> PrintedPages:
    """One page; the lines of *heading* are only so far *apart*."""
    tops = [STEP * number for number in range(1, len(POLISH) + 1)]
    tops += [tops[-1] + STEP + apart * number for number in range(len(heading))]
    tops += [tops[-1] + STEP * number for number in range(1, len(rows) + 1)]
    lines = tuple(
        Row(page=1, words=tuple(w for text, at in row for w in words(text, at, top)))
        for row, top in zip((*POLISH, *heading, *rows), tops, strict=True)
    )
    of = Page(number=1, width=60_000, height=90_000, rows=lines, characters=999)
    return PrintedPages(reader="pdfium", pages=(of,))


def test_a_heading_broken_over_the_lines_above_and_below_the_others_is_one() -> None:
    assert [booked for booked, _ in days(broken())] == LOWER
    assert days(broken(lower="waluty")) == [*zip(UPPER, LOWER, strict=True)]


@pytest.mark.parametrize(
    ("apart", "lower"),
    [
        (STEP, "księgowania"),
        (LINE, "księgowania 01.03.2025"),
        (LINE, "księgowania wszystkich operacji na rachunku"),
    ],
    ids=["a line apart", "with a date", "over other cells too"],
)
def test_what_only_stands_around_a_heading_is_none_of_it(apart: int, lower: str) -> None:
    """Then neither of the two columns has a heading: nothing tells which is of booking."""
    assert codes(broken(apart=apart, lower=lower)) == {"two_dates"}


def beside(
    first: str,
    second: str,
    *,
    days: Sequence[str] | None = None,
    at: tuple[int, int] = (14_000, 24_000),
) -> StatementReading:
    """Two dates on the line of each entry.

    Args:
        days: The second ones; the day after each of the first, where they are not given.
        at: Where the second dates and the texts stand.
    """
    later = days or [f"03/{int(day[3:5]) + 1:02}/2025" for day, *_ in ENTRIES]
    other, texts = at
    cells: Cells = [(first, 4_000), (second, other), ("Description", texts), ("Amount", -54_000)]
    rows: list[Cells] = [
        [(day, 4_000), (text, texts), (amount, -54_000), (after, other)]
        for (day, text, amount, _), after in zip(ENTRIES, later, strict=True)
    ]
    table = [[cell for cell in row if cell[0]] for row in (cells, *rows)]
    return reading(HEAD, box(BOX), [sorted(row, key=lambda cell: abs(cell[1])) for row in table])


BOOKED_ON = [3, 7, 12, 20, 28]


def test_a_second_column_of_days_in_unknown_words_may_be_of_booking() -> None:
    assert codes(beside("Date", "Xyzzy")) == {"two_dates"}
    assert codes(beside("Transaction date", "Xyzzy")) == {"two_dates"}


def test_not_where_a_heading_says_which_one_is() -> None:
    assert [booked for booked, _ in days(beside("Posting date", "Xyzzy"))] == BOOKED_ON
    assert [booked for booked, _ in days(beside("Date", "Value date"))] == BOOKED_ON


def test_nor_where_both_are_the_same_days() -> None:
    same = [day for day, *_ in ENTRIES]
    assert [booked for booked, _ in days(beside("Date", "Xyzzy", days=same))] == BOOKED_ON
    other = [*same[:4], "03/29/2025"]
    assert codes(beside("Date", "Xyzzy", days=other)) == {"two_dates"}


def test_days_that_the_texts_speak_of_are_no_column_of_their_own() -> None:
    """Far to the right of the word "Description", behind texts of one width."""
    far = [f"02/{day:02}" for day in (25, 26, 27, 28, 1)]
    found = beside("Date", "", days=far, at=(34_000, 12_000))
    assert [booked for booked, _ in days(found)] == BOOKED_ON
    assert codes(beside("Date", "Xyzzy", days=far, at=(34_000, 12_000))) == {"two_dates"}


def without_heading(later: Sequence[str], texts: int = 16_000, at: int = 9_200) -> StatementReading:
    """Two dates on the line of each entry, and nothing over them.

    Args:
        later: The second ones.
        at: Where they stand; right behind the first as a rule.
    """
    rows: list[Cells] = [
        [cell for cell in ((day, 4_000), (second, at), (text, texts), (amount, -42_000)) if cell[0]]
        for (day, text, amount, _), second in zip(ENTRIES, later, strict=True)
    ]
    return reading(HEAD, box(BOX), rows)


def test_without_a_heading_two_days_behind_each_other_that_differ_are_refused() -> None:
    after = [f"03/{int(day[3:5]) + 1:02}/2025" for day, *_ in ENTRIES]
    same = [day for day, *_ in ENTRIES]
    assert codes(without_heading(after)) == {"two_dates"}
    assert codes(without_heading([*after[:3], *same[3:]])) == {"two_dates"}
    assert [booked for booked, _ in days(without_heading(same))] == BOOKED_ON


def test_not_where_most_are_the_same_or_one_has_no_second_day() -> None:
    after = [f"03/{int(day[3:5]) + 1:02}/2025" for day, *_ in ENTRIES]
    same = [day for day, *_ in ENTRIES]
    assert [booked for booked, _ in days(without_heading([*after[:2], *same[2:]]))] == BOOKED_ON
    assert [booked for booked, _ in days(without_heading([*after[:4], ""]))] == BOOKED_ON


def test_a_day_of_value_alone_is_not_of_booking_beside_a_column_of_other_days() -> None:
    same = [day for day, *_ in ENTRIES]
    assert codes(beside("Value date", "")) == {"two_dates"}
    assert [booked for booked, _ in days(beside("Value date", "", days=same))] == BOOKED_ON


def test_what_was_done_on_a_day_names_its_column() -> None:
    booked, dealt = BOOKED_ON, [day + 1 for day in BOOKED_ON]
    assert days(beside("Einkauf", "Verbucht")) == [*zip(dealt, booked, strict=True)]
    assert days(beside("Verbucht", "Einkauf")) == [*zip(booked, dealt, strict=True)]


@pytest.mark.parametrize("over", [("Xyzzy", "Plugh"), ("Einkauf", "Xyzzy"), ("Einkauf", "Compra")])
def test_of_two_columns_of_days_in_unknown_words_none_is_believed(over: tuple[str, str]) -> None:
    assert codes(beside(*over)) == {"two_dates"}


def in_texts(over: str, *, texts: int = 16_000) -> StatementReading:
    """Texts that begin with a day, under the word *over*."""
    rows: list[Cells] = [
        [(day, 4_000), (f"02/{20 + number}/2025 {text}", texts), (amount, -54_000)]
        for number, (day, text, amount, _) in enumerate(ENTRIES)
    ]
    return reading(HEAD, box(BOX), [[("Date", 4_000), (over, texts), ("Amount", -54_000)], *rows])


@pytest.mark.parametrize("over", ["Posting text", "Ledger entry", "Operación"])
def test_days_that_texts_begin_with_are_no_column_whatever_stands_over_them(over: str) -> None:
    """ "Posting text" is of no day of posting, and the texts are not known for texts."""
    assert codes(in_texts(over)) == {"two_dates"}
    assert [booked for booked, _ in days(in_texts("Description"))] == BOOKED_ON


def test_texts_right_behind_a_column_of_days_have_a_heading_of_their_own() -> None:
    found = beside("Einkauf", "Verbucht", at=(12_000, 16_700))
    assert [booked for booked, _ in days(found)] == [day + 1 for day in BOOKED_ON]
