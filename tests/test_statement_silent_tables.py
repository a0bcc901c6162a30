"""Tables headed like entries in whole numbers, in a paper that writes another account in cents."""

from __future__ import annotations

import pytest

from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table

NUMBERS = (("85,000", "90,000"), ("45,000", "50,000"), ("15,000", "20,000"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("{}", "{}"), {"unread_table"}),
        (("up to {}", "or {}"), set()),  # a list of prices, and no money of an account
        (("¥ {}", "¥ {}"), {"unread_table"}),
    ],
    ids=["numbers", "prose", "signs"],
)
def test_whole_numbers_are_entries_unless_they_stand_in_a_sentence(
    words: tuple[str, str], said: set[str]
) -> None:
    heading = [("Date", 4_000), ("Description", 12_000), ("Debit", -42_000), ("Balance", -54_000)]
    rows: list[Cells] = [
        [(f"03/0{day}/2025", 4_000), ("Order", 12_000),
         (words[0].format(paid), -42_000), (words[1].format(left), -54_000)]
        for day, (paid, left) in enumerate(NUMBERS, start=3)
    ]  # fmt: skip
    assert codes(reading(HEAD, box(BOX), table(), [heading, *rows])) == said


@pytest.mark.parametrize(
    ("heading", "days", "said"),
    [
        ("Date", (), {"unread_table"}),
        ("Ref", ("03/01/2025", "03/02/2025"), {"unread_table"}),
        ("Ref", ("03/01/2025",), set()),
        ("Ref", ("03/01/2025 to 03/31/2025",) * 2, set()),  # for how long something is offered
        ("Ref", (), set()),
    ],
    ids=["headed", "two dates", "one date", "periods", "none"],
)
def test_a_list_without_days_is_none_of_entries(
    heading: str, days: tuple[str, ...], said: set[str]
) -> None:
    head = [(heading, 4_000), ("Description", 12_000), ("Debit", -42_000), ("Balance", -54_000)]
    rows: list[Cells] = [
        [(day, 4_000), ("Order", 19_000), (paid, -42_000), (left, -54_000)]
        for day, (paid, left) in zip((*days, "One", "Two", "Three"), NUMBERS, strict=False)
    ]  # fmt: skip
    assert codes(reading(HEAD, box(BOX), table(), [head, *rows])) == said


YEN = [
    ("03/04/2025", "Order", "85,000"),
    ("03/05/2025", "Sale", "45,000"),
    ("03/06/2025", "Fee", "-500"),
]


def in_yen(*, dated: bool = True, words: str = "{}", behind: str = "") -> list[Cells]:
    """An account with one column of whole numbers."""
    rows: list[Cells] = [
        [
            (day if dated else f"Order of {day}", 4_000),
            (text, 22_000),
            (words.format(amount), -42_000),
            *([(behind, 43_000)] if behind else []),
        ]
        for day, text, amount in YEN
    ]
    heading: Cells = [("Date", 4_000), ("Description", 12_000), ("Amount", -42_000)]
    return [[("Yen account 4711-0900", 4_000)], heading, *rows]


def test_an_account_in_whole_numbers_beside_one_in_hundredths_is_not_dropped() -> None:
    assert codes(reading(HEAD, box(BOX), table(), in_yen())) == {"unread_table"}
    title, *rows = in_yen()
    ends = box([("Opening balance", "10,000"), ("Closing balance", "139,500")])
    found = reading(HEAD, box(BOX), table(), [title], ends, rows)
    assert not found.unproved()
    assert [int(each.statement.closing) for each in found.proved()] == [1_100, 139_500]


@pytest.mark.parametrize(
    "rows",
    [in_yen(dated=False), in_yen(words="up to {}"), in_yen(behind="points")],
    ids=["no day", "in a sentence", "not at the end"],
)
def test_one_number_is_no_entry_without_its_day_or_within_words(rows: list[Cells]) -> None:
    assert not reading(HEAD, box(BOX), table(), rows).unproved()
