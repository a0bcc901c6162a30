"""Entries whose text has two lines, while their day and numbers stand at the middle of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

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


UP = 1_000  # hundredths of a point from a raised number to its line; 900 is where they touch


def raised(
    *amounts: str, up: int = UP, apart: int = 3 * LINE, below: str = "Cash paid in 0815"
) -> list[str]:
    """Lines with a day, each with its number a little above it."""
    rows: list[tuple[int, Cells]] = []
    for number, amount in enumerate(amounts):
        top = (number + 1) * apart + STEP
        rows.append((top - up, [(amount, -42_000)]))
        rows.append((top, [("01.06.2023", 4_000), (below, 12_000)]))
    return texts(*rows)


def lowered(*amounts: str) -> list[str]:
    return [f"01.06.2023 Cash paid in 0815 {amount}" for amount in amounts]


THREE = ("1,25,788.16", "- 20.00", "1.000,00-")


def test_numbers_a_little_above_their_lines_stand_in_them_at_the_edges_of_a_page_too() -> None:
    assert raised(*THREE) == lowered(*THREE)


def test_so_do_an_amount_and_a_balance() -> None:
    both = ("788.16 1 000.00", "20.00 - 980,00", "5.00 975.00")
    assert raised(*both) == lowered(*both)


def test_two_of_them_are_no_manner_of_printing() -> None:
    assert len(raised(*THREE[:2])) == 4


def test_they_are_counted_over_all_pages() -> None:
    one = printed([(STEP, [("1.00", -42_000)]), (STEP + UP, [("01.06.2023 Tea", 4_000)])])
    pages = tuple(replace(one.pages[0], number=number) for number in (1, 2, 3))
    for count in (2, 3):
        made = with_centred_cells(replace(one, pages=pages[:count])).pages
        assert {len(page.rows) for page in made} == {1 if count == 3 else 2}


@pytest.mark.parametrize(
    "made",
    [
        raised(*THREE, up=UP + 250),
        raised(*THREE, apart=2 * LINE),
        raised(*THREE, below="Cash 12.00"),
        raised("Total", "12", "7"),
        raised("01.06.2023 5.00", "01.06.23 16.00", "1/06/2023 7.00"),
    ],
    ids=["too far", "as near to the line above", "has one", "no money", "not alone"],
)
def test_what_only_stands_above_a_line_is_left_there(made: list[str]) -> None:
    assert len(made) == 6


def test_numbers_over_texts_or_words_without_a_digit_are_left_there() -> None:
    over: list[tuple[int, Cells]] = []
    for number in range(3):
        top = (number + 1) * 3 * LINE + STEP
        over += [(top - UP, [("5.00", 12_000)]), (top, [("01.06.2023", 4_000), ("Cash", 12_000)])]
    assert len(texts(*over)) == 6
    words_only = [(top, [("Cash", 4_000)] if number % 2 else row)
                  for number, (top, row) in enumerate(over)]  # fmt: skip
    assert len(texts(*words_only)) == 6


@pytest.mark.parametrize("beside", [-2 * UP, UP], ids=["above", "below"])
def test_numbers_between_lines_as_near_may_be_of_either(beside: int) -> None:
    rows: list[tuple[int, Cells]] = []
    for number in range(3):
        top = (number + 1) * 4 * LINE + STEP
        rows += [(top - UP, [("5.00", -42_000)]), (top, [("01.06.2023 Cash", 4_000)])]
        rows.append((top + beside, [("Ref 0815", 12_000)]))
    assert len(texts(*sorted(rows))) == 9


def with_raised(*, wrong: str = "", up: int = UP) -> StatementReading:
    """A statement whose amounts stand a little above their lines."""
    top, rows = STEP, []
    for row in [*HEAD, *box([BOX[0], BOX[3]])]:
        rows.append((top, row))
        top += STEP
    over: Cells = [("Date", 4_000), ("Description", 12_000), ("Amount", -42_000)]
    rows.append((top, over))
    for number, (day, text, amount, _) in enumerate(ENTRIES):
        top += 3 * LINE
        said = wrong if number == 2 and wrong else amount
        rows += [(top - up, [(said, -42_000)]), (top, [(day, 4_000), (text, 12_000)])]
    return read(printed(rows), TODAY)


def test_a_statement_of_such_lines_is_read_and_has_to_hold() -> None:
    (proved,) = with_raised().proved()
    assert [each.booking_date.day for each in proved.statement.transactions] == [3, 7, 12, 20, 28]
    assert [each.description for each in proved.statement.transactions] == [
        text for _, text, *_ in ENTRIES
    ]
    assert codes(with_raised(wrong="-46.60")) == {"does_not_add_up"}
