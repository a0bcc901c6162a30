"""Read a statement of account of any known kind; its own arithmetic decides what is believed.

The one way in for workflows and commands. It parses nothing itself: a stranger's file is
opened in the limited child alone (``counterfoil.boxed``).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from counterfoil.adapters import parser_box, statement_wire
from counterfoil.adapters.file_kinds import is_pdf
from counterfoil.adapters.parser_box import Limits
from counterfoil.adapters.statement_pdf.layout_maps import layouts_in, load_layout
from counterfoil.domain.explained import Explained, Notes
from counterfoil.domain.inquiries import Inquiry
from counterfoil.domain.secrets import Secret
from counterfoil.domain.statements import Grade, Proved, Statement, StatementReading
from counterfoil.errors import MapError, Quarantined
from counterfoil.toml_records import build_record

BOX = Limits(wall_seconds=28)  # with the child's start, half a minute in all
QUICK_LOOK = {"*": Decimal(10_000)}  # the first rows, and those with so much money
PICTURES = Limits(cpu_seconds=60, wall_seconds=90, answer_bytes=128 * 2**20)


@dataclass(frozen=True, slots=True, kw_only=True)
class HowToRead:
    """What a reader may be told of a file beforehand."""

    password: Secret | None = None  # opens a protected file
    maps: Path | None = None  # ``selectors/statements``: what cannot be read without one
    layout: Path | None = None  # one layout map that a PDF must be read with
    known: Sequence[Statement] = ()  # the last proved one of each account: may open the next
    #: ISO 4217 code -> the amount from which on a PDF's text is compared with its picture;
    #: of other currencies ``*`` is that of a row. Where neither is there, all is compared.
    look_above: Mapping[str, Decimal] | None = None


def read_document(path: Path, how: HowToRead | None = None) -> StatementReading:
    """A verdict on every account in the file at *path*, read in the parser box.

    Raises:
        Quarantined: The file as a whole cannot be read; the message says why and where.
        MapError: A map is not exactly right.
    """
    entry = "counterfoil.boxed.pdf:parse" if is_pdf(path) else "counterfoil.boxed.formats:parse"
    answer = _boxed(entry, path, how or HowToRead(), BOX)
    with _trusted_no_further():
        return statement_wire.load(answer)


def read_one_account(path: Path, how: HowToRead | None = None) -> Proved:
    """The one account of the statement at *path*, proved from one printed end to the other.

    For work that compares it with something else, where nobody asks what to make of it.

    Raises:
        Quarantined, MapError: As :func:`read_document`; also when it shows no account or
            several, when one of them does not prove, or an end or the currency is not printed.
    """
    reading = read_document(path, how)
    for each in reading.unproved():
        raise Quarantined(each.code, f"{path.name}: {each.reason}")
    remedy = "order a statement of this account alone, with both balances"
    if len(reading.proved()) != 1:
        said = f"{path.name}: {len(reading.proved())} accounts, one at a time is compared"
        raise Quarantined("one_account", said, remedy=remedy)
    (proved,) = reading.proved()
    if proved.proof.grade is Grade.C:
        said = f"{path.name}: {'; '.join(proved.proof.shortfalls)}"
        raise Quarantined("end_missing", said, remedy=remedy)
    if not proved.statement.currency:
        raise Quarantined("no_currency", f"{path.name} names no currency", remedy=remedy)
    return proved


def explain_document(
    path: Path, how: HowToRead | None = None, *, pictures: bool = False
) -> Explained:
    """As :func:`read_document`, with notes on how it was read and, of a PDF, *pictures*.

    Raises:
        Quarantined, MapError: As there.
    """
    if not is_pdf(path):
        return Explained(reading=read_document(path, how), notes=(), pictures=())
    entry = "counterfoil.boxed.pdf:explain"
    answer = _boxed(entry, path, how or HowToRead(), PICTURES, pictures=pictures)
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
    if not is_pdf(path):
        raise Quarantined("no_pdf", "only the layout of a PDF can be taught")
    answer = _boxed("counterfoil.boxed.pdf:ask", path, HowToRead(password=password), PICTURES)
    with _trusted_no_further():
        return build_record(Inquiry, answer, "inquiry", error=MapError)


def _boxed(entry: str, path: Path, how: HowToRead, limits: Limits, **more: object) -> Any:
    """What the child answers; raises Quarantined with a remedy for statements."""
    with how.password.reveal() if how.password is not None else nullcontext() as opening:
        options = _options(opening, how) | more
        try:
            return parser_box.run(entry, path, options, limits=limits)
        except Quarantined as trouble:
            if trouble.code != "parser_died":
                raise
            raise Quarantined(
                trouble.code,
                f"{trouble.reason}; an ordinary statement needs a tenth of that",
                remedy="fetch it again; if that does not help, order another format from the bank",
            ) from None


def _options(password: str | None, how: HowToRead) -> dict[str, Any]:
    """For the child. The maps are read here first: a wrong one is our own affair."""
    if how.maps is not None:
        layouts_in(how.maps)
    if how.layout is not None:
        load_layout(how.layout)
    return {
        "password": password,
        "today": datetime.now().astimezone().date().isoformat(),
        "maps": str(how.maps.resolve()) if how.maps is not None else "",
        "layout": str(how.layout.resolve()) if how.layout is not None else "",
        "known": [statement_wire.dump_statement(each) for each in how.known],
        "look_above": {code: f"{least:f}" for code, least in (how.look_above or {}).items()},
    }


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
