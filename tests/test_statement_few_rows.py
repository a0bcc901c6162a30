"""Tables with few rows: where their columns stand, and whether they are of the account at all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from counterfoil.domain.pages import Page, PrintedPages
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.document import document_of
from counterfoil.rules.statements.number_styles import Style
from counterfoil.rules.statements.reading import read
from tests.statement_pdf_support import TODAY
from tests.test_statement_cards import CARD
from tests.test_statement_shifted_pages import paged
from tests.test_statement_summaries import HEAD, Cells, box, codes, page, reading

WAYS = (4_000, 12_000, -36_000, -44_000)
BOTH: Cells = [*zip(("Date", "Description", "Withdrawals", "Deposits"), WAYS, strict=True)]


def row(places: Sequence[int], *texts: str) -> Cells:
    return [(text, at) for text, at in zip(texts, places, strict=True) if text]


def read_pages(*pages: Page) -> StatementReading:
    return read(PrintedPages(reader="pdfium", pages=pages), TODAY)


def amounts(found: StatementReading) -> list[int]:
    assert not found.unproved(), found.unproved()
    (proved,) = found.proved()
    return [int(each.amount) for each in proved.statement.transactions]


FULL = [
    row(WAYS, f"03/{day:02}/2025", "Entry", "" if day % 2 else "10.00", "20.00" if day % 2 else "")
    for day in range(2, 16)
]  # seven each way: 70.00 more


def last_page(
    *rows: tuple[str, ...],
    closing: str = "1,078.00",
    shift: int = 400,
    places: Sequence[int] = WAYS,
) -> StatementReading:
    """A full page, and one of few *rows* that is printed *shift* further left."""
    ends = box([("Opening balance", "1,000.00"), ("Closing balance", closing)])
    few = [row(places, *each) for each in rows]
    return read_pages(paged(1, [*HEAD, *ends, BOTH, *FULL]), paged(2, [BOTH, *few], shift))


RENT = ("03/20/2025", "Rent", "12.00", "")
REFUND = ("", "Refund", "", "20.00")  # of the same day: no line that is surely an entry's


@pytest.mark.parametrize("shift", [0, 400, 1_500])
def test_a_page_of_few_rows_has_the_columns_of_the_full_one(shift: int) -> None:
    assert amounts(last_page(RENT, REFUND, shift=shift))[-3:] == [20, -12, 20]


def test_what_stands_there_is_held_by_the_sums() -> None:
    (found,) = last_page(RENT, (*REFUND[:3], "21.00")).unproved()
    assert found.reason.startswith("1,000.00 + 79.00 = 1,078.00"), "it is read"


def test_where_all_columns_are_found_they_are_where_their_numbers_stand() -> None:
    sale = ("03/21/2025", "Sale", "", "20.00")
    wider = (4_000, 12_000, -37_500, -45_500)
    assert amounts(last_page(RENT, sale, places=wider))[-2:] == [-12, 20]


REFERRED = (4_000, 12_000, 20_000, -44_000)
RATES: Cells = [("Rates", 4_000), ("1.25", -30_000), ("2.25", -36_000)]


def referred(opening: str = "500.00") -> StatementReading:
    """Two entries that begin with a number of theirs, and two other numbers below."""
    heading = row(REFERRED, "Ref", "Date", "Description", "Amount")
    rows = [
        row(REFERRED, "TX10000", "03/03/2025", "Salary", "1,000.00"),
        row(REFERRED, "TX10001", "03/07/2025", "Rent", "-400.00"),
    ]
    ends = box([("Beginning balance", opening), ("Ending balance", "1,100.00")])
    return reading(HEAD, ends, [heading, *rows, RATES])


def test_a_date_below_its_heading_behind_a_number_makes_an_entry() -> None:
    assert amounts(referred()) == [1_000, -400]
    assert codes(referred("501.00")) == {"does_not_add_up"}


def test_a_date_elsewhere_on_a_line_does_not() -> None:
    heading = row(REFERRED, "Ref", "Date", "Description", "Amount")
    entry = row(REFERRED, "TX10000", "03/03/2025", "Salary", "1,000.00")
    note: Cells = [("Rates are those of", 4_000), ("03/01/2025", 22_000), ("1.25", -30_000)]
    printed = page([*HEAD, heading, entry, note])
    ((table, _),) = document_of(printed, Style(".")).tables
    assert [each.right for each in table.columns] == [44_000]


SECTIONED = (4_000, 22_000, -42_000)
BOUGHT = [
    ("03/02/2025", "Example Online Store", "59.00"),
    ("03/05/2025", "City Parking", "12.00"),
    ("03/11/2025", "Bistro Example", "64.00"),
]


def sectioned(paid: str = "300.00", *, at: int = -42_000) -> StatementReading:
    """Two sections whose headings name no dates; the second has one entry."""

    def section(title: str, rows: Sequence[tuple[str, ...]], end: int) -> list[Cells]:
        heading = row((*SECTIONED[:2], end), title, "Reference", "Amount")
        return [
            heading,
            *(row((4_000, 12_000, 24_000, end), *each[:2], "12345", each[2]) for each in rows),
        ]

    ends = box([("Previous Balance", "300.00"), ("New Balance", "135.00")])
    bought = section("Purchases", BOUGHT, -42_000)
    return reading(CARD, ends, bought, section("Payments", [("03/07/2025", "Thank you", paid)], at))


def test_a_section_of_one_entry_is_known_by_its_heading_of_money() -> None:
    assert amounts(sectioned()) == [-59, -12, -64, 300]
    (found,) = sectioned("310.00").unproved()
    assert found.reason.startswith("300.00 + 175.00 = 135.00"), "it is read"


def test_one_under_a_heading_elsewhere_is_not() -> None:
    (found,) = sectioned(at=-46_000).unproved()
    assert found.reason.startswith("300.00 + 135.00 = 135.00"), "without the payment"


def ended(
    *, came: str = "1,000.00", words: str = "Closing balance", end: str = "1,154.40"
) -> StatementReading:
    """A page without an entry: its heading, totals and the end."""
    entries = [
        row(WAYS, "", "Opening balance", "", "500.00"),
        row(WAYS, "03/03/2025", "Salary", "", "1,000.00"),
        row(WAYS, "03/07/2025", "Rent", "300.00", ""),
        row(WAYS, "03/12/2025", "Grocer", "45.60", ""),
    ]
    sums = row(WAYS, "", "Totals", "345.60", came)
    last = row(WAYS, "", words, "", end)
    return read_pages(paged(1, [*HEAD, BOTH, *entries]), paged(2, [BOTH, sums, last]))


def test_totals_and_the_end_alone_on_a_page_are_of_the_account() -> None:
    found = ended()
    assert amounts(found) == [1_000, -300, -45]
    (proved,) = found.proved()
    assert {each.right for each in proved.proof.equations if each.kind == "total"}
    assert codes(ended(came="1,001.00")) == {"totals_contradict"}


def test_with_another_label_they_are_not() -> None:
    (found,) = ended(words="Opening balance").unproved()
    assert found.reason.startswith("page 1:")
    assert found.reason.endswith("no closing balance is printed")


SUMMED = (4_000, 12_000, -44_000, -54_000)


def unheaded(*below: tuple[str, str]) -> StatementReading:
    """Entries without a heading, and lines right below with one number each."""
    entries = [
        row(SUMMED, "03/03/2025", "Salary", "1,000.00", "1,500.00"),
        row(SUMMED, "03/07/2025", "Rent", "-300.00", "1,200.00"),
        row(SUMMED, "03/12/2025", "Grocer", "-45.60", "1,154.40"),
    ]
    lines = [row(SUMMED, "", words, amount, "") for words, amount in below]
    first = row(SUMMED, "", "Opening balance", "", "500.00")
    return reading(HEAD, [first, *entries, *lines])


def summary(came: str = "1,000.00", last: str = "1,154.40") -> list[tuple[str, str]]:
    ends = ("Balance", "500.00"), ("Balance", last)
    return [ends[0], ("Total debits", "345.60"), ("Total credits", came), ends[1]]


def test_without_a_heading_a_summary_right_below_is_read_to_its_end() -> None:
    assert amounts(unheaded(*summary())) == [1_000, -300, -45]


@pytest.mark.parametrize("between", ["", "Yours in any branch"], ids=["dated", "below words"])
def test_what_follows_the_sums_is_not_read_with_them(between: str) -> None:
    sums = [("Total debits", "345.60"), ("Total credits", "1,000.00"), ("Total fees", "0.00")]
    price = "Gift cards" if between else "Gift cards as of 03/01/2025"
    lines = [(between, "")] if between else []
    end = ("Closing balance", "1,154.40")
    assert amounts(unheaded(*sums, end)) == [1_000, -300, -45]
    assert amounts(unheaded(*sums, *lines, (price, "7.00"), end)) == [1_000, -300, -45]
