"""Statements of the zoo as files, and maps as text, for the tests of reading PDF."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

import pytest

from counterfoil.adapters.statement_pdf import pdfium
from counterfoil.adapters.statement_pdf.layout_maps import load_layout
from counterfoil.domain.statement_layouts import Layout
from counterfoil.rules.statements.reading import Examined, examine
from fixtures.statements.zoo.catalogue import LAYOUTS
from fixtures.statements.zoo.filing import file, missing
from fixtures.statements.zoo.press import Hand, drawn

TODAY = date(2026, 11, 26)


def zoo(name: str, which: str, folder: Path, hand: Hand | None = None) -> Path:
    """The document *which* of the layout *name*, seed 1; skips where its program is missing.

    Args:
        hand: Draws it in another way.
    """
    for document in LAYOUTS[name].make(Random(f"1/{name}")):
        if document.name == which:
            if absent := missing(document):
                pytest.skip(f"without {', '.join(absent)}")
            if hand is not None:
                assert isinstance(document.press, partial), "it is drawn by reportlab"
                document = replace(document, press=drawn(document.press.args[0], hand))
            return file(document, name, folder)
    raise AssertionError(f"{name} has no {which}")


def examined(path: Path, layout: Layout | None = None) -> Examined:
    """Read by the first reader, in this process."""
    return examine(pdfium.read(path, None), TODAY, layout)


def mapped(folder: Path, text: str, name: str = "bank") -> Layout:
    """The map of this TOML."""
    path = folder / f"{name}.pdf.toml"
    path.write_text(text, "utf-8")
    return load_layout(path)
