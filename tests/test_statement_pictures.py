"""A picture shows what was read, what holds and what does not, each by colour and shape."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from counterfoil.adapters.statement_pdf import picture
from counterfoil.adapters.statement_pdf.picture_style import COLOURS, SHAPES
from counterfoil.domain.page_marks import Mark, MarkKind
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.rules.statements.explaining import notes_of
from counterfoil.rules.statements.marks import banner_of, marks_of
from counterfoil.statements import HowToRead, explain_document
from fixtures.statements import unfamiliar
from fixtures.statements.zoo.catalogue import LAYOUTS
from fixtures.statements.zoo.press import Hand
from tests.cli_support import counterfoil
from tests.statement_pdf_support import examined, zoo


def notes(marks: tuple[Mark, ...], kind: MarkKind) -> list[str]:
    return [mark.note for mark in marks if mark.kind is kind and mark.note]


def inked(png: bytes, colour: tuple[int, int, int]) -> int:
    """How many pixels have exactly this colour."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return sum(n for n, found in image.getcolors(2**24) or [] if found == colour)


def test_a_proved_statement_has_a_box_round_every_entry_and_a_tick_at_every_balance(
    tmp_path: Path,
) -> None:
    found = examined(zoo("odd_unsigned", "statement", tmp_path))
    (proved,) = found.reading.proved()
    marks = marks_of(found)

    kinds = Counter(mark.kind for mark in marks)
    assert kinds[MarkKind.ENTRY] == len(proved.statement.transactions)
    assert kinds[MarkKind.HOLDS] == len(proved.statement.transactions) + 2  # and the two ends
    assert kinds[MarkKind.FAILS] == kinds[MarkKind.UNREAD] == 0
    roles = {mark.text for mark in marks if mark.kind is MarkKind.COLUMN}
    assert roles == {"Booking date", "Description", "Amount", "Balance"}
    assert banner_of(found).headline == f"PROVED, grade {proved.proof.grade}"


def test_the_equation_that_fails_stands_beside_its_row_and_what_follows_is_unread(
    tmp_path: Path,
) -> None:
    found = examined(zoo("odd_unsigned", "balance", tmp_path))
    (verdict,) = found.reading.unproved()
    marks = marks_of(found)

    (says,) = notes(marks, MarkKind.FAILS)
    (equation,) = verdict.failed
    assert says == equation.says.replace(" = ", " is not ")
    (failing,) = [mark for mark in marks if mark.kind is MarkKind.FAILS]
    assert verdict.place is not None
    assert (failing.page, failing.box) == (verdict.place.page, verdict.place.box)
    unread = [mark for mark in marks if mark.kind is MarkKind.UNREAD]
    assert unread
    assert min(mark.box[1] for mark in unread) > failing.box[1]


def test_a_balance_carried_to_a_page_that_is_missing_is_marked(tmp_path: Path) -> None:
    found = examined(zoo("at_alpen", "letzte_seite_fehlt", tmp_path))

    assert [each.code for each in found.reading.unproved()] == ["page_missing"]
    failing = notes(marks_of(found), MarkKind.FAILS)
    assert failing == ["carried to a page that is not in the file"]


@pytest.mark.parametrize(
    ("layout", "which", "present", "absent"),
    [
        ("odd_unsigned", "statement", MarkKind.HOLDS, MarkKind.FAILS),
        ("odd_unsigned", "balance", MarkKind.FAILS, None),
    ],
)
def test_a_picture_shows_page_marks_and_notes(
    tmp_path: Path, layout: str, which: str, present: MarkKind, absent: MarkKind | None
) -> None:
    path = zoo(layout, which, tmp_path)
    found = examined(path)
    (png,) = picture.draw(path, None, marks_of(found), banner_of(found))

    width, height = Image.open(io.BytesIO(png)).size
    assert (width, height) > (595 * picture.PER_POINT, 842 * picture.PER_POINT)
    (bare,) = picture.draw(path, None, (), banner_of(found))  # its legend has all colours too
    assert inked(png, COLOURS[present]) > inked(bare, COLOURS[present]) + 1_000
    if absent is not None:
        assert inked(png, COLOURS[absent]) == inked(bare, COLOURS[absent])


@pytest.mark.parametrize(
    "hand", [Hand(), *(Hand(rotate=turn) for turn in (90, 180, 270)), Hand(sideways=True)]
)
def test_however_a_page_is_turned_the_marks_stay_on_the_ink(tmp_path: Path, hand: Hand) -> None:
    path = zoo("odd_unsigned", "statement", tmp_path, hand)
    found = examined(path)
    assert found.reading.proved()
    page = Image.open(io.BytesIO(picture.draw(path, None, (), banner_of(found))[0])).convert("L")
    down = 52 + 21 * len(banner_of(found).lines)

    for mark in (mark for mark in marks_of(found) if mark.kind is MarkKind.HOLDS):
        left, top, right, bottom = (each * picture.PER_POINT // 100 for each in mark.box)
        inside = page.crop((left, top + down, right, bottom + down)).histogram()
        assert sum(inside[:100]) * 50 > sum(inside), mark


def test_every_kind_of_mark_has_a_colour_and_a_shape_of_its_own() -> None:
    """Red and green alone tell nothing to one man in twelve."""
    kinds = [kind for kind in MarkKind if kind is not MarkKind.COLUMN]
    assert len({COLOURS[kind] for kind in kinds}) == len(kinds)
    assert len({SHAPES[kind] for kind in kinds}) == len(kinds)
    grey = {2 * red + 7 * green + blue for red, green, blue in (COLOURS[kind] for kind in kinds)}
    assert len(grey) == len(kinds)


def test_the_explanation_names_columns_texts_and_the_readings_that_failed(
    tmp_path: Path,
) -> None:
    (note,) = notes_of(examined(zoo("odd_unsigned", "statement", tmp_path)))

    assert any(each.startswith("balance: the column headed 'Balance'") for each in note.columns)
    assert any("no sum covers it" in each for each in note.texts)
    failed = [each for each in note.competing if "amounts without a sign add" in each]
    assert failed
    assert "is not" in failed[0]


def test_read_writes_a_picture_of_each_page_and_explains_in_words(tmp_path: Path) -> None:
    path = zoo("odd_unsigned", "balance", tmp_path)
    answer = counterfoil(
        "statement", "read", str(path), "--explain", "--picture", str(tmp_path / "why.png")
    )

    assert answer.returncode == 1
    said = " ".join(answer.stdout.split())
    assert "quarantined does_not_add_up" in said
    assert "the left side comes to 1,467.18, printed is 1,668.88: off by +201.70" in said
    assert "readings that were tried" in said
    assert (tmp_path / "why.png").read_bytes().startswith(b"\x89PNG")


def test_a_protected_document_is_drawn_with_its_password(tmp_path: Path) -> None:
    path = zoo("be_brabant", "beschermd", tmp_path)
    (document,) = (d for d in LAYOUTS["be_brabant"].make(Random("1/be_brabant")) if d.password)
    secret = Secret("STATEMENT_PASSWORD", document.password or "", Redactor())

    assert (
        len(explain_document(path, HowToRead(password=secret), pictures=True).pictures)
        == document.pages
    )


def test_json_stays_json_when_pictures_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    unfamiliar.in_thousandths(path)
    folder = tmp_path / "pictures"
    answer = counterfoil("statement", "read", str(path), "--json", "--picture", str(folder))

    told = json.loads(answer.stdout)
    assert told["status"] == "quarantined"  # 1.250 may be a thousand, or one and a quarter
    assert "two_readings" in told["reason"]
    assert [each.name for each in folder.iterdir()] == ["statement-1.png"]
