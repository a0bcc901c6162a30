"""Numbers around the entries: whose words stand over and under them, and what they must be."""

from __future__ import annotations

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_few_rows import read_pages
from tests.test_statement_shifted_pages import paged
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table


def around(
    paid: str, *, lower: tuple[str, int] = ("withdrawals", 4_000), note: str = ""
) -> StatementReading:
    """A summary in which a number stands between the two lines of its words."""
    broken: list[Cells] = [
        [("Total", 4_000)],
        [(paid, -30_000), (note, 34_000)] if note else [(paid, -30_000)],
        [lower],
    ]
    return reading(
        HEAD, box([BOX[0], ("Total deposits", "1,020.00")]), broken, box(BOX[3:]), table()
    )


def test_words_over_and_under_a_number_name_it() -> None:
    assert not around("$420.00").unproved()
    (proved,) = around("$420.00").proved()
    said = [each.says for each in proved.proof.equations]
    assert "Total withdrawals: 420.00" in said


@pytest.mark.parametrize("paid", ["$421.00", "$42.00", "$402.00"])
def test_a_wrong_number_between_its_words_is_refused(paid: str) -> None:
    assert codes(around(paid)) == {"totals_contradict"}


def test_words_that_begin_elsewhere_or_reach_below_it_do_not_name_it() -> None:
    assert not around("$421.00", lower=("withdrawals", 5_000)).unproved()
    assert not around(
        "$421.00",
        lower=(
            "withdrawals of cash from any bank's own machine abroad within the last month",
            4_000,
        ),
    ).unproved()
    assert not around("$421.00", note="of your limit").unproved()


def with_table(*rows: Cells) -> StatementReading:
    """A list, and *rows* in a table of their own that is headed like it."""
    own: list[Cells] = [[("Your account", 4_000), ("Amount", -42_000), ("Balance", -54_000)]]
    return reading(HEAD, box(BOX), table(), [[("At a glance", 4_000)]], own, [*rows])


def test_what_is_left_to_spend_moves_nothing_wherever_it_stands() -> None:
    left: Cells = [("Available credit", 4_000), ("$6,557.99", -42_000)]
    assert not with_table(left).unproved()
    assert codes(with_table([("Sundry", 4_000), left[1]])) == {"unread_table"}


def test_with_a_day_or_other_words_it_may() -> None:
    dated: Cells = [("03/28/2025 Available credit", 4_000), ("$6,557.99", -42_000)]
    assert codes(with_table(dated)) == {"unread_line"}
    words: list[Cells] = [
        [("We are here for you.", 4_000)],
        [("Available credit", -42_000)],
        [("Sundry", 4_000), ("$6,557.99", -42_000)],
    ]
    assert codes(with_table(*words)) == {"unread_table"}


def marked(one: str, other: str, mark: str = "CR") -> StatementReading:
    """A summary whose words say nothing, with a mark behind one of its numbers."""
    rows = box([BOX[0], ("Turnover A", one), ("Turnover B", other), BOX[3]])
    if mark:
        rows[1].append((mark, 30_250))
    return reading(HEAD, rows, table())


def test_a_number_marked_among_numbers_without_marks_went_the_other_way() -> None:
    assert not marked("1,020.00", "420.00").unproved()


@pytest.mark.parametrize("wrong", [("1,021.00", "420.00"), ("1,020.00", "421.00")])
def test_a_summary_with_one_mark_has_to_add_up(wrong: tuple[str, str]) -> None:
    assert codes(marked(*wrong)) == {"totals_contradict"}
    assert not marked(*wrong, mark="").unproved(), "nothing says what its numbers are"
    assert not marked(f"+{wrong[0]}", wrong[1], mark="").unproved(), "a plus is no letter"


OVER = [("Date", 4_000), ("Description", 12_000), ("Amount", -42_000)]


def entry(day: int, text: str, amount: str) -> Cells:
    return [(f"03/{day:02}/2025", 4_000), (text, 12_000), (amount, -42_000)]


def parts(words: str, total: str, *, other: str = "1.020,00") -> StatementReading:
    """Two sections in Portuguese, each with its total below it.

    Args:
        words: Of the total of purchases, which come to 345.60.
        other: The total of what came in: 1,020.00.
    """
    rows: list[Cells] = [
        [("Depósitos", 4_000)],
        OVER,
        entry(3, "Salário", "1.000,00"),
        entry(20, "Devolução", "20,00"),
        [("Total de depósitos", 4_000), (other, -42_000)],
        [("Compras nacionais", 4_000)],
        OVER,
        entry(7, "Aluguel", "300,00"),
        entry(12, "Mercado", "45,60"),
        [(words, 4_000), (total, -42_000)],
    ]
    return reading(HEAD, box([(BOX[0][0], "500,00"), (BOX[3][0], "1.174,40")]), rows)


@pytest.mark.parametrize(
    "words", ["Total de compras nacionais", "Suma de compras", "Totale acquisti"]
)
def test_a_total_below_its_section_has_to_hold_in_other_languages_too(words: str) -> None:
    assert not parts(words, "345,60").unproved()
    (found,) = parts(words, "346,60").unproved()
    assert found.code == "totals_contradict"
    assert words in found.reason


def test_it_may_be_of_something_else_where_its_words_do_not_say_so_or_no_other_holds() -> None:
    assert not parts("Total de nossas lojas", "346,60").unproved()
    assert not parts("Total de compras nacionais", "346,60", other="9,99").unproved()


def over_the_page(total: str = "310.00", *, again: str = "Description") -> StatementReading:
    """Sections, of which one goes on below a heading repeated on the next page.

    Args:
        total: Of that section, in a summary headed like the sections.
        again: The second word of the heading repeated.
    """
    summary: list[Cells] = [
        [("Description", 4_000), ("Amount", -42_000)],
        [("Electronic credits", 4_000), ("1,020.00", -42_000)],
        [("Account fees", 4_000), ("74.40", -42_000)],
        [("Electronic debits", 4_000), (total, -42_000)],
        [("Paper checks", 4_000), ("45.60", -42_000)],
    ]
    first: list[Cells] = [
        [("Electronic credits", 4_000)],
        OVER,
        entry(3, "Salary", "1,000.00"),
        entry(20, "Refund", "20.00"),
        [("Fees", 4_000)],
        OVER,
        entry(28, "Water works", "74.40"),
        [("Electronic debits", 4_000)],
        OVER,
        entry(7, "Rent", "300.00"),
    ]
    second: list[Cells] = [
        [OVER[0], (again, 12_000), OVER[2]],
        entry(21, "Tickets", "10.00"),
        [("Checks", 4_000)],
        OVER,
        entry(12, "Grocer", "45.60"),
    ]
    ends = box([BOX[0], ("Ending balance", "1,090.00")])
    return read_pages(paged(1, [*HEAD, *ends, *summary, *first]), paged(2, second))


def test_a_section_that_goes_on_over_the_page_is_one_for_its_total() -> None:
    assert not over_the_page().unproved()


@pytest.mark.parametrize("total", ["311.00", "301.00"])
def test_which_has_to_be_its_sum(total: str) -> None:
    assert over_the_page(total).unproved()


def test_another_heading_on_the_next_page_is_of_another_section() -> None:
    assert codes(over_the_page(again="Details")) == {"unread_table"}
