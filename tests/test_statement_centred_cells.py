"""Entries whose text has two lines, while their day and numbers stand at the middle of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from counterfoil.domain.pages import Page, PrintedPages, Row
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.centred_cells import with_centred_cells
from counterfoil.rules.statements.reading import read
from tests.statement_pdf_support import TODAY
from tests.test_statement_summaries import BOX, ENTRIES, HEAD, STEP, Cells, box, codes, words

LINE = 1_200  # hundredths of a point, from the first line of a cell to the second one


def printed(rows: Sequence[tuple[int, Cells]]) -> PrintedPages:
    """One page; each of *rows* stands at its own height."""
    lines = tuple(
        Row(page=1, words=tuple(w for text, at in row for w in words(text, at, top)))
        for top, row in rows
    )
    of = Page(number=1, width=60_000, height=90_000, rows=lines, characters=999)
    return PrintedPages(reader="pdfium", pages=(of,))


def texts(*rows: tuple[int, Cells]) -> list[str]:
    """The lines of a page of *rows*, after what is centred is joined."""
    (made,) = with_centred_cells(printed(rows)).pages
    return [row.text for row in made.rows]


def around(middle: int, *, cells: Cells | None = None, apart: int = LINE) -> list[str]:
    """Two lines of a text, and a day and an amount *middle* below the upper one."""
    return texts(
        (0, [("PAYMENT RECEIVED REF", 12_000)]),
        (middle, cells or [("03/07/2025", 4_000), ("-300.00", -42_000)]),
        (apart, [("7711820034", 12_000)]),
    )


JOINED = ["03/07/2025 PAYMENT RECEIVED REF -300.00", "7711820034"]


def test_what_stands_at_the_middle_is_in_the_first_line() -> None:
    assert around(LINE // 2) == JOINED
    assert around(LINE // 2 + 50) == JOINED, "or nearly at the middle"


@pytest.mark.parametrize("middle", [100, LINE // 2 + 150, LINE], ids=["top", "off", "bottom"])
def test_what_stands_elsewhere_beside_them_is_a_row_of_its_own(middle: int) -> None:
    assert len(around(middle)) == 3


def test_rows_that_only_follow_each_other_are_none() -> None:
    assert len(around(STEP, apart=2 * STEP)) == 3


def test_lines_set_twice_are_none() -> None:
    assert len(around(200, apart=400)) == 3


def test_a_number_alone_within_its_broken_words_is_none() -> None:
    amount: Cells = [("420.00", -30_000)]
    rows = [(0, [("Total", 4_000)]), (LINE // 2, amount), (LINE, [("withdrawals", 4_000)])]
    assert len(texts(*rows)) == 3
    assert len(around(LINE // 2, cells=amount)) == 2, "the text has digits: it is an entry's"


def test_a_heading_is_none() -> None:
    over: Cells = [("Description", 12_000), ("Amount", -42_000)]
    rows = [(0, [("Posting", 4_000)]), (LINE // 2, over), (LINE, [("date 2", 4_000)])]
    assert len(texts(*rows)) == 3


def test_lines_over_and_below_what_is_at_the_middle_are_none() -> None:
    under: Cells = [("03/07/2025", 12_000), ("-300.00", -42_000)]
    assert len(around(LINE // 2, cells=under)) == 3
    right: Cells = [("03/07/2025", 4_000), ("-300.00", 18_000)]
    assert len(around(LINE // 2, cells=right)) == 3, "over its end only"


def test_two_cells_that_do_not_stand_below_each_other_are_none() -> None:
    rows: list[tuple[int, Cells]] = [
        (0, [("PAYMENT 7711", 12_000)]),
        (LINE // 2, [("03/07/2025", 4_000), ("-300.00", -42_000)]),
        (LINE, [("Thank you", 26_000)]),
    ]
    assert len(texts(*rows)) == 3


def rows_of(wrong: str) -> Iterator[tuple[int, Cells]]:
    """A statement whose third entry has *wrong* for its amount; every other text has two lines.

    No heading says where a text begins.
    """
    top = STEP
    for row in [*HEAD, *box([BOX[0], BOX[3]])]:
        yield top, row
        top += STEP
    for number, (day, text, amount, balance) in enumerate(ENTRIES):
        said = wrong if number == 2 and wrong else amount
        cells: Cells = [(day, 4_000), (said, -42_000), (balance, -54_000)]
        if number % 2:
            yield top, [cells[0], (text, 12_000), *cells[1:]]
        else:
            yield top, [(text, 12_000)]
            yield top + LINE // 2, cells
            yield top + LINE, [(f"REF{number} 7711820034", 12_000)]
        top += (LINE if number % 2 == 0 else 0) + STEP


def statement(wrong: str = "") -> StatementReading:
    return read(printed([*rows_of(wrong)]), TODAY)


def test_a_statement_of_such_entries_has_each_text_whole() -> None:
    found = statement()
    assert not found.unproved()
    (proved,) = found.proved()
    assert [each.description for each in proved.statement.transactions] == [
        text if number % 2 else f"{text} REF{number} 7711820034"
        for number, (_, text, *_) in enumerate(ENTRIES)
    ]


def test_its_numbers_have_to_hold() -> None:
    assert codes(statement("-46.60")) == {"does_not_add_up"}
