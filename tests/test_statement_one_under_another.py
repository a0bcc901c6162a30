"""What stands one under another: statements of one account, days over entries, quiet accounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_summaries import BOX, ENTRIES, HEAD, Cells, box, codes, reading, table

PLACES = (4_000, 12_000, -42_000, -54_000)


def issued(said: str, op: str, rows: Sequence[tuple[str, ...]], closing: str) -> list[Cells]:
    return [
        [("Account 4711-0815", 4_000)],
        [(said, 4_000)],
        [*zip(("Date", "Description", "Amount", "Balance"), PLACES, strict=True)],
        [("Opening balance", 12_000), (op, -54_000)],
        *[[*zip(row, PLACES, strict=True)] for row in rows],
        [("Closing balance", 12_000), (closing, -54_000)],
    ]


def twice(first: str, second: str) -> StatementReading:
    """Two months of one account, each from one end to the other, under these words."""
    october = [
        ("03/10/2024", "Salary", "100.00", "600.00"),
        ("15/10/2024", "Rent", "-50.00", "550.00"),
    ]
    november = [
        ("03/11/2024", "Salary", "100.00", "650.00"),
        ("15/11/2024", "Rent", "-50.00", "600.00"),
    ]
    return reading(
        [[("Sample Bank", 4_000)]],
        issued(first, "500.00", october, "550.00"),
        issued(second, "550.00", november, "600.00"),
    )


def ends(found: StatementReading) -> list[tuple[int, int]]:
    assert not found.unproved(), found.unproved()
    return [(int(each.statement.opening), int(each.statement.closing)) for each in found.proved()]


def test_under_the_same_words_with_another_day_begins_another_statement() -> None:
    found = twice("Statement date 31/10/2024", "Statement date 30/11/2024")
    assert ends(found) == [(500, 550), (550, 600)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Statement date 30/11/2024", "Statement date 30/11/2024"),
        ("Statement date 31/10/2024", "Printed on 30/11/2024"),
        ("Statement no 1", "Statement no 1"),
    ],
    ids=["the same day", "other words", "no day"],
)
def test_under_others_it_goes_on(first: str, second: str) -> None:
    assert ends(twice(first, second)) == [(500, 600)]


def quiet(opening: str, ends: tuple[str, str] = ("20.00", "20.00")) -> StatementReading:
    """A second account, of which there is nothing but two balances."""
    title: list[Cells] = [[("Savings account 4711-0900", 4_000)]]
    other = box([(opening, ends[0]), ("Closing balance", ends[1])])
    return reading(HEAD, box(BOX[:1]), table(), box(BOX[3:]), title, other)


@pytest.mark.parametrize("opening", ["Opening balance", "Brought forward", "Balance b/f"])
def test_an_account_that_did_not_move_may_begin_with_what_was_brought_forward(opening: str) -> None:
    assert ends(quiet(opening)) == [(500, 1_100), (20, 20)]
    assert codes(quiet(opening, ("20.00", "21.00"))) == {"end_contradicts"}


@pytest.mark.parametrize(
    "text",
    [
        "This is your closing balance. Bond amount 300.00",
        "It is the closing balance owed to the bank. Bond amount 300.00",
    ],
)
def test_what_an_earlier_sentence_speaks_of_is_not_the_number(text: str) -> None:
    assert not reading(HEAD, box(BOX), [[(text, 4_000)]], table()).unproved()


@pytest.mark.parametrize(
    "text",
    [
        "Closing bal. amount 300.00",
        "Thank you. Closing balance 300.00",
        "Closing balance of the bond amount 300.00",
    ],
)
def test_what_its_own_sentence_speaks_of_is(text: str) -> None:
    found = reading(HEAD, box(BOX), [[(text, 4_000)]], table())
    assert codes(found) == {"end_contradicts"}


FINNISH: list[Cells] = [
    [("Esimerkkipankki", 4_000)],
    [("Tilinumero 4711-0815", 4_000)],
    [("Alkusaldo", 4_000), ("500,00", -30_000)],
    [("Loppusaldo", 4_000), ("1.100,00", -30_000)],
]
DAYS = (2, 9, 12, 20, 25)
BOOKED = [
    ("Palkka", "1.000,00"), ("Vuokra", "-300,00"), ("Kauppa", "-45,60"), ("Palautus", "20,00"),
    ("Vesi", "-74,40"),
]  # fmt: skip


def below_days(over: str) -> StatementReading:
    """Without a heading: each entry below a line *over* with its day in it."""
    rows: list[Cells] = []
    for day, (text, amount) in zip(DAYS, BOOKED, strict=True):
        rows.append([(over.format(f"{day:02}.09.2024"), 4_000)])
        rows.append([(text, 12_000), (amount, -42_000)])
    return reading(FINNISH, rows)


@pytest.mark.parametrize("over", ["Kirjauspäivä {}", "{}", "Booking date {}"])
def test_a_line_with_a_day_and_the_word_for_it_dates_what_is_below(over: str) -> None:
    found = below_days(over)
    assert not found.unproved()
    (proved,) = found.proved()
    assert [each.booking_date.day for each in proved.statement.transactions] == [*DAYS]


@pytest.mark.parametrize(
    "over", ["Sivu 3 {}", "Kirjauspäivä 7 {}", "Kirjauspäivä {} 01.10.2024", "Hyvää päivää {}"]
)
def test_a_line_with_more_in_it_does_not(over: str) -> None:
    assert codes(below_days(over)) == {"no_transactions"}


def marked(amount: str) -> StatementReading:
    """Marks behind the amounts, which lead their lines; the third one may be a day as well."""
    rows: list[Cells] = []
    for number, (day, text, said, _) in enumerate(ENTRIES):
        plain = f"{said.strip('-')} {'Dr' if said[0] == '-' else 'Cr'}"
        rows.append([(amount if number == 2 else plain, 4_000), (day, 14_000), (text, 24_000)])
    heading: Cells = [("Amount", 4_000), ("Date", 14_000), ("Description", 24_000)]
    return reading(HEAD, box([BOX[0], ("Ending balance", "1,140.35")]), [heading, *rows])


@pytest.mark.parametrize("mark", ["Dr", "DR", "DR."])
def test_before_its_mark_a_number_like_a_day_is_an_amount(mark: str) -> None:
    found = marked(f"5.25 {mark}")
    assert not found.unproved()
    (proved,) = found.proved()
    assert proved.statement.transactions[2].amount == Decimal("-5.25")


def test_it_has_to_hold() -> None:
    assert codes(marked("5.26 Dr")) == {"does_not_add_up"}


def summed_up(*, came: str = "1,020.00", closing: str = "1,100.00") -> StatementReading:
    """A summary from end to end under the headings of the entries, above the first of them."""
    heading, *rows = table()
    summary: list[Cells] = [
        [("Opening balance", 12_000), ("500.00", -54_000)],
        [("Money in", 12_000), (came, -42_000)],
        [("Money out", 12_000), ("-420.00", -42_000)],
        [("Closing balance", 12_000), (closing, -54_000)],
    ]
    return reading(HEAD, [heading, *summary, *rows])


def test_a_summary_under_the_headings_is_none_of_the_entries() -> None:
    assert ends(summed_up()) == [(500, 1_100)]
    assert codes(summed_up(came="1,021.00")) == {"totals_contradict"}
    assert codes(summed_up(closing="1,101.00")) == {"end_contradicts"}
