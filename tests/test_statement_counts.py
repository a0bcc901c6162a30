"""Printed numbers of entries: which set of entries each is of, and what is no such number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterfoil.domain.pages import PrintedPages, Row
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.reading import read
from tests.statement_pdf_support import TODAY
from tests.test_statement_cards import CARD, HEADED
from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, page, reading, table
from tests.test_statement_summary_boxes import BILL, BOUGHT


#: Two of its five entries came in, three went out.
def counted(*rows: Cells, below: bool = False) -> StatementReading:
    """A plain statement with *rows* above its entries, or below them."""
    parts = [box(BOX[:1]), table(), box(BOX[3:])]
    return reading(HEAD, *([*parts, [*rows]] if below else [[*rows], *parts]))


def one(text: str, number: int) -> Cells:
    return [(text.format(number), 4_000)]


SAID = [
    ("Number of transactions: {}", 5),
    ("Transaction count: {}", 5),
    ("{} transactions", 5),
    ("Total transactions {}", 5),
    ("Anzahl der Buchungen {}", 5),
    ("No of Debits {} Total Debits 420.00", 3),
    ("Withdrawal Count {}", 3),
    ("# of deposits/credits: {}", 2),
    ("Aantal afschrijvingen: {}", 3),
    ("OTTOJA KPL {}", 3),
    ("Otot yhteensä {} kpl", 3),
    ("TOTAL MOVIMIENTOS CARGOS {}", 3),
    ("Total no. of deposits 存入次數: {}", 2),
    ("Total no. of withdrawals 扣數次數: {}", 3),
    ("扣數筆數 Number of withdrawals {}", 3),
    ("N.o de débitos: {}", 3),
    ("N.os de créditos {}", 2),
    ("출금 건수 {}", 3),
    ("Брой дебитни операции {}", 3),
    ("Suma uznań ({}) 1,020.00", 2),
    ("Total debits ({})", 3),
    ("{} Deposits and other credits 1,020.00", 2),
    ("Withdrawals and debits {} -420.00", 3),
    ("Withdrawals {} items totaling $420.00", 3),
    ("Other deductions There were {} deductions totaling $420.00.", 3),
]


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize(("text", "number"), SAID)
def test_a_count_is_that_of_its_entries(text: str, number: int, below: bool) -> None:
    assert not counted(one(text, number), below=below).unproved()
    assert codes(counted(one(text, number + 1), below=below)) == {"counts_contradict"}


def test_it_stands_in_the_proof() -> None:
    (proved,) = counted(one("Number of debits: {}", 3)).proved()
    (equation,) = (each for each in proved.proof.equations if each.kind == "count")
    assert (equation.says, int(equation.left)) == ("Number of debits: 3", 3)
    assert equation.places[0].page == 1


def test_the_reason_says_where_what_and_how_many() -> None:
    (refused,) = counted(one("Number of debits: {}", 4)).unproved()
    assert refused.reason == (
        "page 1: 'Number of debits' says 4, and 3 such entries were read: Number of debits: 4"
    )


TWO = [
    "{} bookings        {} bookings",
    "TOTAL {} DEBITS / {} CREDITS 420.00 1,020.00",
    "Number of debits: {}  Number of credits: {}",
]


@pytest.mark.parametrize("text", TWO)
def test_of_two_on_a_line_each_may_be_of_either_way(text: str) -> None:
    assert not counted([(text.format(3, 2), 4_000)]).unproved()


def test_of_two_on_a_line_each_has_to_be_a_number_of_entries() -> None:
    assert codes(counted([(TWO[-1].format(3, 1), 4_000)])) == {"counts_contradict"}


@pytest.mark.parametrize("numbers", [("3", "2"), ("4", "2"), ("3", "1")])
def test_captions_say_which_way_each_went(numbers: tuple[str, str]) -> None:
    captions: Cells = [("Opening", 4_000), ("Dr Count", 14_000), ("Cr Count", 24_000)]
    values: Cells = [("500.00", 4_000), (numbers[0], 15_000), (numbers[1], 25_000)]
    found = counted(captions, values)
    assert codes(found) == (set() if numbers == ("3", "2") else {"counts_contradict"})


def test_what_stands_in_brackets_behind_a_total_has_to_be_borne_out() -> None:
    """One alone may be a note: "(1)"."""
    debits, credits = "Total debits 420.00 ({})", "Total credits 1,020.00 ({})"
    assert not counted(one(credits, 1)).unproved()
    assert not counted(one(debits, 3), one(credits, 2)).unproved()
    assert codes(counted(one(debits, 3), one(credits, 1))) == {"counts_contradict"}


def test_a_way_and_a_number_alone_have_to_be_borne_out_as_well() -> None:
    assert not counted(one("JUMLAH CR : {}", 1)).unproved()
    assert codes(counted(one("JUMLAH DB : {}", 3), one("JUMLAH CR : {}", 1))) == {
        "counts_contradict"
    }


@pytest.mark.parametrize(
    "text",
    [
        "Number of checks 4",
        "Number of enclosures: 0",
        "Days in statement period 31",
        "Number of items enclosed 9",
        "Free transactions per month: 10",
        "Number of transactions: 9 at 0.20 each",
        "Account number 47",
        "Credit account number 47",
        "Transactions 2025",
        "Statement number 9",
        "H NO 22 Main Street",
        "Total for card ending 6083 420.00",
        "1. Total credits 1,020.00",
        "Showing 10 of 57 transactions",
        "Total credits 1,020.00 (1)",
        "Credits (1)",
        "Total credits (1)",
        "Total debits (1) 420.00",
        "Total debits (2) -420.00",
        "Transactions 2",
        "Total 31 days 420.00",
        "Number of credits 4711",
        "ATM 提取次數 9",
        "提取次數 ATM 9",
        "N.o da conta 47",
        "N.o de cheques: 9",
    ],
)
def test_what_is_no_number_of_entries_is_left_alone(text: str) -> None:
    assert not counted(one(text, 0)).unproved()
    assert not counted(one(text, 0), below=True).unproved()


def test_a_sure_count_bears_out_no_note() -> None:
    assert not counted(one("Number of debits: {}", 3), one("Credits ({})", 1)).unproved()
    debits, credits = "Total debits 420.00 ({})", "Total credits 1,020.00 ({})"
    assert not counted(one(debits, 1), one(credits, 2)).unproved()


def test_in_brackets_behind_an_amount_it_is_of_no_amount_behind_it() -> None:
    both = "Total credits 1,020.00 ({}) Total debits 420.00 (3)"
    assert not counted(one(both, 2)).unproved()
    assert codes(counted(one(both, 3))) == {"counts_contradict"}


def test_in_front_of_words_it_is_of_no_amount_before_it() -> None:
    both = "2 Deposits totaling 1,020.00 {} Withdrawals totaling 420.00"
    assert not counted(one(both, 3)).unproved()
    assert codes(counted(one(both, 2))) == {"counts_contradict"}


def test_words_in_a_cell_of_their_own_before_it_say_nothing_of_it() -> None:
    def beside(number: int) -> StatementReading:
        return counted(
            [("Main Street", 4_000), (f"{number} Deposits and other credits 1,020.00", 16_000)]
        )

    assert not beside(2).unproved()
    assert codes(beside(3)) == {"counts_contradict"}


def test_a_year_is_no_count_of_many_entries() -> None:
    rows: list[Cells] = [
        [("03/03/2025", 4_000), (f"Grocer {n}", 12_000), ("-1.00", -42_000)] for n in range(200)
    ]
    ends = [("Opening balance", "500.00"), ("Closing balance", "300.00")]
    heading = table(balances=False)[:1]
    parts = [HEAD, box(ends), heading, rows]
    assert not reading(*parts, [one("Total transactions {}", 2001)]).unproved()
    assert codes(reading(*parts, [one("Total transactions {}", 201)])) == {"counts_contradict"}


def test_any_word_for_entries_beside_an_amount_counts_those_that_come_to_it() -> None:
    assert not counted([("Number of items", 4_000), ("3", 20_000), ("420.00", 28_000)]).unproved()


def test_what_an_amount_under_a_caption_for_a_count_comes_to() -> None:
    def under(number: str) -> StatementReading:
        caption: Cells = [("Kind", 4_000), ("Number", 20_000), ("Value", 30_000)]
        return counted(caption, [("What you did", 4_000), (number, 22_000), ("420.00", 30_000)])

    assert not under("3").unproved()
    assert codes(under("4")) == {"counts_contradict"}


def test_an_amount_in_the_next_sentence_says_nothing_of_it() -> None:
    said = "Number of debits: {}. All is insured up to 100,000.00"
    assert not counted(one(said, 3)).unproved()
    assert codes(counted(one(said, 4))) == {"counts_contradict"}


@pytest.mark.parametrize(
    ("caption", "row", "wrong"),
    [
        ("Number of transactions", "Debits", True),
        ("Number of transactions", "ATM withdrawals", False),
        ("Number of debits", "Deposits", False),
        ("Number", "", False),
    ],
)
def test_a_caption_and_the_words_of_the_row_count_together(
    caption: str, row: str, wrong: bool
) -> None:
    def under(number: str) -> StatementReading:
        cells: Cells = [(row, 4_000)] if row else []
        return counted([("Kind", 4_000), (caption, 20_000)], [*cells, (number, 22_000)])

    assert not under("3").unproved()
    assert codes(under("4")) == ({"counts_contradict"} if wrong else set())


#: Under each title what it holds, and then how many.
IN_SECTIONS: list[Cells] = [
    [("Date", 4_000), ("Description", 12_000), ("Amount", -42_000)],
    [("Deposits", 4_000)],
    *(
        [(day, 4_000), (text, 12_000), (amount, -42_000)]
        for day, text, amount in [
            ("03/03/2025", "Salary of Example Ltd", "1,000.00"),
            ("03/20/2025", "Refund", "20.00"),
        ]
    ),
]
WENT: list[Cells] = [
    [("Withdrawals", 4_000)],
    *(
        [(day, 4_000), (text, 12_000), (amount, -42_000)]
        for day, text, amount in [
            ("03/07/2025", "Rent", "300.00"),
            ("03/12/2025", "Grocer", "45.60"),
            ("03/28/2025", "Water works", "74.40"),
        ]
    ),
]


@pytest.mark.parametrize(("came", "went"), [(2, 3), (4, 3), (2, 2), (2, 4)])
def test_below_a_section_it_may_be_of_the_section(came: int, went: int) -> None:
    said = "Number of transactions: {}"
    ends = box([BOX[0], BOX[3]])
    found = reading(HEAD, ends, IN_SECTIONS, [one(said, came)], WENT, [one(said, went)])
    assert codes(found) == (set() if (came, went) == (2, 3) else {"counts_contradict"})


def test_an_amount_may_be_that_of_a_section() -> None:
    def checks(number: int) -> StatementReading:
        fees: list[Cells] = [[("Fees", 4_000)], WENT[-1]]
        went: list[Cells] = [[("Checks paid", 4_000)], *WENT[1:-1]]
        said = one("Checks {} items totaling $345.60", number)
        return reading(HEAD, box([BOX[0], BOX[3]]), [said], IN_SECTIONS, went, fees)

    assert not checks(2).unproved()
    assert codes(checks(3)) == {"counts_contradict"}


def test_an_amount_may_be_that_of_the_entries_above_a_total() -> None:
    def first(number: int) -> StatementReading:
        rows = table(balances=False)
        rows.insert(4, [("Total", 12_000), ("654.40", -42_000)])
        said: Cells = [("Total", 4_000), (str(number), 12_000), ("654.40", 20_000)]
        return reading(HEAD, box([BOX[0], BOX[3]]), [said], rows)

    assert not first(3).unproved()
    assert codes(first(4)) == {"counts_contradict"}


def in_pages(*said: str, totals: bool = False) -> StatementReading:
    """Two entries on a page, the last one on the third; each page says how many there are."""
    rows = table(balances=False)
    sums = (("700.00",), ("-25.60",), ("-74.40",))
    parts = [
        [
            *(HEAD if n == 0 else []),
            *(box([BOX[0], BOX[3]]) if n == 0 else []),
            rows[0],
            *rows[1 + 2 * n : 3 + 2 * n],
            *([[("Total", 12_000), (sums[n][0], -42_000)]] if totals else []),
            [(said[n], 4_000)],
        ]
        for n in range(3)
    ]
    printed = [
        replace(made, number=n, rows=tuple(Row(page=n, words=row.words) for row in made.rows))
        for n, part in enumerate(parts, 1)
        for made in page(part).pages
    ]
    return read(PrintedPages(reader="pdfium", pages=tuple(printed)), TODAY)


@pytest.mark.parametrize(
    ("said", "totals"),
    [("{} transactions on this page", False), ("Number of transactions: {}", True)],
)
def test_it_may_be_of_its_page(said: str, totals: bool) -> None:
    def pages(*numbers: int) -> StatementReading:
        return in_pages(*(said.format(number) for number in numbers), totals=totals)

    assert not pages(2, 2, 1).unproved()
    assert not pages(2, 2, 5).unproved()
    assert codes(pages(2, 3, 1)) == {"counts_contradict"}
    assert codes(pages(2, 2, 3)) == {"counts_contradict"}


def test_below_all_entries_it_is_of_no_page_where_nothing_says_so() -> None:
    said = "Number of transactions: {}"
    found = in_pages("Thank you", "Thank you", said.format(1))
    assert codes(found) == {"counts_contradict"}
    assert not in_pages("Thank you", "Thank you", said.format(5)).unproved()


def two_accounts(above: Cells, first: Cells, second: Cells) -> StatementReading:
    """Two accounts as they stand in a combined paper, with *above* before the first one."""
    title = "Savings account number 4711-0816"
    other: list[Cells] = [
        [(title, 4_000)],
        *box([("Beginning balance", "10.00")]),
        table()[0],
        [("03/05/2025", 4_000), ("Gift", 12_000), ("5.00", -42_000), ("15.00", -54_000)],
        *box([("Ending balance", "15.00")]),
    ]
    own = [*box(BOX[:1]), *table(), *box(BOX[3:])]
    return reading(HEAD, [above], own, [first], other, [second])


def test_above_all_entries_it_may_be_of_another_account_or_of_all() -> None:
    said = "Number of transactions: {}"
    for number in (5, 1, 6):
        assert not two_accounts(one(said, number), one(said, 5), one(said, 1)).unproved()
    assert codes(two_accounts(one(said, 4), one(said, 5), one(said, 1))) == {"counts_contradict"}


def test_what_comes_to_an_amount_is_of_no_other_account() -> None:
    said = "There were {} deposits totaling $1,020.00."
    count = "Number of transactions: {}"
    own = one(count, 5), one(count, 1)
    assert not two_accounts(one(said, 2), *own).unproved()
    assert codes(two_accounts(one(said, 3), *own)) == {"counts_contradict"}


def test_a_debit_that_was_taken_back_may_be_counted_as_a_debit() -> None:
    heading: Cells = [
        ("Date", 4_000), ("Description", 12_000), ("Debit", -34_000), ("Credit", -44_000),
        ("Balance", -54_000),
    ]  # fmt: skip
    rows: list[Cells] = [
        [("03/03/2025", 4_000), ("Rent", 12_000), ("300.00", -34_000), ("200.00", -54_000)],
        [("03/04/2025", 4_000), ("Rent", 12_000), ("-300.00", -34_000), ("500.00", -54_000)],
        [("03/05/2025", 4_000), ("Salary", 12_000), ("600.00", -44_000), ("1,100.00", -54_000)],
    ]

    def said(number: int) -> StatementReading:
        count = [one("Number of debits: {}", number)]
        return reading(HEAD, box(BOX[:1]), [heading, *rows], box(BOX[3:]), count)

    assert not said(1).unproved()
    assert not said(2).unproved()
    assert codes(said(3)) == {"counts_contradict"}


def test_the_text_of_an_entry_counts_nothing() -> None:
    rows = table()
    rows.insert(2, [("Number of items: 9", 12_000)])
    assert not reading(HEAD, box(BOX[:1]), rows, box(BOX[3:])).unproved()


def test_an_account_below_that_did_not_move_has_none() -> None:
    count = "Transaction count: {}"
    other: list[Cells] = [[("Opening balance 0.00 Closing balance 0.00", 4_000)]]
    moved = [HEAD, box(BOX[:1]), table(), box(BOX[3:])]
    assert not reading(*moved, [one(count, 5)], other, [one(count, 0)]).unproved()
    assert codes(reading(*moved, [one(count, 0)])) == {"counts_contradict"}


@pytest.mark.parametrize(
    ("words", "number", "amount"),
    [
        ("ATM withdrawals", "4", "1.00"),
        ("Total debits of card", "31", "420.00"),
        ("Number of credits", "4", "900.00"),
    ],
)
def test_beside_an_amount_of_other_things_it_is_left_alone(
    words: str, number: str, amount: str
) -> None:
    assert not counted([(words, 4_000), (number, 20_000), (amount, 28_000)]).unproved()


def test_the_number_of_a_house_beside_a_summary_is_no_count() -> None:
    assert not counted([("12 Alder Row", 4_000), ("Total credits 1,020.00", 20_000)]).unproved()


def test_numbers_of_a_list_are_no_counts() -> None:
    listed = [one("1 Total credits 1,020.00", 0), one("2 Total debits 420.00", 0)]
    assert not counted(*listed).unproved()
    listed = [one("3 Total debits 420.00", 0), one("4 Total credits 1,020.00", 0)]
    assert not counted(*listed).unproved()


def test_what_may_be_a_note_is_none_beside_one_written_alike() -> None:
    debits, credits = "Total debits ({}) -420.00", "Total credits ({}) 1,020.00"
    assert not counted(one(debits, 3), one(credits, 2)).unproved()
    assert codes(counted(one(debits, 3), one(credits, 1))) == {"counts_contradict"}


def test_what_is_called_credit_on_a_card_may_be_either_way() -> None:
    rows: list[Cells] = [
        [(day, 4_000), (text, 12_000), (amount, -42_000)] for day, text, amount in BOUGHT
    ]
    ends = [
        ("Previous Balance", "300.00"),
        ("Payments and Credits", "200.00 CR"),
        ("Purchases", "150.00"),
        ("New Balance", "250.00"),
    ]

    def owed(number: int) -> StatementReading:
        count = [one("Number of credits: {}", number)]
        return reading(CARD, BILL, box(ends), count, [HEADED, *rows])

    assert not owed(1).unproved()
    assert not owed(2).unproved()
    assert codes(owed(3)) == {"counts_contradict"}


@pytest.mark.parametrize("printed", [5, 6])
def test_an_entry_of_no_amount_may_be_counted(printed: int) -> None:
    rows = table()
    rows.insert(
        3, [("03/08/2025", 4_000), ("Enquiry", 12_000), ("0.00", -42_000), ("1,200.00", -54_000)]
    )
    found = reading(HEAD, box(BOX[:1]), rows, box(BOX[3:]), [one("Number of entries: {}", printed)])
    assert not found.unproved()


def test_deposits_may_be_counted_without_the_interest() -> None:
    def with_interest(words: str, number: int) -> StatementReading:
        rows = table()
        text = rows[4][1]
        rows[4][1] = ("Interest paid", text[1])
        return reading(HEAD, box(BOX[:1]), rows, box(BOX[3:]), [one(words, number)])

    assert not with_interest("Number of deposits: {}", 1).unproved()
    assert not with_interest("Number of deposits: {}", 2).unproved()
    assert codes(with_interest("Number of credits: {}", 1)) == {"counts_contradict"}


@pytest.mark.parametrize(("went", "came"), [(3, 2), (2, 3), (4, 2), (3, 1)])
def test_two_numbers_behind_two_names_have_one_each(went: int, came: int) -> None:
    said: Cells = [(f"Debit Count / Credit Count {went} {came}", 4_000)]
    assert codes(counted(said)) == (set() if (went, came) == (3, 2) else {"counts_contradict"})


@pytest.mark.parametrize(("number", "wrong"), [(3, False), (2, True), (5, False), (1, True)])
def test_before_money_out_and_money_in_it_is_of_both(number: int, wrong: bool) -> None:
    """3 went out and 2 came in; the number may also be of the first of them."""
    said: Cells = [("Number of items", 4_000), (str(number), 20_000)]
    said += [("420.00", 28_000), ("1,020.00", 36_000)]
    assert codes(counted(said)) == ({"counts_contradict"} if wrong else set())


def test_of_two_columns_with_words_between_it_is_of_the_first() -> None:
    def said(number: int) -> StatementReading:
        return counted(
            [("Number of debits", 4_000), (str(number), 20_000), ("420.00 and in 1,020.00", 28_000)]
        )

    assert not said(3).unproved()
    assert codes(said(5)) == {"counts_contradict"}


@pytest.mark.parametrize("unit", ["db", "items", "separate items"])
def test_in_brackets_with_its_unit_it_is_of_the_amount_before_it(unit: str) -> None:
    went, came = f"Total debits 420.00 ({{}} {unit})", f"Total credits 1,020.00 ({{}} {unit})"
    assert not counted(one(went, 3), one(came, 2)).unproved()
    assert codes(counted(one(went, 3), one(came, 1))) == {"counts_contradict"}
    both = f"Total debits 420.00 (3 {unit}) Total credits 1,020.00 ({{}} {unit})"
    assert not counted(one(both, 2)).unproved()
    assert codes(counted(one(both, 1))) == {"counts_contradict"}


IN_TURN = [
    "출금 {0}건 입금 {1}건 420.00 1,020.00 1,100.00",
    "Debits {0} Credits {1} 420.00 1,020.00",
    "{0}건 출금 {1}건 입금 420.00 1,020.00 1,100.00",
    "{1}건 입금 {0}건 출금 1,020.00 420.00 1,100.00",
    "{0} debits {1} credits 420.00 1,020.00",
    "{1} credits {0} debits 1,020.00 420.00",
]


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("text", IN_TURN)
def test_counts_of_both_ways_may_stand_in_turn_before_their_amounts(text: str, below: bool) -> None:
    """The first amount behind the second count is of the first one's entries."""
    assert not counted([(text.format(3, 2), 4_000)], below=below).unproved()


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize(
    "wrong",
    [
        "출금 3건 입금 4건 420.00 1,020.00 1,100.00",
        "3건 출금 4건 입금 420.00 1,020.00 1,100.00",
        "2건 입금 4건 출금 1,020.00 420.00 1,100.00",
        "3 debits 4 credits 420.00 1,020.00",
    ],
)
def test_the_second_of_them_has_to_be_that_of_some_entries(wrong: str, below: bool) -> None:
    assert codes(counted([(wrong, 4_000)], below=below)) == {"counts_contradict"}
