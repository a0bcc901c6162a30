"""Read a statement of account of any known kind; its own arithmetic decides what is believed.

The one way in for workflows and commands: :func:`read_document`. It parses nothing itself:
the readers are imported in the child, each only where a file is of its kind, because
loading them all takes as long as reading a short statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any

from counterfoil.adapters import parser_box, statement_wire
from counterfoil.domain.secrets import Secret
from counterfoil.domain.statements import Statement, StatementReading
from counterfoil.errors import Quarantined

PARSER = "counterfoil.statements:parse"
SECOND_PAGES_MAX = 40  # the second reader takes a fifth of a second a page


def read_document(
    path: Path,
    *,
    password: Secret | None = None,
    maps: Path | None = None,
    known: Sequence[Statement] = (),
) -> StatementReading:
    """A verdict on every account in the file at *path*, read in the parser box.

    Args:
        password: Opens a protected file.
        maps: ``selectors/statements``: what cannot be read without one.
        known: The last proved statement of each account, where there is one: it opens a
            statement that prints no opening balance.

    Raises:
        Quarantined: The file as a whole cannot be read; the message says why and where.
    """
    with password.reveal() if password is not None else nullcontext() as opening:
        answer = parser_box.run(PARSER, path, _options(opening, maps, known))
    try:
        return statement_wire.load(answer)
    except (ValueError, KeyError, TypeError) as trouble:  # the child read a stranger's file
        raise Quarantined(
            "reading_contradicts_itself",
            f"what was read does not hold together ({type(trouble).__name__})",
            remedy="tell the operators; order another format meanwhile",
        ) from trouble


def _options(
    password: str | None, maps: Path | None, known: Sequence[Statement]
) -> dict[str, Any]:
    return {
        "password": password,
        "today": datetime.now().astimezone().date().isoformat(),
        "maps": str(maps.resolve()) if maps is not None else "",
        "known": [statement_wire.dump_statement(each) for each in known],
    }


def parse(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The parser box's entry: called in the child only."""
    from counterfoil.adapters.statement_pdf.pdfium import is_pdf

    if is_pdf(path):
        today = date.fromisoformat(options["today"])
        return statement_wire.dump(_read_pdf(path, options["password"], today))
    return statement_wire.dump(_read_format(path, options))


def _read_format(path: Path, options: Mapping[str, Any]) -> StatementReading:
    """CAMT.053, MT940 and the like."""
    from counterfoil.adapters.statement_formats import reading
    from counterfoil.adapters.statement_formats.csv_maps import load_csv_map
    from counterfoil.adapters.statement_formats.options import ReadOptions
    from counterfoil.rules.statement_proof import prove_all

    content = path.read_bytes()
    found = sorted(Path(options["maps"]).glob("*.csv.toml")) if options["maps"] else []
    told = ReadOptions(csv_maps=tuple(load_csv_map(each) for each in found))
    source, drafts = reading.read(content, told)
    known = [statement_wire.load_statement(each) for each in options["known"]]
    return StatementReading(source=source, verdicts=prove_all(drafts, known))


def _read_pdf(path: Path, password: str | None, today: date) -> StatementReading:
    """The first reader's pages or, where they prove nothing, the second's."""
    from counterfoil.adapters.statement_pdf import pdfium
    from counterfoil.rules.statements.reading import read as read_printed

    first = read_printed(pdfium.read(path, password), today)
    if not first.unproved() or first.pages > SECOND_PAGES_MAX:
        return first
    from counterfoil.adapters.statement_pdf import plumber
    from counterfoil.rules.statements.opinions import agrees

    try:
        second = read_printed(plumber.read(path, password), today)
    except Quarantined:
        return first
    return second if agrees(first, second) else first
