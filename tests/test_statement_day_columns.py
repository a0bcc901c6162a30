"""Dates broken over columns, days with their month in words, and which order others are in."""

from __future__ import annotations

from datetime import date

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.dates import Order, parse
from tests.test_statement_summaries import Cells, box, codes, reading

BANK: list[Cells] = [
    [("Banco de Muestra", 4_000)],
    [("Cuenta número 4711-0815", 4_000)],
    [("Desde 2024/10/01 hasta 2024/12/31", 4_000)],
]
ENDS = box([("Saldo anterior", "500.00"), ("Saldo actual", "1,100.00")])
BOOKED = [
    ((3, 10), "Nómina", "1,000.00", "1,500.00"),
    ((7, 10), "Alquiler", "-300.00", "1,200.00"),
    ((5, 11), "Tienda", "-45.60", "1,154.40"),
    ((9, 11), "Reintegro", "20.00", "1,174.40"),
    ((2, 12), "Agua", "-74.40", "1,100.00"),
]
DAYS = [date(2024, month, day) for (day, month), *_ in BOOKED]
PLACES = (4_000, 8_000, 13_000, -42_000, -54_000)


def parted(*heads: str, turned: bool = False, apart: int = 0) -> StatementReading:
    """Day and month in two columns.

    Args:
        turned: The month stands first.
        apart: How far beside their headings the numbers stand.
    """
    heading: Cells = [*zip((*heads, "Descripción", "Valor", "Saldo"), PLACES, strict=True)]
    rows: list[Cells] = []
    for (day, month), *texts in BOOKED:
        numbers = (month, day) if turned else (day, month)
        cells = (*(f"{number:02}" for number in numbers), *texts)
        places = (PLACES[0] + apart, PLACES[1] + apart, *PLACES[2:])
        rows.append([*zip(cells, places, strict=True)])
    return reading(BANK, ENDS, [heading], rows)


def days(found: StatementReading) -> list[date]:
    (proved,) = found.proved()
    return [each.booking_date for each in proved.statement.transactions]


@pytest.mark.parametrize(
    "heads", [("DÍA", "MES"), ("Tag", "Monat"), ("Day", "Month"), ("jj", "mm")]
)
def test_day_and_month_below_headings_of_their_own_are_one_date(heads: tuple[str, str]) -> None:
    assert days(parted(*heads)) == DAYS


def test_the_headings_say_which_stands_first() -> None:
    assert days(parted("MES", "DÍA", turned=True)) == DAYS


@pytest.mark.parametrize("heads", [("DÍA", "Nota"), ("DÍA", "DÍA")])
def test_other_headings_make_no_date_of_two_numbers(heads: tuple[str, str]) -> None:
    assert codes(parted(*heads)) == {"no_transactions"}


def test_nor_do_numbers_that_stand_beside_them() -> None:
    assert codes(parted("DÍA", "MES", apart=1_900)) == {"no_transactions"}


def test_they_are_no_part_of_the_description() -> None:
    (proved,) = parted("DÍA", "MES").proved()
    assert proved.statement.transactions[0].description == "Nómina"


@pytest.mark.parametrize(
    "printed",
    ["2025. március 3.", "2025 March 3", "2025.mar.03"],
)
def test_a_year_may_stand_before_a_month_in_words(printed: str) -> None:
    found = parse(printed)
    assert found is not None
    assert found.on(Order.DAY_FIRST) == (3, 3, 2025)


def hungarian(*value_days: str) -> StatementReading:
    """Whole numbers in groups; the days of booking are headings with the month in words."""
    places = (4_000, 12_000, -42_000, -54_000)
    heads = ("Értéknap", "Megnevezés", "Összeg (Ft)", "Egyenleg (Ft)")
    heading: Cells = [*zip(heads, places, strict=True)]
    head: list[Cells] = [
        [("Minta Bank", 4_000)],
        [("Számlaszám 4711-0815 HUF", 4_000)],
        [("Nyitó egyenleg", 4_000), ("500.000", -54_000)],
    ]
    amounts = [("1.000.000", "1.500.000"), ("-300.000", "1.200.000"), ("-100.000", "1.100.000")]
    rows: list[Cells] = []
    for number, (value, (amount, balance)) in enumerate(zip(value_days, amounts, strict=True)):
        rows.append([(f"Könyvelés napja: 2025. március {number * 7 + 3}.", 4_000)])
        cells = (value, "Átutalás", amount, balance)
        rows.append([*zip(cells, places, strict=True)])
    foot: list[Cells] = [[("Záró egyenleg", 4_000), ("1.100.000", -54_000)]]
    return reading(head, [heading], rows, foot)


def value_days(found: StatementReading) -> list[date | None]:
    (proved,) = found.proved()
    assert [each.booking_date.day for each in proved.statement.transactions] == [3, 10, 17]
    return [each.value_date for each in proved.statement.transactions]


def test_days_of_value_beside_months_in_words_are_in_the_order_that_brings_them_near() -> None:
    found = hungarian("03.04.", "03.11.", "03.18.")
    assert value_days(found) == [date(2025, 3, day) for day in (4, 11, 18)]
    near = hungarian("03.02.", "03.09.", "03.12.")  # of February, September, December: far away
    assert value_days(near) == [date(2025, 3, day) for day in (2, 9, 12)]


def test_or_in_the_other() -> None:
    found = hungarian("04.03.", "11.03.", "18.03.")
    assert value_days(found) == [date(2025, 3, day) for day in (4, 11, 18)]


def test_one_that_is_a_day_in_neither_is_refused() -> None:
    assert codes(hungarian("03.04.", "03.11.", "31.18.")) == {"no_such_day"}
