"""A box to the left of a list is read apart from it, and only such a box."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterfoil.adapters.statement_pdf import pdfium
from counterfoil.domain.pages import Page, PrintedPages, Row, Word
from counterfoil.rules.statements.asides import set_apart
from tests.statement_pdf_support import examined, zoo


def test_a_box_that_is_woven_with_the_list_is_read_apart(tmp_path: Path) -> None:
    (proved,) = examined(zoo("toy_russula", "statement", tmp_path)).reading.proved()
    assert len(proved.statement.transactions) == 34
    assert proved.statement.account == "75858147"
    assert proved.proof.grade == "B"


def test_a_box_with_another_end_is_refused_all_the_same(tmp_path: Path) -> None:
    assert not examined(zoo("toy_russula", "other_closing", tmp_path)).reading.proved()


@pytest.mark.parametrize("name", ["toy_evergreen", "uk_wyvern"])
def test_a_list_alone_is_left_as_it_is(name: str, tmp_path: Path) -> None:
    assert set_apart(pdfium.read(zoo(name, "statement", tmp_path), None)) is None


def word(text: str, left: int, top: int) -> Word:
    return Word(text, tuple(left + 500 * n for n in range(len(text) + 1)), top, top + 900)


def paged(rows: list[list[tuple[str, int]]]) -> PrintedPages:
    lines = tuple(
        Row(page=1, words=tuple(word(text, left, 1_200 * number) for text, left in row))
        for number, row in enumerate(rows, start=1)
    )
    page = Page(number=1, width=60_000, height=80_000, rows=lines, characters=99)
    return PrintedPages(reader="pdfium", pages=(page,))


LIST = [[("01.03.2025", 20_000), ("Rent", 30_000), ("1.00", 50_000)] for _ in range(6)]


@pytest.mark.parametrize(
    ("left", "apart"),
    [
        ([("Start", 1_000)], True),
        ([("Start", 17_000)], False),  # reaches into the dates: no gutter
    ],
)
def test_words_to_the_left_of_the_dates_are_a_box_beyond_a_gutter(
    left: list[tuple[str, int]], apart: bool
) -> None:
    heading = [("Date", 20_000), ("Text", 30_000), ("Paid", 50_000)]
    rows = [heading, *[left + row for row in LIST[:3]], *LIST[3:]]
    found = set_apart(paged(rows))
    assert (found is not None) is apart
    if found is not None:
        lines = [row.text for row in found.pages[0].rows]
        assert lines == ["Start"] * 3 + ["Date Text Paid"] + ["01.03.2025 Rent 1.00"] * 6


def test_a_column_of_numbers_before_the_dates_is_no_box() -> None:
    assert set_apart(paged([[("7", 1_000), *row] for row in LIST])) is None
