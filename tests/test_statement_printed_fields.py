"""A file of quoted fields that was printed as it is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.lines import lines_of
from counterfoil.rules.statements.number_styles import Style
from counterfoil.rules.statements.strung import is_set, set_out
from tests.test_statement_summaries import Cells, codes, page, reading

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


def strung(texts: Sequence[str], *, apart: int, amounts: Sequence[str]) -> int:
    """How many of the lines have their number set under the others'.

    Args:
        apart: Between two fields, where words stand 250 apart; 0: the numbers end in line.
    """
    rows: list[Cells] = []
    for number, (text, amount) in enumerate(zip(texts, amounts, strict=True), start=1):
        text_at = 4_000 + 10 * 450 + (apart or 1_350)
        wide = sum(len(word) for word in text.split()) * 450 + text.count(" ") * 250
        at = text_at + wide + apart if apart else -30_000
        rows.append([(f"2025-03-{number:02}", 4_000), (text, text_at), (amount, at)])
    return sum(map(is_set, set_out(lines_of(page(rows), Style(".")))))


WORDS = ["Salary", "Rent of a flat", "Grocer 1104", "Refund"]
WIDE = ["1,000.00", "-300.00", "-45.60", "20.00"]


@pytest.mark.parametrize("apart", [560, 990, 1_350])
def test_fields_that_are_parted_in_one_way_alone_are_strings(apart: int) -> None:
    """Of no whole number of spaces: what was printed between them is left out."""
    assert strung(WORDS, apart=apart, amounts=WIDE) == len(WORDS)


def test_numbers_that_end_in_line_are_none() -> None:
    assert strung(WORDS, apart=0, amounts=WIDE) == 0
    alike = ["Salary", "Rental", "Grocer", "Refund"]
    assert strung(alike, apart=0, amounts=["100.00", "300.00", "145.60", "120.00"]) == 0


def test_nor_are_few_lines() -> None:
    assert strung(WORDS[:2], apart=990, amounts=WIDE[:2]) == 0
