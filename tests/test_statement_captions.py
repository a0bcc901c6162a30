"""Words in a row over numbers: which caption is whose, where they stand close or apart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.captions import captions_over
from counterfoil.rules.statements.lines import lines_of
from counterfoil.rules.statements.number_styles import Style
from tests.test_statement_summaries import (
    HEAD,
    LETTER,
    SPACE,
    Cells,
    codes,
    page,
    reading,
    table,
)

CLOSING: list[Cells] = [[("Closing balance", 12_000), ("1,100.00", -42_000)]]


def in_turn(opening: str, *, page: int = 36_000) -> StatementReading:
    """Each number begins behind the words of its caption, and before the next one."""
    head: list[Cells] = [
        [("Nr.", 4_000), ("Previous balance", 10_000), ("Page", 32_000)],
        [("9", 4_000), (f"USD + {opening}", 20_500), ("1 of 1", page)],
    ]
    return reading(HEAD, head, table(balances=False), CLOSING)


def test_a_number_before_the_next_caption_is_that_of_the_one_before() -> None:
    assert not in_turn("500.00").unproved()
    assert codes(in_turn("501.00")) == {"does_not_add_up"}


def test_where_one_thing_stands_before_its_caption_none_is_named_in_turn() -> None:
    assert not in_turn("500.00", page=31_000).proved()


def crowded(opening: str, closing: str, *, moved: int = 0, apart: float = 1) -> StatementReading:
    """Three captions close to each other; each begins where its number begins.

    Args:
        moved: How far the second number is to the right of that.
        apart: From one caption to the next, in spaces between the words of one.
    """
    gap = round(SPACE * apart)
    second = 4_000 + 14 * LETTER + SPACE + gap
    third = second + 13 * LETTER + 2 * SPACE + gap
    head: list[Cells] = [
        [("Opening balance", 4_000), ("Interest so far", second), ("Closing balance", third)],
        [(opening, 4_000), ("12.40", second + moved), (closing, third)],
    ]
    return reading(HEAD, head, table(balances=False))


def test_captions_without_room_between_them_are_parted_where_their_numbers_begin() -> None:
    found = crowded("500.00", "1,100.00")
    assert not found.unproved()
    assert found.proved()[0].statement.opening == Decimal(500)
    assert found.proved()[0].statement.closing == Decimal("1100.00")


@pytest.mark.parametrize("ends", [("501.00", "1,100.00"), ("500.00", "1,101.00")])
def test_each_of_them_has_to_hold(ends: tuple[str, str]) -> None:
    assert codes(crowded(*ends)) == {"does_not_add_up"}


def test_where_a_number_begins_below_no_word_they_are_not_parted() -> None:
    assert crowded("500.00", "1,100.00", moved=300, apart=CLOSE).unproved()


CLOSE = 1.4  # widths of a gap within a caption, from one caption to the next


@pytest.mark.parametrize("apart", [1.6, 3])
def test_nor_are_they_then_unless_their_gaps_are_the_widest(apart: float) -> None:
    found = crowded("500.00", "1,100.00", moved=300, apart=apart)
    assert not found.unproved()
    (proved,) = found.proved()
    ends = (proved.statement.opening, proved.statement.closing)
    assert ends == (Decimal(500), Decimal(1_100))
    for wrong in (("501.00", "1,100.00"), ("500.00", "1,101.00")):
        assert codes(crowded(*wrong, moved=300, apart=apart)) == {"does_not_add_up"}


@pytest.mark.parametrize(("left", "right"), [(4_300, 13_000), (4_300, 30_000), (20_000, 30_000)])
def test_each_part_of_them_stands_over_its_number(left: int, right: int) -> None:
    over: Cells = [("Opening balance", 4_000), ("Closing balance", 11_300)]
    under: Cells = [("500.00", left), ("1,100.00", right)]
    lines = lines_of(page([over, under]), Style("."))
    found = [text for text, _ in captions_over(lines[:1], lines[1]).values()]
    assert ("Closing balance" in found) is (right < 20_000)


def test_of_one_number_all_words_above_it_may_be_another_row() -> None:
    head: list[Cells] = [
        [("Closing balance", 4_000), ("Your manager", 11_600)],
        [("1,100.00", 4_300), ("Mrs Example", 11_600)],
    ]
    opening: list[Cells] = [[("Opening balance", 12_000), ("500.00", -42_000)]]
    assert not reading(HEAD, opening, head, table(balances=False)).unproved()
