"""Read a statement of account of any known kind; its own arithmetic decides what is believed.

The one way in for workflows and commands: :func:`read_document`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from counterfoil.adapters import parser_box, statement_wire
from counterfoil.adapters.parser_box import Limits
from counterfoil.adapters.statement_formats import reading
from counterfoil.adapters.statement_formats.csv_maps import load_csv_map
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.adapters.statement_pdf import pdfium, picture, plumber
from counterfoil.adapters.statement_pdf.layout_maps import layouts_in, load_layout
from counterfoil.adapters.statement_pdf.pdfium import is_pdf
from counterfoil.domain.explained import Explained, Notes
from counterfoil.domain.inquiries import Inquiry
from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.secrets import Secret
from counterfoil.domain.statement_layouts import Layout
from counterfoil.domain.statements import Statement, StatementReading
from counterfoil.errors import MapError, Quarantined
from counterfoil.rules.statement_proof import prove_all
from counterfoil.rules.statements.choosing import examine_with
from counterfoil.rules.statements.explaining import notes_of
from counterfoil.rules.statements.inquiring import inquire
from counterfoil.rules.statements.marks import banner_of, marks_of
from counterfoil.rules.statements.opinions import agrees
from counterfoil.rules.statements.reading import Examined, examine
from counterfoil.toml_records import build_record

PARSER = "counterfoil.statements:parse"
EXPLAINER = "counterfoil.statements:explain"
INQUIRER = "counterfoil.statements:ask"
EXPLAINED = Limits(cpu_seconds=60, wall_seconds=90, answer_bytes=128 * 2**20)
SECOND_PAGES_MAX = 40  # the second reader takes a fifth of a second a page


def read_document(
    path: Path,
    *,
    password: Secret | None = None,
    maps: Path | None = None,
    layout: Path | None = None,
    known: Sequence[Statement] = (),
) -> StatementReading:
    """A verdict on every account in the file at *path*, read in the parser box.

    Args:
        password: Opens a protected file.
        maps: ``selectors/statements``: what cannot be read without one.
        layout: One layout map that a PDF must be read with, whatever *maps* has.
        known: The last proved statement of each account, where there is one: it opens a
            statement that prints no opening balance.

    Raises:
        Quarantined: The file as a whole cannot be read; the message says why and where.
        MapError: A map is not exactly right.
    """
    with password.reveal() if password is not None else nullcontext() as opening:
        answer = parser_box.run(PARSER, path, _options(opening, maps, known, layout))
    with _trusted_no_further():
        return statement_wire.load(answer)


def explain_document(
    path: Path,
    *,
    password: Secret | None = None,
    maps: Path | None = None,
    layout: Path | None = None,
    pictures: bool = False,
) -> Explained:
    """As :func:`read_document`, with notes on how it was read and, of a PDF, *pictures*.

    Raises:
        Quarantined, MapError: As there.
    """
    with password.reveal() if password is not None else nullcontext() as opening:
        options = _options(opening, maps, (), layout) | {"pictures": pictures}
        answer = parser_box.run(EXPLAINER, path, options, limits=EXPLAINED)
    with _trusted_no_further():
        return Explained(
            reading=statement_wire.load(answer["reading"]),
            notes=tuple(_load_notes(each) for each in answer["notes"]),
            pictures=tuple(base64.b64decode(each) for each in answer["pictures"]),
        )


def inquire_document(path: Path, *, password: Secret | None = None) -> Inquiry:
    """What the PDF at *path* leaves open, read without any map.

    Raises:
        Quarantined: The file as a whole cannot be read, or it is no PDF.
    """
    with password.reveal() if password is not None else nullcontext() as opening:
        options = _options(opening, None, (), None)
        answer = parser_box.run(INQUIRER, path, options, limits=EXPLAINED)
    with _trusted_no_further():
        return build_record(Inquiry, answer, "inquiry", error=MapError)


def _load_notes(record: Mapping[str, Any]) -> Notes:
    texts = {key: tuple(map(str, record[key])) for key in ("columns", "texts", "competing")}
    return Notes(account=str(record["account"]), **texts)


@contextmanager
def _trusted_no_further() -> Iterator[None]:
    """The child read a stranger's file: an answer that is none becomes a quarantine."""
    try:
        yield
    except (ValueError, KeyError, TypeError) as trouble:
        raise Quarantined(
            "reading_contradicts_itself",
            f"what was read does not hold together ({type(trouble).__name__})",
            remedy="tell the operators; order another format meanwhile",
        ) from trouble


def _options(
    password: str | None, maps: Path | None, known: Sequence[Statement], layout: Path | None
) -> dict[str, Any]:
    """For the child. The maps are read here first: a wrong one is our own affair."""
    if maps is not None:
        layouts_in(maps)
    if layout is not None:
        load_layout(layout)
    return {
        "password": password,
        "today": datetime.now().astimezone().date().isoformat(),
        "maps": str(maps.resolve()) if maps is not None else "",
        "layout": str(layout.resolve()) if layout is not None else "",
        "known": [statement_wire.dump_statement(each) for each in known],
    }


def parse(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The parser box's entry: called in the child only."""
    if is_pdf(path):
        return statement_wire.dump(_examine_pdf(path, options).reading)
    return statement_wire.dump(_read_other(path, options))


def explain(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The parser box's other entry: with notes and pictures. In the child only."""
    if not is_pdf(path):
        reading = statement_wire.dump(_read_other(path, options))
        return {"reading": reading, "notes": [], "pictures": []}
    examined = _examine_pdf(path, options)
    pictures: list[bytes] = []
    if options["pictures"]:
        marks = marks_of(examined)
        pictures = picture.draw(path, options["password"], marks, banner_of(examined))
    return {
        "reading": statement_wire.dump(examined.reading),
        "notes": [asdict(each) for each in notes_of(examined)],
        "pictures": [base64.b64encode(each).decode() for each in pictures],
    }


def ask(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The parser box's third entry: what a person is asked. In the child only."""
    if not is_pdf(path):
        raise Quarantined("no_pdf", "only the layout of a PDF can be taught")
    printed = pdfium.read(path, options["password"])
    return asdict(inquire(printed, date.fromisoformat(options["today"])))


def _read_other(path: Path, options: Mapping[str, Any]) -> StatementReading:
    """Every format that is no PDF."""
    content = path.read_bytes()
    found = sorted(Path(options["maps"]).glob("*.csv.toml")) if options["maps"] else []
    told = ReadOptions(csv_maps=tuple(load_csv_map(each) for each in found))
    source, drafts = reading.read(content, told)
    known = [statement_wire.load_statement(each) for each in options["known"]]
    return StatementReading(source=source, verdicts=prove_all(drafts, known))


def _examine_pdf(path: Path, options: Mapping[str, Any]) -> Examined:
    """The first reader's pages or, where they prove nothing, the second's."""
    first = _examined(pdfium.read(path, options["password"]), options)
    if not first.reading.unproved() or first.reading.pages > SECOND_PAGES_MAX:
        return first
    try:
        second = _examined(plumber.read(path, options["password"]), options)
    except Quarantined:
        return first
    return second if agrees(first.reading, second.reading) else first


def _examined(printed: PrintedPages, options: Mapping[str, Any]) -> Examined:
    today = date.fromisoformat(options["today"])
    if options["layout"]:
        return examine(printed, today, load_layout(Path(options["layout"])))
    layouts: tuple[Layout, ...] = layouts_in(Path(options["maps"])) if options["maps"] else ()
    return examine_with(printed, today, layouts)
