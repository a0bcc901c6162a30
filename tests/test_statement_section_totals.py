"""Totals right below the entries they sum up: where others hold, each of them has to."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.terms import Label
from counterfoil.rules.statements.vocabulary import label_of
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading

HEADED: Cells = [("Date", 4_000), ("Description", 12_000), ("Amount", -42_000)]
DEPOSITS = [("03/03/2025", "Salary", "1,000.00"), ("03/20/2025", "Refund", "20.00")]
CHECKS = [("03/12/2025", "Greengrocer", "45.60")]
WITHDRAWALS = [("03/07/2025", "Rent", "300.00")]
FEES = [("03/28/2025", "Monthly", "74.40")]


def entries(rows: list[tuple[str, str, str]]) -> list[Cells]:
    return [[(day, 4_000), (text, 12_000), (amount, -42_000)] for day, text, amount in rows]


def section(title: str, rows: list[tuple[str, str, str]], total: str) -> list[Cells]:
    below: Cells = [(f"Total {title}", 4_000), (total, -42_000)]
    return [[(title, 4_000)], HEADED, *entries(rows), below]


def with_fees(total: str) -> StatementReading:
    """Four sections, of which the last one's total says *total*."""
    return reading(
        HEAD,
        box([BOX[0], BOX[3]]),
        section("Deposits", DEPOSITS, "1,020.00"),
        section("Checks", CHECKS, "45.60"),
        section("Withdrawals", WITHDRAWALS, "300.00"),
        section("Service Fees", FEES, total),
    )


def test_totals_below_their_sections_that_hold_are_no_trouble() -> None:
    assert not with_fees("74.40").unproved()


def test_a_total_below_its_section_that_does_not_hold_is_refused() -> None:
    (found,) = with_fees("74.50").unproved()
    assert found.code == "totals_contradict"
    assert found.reason.endswith("Total Service Fees 74.50: the rows above it come to 74.40")


def test_a_total_may_be_of_the_sections_before_it_too() -> None:
    assert not with_fees("374.40").unproved(), "withdrawals and fees"
    assert codes(with_fees("375.40")) == {"totals_contradict"}
    assert codes(with_fees("1,394.40")) == {"totals_contradict"}, "it leaves out two between"


@pytest.mark.parametrize(
    ("fee", "wrong"), [("74.40", set()), ("74.50", {"totals_contradict"})], ids=["holds", "not"]
)
def test_beside_one_total_that_holds_another_that_names_its_way_has_to_hold(
    fee: str, wrong: set[str]
) -> None:
    found = reading(
        HEAD,
        box([BOX[0], ("Ending balance", "1,445.60")]),
        section("Deposits", DEPOSITS, "1,020.00"),
        section("Service Fees", FEES, fee),
    )
    assert codes(found) == wrong


def subtotalled(second: str) -> StatementReading:
    """Two pairs of rows with a total below each."""
    rows = entries([
        ("03/03/2025", "Rent", "30.00"), ("03/04/2025", "Rent", "10.00"),
        ("03/05/2025", "Grocer", "25.00"), ("03/06/2025", "Grocer", "35.00"),
    ])  # fmt: skip
    sums: list[Cells] = [[("Total", 12_000), (each, -42_000)] for each in ("40.00", second)]
    table = [[("Withdrawals", 4_000)], HEADED, *rows[:2], sums[0], *rows[2:], sums[1]]
    return reading(HEAD, box([BOX[0], ("Ending balance", "400.00")]), table)


def test_a_subtotal_of_the_rows_since_the_last_one_is_an_equation_of_the_proof() -> None:
    (proved,) = subtotalled("60.00").proved()
    assert [each.kind for each in proved.proof.equations].count("total") == 2


def test_a_bare_total_right_below_all_entries_has_to_hold() -> None:
    assert codes(subtotalled("61.00")) == {"totals_contradict"}
    assert not subtotalled("100.00").unproved(), "it may be of all of them"


def both_ways(words: str, came: str) -> StatementReading:
    """Money out and money in, with a line of their totals between the entries and the end."""
    rows: list[Cells] = [
        [("Date", 4_000), ("Description", 12_000), ("Debit", -42_000), ("Credit", -52_000)],
        [("Opening balance", 12_000), ("500.00", -52_000)],
        [("03/03/2025", 4_000), ("Salary", 12_000), ("1,000.00", -52_000)],
        [("03/07/2025", 4_000), ("Rent", 12_000), ("300.00", -42_000)],
        [("03/12/2025", 4_000), ("Grocer", 12_000), ("45.60", -42_000)],
        [(words, 12_000), ("345.60", -42_000), (came, -52_000)],
        [("Closing balance", 12_000), ("1,154.40", -52_000)],
    ]
    return reading(HEAD, rows)


def test_totals_may_have_the_opening_balance_in_them_and_say_so() -> None:
    assert not both_ways("Totals (opening balance included)", "1,500.00").unproved()
    assert both_ways("Totals (opening balance included)", "1,501.00").unproved()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Totals (opening balance included)", Label.TOTAL),
        ("Totaux des mouvements, solde initial compris", Label.TOTAL),
        ("Summe einschl. Anfangssaldo", Label.TOTAL),
        ("Opening balance", Label.OPENING),
    ],
)
def test_words_that_name_an_end_within_a_total_name_no_end(text: str, label: Label) -> None:
    assert label_of(text) is label


def test_what_only_looks_like_an_iban_above_the_totals_begins_no_account() -> None:
    rows: list[Cells] = [
        [("Date", 4_000), ("Description", 12_000), ("Debit", -42_000), ("Credit", -52_000)],
        [("Opening balance", 12_000), ("500.00", -52_000)],
        [("03/03/2025", 4_000), ("Salary", 12_000), ("1,000.00", -52_000)],
        [("03/12/2025", 4_000), ("Grocer", 12_000), ("345.60", -42_000)],
        [("DE98 ZZZ0 9999 9999 99", 12_000)],  # of a creditor
        [("Totals", 12_000), ("345.60", -42_000), ("1,000.00", -52_000)],
        [("Closing balance", 12_000), ("1,154.40", -52_000)],
    ]
    found = reading(HEAD, rows)
    assert not found.unproved()
    (proved,) = found.proved()
    assert [int(row.amount) for row in proved.statement.transactions] == [1_000, -345]
    assert any(each.kind == "total" for each in proved.proof.equations)
