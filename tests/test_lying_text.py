"""What a person sees is what is booked: a text that says something else proves nothing."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.adapters.statement_pdf import pdfium, seen
from counterfoil.domain.pages import Lie
from counterfoil.rules.statements.reading import read as read_printed
from counterfoil.rules.statements.trust import places_of
from counterfoil.statements import HowToRead, read_document
from fixtures.hostile.hiding import HIDING, HidingCase
from fixtures.hostile.lying import FACES, LIES, LyingCase, lying, one_value
from fixtures.hostile.pdf import ROWS, Statement, literal, shown

TODAY = date(2025, 3, 3)


def looked_at(path: Path) -> tuple[Lie, ...]:
    """What a look finds in a document that proves by its text."""
    printed = pdfium.read(path, None)
    reading = read_printed(printed, TODAY)
    assert reading.proved(), reading.unproved()
    return seen.look(path, None, printed, places_of(reading))


def test_an_honest_statement_is_proved(tmp_path: Path) -> None:
    path = tmp_path / "honest.pdf"
    Statement().write(path)
    reading = read_document(path)
    assert len(reading.proved()) == 1
    assert reading.unproved() == ()
    assert reading.notes == ()


@pytest.mark.parametrize("case", LIES, ids=str)
def test_a_statement_that_shows_something_else_is_quarantined(
    case: LyingCase, tmp_path: Path
) -> None:
    path = tmp_path / "lying.pdf"
    case.make(path)
    reading = read_document(path)
    assert reading.proved() == ()
    assert reading.unproved()
    if case.says:
        caught = reading.unproved()[0]
        assert caught.code == "text_is_not_what_is_seen", caught.reason
        assert f"the text says '{case.says}', seen is {case.seen}" in caught.reason
        assert caught.place is not None
        assert caught.place.page == 1
        assert caught.place.box is not None


@pytest.mark.parametrize("face", FACES)
def test_every_digit_drawn_as_any_other_is_caught(face: str, tmp_path: Path) -> None:
    path = tmp_path / "lying.pdf"
    missed = []
    for claimed in "0123456789":
        row, column, at = where(claimed)
        text = ROWS[row][column]
        for drawn in "0123456789":
            shows = text[:at] + drawn + text[at + 1 :]
            one_value(row, column, shows, face)(path)
            found = [each.seen for each in looked_at(path)]
            expected = [] if drawn == claimed else [shows]
            if found != expected:
                missed.append((claimed, drawn, found))
    assert missed == []


def where(digit: str) -> tuple[int, int, int]:
    """A place in an amount or a balance where *digit* stands."""
    return next(
        (number, column, found.start())
        for number, row in enumerate(ROWS)
        for column in (2, 3)
        if (found := re.search(digit, row[column]))
    )


#: What the first reader leaves out; the others are proved by their text, and then looked at.
FILTERED = {
    "invisible",
    "only a clip",
    "white",
    "nearly white",
    "of no opacity",
    "too small",
    "off the page",
}


@pytest.mark.parametrize("case", HIDING, ids=str)
def test_a_hidden_row_is_left_out_with_a_note_or_the_document_is_refused(
    case: HidingCase, tmp_path: Path
) -> None:
    path = tmp_path / "hiding.pdf"
    case.a_row_too_many(path)
    reading = read_document(path)
    if case.way in FILTERED:
        assert reading.unproved() == ()
        assert len(reading.proved()[0].statement.transactions) == len(ROWS)
        assert reading.notes == ("page 1: 39 characters that nobody can see were left out",)
    else:
        assert reading.proved() == ()
        assert reading.unproved()[0].code == "text_is_not_what_is_seen"


@pytest.mark.parametrize("case", HIDING, ids=str)
def test_a_value_that_nobody_sees_proves_nothing(case: HidingCase, tmp_path: Path) -> None:
    """Whatever the amount from which on documents are looked at: it hides something."""
    path = tmp_path / "hiding.pdf"
    case.a_needed_value(path)
    far_above = {"GBP": Decimal(10) ** 9} if case.way in FILTERED else {}
    assert read_document(path, HowToRead(look_above=far_above)).proved() == ()


CLUTTER = {
    "a rule that touches the digits": b"1.5 w 40 %d m 560 %d l S\n" % (704 - 9, 704 - 9),
    "a rule of the table below them": b"0.3 w 40 %d m 560 %d l S\n" % (704 - 18, 704 - 18),
    "a line between the columns": b"0.5 w 355 720 m 355 560 l S 404 720 m 404 560 l S\n",
    "a letter of a watermark": b"q 0.9 g %s Q\n" % shown(380, 600, b"(V)", size=140),
    "a pale print over a row": b"q 0.45 g %s Q\n" % shown(372, 684.6, b"(Perhatian / Note)"),
    "a pale letter beside a value": b"q 0.8 g %s Q\n" % shown(401, 687, b"(S)", size=8),
    "a letter of a watermark in the word": b"q 0.9 g %s Q\n" % shown(74.9, 622.5, b"(V)", size=140),
    "digits that all but touch": b"-0.5 Tc\n",
    "white on a dark ground": b"0 0 0.4 rg 350 %d 52 16 re f\n" % (704 - 21),
    "tall letters of the line below": b"".join(
        b"0.8 w %d 680 m %d 687 l S\n" % (x, x) for x in range(360, 404, 3)
    ),
    "rows in turn on grey": b"0.85 g 40 684 520 16 re f 40 652 520 16 re f 0 g\n",
}


@pytest.mark.parametrize("name", CLUTTER)
def test_what_else_is_on_a_page_does_not_make_a_lie_of_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "cluttered.pdf"
    drawing = CLUTTER[name]
    if name == "white on a dark ground":
        row = b"q 1 g %s Q" % shown(0, 0, literal(ROWS[0][2]))
        Statement(below=drawing + b"0 g\n", instead={(0, 2): row}).write(path)
    elif name == "a pale print over a row":
        Statement(above=drawing).write(path)
    else:
        Statement(below=drawing).write(path)
    reading = read_document(path)
    assert reading.unproved() == ()
    assert len(reading.proved()) == 1


def old_style(text: str) -> bytes:
    """*text* with 3, 4, 5, 7 and 9 below the line, as old-style figures hang."""
    codes = b" ".join(
        b"%d Ts %s Tj" % (-2 if each in "34579" else 0, literal(each)) for each in text
    )
    return b"BT /F1 9 Tf 0 0 Td %s 0 Ts ET" % codes


HANGING = (
    ("03/02/2025", "Card payment", "-45.97", "954.03"),  # all digits of the amount hang
    ("05/02/2025", "Salary", "+1,931.00", "2,885.03"),
    ("11/02/2025", "Rent", "-799.53", "2,085.50"),
)


@pytest.mark.parametrize("rows", [ROWS, HANGING], ids=["some", "all of a number"])
def test_figures_that_hang_below_the_line_leave_the_points_where_they_are(
    rows: tuple[tuple[str, str, str, str], ...], tmp_path: Path
) -> None:
    path = tmp_path / "oldstyle.pdf"
    cells = [(row, column) for row in range(len(rows)) for column in (2, 3)]
    instead = {(row, column): old_style(rows[row][column]) for row, column in cells}
    Statement(rows=rows, instead=instead).write(path)
    reading = read_document(path)
    assert reading.unproved() == ()
    assert len(reading.proved()) == 1


def test_below_the_amount_a_document_is_read_and_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "lying.pdf"
    one_value(0, 2, "-47.90")(path)
    assert read_document(path, HowToRead(look_above={"GBP": Decimal("5000.00")})).proved()
    assert read_document(path, HowToRead(look_above={"GBP": Decimal("2889.10")})).proved() == ()
    assert read_document(path, HowToRead(look_above={"EUR": Decimal("5000.00")})).proved() == ()


def test_a_page_that_stands_on_its_side_is_looked_at_upright(tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    for turn in (90, 180, 270):
        Statement(page=b"/Rotate %d" % turn).write(path)
        assert looked_at(path) == ()


def test_a_very_large_page_is_looked_at_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    Statement(media_box=b"[0 0 9000 14400]").write(path)
    assert looked_at(path) == ()
    drawn, objects = lying("-41.90", "-47.90")
    Statement(
        media_box=b"[0 0 9000 14400]",
        instead={(0, 2): drawn},
        fonts=b"/F2 10 0 R",
        objects=objects,
    ).write(path)
    assert [each.seen for each in looked_at(path)] == ["-47.90"]
