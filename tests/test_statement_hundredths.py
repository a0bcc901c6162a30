"""One point before three digits: a thousand, or in some lands a fraction of the money."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.reading import read
from tests.statement_pdf_support import TODAY
from tests.test_statement_summaries import Cells, box, codes, page

MOVED = [
    ("15/03/2025", "Sueldo", "38.990"),
    ("19/03/2025", "Renta", "-8.500"),
    ("22/03/2025", "Luz", "-4.490"),
]


def printed(sign: str) -> StatementReading:
    """Amounts of thousands, each behind *sign*."""
    rows: list[Cells] = [
        [(day, 4_000), (text, 12_000), ("-" * (said[0] == "-") + sign + said.strip("-"), -42_000)]
        for day, text, said in MOVED
    ]
    heading: Cells = [("Fecha", 4_000), ("Descripción", 12_000), ("Monto", -42_000)]
    ends = box([("Saldo inicial", f"{sign}10.000"), ("Saldo final", f"{sign}36.000")])
    head: list[Cells] = [[("Banco Ejemplo", 4_000)], [("Cuenta 4711-0815", 4_000)]]
    return read(page([*head, *ends, heading, *rows]), TODAY)


@pytest.mark.parametrize("sign", ["$", "$ ", "€ ", "£"])
def test_where_no_land_of_the_sign_parts_its_money_by_a_thousand_it_is_one(sign: str) -> None:
    found = printed(sign)
    assert not found.unproved()
    (proved,) = found.proved()
    assert [int(each.amount) for each in proved.statement.transactions] == [38_990, -8_500, -4_490]


def test_without_a_sign_nothing_tells() -> None:
    assert codes(printed("")) == {"two_readings"}


def test_where_money_has_thousandths_it_is_a_fraction() -> None:
    (proved,) = printed("KWD ").proved()
    assert str(proved.statement.transactions[0].amount) == "38.990"
