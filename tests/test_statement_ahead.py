"""Sums ahead of entries, captions over numbers, titles between dashes, days said once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from counterfoil.rules.statements.vocabulary import section_sign
from fixtures.statements.zoo.ahead import LAYOUTS
from fixtures.statements.zoo.filing import file
from tests.statement_pdf_support import examined
from tests.test_statement_titles import Printed, amounts, reading

SEEDS = (1, 2, 3)
TOP: list[Printed] = [
    [(60, "Millrace Savings Bank"), (330, "Account 44120987")],
    [(60, "Statement period 1 April 2025 to 30 April 2025, all amounts in USD")],
]
CHECKS: list[Printed] = [
    [(60, "Beginning balance"), (-400, "1,000.00")],
    [(60, "Ending balance"), (-400, "1,070.50")],
    [(60, "Date"), (140, "Description"), (-400, "Amount")],
    [(60, "04/03"), (140, "WAGES MILLRACE FOUNDRY"), (-400, "300.00")],
    [(60, "04/09"), (140, "CARD GREENGROCER"), (-405, "29.50-")],
    [(60, "04/21"), (140, "CARD HARDWARE"), (-405, "20.00-")],
    [(60, "Items paid in the order of their numbers")],
    [(60, "Date"), (140, "Check No"), (-400, "Amount")],
    [(60, "04/11"), (140, "1201"), (-400, "80.00")],
    [(60, "04/15"), (140, "1203"), (-400, "100.00")],
]
SUMMARY: list[Printed] = [
    [(60, "Opening balance"), (-400, "500.00")],
    [(60, "Cash received"), (-400, "+250.00")],
    [(60, "Cards and bills"), (-400, "-95.00")],
    [(60, "Closing balance"), (-400, "655.00")],
    [(60, "Date"), (140, "Description"), (-400, "Amount")],
    [(60, "04/03"), (140, "WAGES MILLRACE FOUNDRY"), (-400, "250.00")],
    [(60, "04/09"), (140, "CARD GREENGROCER"), (-400, "-45.00")],
    [(60, "04/21"), (140, "CARD HARDWARE"), (-400, "-50.00")],
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [layout.name for layout in LAYOUTS])
def test_a_good_print_is_read_and_each_spoiled_one_is_refused(
    name: str, seed: int, tmp_path: Path
) -> None:
    layout = next(each for each in LAYOUTS if each.name == name)
    for document in layout.make(Random(f"{seed}/{name}")):
        found = examined(file(document, name, tmp_path)).reading
        if document.expect == "quarantine":
            assert found.unproved(), document.name
            continue
        assert not found.unproved(), found.unproved()
        (proved,) = found.proved()
        (truth,) = document.truths
        read = [(each.booking_date, each.amount) for each in proved.statement.transactions]
        assert sorted(read) == sorted((row.date, row.amount) for row in truth.account.rows)


@pytest.mark.parametrize(
    ("title", "sign"),
    [
        ("-----  CHECKS IN SERIAL NUMBER ORDER  -----", -1),
        ("* * *  DEPOSITS  * * *", 1),
        ("===== DAILY LEDGER =====", 0),
        ("* Deposits of other banks are insured as well", 0),  # a footnote
        ("- Checks are numbered in their order", 0),
    ],
)
def test_what_is_drawn_on_both_sides_of_a_title_is_none_of_it(title: str, sign: int) -> None:
    assert section_sign(title) == sign


def test_numbers_of_checks_alone_say_that_money_went_out(tmp_path: Path) -> None:
    found = amounts(reading(tmp_path, TOP + CHECKS))
    assert found == [Decimal(each) for each in ("-100.00", "-80.00", "-29.50", "-20.00", "300.00")]


def test_checks_do_not_turn_into_deposits_to_make_a_sum(tmp_path: Path) -> None:
    rows = [[(x, text.replace("1,070.50", "1,430.50")) for x, text in row] for row in CHECKS]
    assert reading(tmp_path, TOP + rows).unproved()


def test_a_summary_whose_signed_numbers_do_not_add_up_is_refused(tmp_path: Path) -> None:
    assert amounts(reading(tmp_path, TOP + SUMMARY))
    for was, now in (("+250.00", "+260.00"), ("-95.00", "-59.00")):
        rows = [[(x, text.replace(was, now)) for x, text in row] for row in SUMMARY]
        codes = [each.code for each in reading(tmp_path, TOP + rows).unproved()]
        assert codes == ["totals_contradict"], now


def test_entries_against_their_titles_are_no_money_had_for_want_of_words(tmp_path: Path) -> None:
    rows: list[Printed] = [
        [(60, "Previous Balance"), (-400, "300.00")],
        [(60, "New Balance"), (-400, "70.00")],
        [(60, "Payments received")],
        [],
        [(60, "Date"), (140, "Description"), (-400, "Amount")],
        [(60, "04/03"), (140, "RECEIVED WITH THANKS"), (-400, "-200.00")],
        [(60, "04/04"), (140, "RETURNED GOODS"), (-400, "-100.00")],
        [(60, "Bought by J Nye")],
        [(60, "Date"), (140, "Merchant"), (-400, "Amount")],
        [(60, "04/09"), (140, "GREENGROCER"), (-400, "25.00")],
        [(60, "04/21"), (140, "HARDWARE"), (-400, "45.00")],
    ]
    assert [each.code for each in reading(tmp_path, TOP + rows).unproved()] == ["polarity"]
