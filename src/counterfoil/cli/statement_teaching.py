"""``counterfoil statement teach``: a layout map from a person's few answers."""

from __future__ import annotations

import re
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.adapters.statement_pdf.layout_maps import SUFFIX
from counterfoil.adapters.statement_pdf.layout_writing import written
from counterfoil.cli.statement_explaining import show_reading
from counterfoil.cli.statement_questions import Answers, ask_all, ask_more, is_open
from counterfoil.cli.statement_reading import MAPS, password_given, password_typed
from counterfoil.cli.terminal import say
from counterfoil.domain.inquiries import Inquiry
from counterfoil.domain.secrets import Secret
from counterfoil.domain.statement_layouts import Layout
from counterfoil.domain.statements import StatementReading
from counterfoil.errors import MapError, Quarantined
from counterfoil.statements import HowToRead, inquire_document, read_document
from counterfoil.toml_records import build_record

Unsigned = Annotated[
    str | None,
    typer.Option(
        help="What an amount without a sign does: adds, subtracts, 'as the balances say',"
        " 'as its section says', 'as its colour says'."
    ),
]
Newest = Annotated[
    bool | None, typer.Option("--newest-first/--oldest-first", help="How entries are ordered.")
]
Words = Annotated[list[str] | None, typer.Option(metavar="KEY=WORDS")]


def teach(  # noqa: PLR0913 - one option for each thing that a map can say
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    title: Annotated[str, typer.Option(help="The map's title; else the bank's words.")] = "",
    recognise: Annotated[
        list[str] | None, typer.Option(help="Words of the bank on page 1; may be repeated.")
    ] = None,
    decimal_mark: Annotated[
        str | None, typer.Option(help="'.' or ','; or '' where there are no decimals.")
    ] = None,
    day_order: Annotated[
        str | None, typer.Option(help="'day first', 'month first' or 'year first'.")
    ] = None,
    unsigned: Unsigned = None,
    newest_first: Newest = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217, where none is printed.")] = None,
    column: Words = None,
    place: Annotated[
        list[str] | None, typer.Option("--range", metavar="KEY=LEFT-RIGHT", help="In points.")
    ] = None,
    label: Words = None,
    section: Words = None,
    mark: Words = None,
    to: Annotated[
        Path | None, typer.Option(metavar=f"NAME{SUFFIX}", help="Where the map is written.")
    ] = None,
    ask: Annotated[
        bool | None, typer.Option("--ask/--no-ask", help="Ask what no option says.")
    ] = None,
) -> None:
    """Teach the layout of a bank's PDF statements, and see whether FILE proves with it.

    Only what the reader could not settle is asked; every answer can be an option instead.
    The map is written only if FILE proves with it. Exit code 1 when it does not.
    """
    answers = Answers(title=title, recognise=list(recognise or ()))
    hints = {"decimal_mark": decimal_mark, "day_order": day_order, "unsigned": unsigned}
    hints["currency"] = currency
    answers.hints.update({key: value for key, value in hints.items() if value is not None})
    if newest_first is not None:
        answers.hints["newest_first"] = newest_first
    for table, pairs in (
        *(("columns", column), ("ranges", place), ("labels", label)),
        *(("sections", section), ("marks", mark)),
    ):
        _take_pairs(answers, table, pairs or ())
    _teach(file, answers, to, ask=sys.stdin.isatty() if ask is None else ask)


def _take_pairs(answers: Answers, table: str, pairs: Sequence[str]) -> None:
    """``debit=Paid out`` of an option."""
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not value.strip():
            raise MapError(f"{table}: {pair!r} is not KEY=VALUE, such as debit='Paid out'")
        if table != "ranges":
            answers.add(table, key.strip(), value.strip())
            continue
        ends = re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*", value)
        if ends is None:
            raise MapError(f"ranges: {pair!r} is not KEY=LEFT-RIGHT, such as debit=290-335")
        answers.tables.setdefault(table, {})[key.strip()] = [int(ends[1]), int(ends[2])]


def _teach(file: Path, answers: Answers, to: Path | None, *, ask: bool) -> None:
    inquiry, secret = _inquired(file, ask=ask)
    _show_state(inquiry)
    if not is_open(inquiry) and not answers.hints and not answers.tables:
        say("  it is read without a map: nothing to teach", style="green")
        return
    if ask:
        ask_all(inquiry, answers)
    if not answers.recognise:
        answers.recognise = list(inquiry.first_lines[:1])
    answers.title = answers.title or (answers.recognise or [""])[0]
    path = to or MAPS / f"{_slug(answers.title)}{SUFFIX}"
    if path.exists():
        raise MapError(f"{path} is there already: name another with --to, or take it away first")
    layout = _layout(answers, path)
    reading = _tried(file, secret, layout)
    if ask and ask_more(inquiry, answers, reading):
        layout = _layout(answers, path)
        reading = _tried(file, secret, layout)
    _settle(path, layout, reading)


def _layout(answers: Answers, path: Path) -> Layout:
    """The answers as strictly as a file's. Raises MapError."""
    return build_record(Layout, answers.record(), str(path), error=MapError)


def _show_state(inquiry: Inquiry) -> None:
    """What the reader makes of it without a map."""
    for code, reason in zip(inquiry.codes, inquiry.reasons, strict=False):
        say(f"  without a map  {code}: {reason}", style="yellow")


def _inquired(file: Path, *, ask: bool) -> tuple[Inquiry, Secret | None]:
    """What it leaves open, and the password that opens it. Raises Quarantined."""
    secret = password_given()
    try:
        return inquire_document(file, password=secret), secret
    except Quarantined as trouble:
        if trouble.code != "password" or secret is not None or not ask:
            raise
    secret = password_typed(file)
    return inquire_document(file, password=secret), secret


def _tried(file: Path, secret: Secret | None, layout: Layout) -> StatementReading:
    """*file* read with the map, which is not in its place yet."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"taught{SUFFIX}"
        path.write_text(written(layout, _today()), "utf-8")
        return read_document(file, HowToRead(password=secret, layout=path))


def _settle(path: Path, layout: Layout, reading: StatementReading) -> None:
    """Keep the map if the document proves with it."""
    text = written(layout, _today())
    if reading.unproved():
        for verdict in reading.unproved():
            say(f"  with the map  {verdict.code}: {verdict.reason}", style="red")
        say("  it does not prove yet: the map is not written. It would have said:")
        say(text)
        raise typer.Exit(1)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, text)
    say(f"  it proves now: {path} is written", style="green")
    show_reading(reading)


def _write(path: Path, text: str) -> None:
    """All of it or nothing."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8")
    part.replace(path)


def _slug(title: str) -> str:
    """A file's name from the bank's."""
    bare = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")[:40] or "bank"


def _today() -> date:
    return datetime.now().astimezone().date()
