"""Reads a statement that is a PDF: its text proves it, and the picture of it bears it out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from counterfoil.adapters import statement_wire
from counterfoil.adapters.statement_pdf import pdfium
from counterfoil.adapters.statement_pdf.layout_maps import layouts_in, load_layout
from counterfoil.domain.pages import PrintedPages
from counterfoil.errors import Quarantined
from counterfoil.rules.statements.choosing import examine_with
from counterfoil.rules.statements.opinions import agrees, sees_all
from counterfoil.rules.statements.reading import FINAL, Examined, examine
from counterfoil.rules.statements.trust import after_a_look, hidden_notes, to_look_at

SECOND_PAGES_MAX = 40  # the second reader takes a fifth of a second a page


def parse(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The parser box's entry. Raises Quarantined."""
    return statement_wire.dump(_examine(path, options).reading)


def explain(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The same with notes and, if *options* want them, pictures. Raises Quarantined."""
    from counterfoil.adapters.statement_pdf import picture
    from counterfoil.rules.statements.explaining import notes_of
    from counterfoil.rules.statements.marks import banner_of, marks_of

    examined = _examine(path, options)
    pictures: list[bytes] = []
    if options["pictures"]:
        marks, banner = marks_of(examined), banner_of(examined)
        pictures = picture.draw(path, options["password"], marks, banner)
    return {
        "reading": statement_wire.dump(examined.reading),
        "notes": [asdict(each) for each in notes_of(examined)],
        "pictures": [base64.b64encode(each).decode() for each in pictures],
    }


def ask(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a person is asked before a map is written. Raises Quarantined."""
    from counterfoil.rules.statements.inquiring import inquire

    printed = pdfium.read(path, options["password"])
    return asdict(inquire(printed, date.fromisoformat(options["today"])))


def _examine(path: Path, options: Mapping[str, Any]) -> Examined:
    """What the text proves, and nothing of it where the picture of a page says otherwise."""
    printed = pdfium.read(path, options["password"])
    examined, proved_by = proved_by_text(path, printed, options)
    reading = replace(examined.reading, notes=hidden_notes(printed))
    above = {code: Decimal(least) for code, least in options["look_above"].items()}
    if places := to_look_at(reading, printed, above):
        from counterfoil.adapters.statement_pdf import seen

        lies = seen.look(path, options["password"], proved_by, places)
        reading = after_a_look(reading, lies)
    return replace(examined, reading=reading)


def proved_by_text(
    path: Path, printed: PrintedPages, options: Mapping[str, Any]
) -> tuple[Examined, PrintedPages]:
    """The first reader's pages or, where they prove nothing, the second's.

    The second cannot tell invisible text from other: what it proves is looked at wherever
    the first has left something out. It undoes no contradiction, and has to see all that the
    first saw: one word less, and a row may have lost its sign.
    """
    first = _read(printed, options)
    if not first.reading.unproved() or first.reading.pages > SECOND_PAGES_MAX:
        return first, printed
    if any(each.code in FINAL for each in first.reading.unproved()):
        return first, printed
    from counterfoil.adapters.statement_pdf import plumber

    try:
        again = plumber.read(path, options["password"])
    except Quarantined:
        return first, printed
    second = _read(again, options)
    believed = agrees(first.reading, second.reading) and sees_all(printed, again)
    return (second, again) if believed else (first, printed)


def _read(printed: PrintedPages, options: Mapping[str, Any]) -> Examined:
    today = date.fromisoformat(options["today"])
    if options["layout"]:
        return examine(printed, today, load_layout(Path(options["layout"])))
    return examine_with(
        printed, today, layouts_in(Path(options["maps"])) if options["maps"] else ()
    )
