"""A mark that says which side an entry is on is never overruled by a balance in silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.adapters.statement_pdf import pdfium, plumber
from counterfoil.boxed.pdf import proved_by_text
from counterfoil.domain.pages import Page, PrintedPages, Row, Word
from counterfoil.domain.statements import StatementReading
from counterfoil.rules.statements.opinions import sees_all
from counterfoil.rules.statements.reading import read
from fixtures.hostile.pdf import Statement, literal, shown, width

TODAY = date(2026, 11, 26)
OPTIONS = {"today": "2026-11-26", "password": None, "layout": None, "maps": None}
LETTER, HEIGHT = 500, 900  # hundredths of a point
DATE, TEXT, SIDE, AMOUNT, BALANCE = 5_000, 12_000, 30_000, 42_000, 52_000
OUT, IN = "Out", "In"  # what the books say

BOOKED = (
    (OUT, "41.90", "Miller's bakery"),
    (IN, "1931.00", "Northern Works"),
    (OUT, "780.00", "Hill Street 9"),
    (OUT, "63.57", "Water and sewage"),
    (IN, "128.44", "J. Doe"),
    (OUT, "200.00", "Cash machine 0815"),
    (OUT, "12.99", "Streaming"),
    (IN, "20.05", "Returned goods"),
)
FLIPPED = 3  # the row that is printed on the other side

#: Heading of the column -> money out, money in.
MARKS = {
    "Type": ("DR", "CR"),
    "Kind": ("Debit", "Credit"),
    "Category": ("Withdrawal", "Deposit"),
    "Code": ("D", "C"),
    "Flow": ("Money out", "Money in"),
    "Direction": ("Out", "In"),
    "Art": ("Auszahlung", "Einzahlung"),
    "S/H": ("Soll", "Haben"),
    "Tipo": ("Cargo", "Abono"),
    "Nature": ("Retrait", "Versement"),
    "Typ": ("Obciążenie", "Uznanie"),
    "種別": ("出金", "入金"),
    "Sign": ("-", "+"),
    "*": ("\N{EN DASH}", "+"),
    "Way": ("↓", "↑"),
    "Sent": ("↗", "↙"),  # another bank's arrows: up is out
    "Trend": ("▼", "▲"),
    "Tp": ("WDL", "DEP"),
    "Who": ("Sent", "Received"),
    "Buchung": ("Ausz.", "Einz."),
}


def words(left: int, text: str, y: int, hue: int = 0) -> list[Word]:
    """*text* from *left* on, in a font of one width."""
    found = []
    for part in text.split():
        edges = tuple(left + LETTER * place for place in range(len(part) + 1))
        found.append(Word(part, edges, y, y + HEIGHT, hue))
        left = edges[-1] + LETTER // 2
    return found


def flush(right: int, text: str, y: int, hue: int = 0) -> list[Word]:
    return words(right - LETTER * len(text), text, y, hue)


def page(rows: Sequence[list[Word]]) -> PrintedPages:
    made = tuple(Row(1, tuple(row)) for row in rows)
    letters = sum(len(word.text) for row in rows for word in row)
    one = Page(number=1, width=59_500, height=84_200, rows=made, characters=letters)
    return PrintedPages(reader="test", pages=(one,))


def statement(
    heading: str, marks: Sequence[str], *, dots: Sequence[int] | None = None,
    hues: Sequence[int] | None = None,
    texts: Sequence[str] | None = None, rows: int = len(BOOKED), signed: bool = False,
) -> PrintedPages:  # fmt: skip
    """One account with a running balance and *marks* under *heading*; its amounts are unsigned,
    or *signed* with a minus and a plus."""
    printed = [words(DATE, "Northern Bank, account 12345678, EUR", 5_000)]
    printed.append(words(DATE, "Period: 01/02/2025 to 28/02/2025", 7_000))
    head = words(DATE, "Date", 9_000) + words(TEXT, "Description", 9_000)
    head += words(SIDE, heading, 9_000)
    printed.append([*head, *flush(AMOUNT, "Amount", 9_000), *flush(BALANCE, "Balance", 9_000)])
    balance = Decimal("1000.00")
    printed.append([*words(TEXT, "Opening balance", 11_000), *flush(BALANCE, "1000.00", 11_000)])
    y = 11_000
    for number, (side, amount, text) in enumerate(BOOKED[:rows]):
        y += 1_600
        balance += Decimal(amount) if side == IN else -Decimal(amount)
        row = words(DATE, f"{3 + number * 3:02}/02/2025", y)
        row += words(TEXT, text if texts is None else texts[number], y)
        row += words(SIDE, marks[number], y, 0 if dots is None else dots[number])
        shown_amount = f"{'+' if side == IN else '-'}{amount}" if signed else amount
        row += flush(AMOUNT, shown_amount, y, 0 if hues is None else hues[number])
        printed.append([*row, *flush(BALANCE, str(balance), y)])
    printed.append(
        [*words(TEXT, "Closing balance", y + 1_600), *flush(BALANCE, str(balance), y + 1_600)]
    )
    return page(printed)


def sides(out: str, into: str, *flipped: int) -> list[str]:
    """The mark of every row; the *flipped* ones say the other side."""
    right = [out if side == OUT else into for side, _, _ in BOOKED]
    other = [into if side == OUT else out for side, _, _ in BOOKED]
    return [other[at] if at in flipped else right[at] for at in range(len(BOOKED))]


def reading(printed: PrintedPages) -> StatementReading:
    return read(printed, TODAY)


def is_proved(found: StatementReading) -> bool:
    amounts = [each.amount for proved in found.proved() for each in proved.statement.transactions]
    booked = [Decimal(amount) if side == IN else -Decimal(amount) for side, amount, _ in BOOKED]
    return not found.unproved() and amounts == booked


@pytest.mark.parametrize("heading", MARKS)
def test_marks_under_any_heading_that_bear_the_balances_out_are_no_trouble(heading: str) -> None:
    assert is_proved(reading(statement(heading, sides(*MARKS[heading]))))


@pytest.mark.parametrize("heading", MARKS)
def test_one_mark_that_says_the_other_side_is_refused(heading: str) -> None:
    assert not reading(statement(heading, sides(*MARKS[heading], FLIPPED))).proved()


@pytest.mark.parametrize("heading", ["Type", "Category", "Art", "Way"])
def test_the_refusal_names_the_page_and_the_row(heading: str) -> None:
    (found,) = reading(statement(heading, sides(*MARKS[heading], FLIPPED))).unproved()
    assert found.code == "sign_contradicts"
    assert "page 1" in found.reason
    assert BOOKED[FLIPPED][2] in found.reason
    assert found.place is not None


def test_a_mark_for_one_side_only_is_held_too() -> None:
    marks = sides("", "CR")
    assert is_proved(reading(statement("Type", marks)))
    marks[FLIPPED] = "CR"
    assert not reading(statement("Type", marks)).proved()


def test_a_few_other_words_among_the_marks_do_not_hide_one() -> None:
    marks = sides("Withdrawal", "Deposit")
    marks[5] = "ATM"
    assert is_proved(reading(statement("Type", marks)))
    marks[FLIPPED] = "Deposit"
    assert not reading(statement("Type", marks)).proved()


def test_a_mark_of_one_colour_more_than_the_sides_is_refused() -> None:
    hues = [1 if side == IN else -1 for side, _, _ in BOOKED]
    blank = [""] * len(BOOKED)
    assert is_proved(reading(statement("Type", blank, hues=hues)))
    hues[FLIPPED] = 1
    assert not reading(statement("Type", blank, hues=hues)).proved()


@pytest.mark.parametrize("marks", [("DR", ""), ("", "CR")], ids=["debits", "credits"])
def test_a_mark_that_is_missing_where_only_one_side_is_marked_is_refused(
    marks: tuple[str, str],
) -> None:
    assert not reading(statement("Type", sides(*marks, FLIPPED))).proved()


def test_a_dot_in_the_colour_of_the_other_side_is_refused() -> None:
    dots = [1 if side == IN else -1 for side, _, _ in BOOKED]
    assert is_proved(reading(statement("Type", ["●"] * len(BOOKED), dots=dots)))
    dots[FLIPPED] = 1
    assert not reading(statement("Type", ["●"] * len(BOOKED), dots=dots)).proved()


def test_in_a_statement_of_two_rows_every_mark_counts() -> None:
    marks = sides("DR", "CR")
    assert reading(statement("Type", marks, rows=2)).proved()
    assert not reading(statement("Type", ["DR", "DR"], rows=2)).proved()


def test_marks_that_all_run_the_other_way_ask_whether_money_is_owed() -> None:
    """A loan whose balance is printed without a word grows by its debits."""
    turned = sides("CR", "DR")
    assert not reading(statement("Type", turned)).proved()
    assert is_proved(reading(statement("Type", turned, signed=True))), "the other side's books"


def test_one_mark_against_a_printed_sign_is_refused_too() -> None:
    assert is_proved(reading(statement("Type", sides("DR", "CR"), signed=True)))
    assert not reading(statement("Type", sides("DR", "CR", FLIPPED), signed=True)).proved()


def test_debit_and_credit_in_the_names_of_products_are_no_marks() -> None:
    kinds = ["Debit card", "Credit", "Credit card", "Debit card", "Direct debit", "Credit transfer",
             "Debit card", "Credit transfer"]  # fmt: skip
    assert is_proved(reading(statement("Type", kinds)))
    blank, texts = [""] * len(BOOKED), [f"{kind} 4711" for kind in kinds]
    assert is_proved(reading(statement("Type", blank, texts=texts)))


@pytest.mark.parametrize("code", ["C", "D", "S", "-", "✓"])
def test_one_code_in_every_row_is_no_mark(code: str) -> None:
    assert is_proved(reading(statement("Code", [code] * len(BOOKED))))


def crowded(marks: Sequence[str], heading: str = "Kind", *, ragged: int = 0) -> PrintedPages:
    """*marks* under a heading of their own, a space away from the texts behind them.

    Every third text begins *ragged* further to the right.
    """
    text = 16_500
    head = words(DATE, "Date", 9_000) + words(TEXT, heading, 9_000)
    head += words(text, "Description", 9_000) + flush(AMOUNT, "Amount", 9_000)
    printed = [
        words(DATE, "Northern Bank, account 12345678, EUR", 5_000),
        words(DATE, "Period: 01/02/2025 to 28/02/2025", 7_000),
        [*head, *flush(BALANCE, "Balance", 9_000)],
        [*words(text, "Opening balance", 11_000), *flush(BALANCE, "1000.00", 11_000)],
    ]
    balance, y = Decimal("1000.00"), 11_000
    for number, (side, amount, said) in enumerate(BOOKED):
        y += 1_600
        balance += Decimal(amount) if side == IN else -Decimal(amount)
        at = text + ragged * (number % 3 == 0)
        row = words(DATE, f"{3 + number * 3:02}/02/2025", y) + flush(at - 300, marks[number], y)
        row += words(at, said, y) + flush(AMOUNT, amount, y)
        printed.append([*row, *flush(BALANCE, str(balance), y)])
    y += 1_600
    printed.append([*words(text, "Closing balance", y), *flush(BALANCE, str(balance), y)])
    return page(printed)


def test_marks_with_no_room_before_the_texts_in_line_behind_them_are_held() -> None:
    assert is_proved(reading(crowded(sides("DEBIT", "CREDIT"))))
    (found,) = reading(crowded(sides("DEBIT", "CREDIT", FLIPPED))).unproved()
    assert found.code == "sign_contradicts"
    assert BOOKED[FLIPPED][2] in found.reason


@pytest.mark.parametrize(("heading", "ragged"), [("Description", 0), ("Kind", 100)])
def test_words_that_only_begin_the_texts_are_no_marks(heading: str, ragged: int) -> None:
    found = reading(crowded(sides("DEBIT", "CREDIT", FLIPPED), heading, ragged=ragged))
    assert is_proved(found)
    described = [each.description for each in found.proved()[0].statement.transactions]
    assert described[FLIPPED] == f"CREDIT {BOOKED[FLIPPED][2]}"


def test_codes_of_many_letters_are_no_marks() -> None:
    assert is_proved(reading(statement("Code", ["C", "D", "S", "A", "D", "C", "X", "A"])))


def test_colours_that_mean_something_else_are_no_marks() -> None:
    hues = [1, -1, 1, -1, 1, -1, 1, -1]
    assert is_proved(reading(statement("Type", [""] * len(BOOKED), hues=hues)))


BADGE = b"q 0.75 0.22 0.17 rg %d -2 m 40 -2 40 9 %d 9 c h f Q 1 1 1 rg " % (2, 2)


def badged(folder: Path, marks: Sequence[str], column: int) -> Path:
    """Unsigned amounts, and *marks* in white on a coloured shape: in cells of their own, in
    place of the texts, or right behind the amounts."""
    honest = Statement()
    plain = [(row[0], row[1], row[2].lstrip("+-"), row[3]) for row in honest.rows]
    instead = {}
    for number, mark in enumerate(marks):
        ops = BADGE + shown(4, 0, literal(mark))
        if column == 2:
            amount = plain[number][2]
            ops = shown(0, 0, literal(amount)) + b"q 1 0 0 1 %.2f 0 cm %s Q" % (width(amount), ops)
        instead[number, column] = ops
    path = folder / "badges.pdf"
    Statement(rows=plain, instead=instead).write(path)
    return path


@pytest.mark.parametrize("column", [1, 2], ids=["beside", "behind"])
def test_what_the_second_reader_does_not_see_cannot_prove_a_row(
    column: int, tmp_path: Path
) -> None:
    marks = ["DR", "CR", "DR", "DR", "CR", "DR"]
    path = badged(tmp_path, marks, column)
    found, _ = proved_by_text(path, pdfium.read(path, None), OPTIONS)
    assert found.reading.proved()
    marks[3] = "CR"
    path = badged(tmp_path, marks, column)
    assert read(plumber.read(path, None), TODAY).proved(), "it loses the badges, and with them why"
    found, _ = proved_by_text(path, pdfium.read(path, None), OPTIONS)
    assert not found.reading.proved()


def test_a_second_look_has_to_see_every_word_of_the_first_at_its_place() -> None:
    whole = statement("Type", sides("DR", "CR"))
    assert sees_all(whole, whole)
    assert not sees_all(whole, statement("Type", sides("", "CR")))
    assert not sees_all(whole, statement("Type", sides("DR", "CR", FLIPPED)))
    assert sees_all(statement("Type", sides("", "CR")), whole), "more is no harm"


def test_ligatures_and_words_without_a_gap_are_seen_as_they_are_spelled() -> None:
    split, ligature = words(5_000, "Office fee", 0), words(5_000, "Oﬃce", 0)
    glued = [Word("Officefee", tuple(range(5_000, 10_000, 500)), 0, HEIGHT)]
    assert sees_all(page([split]), page([glued]))
    assert sees_all(page([ligature]), page([split]))
