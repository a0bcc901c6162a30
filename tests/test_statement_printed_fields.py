"""A file of quoted fields that was printed as it is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import Cells, codes, reading

TOP = (
    '"Sample Bank"',
    '"Account No.","4711-0815","Name","Rosal, Imelda"',
    '"Period","2025-03-01","2025-03-31"',
    '"Beginning Balance","500.00"',
)
HEADING = '"Date","Description","Reference","Amount","Running Balance"'
ROWS = [
    ("2025-03-03", "Salary, of Example Ltd", "T117609", "1,000.00", "1,500.00"),
    ("2025-03-07", "Rent", "T619495", "-300.00", "1,200.00"),
    ("2025-03-12", "Grocer 1104", "T581699", "-45.60", "1,154.40"),
    ("2025-03-20", "Refund", "T755284", "20.00", "1,174.40"),
]


def fields(rows: Sequence[tuple[str, ...]], quote: str = '"') -> StatementReading:
    listed = [",".join(f"{quote}{each}{quote}" for each in row) for row in rows]
    heading = HEADING if quote else HEADING.replace('"', "")
    lines: list[Cells] = [[(text, 4_000)] for text in (*TOP, heading, *listed)]
    return reading(lines)


def test_its_fields_are_told_apart_and_what_stands_in_one_stays_together() -> None:
    found = fields(ROWS)
    assert not found.unproved(), found.unproved()
    (proved,) = found.proved()
    made = proved.statement
    assert made.account == "4711-0815"
    assert [(str(each.amount), str(each.balance)) for each in made.transactions] == [
        (amount.replace(",", ""), balance.replace(",", "")) for *_, amount, balance in ROWS
    ]
    assert made.transactions[0].description.startswith("Salary, of Example Ltd")


@pytest.mark.parametrize("wrong", [("-301.00", "1,200.00"), ("-300.00", "1,201.00")])
def test_its_numbers_have_to_hold(wrong: tuple[str, str]) -> None:
    rows = [ROWS[0], (*ROWS[1][:3], *wrong), *ROWS[2:]]
    assert codes(fields(rows)) == {"does_not_add_up"}


def test_a_few_quoted_words_are_none() -> None:
    assert fields(ROWS, quote="").unproved()
