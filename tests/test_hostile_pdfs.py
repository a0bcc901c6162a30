"""A hostile PDF costs itself: the parent lives, and the answer is a reason or the truth."""

from __future__ import annotations

import gzip
import pickle
import re
import resource
import time
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.adapters.statement_pdf import plumber
from counterfoil.errors import Quarantined
from counterfoil.statements import read_document
from fixtures.hostile.pdf import ROWS
from fixtures.hostile.pdfs import PDFS, PdfCase, running_map

SECONDS_MAX = 30
PARENT_GROWTH_MAX = 64_000  # kB
TRUTH = [Decimal(row[2].replace(",", "")) for row in ROWS]


@pytest.mark.parametrize("case", [each for each in PDFS if not each.slow], ids=str)
def test_asvs_5_2_6_a_hostile_pdf_ends_with_a_reason_or_with_the_truth(
    case: PdfCase, tmp_path: Path
) -> None:
    contained(case, tmp_path)


@pytest.mark.battery
@pytest.mark.parametrize("case", [each for each in PDFS if each.slow], ids=str)
def test_a_pdf_that_runs_into_a_bound_ends_too(case: PdfCase, tmp_path: Path) -> None:
    contained(case, tmp_path)


def contained(case: PdfCase, tmp_path: Path) -> None:
    path = tmp_path / "fetched.pdf"
    case.make(path)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    answer = answer_of(path)
    assert time.monotonic() - began <= SECONDS_MAX
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < PARENT_GROWTH_MAX
    assert re.search(case.answer, answer), answer
    assert "Traceback" not in answer
    assert answer == "proved" or len(answer.split()) > 5, "what can be done?"


def answer_of(path: Path) -> str:
    """The reason, or "proved": then it is what the pages say."""
    try:
        reading = read_document(path)
    except Quarantined as trouble:
        return str(trouble) if trouble.remedy else ""
    if reading.unproved() or not reading.proved():
        assert reading.unproved(), "neither proved nor refused"
        return "; ".join(f"{each.code}: {each.reason}" for each in reading.unproved())
    assert [each.amount for each in reading.proved()[0].statement.transactions] == TRUTH
    return "proved"


def test_asvs_1_5_2_a_font_cannot_make_the_second_reader_run_a_program(tmp_path: Path) -> None:
    path, marker = tmp_path / "evil.pdf", tmp_path / "it ran"
    running_map(tmp_path / "evil", marker)(path)
    with gzip.open(tmp_path / "evil.pickle.gz") as file:
        pickle.load(file)  # it does what it is made for
    assert marker.exists()
    marker.rmdir()
    plumber.read(path, None)
    assert not marker.exists()


def test_every_reason_of_the_box_names_the_bound(
    tmp_path: Path,
) -> None:
    case = next(each for each in PDFS if each.name == "ten gigabytes in twenty kilobytes")
    case.make(tmp_path / "bomb.pdf")
    with pytest.raises(Quarantined, match=r"parser_died: .*memory.*another format"):
        read_document(tmp_path / "bomb.pdf")
