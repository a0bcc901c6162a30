"""Where one table ends and another begins: boxes of ends, and lists of checks side by side."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table

HEADED: Cells = [("Date", 4_000), ("Description", 12_000), ("Amount", -42_000)]
SECOND: list[Cells] = [
    HEADED,
    [("03/05/2025", 4_000), ("Put aside", 12_000), ("40.00", -42_000)],
    [("03/19/2025", 4_000), ("Taken out", 12_000), ("-10.00", -42_000)],
]


def two(
    words: tuple[str, str] = ("Opening balance", "Closing balance"),
    ends: tuple[str, str] = ("100.00", "130.00"),
    *,
    between: str = "Rainy days",
) -> StatementReading:
    """One account with a box of its ends above it, and another below it."""
    below: list[Cells] = [
        [(between, 4_000)],
        [(words[0], -30_000), (words[1], -42_000)],
        [(ends[0], -30_000), (ends[1], -42_000)],
    ]
    return reading(HEAD, box([BOX[0], BOX[3]]), table(balances=False), below, SECOND)


def test_both_ends_side_by_side_below_entries_begin_another_account() -> None:
    found = two()
    assert not found.unproved()
    first, second = (each.statement for each in found.proved())
    assert (first.opening, first.closing) == (Decimal(500), Decimal(1_100))
    assert (second.opening, second.closing) == (Decimal(100), Decimal(130))
    assert [each.amount for each in second.transactions] == [Decimal(40), Decimal(-10)]


@pytest.mark.parametrize("ends", [("101.00", "130.00"), ("100.00", "130.10")])
def test_what_it_says_has_to_hold(ends: tuple[str, str]) -> None:
    assert "does_not_add_up" in codes(two(ends=ends))


@pytest.mark.parametrize("words", [("Opening balance", "Fees"), ("Rates", "Closing balance")])
def test_one_end_alone_begins_none(words: tuple[str, str]) -> None:
    assert not two(words).proved()


def test_a_box_above_the_first_entry_ends_no_table() -> None:
    heading, *rows = table(balances=False)
    ends: list[Cells] = [
        [("Your month in short:", 4_000)],
        [("Opening balance", -30_000), ("Closing balance", -46_000)],
        [("500.00", -30_000), ("1,100.00", -46_000)],
    ]
    (proved,) = reading(HEAD, [heading], ends, rows).proved()
    assert len(proved.statement.transactions) == len(rows)


WIDE = 19_000  # hundredths of a point, from one list to the next
CHECKS = [
    ("1001", "10.00", "03/03"), ("1002", "20.50", "03/05"), ("1004", "30.00", "03/10"),
    ("1005", "11.11", "03/12"), ("1007", "12.39", "03/18"), ("1008", "16.00", "03/28"),
]  # fmt: skip


def side_by_side(*parts: tuple[str, int]) -> Cells:
    """The same cells three times beside each other."""
    return [
        (text, at + WIDE * n if at >= 0 else at - WIDE * n) for n in range(3) for text, at in parts
    ]


#: One heading over two lines, and the same words on one line.
BROKEN = [
    side_by_side(("Check", 4_000), ("Date", 15_000)),
    side_by_side(("number", 4_000), ("Amount", -13_000), ("paid", 15_000)),
]
WHOLE = [side_by_side(("Check #", 4_000), ("Amount", -13_000), ("Date", 15_000))]


def listed(
    heading: list[Cells], *, title: Cells | None = None, last: str = "16.00"
) -> StatementReading:
    """A deposit, and six checks in three lists beside each other that are to be read downwards.

    Args:
        last: What the last check was for.
    """
    rows = []
    for number in (0, 1):
        row: Cells = []
        for part in range(3):
            check, amount, day = CHECKS[part * 2 + number]
            amount = last if check == CHECKS[-1][0] else amount
            left = part * WIDE
            row += [(check, left + 4_000), (amount, -left - 13_000), (day, left + 15_000)]
        rows.append(row)
    deposit: list[Cells] = [
        [("Deposits", 4_000)],
        HEADED,
        [("03/03/2025", 4_000), ("Salary", 12_000), ("700.00", -42_000)],
    ]
    ends = box([BOX[0], BOX[3]])
    return reading(HEAD, ends, deposit, [title or [("Checks paid", 4_000)]], heading, rows)


@pytest.mark.parametrize("heading", [BROKEN, WHOLE], ids=["two lines", "one line"])
def test_checks_are_listed_side_by_side_below_a_heading_of_one_line_or_two(
    heading: list[Cells],
) -> None:
    (proved,) = listed(heading).proved()
    assert [each.amount for each in proved.statement.transactions] == [
        700, *(-Decimal(amount) for _, amount, _ in CHECKS),
    ]  # fmt: skip
    assert [each.booking_date.day for each in proved.statement.transactions] == [
        3, 3, 5, 10, 12, 18, 28,
    ]  # fmt: skip
    assert [each.description for each in proved.statement.transactions[1:]] == [
        f"Check {number}" for number, *_ in CHECKS
    ]


@pytest.mark.parametrize("heading", [BROKEN, WHOLE], ids=["two lines", "one line"])
def test_each_of_them_has_to_be_right(heading: list[Cells]) -> None:
    assert codes(listed(heading, last="16.01")) == {"does_not_add_up"}


def test_a_title_over_headings_side_by_side_is_none_of_them() -> None:
    title: Cells = [("Checks paid", 4_000), ("Amount and date of each", 30_000)]
    assert not listed(WHOLE, title=title).unproved()
    assert codes(listed(WHOLE, title=title, last="16.01")) == {"does_not_add_up"}
