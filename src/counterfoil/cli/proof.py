"""``counterfoil verify`` and ``counterfoil evidence``: what an auditor asks for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.audit.witness import Witness
from counterfoil.cli.site import open_reader, open_site
from counterfoil.cli.terminal import PROVE, out, say
from counterfoil.config import find_suite
from counterfoil.errors import Refused
from counterfoil.site.proof import pack_evidence, verify_folder, verify_suite


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (verify, evidence, enrol):
        app.command(rich_help_panel=PROVE)(command)


def verify(
    folder: Annotated[
        Path | None, typer.Argument(help="An audit folder; without it, this suite's.")
    ] = None,
    genesis: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Trust this key, from paper; may be repeated."),
    ] = None,
) -> None:
    """Prove that nobody changed the record: chain, tree, seals, evidence, witnesses.

    For this suite ledger and witness are asked, too: a log that was cut short is found,
    and so is one under a key that nobody enrolled. With --genesis only the keys given
    there are trusted. Exit code 1 when anything does not hold. An auditor does the same
    without Counterfoil: python verifier.py FOLDER (docs/AUDIT.md).
    """
    keys = tuple(genesis or ())
    with out().status("reading every record"):
        if folder is not None:
            report = verify_folder(folder, keys)
        else:
            report = verify_suite(find_suite(Path.cwd()), keys)
    for sentence in report.sentences:
        say(sentence)
    if not report.streams and report.ok:
        say("verify: there is no log, so nothing was verified", style="bold red")
        raise typer.Exit(1)
    say(
        f"verify: {'OK' if report.ok else 'NOT OK'}",
        style="bold green" if report.ok else "bold red",
    )
    if not report.ok:
        raise typer.Exit(1)


def enrol(
    key: Annotated[str, typer.Argument(metavar="KEY", help="64 hex digits, as the log tells it.")],
    person: Annotated[str, typer.Option("--as", help="Who you are.")],
    reason: Annotated[str, typer.Option(help="Why the log goes on under it.")],
) -> None:
    """Trust a key that the log goes on under after the old one was lost.

    Read `counterfoil verify` first: it names the key, and says "abandoned". Who had the
    machine in hand? A key that a thief made looks the same.
    """
    if not re.fullmatch("[0-9a-f]{64}", key):
        raise Refused("not_a_key", f"{key[:80]!r} is not a key of 64 lowercase hex digits")
    with open_site("decide") as site:
        site.audit.emit(
            "key_enrolled", obj={}, data={"key": key, "told": reason}, actor={"on_behalf": person}
        )
        Witness(site.suite.witness).enrol(key, stream="", by=f"{person}: {reason}")
    say(f"{key} is trusted", style="green")


def evidence(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Such as B-7K2M4QXN3P-0017.")],
    to: Annotated[Path | None, typer.Option(help="The zip to write; default <ITEM>.zip.")] = None,
) -> None:
    """Pack all that proves one item: its story, its records, its pictures, the verifier."""
    suite = find_suite(Path.cwd())
    target = to or Path(f"{item}.zip")
    with open_reader(suite) as ledger:
        pack_evidence(suite, ledger, item, target)
    say(f"{target} written; README.txt in it says how to check it", style="green")
