"""What titles, headings and totals say in a word or two: which way, not booked yet, one column."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.pending_words import not_booked
from counterfoil.rules.statements.terms import Label, Role
from counterfoil.rules.statements.vocabulary import label_of, role_of, section_sign
from tests.statement_pdf_support import examined

Printed = list[tuple[int, str]]  # where from the left, points; numbers end there
FONT = "STSong-Light"

TOP: list[Printed] = [
    [(60, "Riverside Trust Bank"), (330, "Account 30114477")],
    [(60, "Statement period 1 April 2025 to 30 April 2025, all amounts in USD")],
    [(60, "Beginning balance"), (-400, "1,000.00")],
]


def reading(folder: Path, rows: list[Printed]) -> StatementReading:
    """What a page with *rows* is read as; a negative place is where a text ends."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    path = folder / "statement.pdf"
    canvas = Canvas(str(path), invariant=True)
    canvas.setFont(FONT, 10)
    for number, row in enumerate(rows):
        for left, text in row:
            draw = canvas.drawString if left >= 0 else canvas.drawRightString
            draw(abs(left), 780 - 15 * number, text)
    canvas.save()
    return examined(path).reading


def amounts(found: StatementReading) -> list[Decimal]:
    assert not found.unproved(), found.unproved()
    (proved,) = found.proved()
    return sorted(each.amount for each in proved.statement.transactions)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Výdaje celkem", Label.TOTAL_DEBITS),
        ("Příjmy celkem", Label.TOTAL_CREDITS),
        ("TOTAL IMPORTE CARGOS", Label.TOTAL_DEBITS),
        ("TOTAL MOVIMIENTOS CARGOS", Label.TOTAL),  # how many, not how much
        ("23 Checks/Debits", Label.TOTAL_DEBITS),
        ("AMOUNT OF DEBITS", Label.TOTAL_DEBITS),
        ("Total fees", Label.TOTAL),
        ("Totals", Label.TOTAL),
        ("Obrat debet", Label.TOTAL_DEBITS),
        ("Obraty kredit", Label.TOTAL_CREDITS),
        ("Transaction summary", Label.TOTAL),
        ("交易總額", Label.TOTAL),
    ],
)
def test_a_total_says_which_way_in_any_order_of_its_words(text: str, label: Label) -> None:
    assert label_of(text) is label


def test_two_letters_that_say_the_sides_are_over_a_column_of_signs() -> None:
    assert role_of("借/贷") is Role.SIGN
    assert role_of("D/C") is Role.SIGN
    assert role_of("Debit/Credit") is not Role.SIGN


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Frais", Role.FEE),
        ("Int charged", Role.FEE),
        ("Int paid", Role.FEE),
        ("Dépôts", Role.CREDIT),
    ],
)
def test_a_heading_says_what_stands_below_it(text: str, role: Role) -> None:
    assert role_of(text) is role


def test_one_purchase_is_a_title_of_money_spent_as_several_are() -> None:
    assert section_sign("PURCHASE") == section_sign("Purchases") == -1


def listed(*entries: tuple[str, str, str]) -> list[Printed]:
    return [[(60, day), (130, text), (-400, amount)] for day, text, amount in entries]


@pytest.mark.parametrize("spent", ["300.00", "310.00"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("Příjmy celkem", "Výdaje celkem"), "totals_contradict"),
        (("Obrat kredit", "Obrat debet"), "polarity"),  # "kredit": it may be owed as well
    ],
)
def test_a_printed_total_that_no_entries_come_to_is_refused(
    tmp_path: Path, words: tuple[str, str], code: str, spent: str
) -> None:
    rows = [
        *TOP,
        [(60, "Ending balance"), (-400, "900.00")],
        [(60, words[0]), (-400, "200.00")],
        [(60, words[1]), (-400, spent)],
        [(60, "Date"), (130, "Details"), (-400, "Amount")],
        *listed(("04/02/2025", "Rent", "-250.00"), ("04/15/2025", "Sale", "200.00")),
        *listed(("04/16/2025", "Fuel", "-50.00")),
    ]
    found = reading(tmp_path, rows)
    if spent == "300.00":
        assert amounts(found) == [Decimal(-250), Decimal(-50), Decimal(200)]
    else:
        assert {each.code for each in found.unproved()} == {code}


PENDING = "Pending authorisations (not yet posted, not included in the balance above)"


@pytest.mark.parametrize(("title", "believed"), [(PENDING, True), ("And so it went on", False)])
def test_what_is_not_booked_yet_is_no_entry_that_was_left_out(
    tmp_path: Path, title: str, believed: bool
) -> None:
    rows = [
        *TOP,
        [(60, "Date"), (130, "Details"), (-400, "Amount"), (-480, "Balance")],
        [(60, "04/02/2025"), (130, "Rent"), (-400, "-250.00"), (-480, "750.00")],
        [(60, "04/16/2025"), (130, "Sale"), (-400, "200.00"), (-480, "950.00")],
        [(60, "Ending balance"), (-480, "950.00")],
        [],
        [(60, title)],
        [(60, "04/30/2025"), (130, "Petrol"), (-300, "40.00")],
    ]
    found = reading(tmp_path, rows)
    if believed:
        assert amounts(found) == [Decimal(-250), Decimal(200)]
    else:
        assert {each.code for each in found.unproved()} == {"unread_line"}


def cheques(*entries: tuple[str, str, str]) -> Printed:
    """A row of three tables side by side."""
    return [
        cell
        for at, (day, number, amount) in enumerate(entries)
        for left in [60 + 170 * at]
        for cell in [(left, day), (left + 45, number), (-(left + 140), amount)]
    ]


@pytest.mark.parametrize("fee", ["18.00", "19.00"])
def test_below_cheques_side_by_side_the_next_section_is_one_column(
    tmp_path: Path, fee: str
) -> None:
    head = [(60, "Date"), (130, "Description"), (-540, "Amount")]
    rows: list[Printed] = [
        *TOP,
        [(60, "Ending balance"), (-400, "1,017.00")],
        [(60, "Deposits and Other Credits")],
        head,
        [(60, "04/02"), (130, "Card takings"), (-540, "300.00")],
        [(60, "04/11"), (130, "Card takings"), (-540, "200.00")],
        [(130, "Total deposits and other credits"), (-540, "500.00")],
        [(60, "Checks Paid")],
        cheques(*[("Date", "Number", "Amount")] * 3),
        cheques(
            ("04/03", "2201", "105.00"), ("04/07", "2204", "40.00"), ("04/08", "2206", "20.00")
        ),
        cheques(
            ("04/04", "2202", "115.00"), ("04/09", "2205", "60.00"), ("04/10", "2207", "25.00")
        ),
        cheques(("04/05", "2203", "100.00")),
        [(60, "Total checks paid"), (-540, "465.00")],
        [(60, "Service Fees")],
        [(60, "04/30"), (130, "Monthly maintenance fee"), (-540, fee)],
        [(130, "Total service fees"), (-540, fee)],
    ]
    found = reading(tmp_path, rows)
    if fee == "18.00":
        assert sum(amounts(found)) == Decimal(17)
    else:
        assert found.unproved()


def test_an_amount_owing_is_a_balance_and_says_both_ends() -> None:
    assert role_of("Amount owing") is Role.BALANCE
    assert label_of("Previous amount owing") is Label.OPENING
    assert label_of("New amount owing") is Label.CLOSING


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Future Saver", False),
        ("Conta Poupança Futuro", False),
        ("Livret Futur 4711", False),
        ("Future 0412 099887 961", False),
        ("Pending transactions", True),
        ("Lançamentos futuros", True),
        ("Savings: future payments", True),
        ("Future payments 01/03/2025 - 31/03/2025", True),  # days are no account's number
        ("Future Saver: pending", True),
    ],
)
def test_savings_for_the_future_are_booked(title: str, said: bool) -> None:
    assert not_booked(title) is said
