"""Entries under headings of their days, in a table that has no column of dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.test_statement_titles import Printed, reading

DAYS = [
    ("06.10.", ["-40,00", "+125,50"], "1.085,50"),
    ("07.10.", ["-85,50"], "1.000,00"),
    ("09.10.", ["-10,00", "-20,00", "+300,00"], "1.270,00"),
    ("13.10.", ["-70,00"], "1.200,00"),
]
BOOKED = [6, 6, 7, 9, 9, 9, 13]


def ledger(*, under: bool = False, without: str = "") -> list[Printed]:
    """A business account.

    Args:
        under: The day stands below its entries.
        without: The day whose heading is left out.
    """
    rows: list[Printed] = [
        [(60, "Saaristomeren Osuuspankki"), (330, "Kontoauszug")],
        [(60, "Konto FI21 1234 5600 0007 85"), (330, "Zeitraum 06.10.2025 - 13.10.2025")],
        [(60, "Anfangssaldo 06.10.2025"), (-500, "1.000,00 EUR")],
        [(60, "Archivnummer"), (200, "Verwendungszweck"), (-500, "Betrag EUR")],
    ]
    number = 0
    for day, amounts, balance in DAYS:
        head: list[Printed] = [] if day == without else [[(60, f"Buchungstag {day}")]]
        entries: list[Printed] = []
        for amount in amounts:
            number += 1
            entries.append([(60, f"2510A{number:04}"), (200, "Satama Oy"), (-500, amount)])
        rows += entries + head if under else head + entries
        rows.append([(60, f"Saldo {day}"), (-500, balance)])
    return [*rows, [(60, "Endsaldo 13.10.2025"), (-500, "1.200,00")]]


def test_a_heading_gives_its_day_to_the_entries_below(tmp_path: Path) -> None:
    (account,) = reading(tmp_path, ledger()).proved()
    days = [entry.booking_date for entry in account.statement.transactions]
    assert days == [date(2025, 10, day) for day in BOOKED]


def test_days_below_their_entries_are_not_given_to_the_next_ones(tmp_path: Path) -> None:
    assert not reading(tmp_path, ledger(under=True)).proved()


def test_a_heading_that_is_missing_gives_no_entry_another_day(tmp_path: Path) -> None:
    assert not reading(tmp_path, ledger(without="09.10.")).proved()
