"""Where letters stand: one whose box hangs below its line is of the line of the one beside it."""

from __future__ import annotations

from pathlib import Path

import pypdfium2_raw as raw
import pytest
from reportlab.pdfgen.canvas import Canvas

from counterfoil.adapters.statement_pdf.characters import characters_of
from counterfoil.adapters.statement_pdf.pdfium import opened

DEEP, PLAIN = "Times-Roman", "Helvetica"  # the box of the first begins lower, and ends lower
Letter = tuple[str, str, float, float]  # font, letter, size, how far above the line (points)


def boxes(folder: Path, *letters: Letter) -> list[tuple[float, float]]:
    """(lower, upper edge) of the box of each of *letters*, set one beside the other."""
    path, left = folder / "letters.pdf", 60.0
    canvas = Canvas(str(path), invariant=True)
    for font, letter, size, above in letters:
        canvas.setFont(font, size)
        canvas.drawString(left, 700 + above, letter)
        left += canvas.stringWidth(letter, font, size)
    canvas.save()
    with opened(path, None) as document:
        page = raw.FPDF_LoadPage(document, 0)
        text = raw.FPDFText_LoadPage(page)
        made = characters_of(text)
        raw.FPDFText_ClosePage(text)
        raw.FPDF_ClosePage(page)
    said = "".join(each for _, each, *_ in letters)
    assert [*made.letters[: len(said)]] == [*said]
    return [*zip(made.bottoms, made.tops, strict=True)][: len(said)]


def alone(folder: Path, letter: Letter) -> tuple[float, float]:
    (box,) = boxes(folder, letter)
    return box


@pytest.mark.parametrize("other", ["b", "7"])
def test_a_letter_that_hangs_below_the_one_beside_it_is_lifted(tmp_path: Path, other: str) -> None:
    deep, plain = (DEEP, "g", 10, 0), (PLAIN, other, 10, 0)
    hangs, stands = alone(tmp_path, deep), alone(tmp_path, plain)
    assert hangs[0] < stands[0] < hangs[1] < stands[1], "else this says nothing"
    lifted = (stands[0], hangs[1])
    assert boxes(tmp_path, deep, plain) == [lifted, stands]
    assert boxes(tmp_path, plain, deep) == [stands, lifted], "before or behind it"


@pytest.mark.parametrize(
    ("deep", "beside"),
    [
        ((DEEP, "g", 10, 0), (PLAIN, "b", 10, 0.3)),
        ((DEEP, "7", 10, 0), (PLAIN, "b", 10, 0)),
        ((DEEP, "g", 10, 0), (PLAIN, "(", 10, 0)),
        ((PLAIN, "g", 12, 0), (PLAIN, "b", 10, 0)),
    ],
    ids=["another line", "a digit", "beside no letter", "a larger one"],
)
def test_what_hangs_for_another_reason_stays(tmp_path: Path, deep: Letter, beside: Letter) -> None:
    low, high = alone(tmp_path, deep), alone(tmp_path, beside)
    assert low[0] < high[0], "else this says nothing"
    assert boxes(tmp_path, deep, beside) == [low, high]
