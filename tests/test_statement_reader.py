"""Any bank's PDF becomes a proved statement, and the right one, or it is refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from counterfoil.adapters.statement_pdf import pdfium
from counterfoil.boxed.pdf import proved_by_text
from counterfoil.domain.statements import StatementReading
from counterfoil.errors import Quarantined
from fixtures.hostile.pdf import Statement
from fixtures.statements.zoo.catalogue import LAYOUTS
from fixtures.statements.zoo.filing import file, missing
from fixtures.statements.zoo.records import Document
from tests.statement_faults import SHARED
from tests.statement_truth import differences

TODAY = date(2026, 11, 26)

#: What each of these layouts has that others have not: read blind, by no code of its own.
ZOO = {
    "us_garrison": "amounts before the texts, dot leaders, checks side by side",
    "us_keystone": "several accounts behind one summary",
    "us_redrock": "a loan of which only the principal moves the balance",
    "hk_lionrock": "accounts told apart by their currency alone, days that go on over the page",
    "no_fjord": "dates of four digits",
    "odd_headings": "days under the name of their month",
    "odd_red": "money out in red, and no other sign",
    "neo_coral": "the newest entry first, and a pot with a statement of its own",
    "br_roxo": "entries under their day, totals over their entries",
    "de_hansa": "the day of booking as a title, only value dates beside the entries",
    "ma_atlas": "dates as 01 04, balances that say on which side they are",
    "tw_kavalan": "years of the Minguo era, no decimals, a balance from the page before",
    "card_kaveri": "a card's charges without a sign, lakhs, points beside the money",
    "fr_facteur": "a second column in another currency",
    "kz_altai": "signs parted from their numbers, Cyrillic",
    "in_tapti": "(Dr) and (Cr) glued to the amounts, serial numbers in front",
    "us_yellowstone": "sums of sections that no word calls so, checks side by side",
    "us_sandhill": "an account of securities: the net of both ways under the entries",
    "de_teuto": "transfers under the word for carried forward, IBANs of one bank, papers below",
    "toy_finboard": "an entry of the category Transport, last on its page",
    "us_tidewater": "a worksheet to balance one's account between the entries",
}


def given() -> Iterator[Any]:
    """The documents of ../shared, each with its truth."""
    for path in sorted(SHARED.glob("*/*.truth.json")) if SHARED else ():
        truth = json.loads(path.read_text("utf-8"))
        yield pytest.param(path.parent.parent / truth["file"], truth, id=truth["file"])


def verdict(path: Path, password: str | None) -> StatementReading | None:
    """As the parser box reads it, without a look at the pictures; None: not readable at all."""
    try:
        printed = pdfium.read(path, password)
    except Quarantined:
        return None
    options = {"today": str(TODAY), "password": password, "layout": None, "maps": None}
    return proved_by_text(path, printed, options)[0].reading


def held(reading: StatementReading | None) -> bool:
    """Whether everything in it is proved."""
    return reading is not None and bool(reading.proved()) and not reading.unproved()


@pytest.mark.skipif(SHARED is None, reason="../shared/data/statements is not there")
@pytest.mark.parametrize(("path", "truth"), list(given()))
def test_a_given_document_is_read_right_or_refused(path: Path, truth: dict[str, Any]) -> None:
    reading = verdict(path, truth.get("password"))
    if truth["expect"] == "quarantine":
        assert not held(reading)
    elif truth["expect"] == "prove":
        assert reading is not None
        assert [each.reason for each in reading.unproved()] == []
        assert differences(truth, reading) == []
    else:
        assert reading is None or not held(reading) or differences(truth, reading) == []


def of_the_zoo(*wanted: str) -> Iterator[Any]:
    """One document to be proved of each layout in ZOO; or those to be refused."""
    for name in ZOO:
        for document in LAYOUTS[name].make(Random(f"1/{name}")):
            if document.expect in wanted and not missing(document):
                yield pytest.param(name, document, id=f"{name}/{document.name}")
                if wanted == ("prove",):
                    break


def filed(document: Document, name: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    """The PDF, and what is true of it."""
    path = file(document, name, folder)
    return path, json.loads(path.with_suffix(".truth.json").read_text("utf-8"))


@pytest.mark.parametrize(("name", "document"), list(of_the_zoo("prove")))
def test_a_layout_nobody_described_is_read_right(
    name: str, document: Document, tmp_path: Path
) -> None:
    path, truth = filed(document, name, tmp_path)
    reading = verdict(path, document.password)
    assert reading is not None
    assert [each.reason for each in reading.unproved()] == [], ZOO[name]
    assert differences(truth, reading) == []


@pytest.mark.parametrize(("name", "document"), list(of_the_zoo("quarantine")))
def test_a_spoiled_print_of_it_is_refused(name: str, document: Document, tmp_path: Path) -> None:
    path, _ = filed(document, name, tmp_path)
    assert not held(verdict(path, document.password))


@pytest.mark.parametrize("lean", [-0.25, 0.25], ids=["backwards", "italic"])
def test_letters_that_lean_are_read(lean: float, tmp_path: Path) -> None:
    """Banks without an italic font slant an upright one."""
    path = tmp_path / "leaning.pdf"
    leaning = b"BT /F1 9 Tf 1 0 %.2f 1 50 760 Tm (Closing balance 1,204.10) Tj ET\n" % lean
    Statement(above=leaning).write(path)
    texts = [row.text for row in pdfium.read(path, None).pages[0].rows]
    assert "Closing balance 1,204.10" in texts
