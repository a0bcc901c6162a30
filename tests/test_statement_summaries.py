"""What stands around the entries: summaries that must add up, and numbers that are no ends."""

from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.domain.pages import Page, PrintedPages, Row, Word
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.asides import set_apart
from counterfoil.rules.statements.reading import read
from counterfoil.rules.statements.terms import Role
from counterfoil.rules.statements.vocabulary import role_of, section_sign
from tests.statement_pdf_support import TODAY

LETTER, SPACE, HEIGHT, STEP = 450, 250, 900, 1_300  # hundredths of a point

Cells = list[tuple[str, int]]  # (text, where it begins; negative: where it ends)

HEAD: list[Cells] = [
    [("Sample Bank", 4_000)],
    [("Account number 4711-0815", 4_000)],
    [("Statement period 03/01/2025 to 03/31/2025", 4_000)],
]
ENTRIES = [
    ("03/03/2025", "Salary of Example Ltd", "1,000.00", "1,500.00"),
    ("03/07/2025", "Rent", "-300.00", "1,200.00"),
    ("03/12/2025", "Grocer", "-45.60", "1,154.40"),
    ("03/20/2025", "Refund", "20.00", "1,174.40"),
    ("03/28/2025", "Water works", "-74.40", "1,100.00"),
]
BOX = [
    ("Beginning balance", "500.00"),
    ("Deposits and additions", "1,020.00"),
    ("Withdrawals", "420.00"),
    ("Ending balance", "1,100.00"),
]


def words(text: str, at: int, top: int) -> list[Word]:
    """Word by word; an *at* below zero is where the text ends."""
    parts = text.split()
    wide = sum(len(part) for part in parts) * LETTER + (len(parts) - 1) * SPACE
    left = at if at >= 0 else -at - wide
    found = []
    for part in parts:
        found.append(
            Word(part, tuple(left + LETTER * n for n in range(len(part) + 1)), top, top + HEIGHT)
        )
        left += LETTER * len(part) + SPACE
    return found


def page(rows: list[Cells]) -> PrintedPages:
    """*rows* one below the other, on one page."""
    lines = tuple(
        Row(page=1, words=tuple(w for text, at in row for w in words(text, at, STEP * number)))
        for number, row in enumerate(rows, start=1)
    )
    of = Page(number=1, width=60_000, height=90_000, rows=lines, characters=999)
    return PrintedPages(reader="pdfium", pages=(of,))


def box(rows: list[tuple[str, str]]) -> list[Cells]:
    return [[(label, 4_000), (amount, -30_000)] for label, amount in rows]


def table(*, balances: bool = True) -> list[Cells]:
    heading: Cells = [("Date", 4_000), ("Description", 12_000), ("Amount", -42_000)]
    rows: list[Cells] = [
        [(day, 4_000), (text, 12_000), (amount, -42_000)] for day, text, amount, _ in ENTRIES
    ]
    if balances:
        heading.append(("Balance", -54_000))
        for row, (*_, balance) in zip(rows, ENTRIES, strict=True):
            row.append((balance, -54_000))
    return [heading, *rows]


def reading(*parts: list[Cells]) -> StatementReading:
    return read(page([row for part in parts for row in part]), TODAY)


def codes(found: StatementReading) -> set[str]:
    return {each.code for each in found.unproved()}


def test_the_plain_statement_is_proved() -> None:
    (proved,) = reading(HEAD, box(BOX), table()).proved()
    assert len(proved.statement.transactions) == len(ENTRIES)


@pytest.mark.parametrize("balances", [True, False])
@pytest.mark.parametrize("line", [1, 2])
def test_a_summary_that_cannot_add_up_contradicts(line: int, balances: bool) -> None:
    label, amount = BOX[line]
    wrong = [*BOX[:line], (label, amount.replace("20.00", "21.00")), *BOX[line + 1 :]]
    found = reading(HEAD, box(wrong), table(balances=balances))
    assert codes(found) == {"totals_contradict"}


@pytest.mark.parametrize("paid", ["-$420.00", "420.00"])
def test_a_summary_may_print_a_sign_on_one_side_only(paid: str) -> None:
    right = [BOX[0], BOX[1], ("Withdrawals and other debits", paid), BOX[3]]
    assert not reading(HEAD, box(right), table()).unproved()
    wrong = [BOX[0], ("Deposits and additions", "1,021.00"), right[2], BOX[3]]
    assert codes(reading(HEAD, box(wrong), table())) == {"totals_contradict"}


def test_a_summary_with_a_line_that_is_part_of_another_adds_up() -> None:
    fees = [*BOX[:3], ("Fees", "74.40"), BOX[3]]
    assert not reading(HEAD, box(fees), table()).unproved()


@pytest.mark.parametrize(
    "more",
    [
        box([("Opening Cashback Bonus Balance", "32.18"), ("New Balance of points", "46.95")]),
        [[("You have no fee with a balance at the beginning of each day of", 4_000),
          ("$1,500.00", 34_500), ("or more", 38_900)]],
        [[("Pot name", 4_000), ("Type", 15_000), ("Balance", -30_000)],
         [("Holiday", 4_000), ("Regular Pot", 15_000), ("984.50", -30_000)]],
    ],
    ids=["points", "to be reached", "set aside"],
)  # fmt: skip
def test_balances_of_other_things_are_no_ends(more: list[Cells]) -> None:
    assert not reading(HEAD, box(BOX), table(), more).unproved()
    other = reading(HEAD, box(BOX), table(), box([("Closing balance", "984.50")]))
    assert "end_contradicts" in codes(other)


@pytest.mark.parametrize(
    ("words", "said"), [("Fixed rate bond", set()), ("Your", {"end_contradicts"})]
)
def test_balances_by_day_of_another_product_are_no_ends(words: str, said: set[str]) -> None:
    bond = box([
        (f"{words} balance on 03/01/2025", "700.00"),
        (f"{words} balance on 03/31/2025", "710.00"),
    ])  # fmt: skip
    assert codes(reading(HEAD, box([BOX[0], BOX[3]]), bond, table())) == said


def test_a_caption_of_two_lines_is_read_as_one() -> None:
    captions: list[Cells] = [
        [("Average monthly", -22_000), ("Charges", -40_000)],
        [("balance", -22_000), ("and fees", -40_000)],
        [("1,553.56", -22_000), ("0.00", -40_000)],
    ]
    assert not reading(HEAD, box(BOX), captions, table()).unproved()
    assert codes(reading(HEAD, box(BOX), captions[1:], table())) == {"end_contradicts"}


def test_the_row_of_a_summary_is_no_entry_of_a_table() -> None:
    captions: list[Cells] = [
        [("Beginning", -10_000), ("Deposits", -20_000), ("Withdrawals", -31_000),
         ("Ending balance", -46_000)],
        [("500.00", -10_000), ("1,020.00", -20_000), ("420.00", -31_000), ("1,100.00", -46_000)],
    ]  # fmt: skip
    assert not reading(HEAD, table(), captions).unproved()
    captions[1][2] = ("420.10", -31_000)
    assert reading(HEAD, table(), captions).unproved()


def test_the_only_caption_over_a_number_names_it() -> None:
    def ends(opening: str) -> list[Cells]:
        return [
            [("Nr.", 4_000), ("Page", 10_000), ("Previous balance as of 03/01/2025", -38_000)],
            [("9", 4_000), ("1 of 1", 10_000), (f"USD + {opening}", -42_000)],
        ]

    closing: list[Cells] = [[("Closing balance", 12_000), ("1,100.00", -42_000)]]
    (proved,) = reading(HEAD, ends("500.00"), table(balances=False), closing).proved()
    assert proved.statement.opening == Decimal("500.00")
    assert not reading(HEAD, ends("501.00"), table(balances=False), closing).proved()


def test_a_box_of_fees_below_the_closing_balance_is_none_of_the_list() -> None:
    closing: list[Cells] = [[("Closing balance", 12_000), ("1,100.00", -42_000)]]
    fees: list[Cells] = [[("Fees of the period", 12_000), ("16.90", -42_000)]]
    (proved,) = reading(HEAD, box(BOX[:1]), table(balances=False), closing, fees).proved()
    assert len(proved.statement.transactions) == len(ENTRIES)
    late: list[Cells] = [[("03/29/2025", 4_000), ("Fee", 12_000), ("-16.90", -42_000)]]
    assert not reading(HEAD, box(BOX[:1]), table(balances=False), closing, late).proved()


def test_balances_by_day_may_follow_entries_in_sections() -> None:
    def section(title: str, way: str) -> list[Cells]:
        own = [each for each in ENTRIES if each[2].startswith("-") is (way == "-")]
        return [
            [(title, 4_000)],
            [("Date", 4_000), ("Description", 12_000), ("Amount", -42_000)],
            *[
                [(day, 4_000), (text, 12_000), (amount.lstrip("-"), -42_000)]
                for day, text, amount, _ in own
            ],
        ]

    def days(balances: list[str]) -> list[Cells]:
        ends = [
            [(day, left), (balance, -left - 13_000)]
            for left, (day, *_), balance in zip(PLACES, ENTRIES, balances, strict=True)
        ]
        return [
            [("Balance Summary", 4_000)],
            [
                cell
                for left in sorted(set(PLACES))
                for cell in (("Date", left), ("Ending Balance", -left - 13_000))
            ],
            [cell for end in ends[::2] for cell in end],
            [cell for end in ends[1::2] for cell in end],
        ]

    parts = (HEAD, box(BOX), section("Deposits", "+"), section("Withdrawals", "-"))
    right = [balance for *_, balance in ENTRIES]
    assert not reading(*parts, days(right)).unproved()
    assert reading(*parts, days([right[0], "1,209.00", *right[2:]])).unproved()


PLACES = (4_000, 4_000, 20_000, 20_000, 36_000)  # of the days of three columns
BESIDE = ["At a glance", "Start balance £500.00", "End balance £1,100.00", "Your limit", "Call us"]


def beside(texts: list[str], *, at: int) -> PrintedPages:
    """The list with *texts* to the right of its rows."""
    rows = table()
    return page([*HEAD, *[[*row, (text, at)] for row, text in zip(rows, texts, strict=False)]])


def test_a_box_to_the_right_of_a_list_is_read_apart() -> None:
    found = set_apart(beside([*BESIDE, "24 hours"], at=56_000))
    assert found is not None
    rows = [row.text for row in found.pages[0].rows]
    assert rows[3:8] == BESIDE
    assert rows[-1] == "03/28/2025 Water works -74.40 1,100.00 24 hours" or "24" not in rows[-1]


@pytest.mark.parametrize("texts", [["HK$ 1,804.29"] * 6, ["EUR 1,804.29 CR"] * 6])
def test_a_column_of_money_is_no_box(texts: list[str]) -> None:
    assert set_apart(beside(texts, at=56_000)) is None


def test_texts_without_the_money_beside_them_are_no_box() -> None:
    rows: list[Cells] = [
        [(day, 4_000), (f"{text} paid by card", 12_000), (amount, -42_000)]
        for day, text, amount, _ in ENTRIES
    ]
    assert set_apart(page([*HEAD, *rows])) is None


def test_marks_for_both_ways_are_a_column_however_they_are_spaced() -> None:
    assert [role_of(text) for text in ("Af/Bij", "Af / Bij")] == [Role.SIGN, Role.SIGN]
    assert section_sign("Payments and Other Credits") == 1
