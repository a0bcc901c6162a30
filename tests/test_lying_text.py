"""What a person sees is what is booked: a text that says something else proves nothing."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from counterfoil.adapters.statement_pdf import pdfium, seen
from counterfoil.domain.pages import Lie
from counterfoil.rules.statements.reading import read as read_printed
from counterfoil.rules.statements.trust import places_of
from counterfoil.statements import read_document
from fixtures.hostile.lying import FACES, LIES, LyingCase, one_value
from fixtures.hostile.pdf import ROWS, Statement

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
