"""Titles of accounts: as a summary lists them, in capitals, of what is lent; their currency."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.document import is_title
from tests.test_statement_account_titles import (
    BANK,
    CLOSING,
    FIRST,
    SECOND,
    TOTAL,
    account,
    line,
    named,
)
from tests.test_statement_summaries import BOX, ENTRIES, HEAD, Cells, box, codes, reading

EVERYDAY, RESERVE = "ES1 - Everyday", "RS2 - Reserve"  # no word of theirs is an account's
ENDED: list[Cells] = [[("Closing balance", 12_000), ("16.00", -54_000)]]
BETWEEN: Cells = [("Yours in any branch", 4_000)]


def listed(
    one: str, two: str, *, between: list[Cells] = CLOSING, title: str = "", gap: int = 0
) -> StatementReading:
    """*one* and *two* in a summary, and their accounts; the second's is headed by *title*."""
    summary: list[Cells] = [
        [("Summary", 4_000)],
        [(one, 4_000), ("950.00", -30_000)],
        [(two, 4_000), ("16.00", -30_000)],
    ]
    (above, *table) = account(title or RESERVE, SECOND, "20.00")
    return reading(
        BANK,
        summary,
        account(EVERYDAY, FIRST, "100.00"),
        between,
        [above, *[BETWEEN] * gap, *table],
        ENDED,
    )


@pytest.mark.parametrize("gap", [0, 2])
@pytest.mark.parametrize("between", [CLOSING, TOTAL], ids=["end", "total"])
def test_what_a_summary_lists_with_a_balance_is_a_title_near_a_heading(
    between: list[Cells], gap: int
) -> None:
    assert named(listed(EVERYDAY, RESERVE, between=between, gap=gap)) == [EVERYDAY, RESERVE]


@pytest.mark.parametrize(
    ("two", "title", "gap"),
    [
        ("Something else", RESERVE, 0),
        ("Reserve", "Reserve", 0),  # a word alone may stand anywhere
        (RESERVE, f"{RESERVE} 16.00", 0),
        (RESERVE, RESERVE, 3),
    ],
    ids=["not listed", "one word", "with money", "far away"],
)
def test_nothing_else_is(two: str, title: str, gap: int) -> None:
    found = listed(EVERYDAY, two, between=TOTAL, title=title, gap=gap)
    assert codes(found) == {"does_not_add_up"}


@pytest.mark.parametrize(
    ("text", "titled"),
    [
        ("Pearl One Private Client Account - HKD Savings", True),
        ("Pearl One Private client Account - HKD Savings", False),
        ("Pearl One Private Client Account HKD And USD Savings", False),  # nine words
        ("HELOC 4711", True),
        ("HELO 4711", False),
        ("Personal line of credit", True),
        ("Personal lines of code", False),
        ("Car loan 4711", True),
    ],
)
def test_a_title_is_longer_in_capitals_and_names_what_is_lent(text: str, titled: bool) -> None:
    assert is_title(line(text)) is titled


PAID = [("03/05/2025", "Payment", "-100.00", "900.00"), ("03/25/2025", "Other", "9.00", "909.00")]


@pytest.mark.parametrize(
    ("title", "opening"),
    [
        ("HELOC 4711-0900", -1_000),
        ("Personal line of credit 4711-0900", -1_000),
        ("Personal credit line 4711-0900", -1_000),
        ("Line of checking 4711-0900", 1_000),
    ],
)
def test_a_line_of_credit_is_owed_by_its_name(title: str, opening: int) -> None:
    end: list[Cells] = [[("Closing balance", 12_000), ("909.00", -54_000)]]
    (proved,) = reading(BANK, account(title, PAID, "1,000.00"), end).proved()
    assert proved.statement.opening == opening


def in_currencies(*codes: str, last: int = 0) -> StatementReading:
    """The entries with a currency each behind their date (``last``: or behind their text)."""
    heading: Cells = [("Date", 4_000), ("Ccy", 9_500), ("Description", 12_000), ("Amount", -42_000)]
    rows: list[Cells] = [
        [
            (day, 4_000),
            *([(code, 9_500)] if code and not last else []),
            (f"{text} {code}" if last else text, 12_000),
            (amount, -42_000),
        ]
        for code, (day, text, amount, _) in zip(codes, ENTRIES, strict=True)
    ]
    branch: Cells = [("12 Main Street, Springfield, IL 62701", 4_000)]  # where dollars are used
    return reading([*HEAD, branch], box([BOX[0], BOX[3]]), [heading, *rows])


def kept_in(found: StatementReading) -> str:
    (proved,) = found.proved()
    return proved.statement.currency


def test_a_column_of_currencies_behind_the_dates_says_which_one_the_account_is_kept_in() -> None:
    assert kept_in(in_currencies("EUR", "EUR", "EUR", "EUR", "EUR")) == "EUR"


def test_one_entry_in_another_currency_or_words_of_entries_do_not() -> None:
    assert kept_in(in_currencies("", "EUR", "", "EUR", "")) == "USD"
    assert kept_in(in_currencies("EUR", "EUR", "EUR", "EUR", "EUR", last=1)) == "USD"
    assert kept_in(in_currencies("MAX", "MAX", "MAX", "MAX", "MAX")) == "USD"
