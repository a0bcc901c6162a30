"""``counterfoil statement``: fetch, look, decide."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli.items import Person, Reason
from counterfoil.cli.site import Site, emitter, open_reader, open_site
from counterfoil.cli.statement_reading import read
from counterfoil.cli.statement_teaching import teach
from counterfoil.cli.terminal import out, say, show_table
from counterfoil.errors import Refused, Unavailable
from counterfoil.site import statement_folder
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import new_boot
from counterfoil.store.reading import Step
from counterfoil.store.statement_files import StatementFiles
from counterfoil.store.statement_ledger import StatementLedger
from workflows.statement_exports import export_statements
from workflows.statement_reading import Desk, read_arrivals
from workflows.statements import Tools, fetch_wanted, order_statements

SystemName = Annotated[str, typer.Argument(metavar="SYSTEM", help="As in config.toml.")]
ArrivalId = Annotated[str, typer.Argument(metavar="ARRIVAL", help="Such as A-7K2M4QXN3PWE.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day, inside.")]

statement = typer.Typer(
    no_args_is_help=True,
    help="Statements of account: fetched from the bank, proved, exported; or a reason why not.",
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (
        *(read, teach, fetch, listing, exceptions, why, save, requeue, set_aside, accept),
    ):
        name = "list" if command is listing else None
        statement.command(name)(command)
    app.add_typer(statement, name="statement")


def fetch(
    system: SystemName,
    account: Annotated[
        list[str] | None, typer.Option(help="Only this account; may be repeated.")
    ] = None,
    begins: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")
    ] = None,
    ends: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day: yesterday.")
    ] = None,
) -> None:
    r"""Fetch, read, prove and export what \[statements.*] of config.toml wants of SYSTEM.

    What was fetched before is not fetched again; what a killed run left is taken up. Exit
    code 1 when something waits for a person: counterfoil statement exceptions.
    """
    with open_site("statements", boot=new_boot()) as site:
        tools = statement_tools(site)
        today = datetime.now().astimezone().date()
        made = order_statements(
            tools, system, today=today, accounts=account, first=_day(begins), last=_day(ends)
        )
        say(f"{made} days ordered that were not before")
        closed = _fetch(tools, system, account)
        with out().status("reading") as status:
            read_arrivals(
                reading_desk(site),
                system=system,
                say=lambda text: status.update(f"reading {text}"),
            )
        for path in export_statements(site.suite, tools.statements, emit=emitter(site)):
            say(f"export  {path}", style="green")
        waiting = tools.statements.exceptions()
    if waiting:
        say(f"{len(waiting)} wait for a person: counterfoil statement exceptions", style="yellow")
    if waiting or closed:
        raise typer.Exit(1)


def _fetch(tools: Tools, system: str, accounts: list[str] | None) -> bool:
    """Whether something could not be asked for; what is there by now is read all the same."""
    with out().status("fetching") as status:
        try:
            fetched = asyncio.run(
                fetch_wanted(
                    tools,
                    system,
                    accounts=accounts,
                    say=lambda text: status.update(f"fetching {text}"),
                )
            )
        except Unavailable as trouble:
            say(str(trouble), style="bold red")
            return True
    say(f"{fetched.files} files fetched")
    for sentence in fetched.troubles:
        say(sentence, style="bold red")
    return bool(fetched.troubles)


def listing(
    system: Annotated[str | None, typer.Argument(help="Only this system.")] = None,
) -> None:
    """List the proved statements, and the days for which nothing came yet."""
    with open_reader() as ledger:
        found = StatementLedger.beside(ledger)
        rows = [
            (each.arrival_id, each.account_shown, f"{each.first_day} {each.last_day}",
             each.format, f"{each.closing} {each.currency}", each.lines, each.grade, each.state)
            for each in found.statements(system)
        ]  # fmt: skip
        left = found.unanswered_orders(system)
    columns = ("arrival", "account", "days", "format", ">closing", ">lines", "grade", "state")
    show_table(f"{len(rows)} statements", columns, rows)
    if left:
        days = sorted({each.day for each in left})
        why = sorted({each.trouble or "not asked for yet" for each in left})
        say(f"{len(left)} ordered days without a statement, {days[0]} to {days[-1]}:")
        for each in why:
            say(f"  {each}")


def exceptions(
    closed: Annotated[bool, typer.Option("--all", help="Those that are closed, too.")] = False,
) -> None:
    """List what waits for a person: what was found, where, and what to do."""
    with open_reader() as ledger:
        found = StatementLedger.beside(ledger).exceptions(open_only=not closed)
    rows = [
        (each.arrival_id, each.account_shown, f"{each.first_day or ''} {each.last_day}".strip(),
         each.code, _placed(each.reason, each.place), each.remedy, each.state)
        for each in found
    ]  # fmt: skip
    columns = ("arrival", "account", "days", "code", "found", "what to do", "state")
    show_table(f"{len(rows)} exceptions", columns, rows)


def why(arrival: ArrivalId) -> None:
    """Tell the story of one fetched file, first to last."""
    with open_reader() as ledger:
        steps: list[Step] = StatementLedger.beside(ledger).arrival_history(arrival)
    if not steps:
        raise Refused("unknown_arrival", f"there is no step of {arrival}")
    rows = [(f"{each.at:%Y-%m-%d %H:%M:%S}Z", each.kind, each.told) for each in steps]
    show_table(arrival, ("when", "what", "told"), rows)


def save(
    arrival: ArrivalId,
    to: Annotated[Path, typer.Argument(help="Where to write it; must not exist.")],
) -> None:
    """Write the fetched file as it came: it is kept sealed. This goes on the record."""
    with open_site("statements") as site:
        tools = statement_tools(site)
        try:
            found = tools.statements.arrival(arrival)
        except KeyError:
            raise Refused("unknown_arrival", f"there is no fetched file {arrival}") from None
        if not found.document_sha256:
            raise Refused("nothing_came", f"{arrival}: nothing came that could be saved")
        if to.exists():
            raise Refused("file_exists", f"{to} is there already")
        site.audit.emit("statement_saved", obj={"arrival": arrival}, data={"name": to.name})
        tools.files.lay_out(found.document_sha256, to)
    say(f"{to} written, for your eyes alone (mode 0600)", style="green")


def requeue(arrival: ArrivalId, person: Person, reason: Reason) -> None:
    """Have it fetched and read again at the next counterfoil statement fetch."""
    with open_site("decide") as site:
        word = Word(person=person, reason=reason)
        StatementLedger.beside(site.ledger).requeue_statement(arrival, word)
    say(f"{arrival} is wanted again", style="green")


def set_aside(arrival: ArrivalId, person: Person, reason: Reason) -> None:
    """Say that it is not to be used, and not to be fetched again."""
    with open_site("decide") as site:
        word = Word(person=person, reason=reason)
        StatementLedger.beside(site.ledger).set_statement_aside(arrival, word)
    say(f"{arrival} is set aside", style="green")


def accept(arrival: ArrivalId, person: Person, reason: Reason) -> None:
    """Let a proved statement pass that was held for you to look at."""
    with open_site("decide") as site:
        word = Word(person=person, reason=reason)
        StatementLedger.beside(site.ledger).accept_statement(arrival, word)
    say(f"{arrival} is accepted", style="green")


def statement_tools(site: Site) -> Tools:
    """The part of the site that statements need."""
    return Tools(
        suite=site.suite,
        ledger=site.ledger,
        statements=StatementLedger.beside(site.ledger),
        files=StatementFiles(statement_folder(site.suite), site.vault),
        secrets=site.secrets,
        evidence=site.evidence,
        redactor=site.redactor,
    )


def reading_desk(site: Site) -> Desk:
    """The part of the site that reading needs."""
    tools = statement_tools(site)
    return Desk(
        suite=tools.suite, ledger=tools.statements, files=tools.files, secrets=tools.secrets
    )


def _placed(reason: str, place: str) -> str:
    return f"{reason} ({place})" if place else reason


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None
