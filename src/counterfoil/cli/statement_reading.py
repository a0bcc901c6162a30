"""``counterfoil statement read``: one file or many, for people or as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from counterfoil.cli.statement_explaining import remedy_of, show_explained, show_reading
from counterfoil.cli.terminal import progress, say
from counterfoil.domain.explained import Explained
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.domain.statements import Proved, StatementReading, Unproved
from counterfoil.errors import Quarantined
from counterfoil.statements import QUICK_LOOK, HowToRead, explain_document, read_document

PASSWORD = "STATEMENT_PASSWORD"  # noqa: S105 - the variable's name
MAPS = Path("selectors/statements")


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of each file."""

    explain: bool = False
    picture: Path | None = None
    layout: Path | None = None
    look: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one file."""

    path: Path
    found: Explained | None
    refusal: Quarantined | None

    @property
    def reading(self) -> StatementReading | None:
        """The verdicts, where it could be read."""
        return None if self.found is None else self.found.reading

    @property
    def proved(self) -> bool:
        """Whether every account in it is."""
        return self.reading is not None and not self.reading.unproved()


def register(app: typer.Typer) -> None:
    """Add this command alone."""
    group = typer.Typer()
    group.command()(read)
    app.add_typer(group, name="statement")


def read(  # noqa: PLR0913 - options, each with its default
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False)],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a file, each on a line of its own.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Every equation that holds it, and what does not.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER|PNG", help="Draw each page of a PDF with how it was read."),
    ] = None,
    layout: Annotated[
        Path | None,
        typer.Option("--map", exists=True, dir_okay=False, help="Read a PDF with this layout map."),
    ] = None,
    look: Annotated[
        bool, typer.Option("--look", help="Compare all text with its picture, not only some rows.")
    ] = False,
) -> None:
    """Read statements of account and prove them: PDF, CAMT.053, MT940, OFX, BAI2, CSV.

    Nothing is kept and no configuration is needed. A password comes from the variable
    STATEMENT_PASSWORD, or is asked for. Layout maps of selectors/statements are used where
    the bank's words stand on the first page. Exit code 1 when a file is not proved: the
    reason says what was found, where, and what to do.

    What a PDF's text says is compared with what is drawn: the first rows of each account,
    and all that move 10,000 or more; with --look everything, at three times the cost.
    """
    order = Order(explain=explain, picture=picture, layout=layout, look=look)
    answers = list(_answers(files, order, quiet=as_json))
    for answer in answers:
        drawn = write_pictures(answer, picture, several=len(answers) > 1)
        if as_json:
            sys.stdout.write(json.dumps(as_record(answer), ensure_ascii=False) + "\n")
            continue
        _show(answer, explain=explain)
        for path in drawn:
            say(f"  picture  {path}")
        if picture is not None and not drawn:
            say("  no picture: it is no PDF, or it cannot be opened")
    if not all(answer.proved for answer in answers):
        raise typer.Exit(1)


def _answers(files: Sequence[Path], order: Order, *, quiet: bool) -> Iterator[Answer]:
    """One answer a file, in their order; each is read in a process of its own."""
    secret = password_given()
    if len(files) == 1:
        yield ask_again(answer_of(files[0], secret, order), secret, order)
        return
    workers = max(1, min(len(files), os.cpu_count() or 1))
    with ThreadPoolExecutor(workers) as pool, progress() as bar:
        bar.disable = quiet
        task = bar.add_task("reading", total=len(files), note="")
        for answer in pool.map(lambda path: answer_of(path, secret, order), files):
            bar.update(task, advance=1, note=answer.path.name)
            yield answer


def answer_of(path: Path, secret: Secret | None, order: Order) -> Answer:
    """Read one file. Raises MapError; what is wrong with the file is part of the answer."""
    how = HowToRead(
        password=secret,
        maps=MAPS if MAPS.is_dir() else None,
        layout=order.layout,
        look_above={} if order.look else QUICK_LOOK,
    )
    try:
        if not (order.explain or order.picture):
            reading = read_document(path, how)
            return Answer(path, Explained(reading=reading), None)
        found = explain_document(path, how, pictures=order.picture is not None)
        return Answer(path, found, None)
    except Quarantined as trouble:
        return Answer(path, None, trouble)


def ask_again(answer: Answer, secret: Secret | None, order: Order) -> Answer:
    """Where the file is protected and somebody sits there: ask once."""
    protected = answer.refusal is not None and answer.refusal.code == "password"
    if not protected or secret is not None or not sys.stdin.isatty():
        return answer
    return answer_of(answer.path, password_typed(answer.path), order)


def write_pictures(answer: Answer, place: Path | None, *, several: bool) -> list[Path]:
    """The pages of *answer* as PNG files: in a folder, or at a name that ends in .png."""
    if place is None or answer.found is None:
        return []
    pictures = answer.found.pictures
    single = place.suffix.lower() == ".png"
    folder, stem = (place.parent, place.stem) if single else (place, answer.path.stem)
    if single and several:
        stem = f"{place.stem}-{answer.path.stem}"
    folder.mkdir(parents=True, exist_ok=True)
    numbered = not single or len(pictures) > 1
    names = [f"{stem}-{n}.png" if numbered else f"{stem}.png" for n in range(1, len(pictures) + 1)]
    paths = [folder / name for name in names]
    for path, content in zip(paths, pictures, strict=True):
        path.write_bytes(content)
    return paths


def password_typed(path: Path) -> Secret:
    """From somebody at the keyboard."""
    typed = typer.prompt(f"Password of {path.name}", hide_input=True, err=True)
    return Secret(PASSWORD, str(typed), Redactor())


def password_given() -> Secret | None:
    """From the environment; None where it has none."""
    text = os.environ.get(PASSWORD)
    return Secret(PASSWORD, text, Redactor()) if text else None


def as_record(answer: Answer) -> dict[str, Any]:
    """The object that ``--json`` prints: amounts as text, days in ISO 8601."""
    record: dict[str, Any] = {
        "file": answer.path.name,
        "status": "proved" if answer.proved else "quarantined",
        "reason": "; ".join(_reasons(answer)),
        "accounts": [],
    }
    if answer.reading is not None:
        record["source"] = answer.reading.source
        record["notes"] = list(answer.reading.notes)
        record["accounts"] = [_account(each) for each in answer.reading.proved()]
    return record


def _account(proved: Proved) -> dict[str, Any]:
    found = proved.statement
    return {
        "account": found.account,
        "currency": found.currency,
        "opening": f"{found.opening:f}",
        "closing": f"{found.closing:f}",
        "period": [day.isoformat() for day in found.period] if found.period else None,
        "grade": proved.proof.grade.value,
        "shortfalls": list(proved.proof.shortfalls),
        "transactions": [
            {
                "date": each.booking_date.isoformat(),
                "value_date": each.value_date.isoformat() if each.value_date else None,
                "amount": f"{each.amount:f}",
                "description": each.description,
                "reference": each.reference,
                "balance": f"{each.balance:f}" if each.balance is not None else None,
                "page": each.place.page,
                "box": list(each.place.box) if each.place.box else None,
            }
            for each in found.transactions
        ],
    }


def _reasons(answer: Answer) -> list[str]:
    if answer.refusal is not None:
        return [str(answer.refusal)]
    return [_sentence(each) for each in _unproved(answer)]


def _unproved(answer: Answer) -> tuple[Unproved, ...]:
    return answer.reading.unproved() if answer.reading is not None else ()


def _sentence(verdict: Unproved) -> str:
    named = f"account {verdict.account}: " if verdict.account else ""
    return f"{verdict.code}: {named}{verdict.reason}"


def _show(answer: Answer, *, explain: bool) -> None:
    say(str(answer.path), style="bold")
    if answer.found is not None and explain:
        show_explained(answer.found.reading, answer.found.notes)
        return
    for reason in _reasons(answer):
        say(f"  quarantined  {reason}", style="red")
    for code in dict.fromkeys(each.code for each in _unproved(answer)):
        if remedy := remedy_of(code):
            say(f"    {code}: {remedy}")
    if answer.reading is not None:
        show_reading(answer.reading)
