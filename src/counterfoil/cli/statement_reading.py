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

from counterfoil.cli.terminal import err, out, progress, say, show_table
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.domain.statements import Proved, StatementReading, Unproved
from counterfoil.errors import CounterfoilError, Quarantined
from counterfoil.statements import read_document

PASSWORD = "STATEMENT_PASSWORD"  # noqa: S105 - the variable's name
MAPS = Path("selectors/statements")
ROWS_SHOWN = 12  # of a statement, without --all


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one file."""

    path: Path
    reading: StatementReading | None
    refusal: Quarantined | None

    @property
    def proved(self) -> bool:
        """Whether every account in it is."""
        return self.reading is not None and not self.reading.unproved()


def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False)],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a file, each on a line of its own.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Every equation that holds it, and what does not.")
    ] = False,
) -> None:
    """Read statements of account and prove them: PDF, CAMT.053, MT940, OFX, BAI2, CSV.

    Nothing is kept and no configuration is needed. A password comes from the variable
    STATEMENT_PASSWORD, or is asked for. Exit code 1 when a file is not proved: the reason
    says what was found, where, and what to do.
    """
    answers = list(_answers(files, quiet=as_json))
    for answer in answers:
        if as_json:
            sys.stdout.write(json.dumps(as_record(answer), ensure_ascii=False) + "\n")
        else:
            _show(answer, explain=explain)
    if not all(answer.proved for answer in answers):
        raise typer.Exit(1)


def _answers(files: Sequence[Path], *, quiet: bool) -> Iterator[Answer]:
    """One answer a file, in their order; each is read in a process of its own."""
    secret = _password()
    if len(files) == 1:
        yield _ask_again(_answer(files[0], secret), secret)
        return
    workers = max(1, min(len(files), os.cpu_count() or 1))
    with ThreadPoolExecutor(workers) as pool, progress() as bar:
        bar.disable = quiet
        task = bar.add_task("reading", total=len(files), note="")
        for answer in pool.map(lambda path: _answer(path, secret), files):
            bar.update(task, advance=1, note=answer.path.name)
            yield answer


def _answer(path: Path, secret: Secret | None) -> Answer:
    maps = MAPS if MAPS.is_dir() else None
    try:
        return Answer(path, read_document(path, password=secret, maps=maps), None)
    except Quarantined as trouble:
        return Answer(path, None, trouble)


def _ask_again(answer: Answer, secret: Secret | None) -> Answer:
    """Where the file is protected and somebody sits there: ask once."""
    protected = answer.refusal is not None and answer.refusal.code == "password"
    if not protected or secret is not None or not sys.stdin.isatty():
        return answer
    typed = typer.prompt(f"Password of {answer.path.name}", hide_input=True, err=True)
    return _answer(answer.path, Secret(PASSWORD, str(typed), Redactor()))


def _password() -> Secret | None:
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
    unproved = answer.reading.unproved() if answer.reading is not None else ()
    return [_sentence(each) for each in unproved]


def _sentence(verdict: Unproved) -> str:
    named = f"account {verdict.account}: " if verdict.account else ""
    return f"{verdict.code}: {named}{verdict.reason}"


def _show(answer: Answer, *, explain: bool) -> None:
    say(str(answer.path), style="bold")
    for reason in _reasons(answer):
        say(f"  quarantined  {reason}", style="red")
    if answer.reading is None:
        return
    for note in answer.reading.notes:
        say(f"  note         {note}", style="yellow")
    for proved in answer.reading.proved():
        _show_account(proved, explain=explain)


def _show_account(proved: Proved, *, explain: bool) -> None:
    found, proof = proved.statement, proved.proof
    days = f", {found.period[0]} to {found.period[1]}" if found.period else ""
    say(f"  proved, grade {proof.grade}  {found.account or 'account'} {found.currency}{days}", style="green")
    for sentence in proof.shortfalls:
        say(f"    short of A: {sentence}", style="yellow")
    rows = [
        (each.booking_date, f"{each.amount:,}", f"{each.balance:,}" if each.balance is not None else "",
         each.description[:70], each.place)
        for each in found.transactions
    ]  # fmt: skip
    if not explain and len(rows) > ROWS_SHOWN:
        left = len(rows) - ROWS_SHOWN
        rows = [*rows[:ROWS_SHOWN], ("...", "", "", f"{left} more: --explain or --json shows all", "")]
    title = f"{found.opening:,} opening, {len(found.transactions)} entries, {found.closing:,} closing"
    show_table(title, ("booked", ">amount", ">balance", "description", "where"), rows)
    if explain:
        equations = [(each.kind, each.says, ", ".join(map(str, each.places))) for each in proof.equations]
        show_table(f"{len(equations)} equations hold", ("kind", "says", "where"), equations)
        for sentence in proof.dates:
            say(f"    dates: {sentence}")
