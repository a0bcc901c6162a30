"""What belongs to the description of an entry: no title between, but the name of a merchant."""

from __future__ import annotations

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import BOX, HEAD, Cells, box, reading

HEADED: Cells = [("Date", 4_000), ("Description", 12_000), ("Amount", -45_000)]


def entry(day: str, text: str, amount: str) -> Cells:
    return [(day, 4_000), (text, 12_000), (amount, -45_000)]


def described(found: StatementReading) -> list[str]:
    assert not found.unproved(), found.unproved()
    return [each.description for each in found.proved()[0].statement.transactions]


def under_titles(at: int) -> StatementReading:
    """One table with the titles of three sections between its rows, *at* a place."""
    rows: list[Cells] = [
        HEADED,
        [("Deposits", 4_000)],
        entry("03/03/2025", "Salary", "1,000.00"),
        entry("03/20/2025", "Refund", "20.00"),
        [("Withdrawals", 4_000)],
        entry("03/07/2025", "Rent", "300.00"),
        entry("03/12/2025", "Current account", "45.60"),
        [("Fees", at)],
        entry("03/28/2025", "Water works", "74.40"),
    ]
    return reading(HEAD, box([BOX[0], BOX[3]]), rows)


def test_a_title_between_entries_is_in_no_description() -> None:
    told = ["Salary", "Refund", "Rent", "Current account", "Water works"]
    assert described(under_titles(4_000)) == told


def test_the_same_words_where_the_texts_stand_belong_to_the_entry_above() -> None:
    assert described(under_titles(12_000))[3] == "Current account Fees"


SHOPS = ("Corner Grocer", "City Tram")


def bought(more: dict[int, str]) -> StatementReading:
    """Nine purchases at two shops, with *more* about some of them in a column of its own."""
    heading: Cells = [("Date", 4_000), ("Description", 12_000), ("Details", 28_000)]
    rows: list[Cells] = [[*heading, ("Amount", -45_000)]]
    for number in range(9):
        row = entry(f"03/{number * 3 + 1:02}/2025", SHOPS[number % 2], "-10.00")
        rows.append([*row[:2], *([(more[number], 28_000)] if number in more else []), row[2]])
    return reading(HEAD, box([BOX[0], ("Ending balance", "410.00")]), rows)


def test_entries_of_few_kinds_of_merchants_keep_them_beside_a_remark() -> None:
    found = bought({2: "weekly basket of bread"})
    shops = [SHOPS[number % 2] for number in range(9)]
    shops[2] = "Corner Grocer weekly basket of bread"
    assert described(found) == shops


def test_beside_texts_in_every_row_words_that_come_again_are_kinds() -> None:
    told = [f"ticket of tour {each}" for each in "abcdefghi"]
    found = bought(dict(enumerate(told)))
    assert described(found) == told
    assert found.proved()[0].statement.transactions[0].reference == SHOPS[0]
