"""Years that no date prints: only a title says them, or they count from a reign."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.test_statement_titles import Printed, reading

BALANCES = (1_000, 1_150, 1_130, 1_280, 1_260, 1_410, 1_400)
AMOUNTS = (150, -20, 150, -20, 150, -10)


def annual(title: str, days: tuple[str, ...]) -> list[Printed]:
    """A savings contract whose entries have days without a year."""
    rows: list[Printed] = [
        [(60, "Bausparkasse Nordmark AG")],
        [(60, title)],
        [(60, "Bausparvertrag Nr. 5 102 773 / 01"), (330, "Währung EUR")],
        [(60, "Datum"), (120, "Text"), (-400, "Betrag"), (-500, "Saldo")],
        [(120, "Vortrag aus dem Vorjahr"), (-500, "1.000,00 H")],
    ]
    for day, amount, balance in zip(days, AMOUNTS, BALANCES[1:], strict=True):
        side = "H" if amount > 0 else "S"
        amounts: Printed = [
            (-400, f"{abs(amount)},00 {side}"),
            (-500, f"{balance:,}".replace(",", ".") + ",00 H"),
        ]
        rows.append([(60, day), (120, "Sparrate" if amount > 0 else "Entgelt"), *amounts])
    return rows


CALENDAR = ("02.01.", "03.02.", "14.04.", "03.07.", "05.11.", "31.12.")


def test_the_year_of_an_annual_statement_may_stand_in_its_title_alone(tmp_path: Path) -> None:
    read = reading(tmp_path, annual("Jahreskontoauszug 2024", CALENDAR))
    (account,) = read.proved()
    assert account.statement.account.replace(" ", "") == "5102773/01"
    assert [entry.booking_date for entry in account.statement.transactions][::5] == [
        date(2024, 1, 2),
        date(2024, 12, 31),
    ]


@pytest.mark.parametrize(
    ("title", "days"),
    [
        ("Jahreskontoauszug 2024", ("14.04.", "03.07.", "05.11.", "31.12.", "02.01.", "03.02.")),
        ("Jahreskontoauszug 2024", ("03.02.", "14.04.", "03.07.", "05.11.", "20.11.", "28.11.")),
        ("Kontoauszug Nr. 1/2024", CALENDAR),
        ("Jahreskontoauszug 2026", CALENDAR),
    ],
    ids=["leaps", "no whole year", "of no year", "not yet over"],
)
def test_a_title_is_not_the_year_of_entries_that_do_not_fill_it(
    title: str, days: tuple[str, ...], tmp_path: Path
) -> None:
    assert not reading(tmp_path, annual(title, days)).proved()


def test_years_of_a_reign_may_be_padded(tmp_path: Path) -> None:
    rows: list[Printed] = [
        [(60, "北浜信用金庫"), (330, "口座番号 0112233")],
        [(60, "期間 令和6年9月1日 - 令和6年10月31日"), (330, "通貨 JPY")],
        [
            (60, "年月日"),
            (150, "摘要"),
            (-330, "お支払金額"),
            (-420, "お預り金額"),
            (-520, "差引残高"),
        ],
        [(150, "繰越残高"), (-520, "500,000")],
        [(60, "6. 9. 2"), (150, "電気料"), (-330, "12,345"), (-520, "487,655")],
        [(60, "6. 9.25"), (150, "給与"), (-420, "211,000"), (-520, "698,655")],
        [(60, "6.10. 4"), (150, "家賃"), (-330, "82,000"), (-520, "616,655")],
        [(60, "6.10.28"), (150, "手数料"), (-330, "655"), (-520, "616,000")],
    ]
    (account,) = reading(tmp_path, rows).proved()
    days = [date(2024, 9, 2), date(2024, 9, 25), date(2024, 10, 4), date(2024, 10, 28)]
    assert [entry.booking_date for entry in account.statement.transactions] == days
