"""One list with entries of several currencies, by column or by code: an account for each."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import Cells, codes, reading

TOP: list[Cells] = [
    [("Banco del Puerto", 4_000)],
    [("Tarjeta de credito 4509 XXXX XXXX 7710", 4_000)],
    [("Periodo 01/08/2025 al 31/08/2025", 4_000)],
    [("Vencimiento 10/09/2025", 4_000), ("Pago minimo 100.00", 30_000)],
]
FIRST, SECOND = -44_000, -56_000
HEADING: Cells = [
    ("Fecha", 4_000), ("Detalle", 12_000), ("Pesos", FIRST), ("Dolares", SECOND)
]  # fmt: skip
ENTRIES: list[Cells] = [
    [("02/08/2025", 4_000), ("Farmacia Sur", 12_000), ("300.00", FIRST)],
    [("03/08/2025", 4_000), ("Streamnova", 12_000), ("14.16", SECOND)],
    [("Suscripcion mensual", 12_000)],
    [("05/08/2025", 4_000), ("Su pago en pesos", 12_000), ("1,000.00-", FIRST)],
    [("06/08/2025", 4_000), ("Su pago en dolares", 12_000), ("54.97-", SECOND)],
    [("09/08/2025", 4_000), ("Almacen", 12_000), ("45.50", FIRST)],
    [("11/08/2025", 4_000), ("Cloudspare", 12_000), ("2.12", SECOND)],
]


def ends(text: str, pesos: str, dollars: str) -> Cells:
    return [(text, 12_000), (pesos, FIRST), (dollars, SECOND)]


def card(
    *, dollars: str = "16.28", heading: Cells | None = None, more: list[Cells] | None = None
) -> StatementReading:
    """A card's statement with two columns, and *dollars* owed in the second at the end."""
    opening = ends("Saldo anterior", "1,000.00", "54.97")
    closing = ends("Saldo actual", "345.50", dollars)
    return reading(TOP, [heading or HEADING], [opening], ENTRIES, more or [], [closing])


def told(found: StatementReading) -> list[tuple[str, str, str, list[str]]]:
    assert not found.unproved(), found.unproved()
    made = [each.statement for each in found.proved()]
    return [
        (
            each.account.split()[-1],
            str(each.opening),
            str(each.closing),
            [str(entry.amount) for entry in each.transactions],
        )
        for each in made
    ]


def test_each_column_is_an_account_of_its_own() -> None:
    assert told(card()) == [
        ("Pesos", "-1000.00", "-345.50", ["-300.00", "1000.00", "-45.50"]),
        ("USD", "-54.97", "-16.28", ["-14.16", "54.97", "-2.12"]),
    ]


def test_what_goes_on_below_an_entry_is_in_its_own_part_only() -> None:
    pesos, dollars = (each.statement for each in card().proved())
    assert [each.description for each in pesos.transactions][:1] == ["Farmacia Sur"]
    assert dollars.transactions[0].description == "Streamnova Suscripcion mensual"


def test_every_column_has_to_add_up() -> None:
    assert codes(card(dollars="16.29")) == {"does_not_add_up"}


def test_an_entry_in_both_makes_them_one_accounts() -> None:
    both: Cells = [("15/08/2025", 4_000), ("Sellos", 12_000), ("10.00", FIRST), ("1.00", SECOND)]
    found = card(more=[both])
    assert found.unproved()
    assert not any("USD" in each.account for each in found.unproved())


@pytest.mark.parametrize(
    "last", ["Dolares gastados", "Pesos", "Importe"], ids=["more words", "again", "no currency"]
)
def test_other_headings_are_no_columns_of_currencies(last: str) -> None:
    heading: Cells = [*HEADING[:3], (last, SECOND)]
    assert card(heading=heading).unproved()


LIST_TOP: list[Cells] = [
    [("Harbour Pay", 4_000)],
    [("Account number 4711-0815", 4_000)],
    [("Statement period 03/01/2025 to 03/31/2025", 4_000)],
]
LIST_HEAD: Cells = [
    ("Date", 4_000), ("Description", 12_000), ("Amount", -36_000), ("Cur", 38_000),
    ("Balance", -54_000),
]  # fmt: skip
LIST = [
    ("03/03/2025", "Salary", "1,000.00", "EUR", "1,500.00"),
    ("03/04/2025", "Books to GBP", "-20.00", "USD", "80.00"),
    ("03/07/2025", "Rent", "-300.00", "EUR", "1,200.00"),
    ("03/09/2025", "Refund", "5.50", "USD", "85.50"),
]
PLACES = (4_000, 12_000, -36_000, 38_000, -54_000)


def listed(rows: Sequence[tuple[str, ...]], *summary: Cells) -> StatementReading:
    entries: list[Cells] = [[*zip(row, PLACES, strict=True)] for row in rows]
    return reading(LIST_TOP, [*summary], [LIST_HEAD], entries)


def test_rows_belong_to_the_code_in_its_place() -> None:
    assert told(listed(LIST)) == [
        ("EUR", "500.00", "1200.00", ["1000.00", "-300.00"]),
        ("USD", "100.00", "85.50", ["-20.00", "5.50"]),
    ]


def test_a_balance_that_is_not_its_own_currencys_is_refused() -> None:
    wrong = [*LIST[:3], ("03/09/2025", "Refund", "5.50", "USD", "85.51")]
    assert "does_not_add_up" in codes(listed(wrong))


def test_a_row_without_a_code_is_nobodys() -> None:
    assert listed([*LIST, ("03/10/2025", "Fee", "-1.00", "", "84.50")]).unproved()


def test_a_currency_of_one_row_is_not_left_out() -> None:
    more = ("03/11/2025", "Coffee", "-3.00", "GBP", "7.00")
    assert listed([*LIST, more]).unproved(), "one row proves nothing"
    two = ("03/12/2025", "Tea", "-2.00", "GBP", "5.00")
    assert [name for name, *_ in told(listed([*LIST, more, two]))] == ["EUR", "USD", "GBP"]


def test_a_currency_that_only_the_summary_has_is_not_passed_over() -> None:
    summary: list[Cells] = [
        [("EUR", 4_000), ("1,200.00", -54_000)],
        [("USD", 4_000), ("85.50", -54_000)],
        [("CHF", 4_000), ("9.00", -54_000)],
    ]
    assert listed(LIST, *summary).unproved()
