"""Some fonts call their hyphen a soft one: it is the minus, or the hyphen, that is seen there."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.adapters.statement_pdf import pdfium, plumber
from counterfoil.rules.statements.reading import examine
from counterfoil.statements import read_document
from fixtures.hostile.lying import lying
from fixtures.hostile.pdf import ROWS, Statement
from tests.statement_pdf_support import TODAY

SOFT = "\N{SOFT HYPHEN}"


def written(path: Path, row: int, column: int, shows: str) -> Path:
    """The statement, one cell of which says a soft hyphen for a hyphen and is drawn as *shows*."""
    says = ROWS[row][column].replace("-", SOFT)
    drawn, objects = lying(says, shows)
    Statement(instead={(row, column): drawn}, fonts=b"/F2 10 0 R", objects=objects).write(path)
    return path


@pytest.mark.parametrize("reader", [pdfium, plumber], ids=["first", "second"])
def test_both_readers_take_it_for_a_minus(reader: object, tmp_path: Path) -> None:
    path = written(tmp_path / "soft.pdf", 0, 2, "-41.90")
    printed = pdfium.read(path, None) if reader is pdfium else plumber.read(path, None)
    (row,) = (row for row in printed.pages[0].rows if "41.90" in row.text)
    assert "-41.90" in [word.text for word in row.words]
    (proved,) = examine(printed, TODAY).reading.proved()
    assert proved.statement.transactions[0].amount == Decimal("-41.90")


def test_it_is_no_lie_where_a_minus_is_seen_and_one_where_none_is(tmp_path: Path) -> None:
    honest = read_document(written(tmp_path / "soft.pdf", 0, 2, "-41.90"))
    assert not honest.unproved()
    assert len(honest.proved()) == 1
    (found,) = read_document(written(tmp_path / "lying.pdf", 0, 2, "+41.90")).unproved()
    assert found.code == "text_is_not_what_is_seen"
