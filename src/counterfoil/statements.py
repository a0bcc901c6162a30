"""Read a statement of account of any known kind; its own arithmetic decides what is believed.

The one way in for workflows and commands: :func:`read_document`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from counterfoil.adapters import parser_box, statement_wire
from counterfoil.adapters.file_kinds import HEAD_BYTES, spoiled
from counterfoil.adapters.statement_formats import reading
from counterfoil.adapters.statement_formats.csv_maps import load_csv_map
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.adapters.statement_pdf import pdfium, plumber, seen
from counterfoil.adapters.statement_pdf.pdfium import is_pdf
from counterfoil.domain.pages import PrintedPages
from counterfoil.domain.secrets import Secret
from counterfoil.domain.statements import Statement, StatementReading
from counterfoil.errors import Quarantined
from counterfoil.rules.statement_proof import prove_all
from counterfoil.rules.statements.opinions import agrees
from counterfoil.rules.statements.reading import read as read_printed
from counterfoil.rules.statements.trust import after_a_look, hidden_notes, places_of, worth_a_look

PARSER = "counterfoil.statements:parse"
BOX = parser_box.Limits(wall_seconds=28)  # with the child's start, half a minute in all
SECOND_PAGES_MAX = 40  # the second reader takes a fifth of a second a page


def read_document(
    path: Path,
    *,
    password: Secret | None = None,
    maps: Path | None = None,
    known: Sequence[Statement] = (),
    look_above: Mapping[str, Decimal] | None = None,
) -> StatementReading:
    """A verdict on every account in the file at *path*, read in the parser box.

    Args:
        password: Opens a protected file.
        maps: ``selectors/statements``: what cannot be read without one.
        known: The last proved statement of each account, where there is one: it opens a
            statement that prints no opening balance.
        look_above: ISO 4217 code -> the amount from which on a PDF's text is compared with
            its picture; where a currency is not there, always.

    Raises:
        Quarantined: The file as a whole cannot be read; the message says why and where.
    """
    with password.reveal() if password is not None else nullcontext() as opening:
        answer = _boxed(path, _options(opening, maps, known, look_above or {}))
    try:
        return statement_wire.load(answer)
    except (ValueError, KeyError, TypeError) as trouble:  # the child read a stranger's file
        raise Quarantined(
            "reading_contradicts_itself",
            f"what was read does not hold together ({type(trouble).__name__})",
            remedy="tell the operators; order another format meanwhile",
        ) from trouble


def _boxed(path: Path, options: Mapping[str, Any]) -> Any:
    """What the child answers; raises Quarantined with a remedy for statements."""
    try:
        return parser_box.run(PARSER, path, options, limits=BOX)
    except Quarantined as trouble:
        if trouble.code != "parser_died":
            raise
        raise Quarantined(
            trouble.code,
            f"{trouble.reason}; an ordinary statement needs a tenth of that",
            remedy="fetch it again; if that does not help, order another format from the bank",
        ) from None


def _options(
    password: str | None,
    maps: Path | None,
    known: Sequence[Statement],
    look_above: Mapping[str, Decimal],
) -> dict[str, Any]:
    return {
        "password": password,
        "today": datetime.now().astimezone().date().isoformat(),
        "maps": str(maps.resolve()) if maps is not None else "",
        "known": [statement_wire.dump_statement(each) for each in known],
        "look_above": {currency: f"{least:f}" for currency, least in look_above.items()},
    }


def parse(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """The parser box's entry: called in the child only."""
    if is_pdf(path):
        return statement_wire.dump(_read_pdf(path, options))
    content = path.read_bytes()
    _refuse_pages(content)
    found = sorted(Path(options["maps"]).glob("*.csv.toml")) if options["maps"] else []
    told = ReadOptions(csv_maps=tuple(load_csv_map(each) for each in found))
    source, drafts = reading.read(content, told)
    known = [statement_wire.load_statement(each) for each in options["known"]]
    return statement_wire.dump(StatementReading(source=source, verdicts=prove_all(drafts, known)))


def _refuse_pages(content: bytes) -> None:
    """Raises Quarantined: it is empty, or a web page that came instead of a statement."""
    code, sentence = spoiled("csv", content[:HEAD_BYTES], b"", len(content), None)
    if code in {"empty", "page_instead"}:
        raise Quarantined(code, sentence, remedy="sign on again and fetch the statement again")


def _read_pdf(path: Path, options: Mapping[str, Any]) -> StatementReading:
    """What the text proves, and nothing of it where the picture of a page says otherwise."""
    printed = pdfium.read(path, options["password"])
    found, proved_by = _proved_by_text(path, printed, options)
    above = {code: Decimal(least) for code, least in options["look_above"].items()}
    found = replace(found, notes=hidden_notes(printed))
    if not worth_a_look(found, printed, above):
        return found
    lies = seen.look(path, options["password"], proved_by, places_of(found))
    return after_a_look(found, lies)


def _proved_by_text(
    path: Path, printed: PrintedPages, options: Mapping[str, Any]
) -> tuple[StatementReading, PrintedPages]:
    """The first reader's pages or, where they prove nothing, the second's.

    The second cannot tell invisible text from other: what it proves is looked at wherever
    the first has left something out.
    """
    password, today = options["password"], date.fromisoformat(options["today"])
    first = read_printed(printed, today)
    if not first.unproved() or first.pages > SECOND_PAGES_MAX:
        return first, printed
    try:
        again = plumber.read(path, password)
        second = read_printed(again, today)
    except Quarantined:
        return first, printed
    return (second, again) if agrees(first, second) else (first, printed)
