"""Layouts by chance: whatever mixture of language, order, signs, dates and dress is drawn.

What is read is right, what is spoiled is refused, and nearly all that can be proved is. Nobody
drew these by hand: each seed is a hundred banks that do not exist.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from counterfoil.adapters.statement_pdf import pdfium
from counterfoil.rules.statements.reading import read
from fixtures.statements.zoo.chance import LAYOUTS
from fixtures.statements.zoo.filing import file, missing
from fixtures.statements.zoo.records import Document
from tests.statement_pdf_support import TODAY
from tests.statement_truth import differences

#: Of a hundred that can be proved so many may be refused, never misread.
REFUSED_MAX = 6


def documents(seed: int, count: int) -> Iterator[tuple[str, Document]]:
    """(layout, document) of the first *count* layouts of a seed."""
    for layout in LAYOUTS[:count]:
        for document in layout.make(Random(f"{seed}/{layout.name}")):
            if not missing(document):
                yield f"{seed}/{layout.name}", document


def verdict(document: Document, name: str, folder: Path) -> str:
    """right, refused or wrong."""
    path = file(document, name.replace("/", "_"), folder)
    reading = read(pdfium.read(path, None), TODAY)
    if reading.unproved() or not reading.proved():
        return "refused"
    truth = json.loads(path.with_suffix(".truth.json").read_text("utf-8"))
    right = document.expect == "prove" and not differences(truth, reading)
    return "right" if right else "wrong"


def read_all(seeds: range, count: int, folder: Path) -> tuple[Counter[str], list[str]]:
    """How many of the good prints came out how, and what was misread or believed."""
    tally: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in seeds:
        for name, document in documents(seed, count):
            said = verdict(document, name, folder)
            if document.expect == "prove":
                tally[said] += 1
            if said == "wrong":
                wrong.append(f"{name}/{document.name}: {document.note[:120]}")
    return tally, wrong


def test_a_few_layouts_by_chance_are_read_right_or_refused(tmp_path: Path) -> None:
    tally, wrong = read_all(range(301, 302), 24, tmp_path)
    assert wrong == []
    assert tally["right"] >= 22, tally


@pytest.mark.battery
def test_a_thousand_layouts_by_chance_are_read_right_or_refused(tmp_path: Path) -> None:
    tally, wrong = read_all(range(311, 321), len(LAYOUTS), tmp_path)
    assert wrong == []
    assert tally["refused"] * 100 <= REFUSED_MAX * sum(tally.values()), tally
