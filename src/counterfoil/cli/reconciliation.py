"""``counterfoil reconciliation``: day after day; look, decide, close."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli.items import Person, Reason
from counterfoil.cli.reconciliation_deciding import (
    approve,
    close,
    decisions,
    match,
    reject,
    replace,
    unmatch,
    write_off,
)
from counterfoil.cli.reconciliation_parts import Name, What, beside, break_of, line_of, reading
from counterfoil.cli.reconciliation_showing import show_breaks, show_line, tell_run
from counterfoil.cli.site import open_site
from counterfoil.cli.terminal import out, say, show_table
from counterfoil.config import find_suite
from counterfoil.errors import Refused
from counterfoil.store.deciding import Word
from counterfoil.store.reconciliation_ledger import ReconciliationLedger

reconciliation = typer.Typer(
    no_args_is_help=True,
    help=(
        "A standing reconciliation: run day after day, breaks with age and owner, decisions by "
        "two people, closed days.\n\n"
        "Start with run; breaks shows what is open; match, unmatch and write-off propose, "
        "somebody else approves what you saw, and the next run goes by it."
    ),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (
        *(run, runs, breaks, show, assign, comment),
        *(match, write_off, unmatch, replace, close, decisions, approve, reject),
    ):
        reconciliation.command(None)(command)
    app.add_typer(reconciliation, name="reconciliation")


def run(
    name: Name,
    bank: Annotated[Path | None, typer.Option(help="The bank's lines: a CSV.")] = None,
    ledger: Annotated[Path | None, typer.Option(help="The ledger's lines: a CSV.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Lines are known up to this day: the bank's last."),
    ] = None,
) -> None:
    """Take what is delivered into NAME, and match all its open days anew.

    Lines that came before are recognised; a line that came before with other content is set
    aside for a person. Without --bank and --ledger, what was approved since takes effect.
    Exit code 1 when something waits for a person: an open line without a name or an owner.

    \b
        counterfoil reconciliation run nostro --bank tuesday.csv --ledger l-tuesday.csv
    """
    from counterfoil.adapters.reconciliation_rules import load_rules
    from workflows.reconciliation import write_found
    from workflows.standing_reconciliation import run_reconciliation

    suite = find_suite(Path.cwd())
    settings = suite.reconciliation_of(name)
    rules = load_rules(suite.path(settings.rules))
    with open_site("reconciliation", suite) as site, out().status("matching"):
        book = beside(site)
        ran = run_reconciliation(
            book,
            name,
            rules,
            bank_file=bank,
            ledger_file=ledger,
            as_of=None if as_of is None else as_of.date(),
        )
        into = suite.path(settings.export) / f"{_as_date(ran.run.period.as_of)}"
        write_found(into, ran.run, rules, facts=_facts(name, ran.number), noted=_noted(book, name))
    tell_run(name, ran)
    say(f"written to {into}", style="green")
    if not ran.proof.proved or ran.voided:
        raise typer.Exit(1)


def _facts(name: str, number: int) -> tuple[tuple[str, str], ...]:
    return (("Reconciliation", name), ("Run", str(number)))


def _noted(ledger: ReconciliationLedger, name: str) -> list[tuple[str, str, str, str]]:
    """Owner and last comment of each open line."""
    said = {each.break_id: f"{each.person}: {each.told}" for each in ledger.comments()}
    return [
        (each.side, each.line_id, each.owner or "", said.get(each.break_id, ""))
        for each in ledger.breaks(name)
        if each.owner or each.break_id in said
    ]


def runs(name: Name) -> None:
    """List every run of NAME: what it found, and whether nothing was left without a name."""
    with reading() as (ledger, _):
        found = ledger.runs(name)
        closed = {each.number: each for each in ledger.closes(name)}
    rows = [
        (each.number, each.as_of, each.told["matches"]["final"],
         each.told["matches"]["provisional"], len(each.told["withdrawn"]),
         each.told["breaks"]["open"], "proved" if each.proved else "; ".join(each.told["why_not"]),
         f"through {closed[each.number].through}" if each.number in closed else "")
        for each in found
    ]  # fmt: skip
    columns = (">run", "as of", ">final", ">provisional", ">withdrawn", ">open", "proof", "closed")
    show_table(f"{len(rows)} runs of {name}", columns, rows)


def breaks(
    name: Name,
    owner: Annotated[str | None, typer.Option(help="Only those that this person has.")] = None,
    closed: Annotated[bool, typer.Option("--all", help="Those that are closed, too.")] = False,
) -> None:
    """List the lines without a counterpart: class, age, owner, what is known of each.

    Ages count from the line's own day to the last run's; the buckets are the rules'
    ageing_days. A break closes by itself when its counterpart arrives.

    \b
        counterfoil reconciliation breaks nostro --owner petra.novakova
    """
    from counterfoil.adapters.reconciliation_rules import load_policy

    with reading() as (ledger, suite):
        policy = load_policy(suite.path(suite.reconciliation_of(name).rules))
        last = ledger.last_run(name)
        found = ledger.breaks(name, open_only=not closed)
        comments = ledger.comments()
    if last is None:
        raise _never_ran(name)
    if owner is not None:
        found = [each for each in found if each.owner == " ".join(owner.split()).casefold()]
    show_breaks(name, found, comments, last.as_of, policy)


def show(name: Name, what: What) -> None:
    """Tell what one line is: its match or break, since when, by what evidence, which rivals."""
    from workflows.standing_reconciliation import stand

    with reading() as (ledger, _):
        side, line_id = line_of(ledger, name, what)
        show_line(ledger, stand(ledger, name), side, line_id)


def assign(
    name: Name,
    what: What,
    owner: Annotated[str, typer.Option(help="Who answers for it from now on.")],
    person: Person,
    reason: Reason,
) -> None:
    """Give a break to somebody, who then answers for it.

    \b
        counterfoil reconciliation assign nostro bank:B77 --owner petra.novakova --as anna \\
            --reason "her supplier"
    """
    with open_site("decide") as site:
        ledger = beside(site)
        ledger.assign_break(break_of(ledger, name, what), owner, Word(person=person, reason=reason))
    say(f"{what} is {owner}'s", style="green")


def comment(name: Name, what: What, person: Person, reason: Reason) -> None:
    """Write down what is known of a break; it stays with it from day to day."""
    with open_site("decide") as site:
        ledger = beside(site)
        ledger.comment_on_break(break_of(ledger, name, what), Word(person=person, reason=reason))
    say(f"{what}: noted", style="green")


def _as_date(number: int) -> date:
    from counterfoil.domain.reconciliation import day_of

    return day_of(number)


def _never_ran(name: str) -> Refused:
    return Refused("never_ran", f"{name} has not run yet: counterfoil reconciliation run {name}")
