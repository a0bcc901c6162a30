"""Words in a row over numbers: which caption is whose, where they stand close or apart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import HEAD, Cells, codes, reading, table

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


def crowded(
    opening: str,
    closing: str,
    *,
    moved: int = 0,
    places: tuple[int, int, int] = (4_000, 11_200, 19_000),
) -> StatementReading:
    """Captions about a word's space apart; each begins where its number begins, *moved* apart."""
    first, second, third = places
    head: list[Cells] = [
        [("Opening balance", first), ("Interest so far", second), ("Closing balance", third)],
        [(opening, first), ("12.40", second + moved), (closing, third)],
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


def test_where_a_number_begins_below_no_word_the_wider_gaps_part_them() -> None:
    assert not crowded("500.00", "1,100.00", moved=300).unproved()
    assert codes(crowded("501.00", "1,100.00", moved=300)) == {"does_not_add_up"}


def test_where_no_gap_is_wider_they_are_not_parted() -> None:
    alike = (4_000, 10_800, 17_400)  # a space of 250 between all words
    assert crowded("500.00", "1,100.00", moved=300, places=alike).unproved()
