"""``counterfoil console``: the supervisor's pages, and who gets in first."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli.site import Site, open_site
from counterfoil.cli.terminal import WORK, say
from counterfoil.config import Suite, find_suite
from counterfoil.domain.people import Invitation, Role
from counterfoil.domain.under import UNDER
from counterfoil.engine.errands import OURSELVES
from counterfoil.errors import SetupError
from counterfoil.store.people_ledger import PeopleLedger

SETUP = "setup"  # who invites the first admin: whoever holds this machine
SETUP_MINUTES = 30
GIVES_WAY = 5  # niceness beside the bots: pages can wait a moment, screens of a bank cannot
END_SECONDS = 15.0

console = typer.Typer(
    invoke_without_command=True,
    help=(
        "The supervisor's pages in a browser, on this machine only.\n\n"
        "The first time: counterfoil console setup NAME. docs/CONSOLE.md tells the rest."
    ),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    console.callback()(serve)
    console.command()(setup)
    app.add_typer(console, name="console", rich_help_panel=WORK)


def serve(context: typer.Context) -> None:
    """Serve the pages until Ctrl-C: Today, exceptions, approvals, the record, and more.

    counterfoil up serves them already; alone it is for another machine, or with_up = false.
    """
    if context.invoked_subcommand is not None:
        return
    from counterfoil.console.serving import serve as answer

    beside = UNDER in os.environ
    if beside:
        os.nice(GIVES_WAY)
    with open_site("console", find_suite(Path.cwd())) as site:
        if not PeopleLedger.beside(site.ledger).accounts():
            say("nobody has an account yet: counterfoil console setup NAME", style="yellow")
        how = "" if beside else "; Ctrl-C stops it"
        try:
            answer(site, lambda url: say(f"console at {url}{how}", style="green"))
        except OSError as trouble:
            port = site.suite.config.console.port
            raise SetupError(f"[console] port {port} cannot be had: {trouble}") from trouble


@contextmanager
def console_beside(site: Site) -> Iterator[None]:
    """Have a child serve the pages while the block lasts; it dies with us, and holds nobody up.

    Without it the work goes on: one whose port is taken says so.
    """
    if not site.suite.config.console.with_up:
        yield
        return
    with subprocess.Popen(  # noqa: S603 - our own program, fixed words
        (*OURSELVES, "console"),
        cwd=site.suite.root,
        env={**os.environ, UNDER: site.ledger.boot},
        stdin=subprocess.PIPE,  # closes when we die
        start_new_session=True,  # Ctrl-C is ours to decide on
    ) as child:
        try:
            yield
        finally:
            child.terminate()
            try:
                child.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()


def keep_open(suite: Suite) -> None:
    """Serve the pages of *suite* with a link for its first admin, until Ctrl-C."""
    from counterfoil.console.serving import serve as answer

    def tell(url: str) -> None:
        say(f"console at {url}; Ctrl-C stops it. Open your account (authenticator, password):")
        typer.echo(link)

    with open_site("console", suite) as site:
        link = one_time_link(site, "you", "you", Role.SUPERVISOR)
        try:
            answer(site, tell)
        except OSError as trouble:
            say(f"the console's port cannot be had: {trouble}", style="yellow")


def setup(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the account, typed at sign-on.")],
    person: Annotated[
        str | None, typer.Option(help="As config.toml spells approvers; default: NAME.")
    ] = None,
    role: Annotated[Role, typer.Option(help="What the account may.")] = Role.ADMIN,
) -> None:
    """Print a one-time link by which NAME sets password and second factor.

    For the first admin, and for one who lost the telephone: whoever may run this on this
    machine may do that. Everybody else is invited by an admin, on the page People.

    \b
        counterfoil console setup ada
        counterfoil console setup petra --person petra.novakova --role supervisor
    """
    with open_site("decide") as site:
        link = one_time_link(site, name, person or name, role)
    say(f"one-time link for {name}, {role}, good for {SETUP_MINUTES} minutes:")
    typer.echo(link)  # whole, also where the terminal is narrow


def one_time_link(site: Site, name: str, person: str, role: Role) -> str:
    """A link by which *name* opens an account. Raises Refused."""
    from counterfoil.console.passwords import fingerprint, new_token

    code, settings = new_token(), site.suite.config.console
    PeopleLedger.beside(site.ledger).invite(
        Invitation(
            token_sha256=fingerprint(code),
            name=name,
            person=person,
            role=role,
            by=SETUP,
            ends_at=site.ledger.now() + timedelta(minutes=SETUP_MINUTES),
        )
    )
    return f"{settings.address or f'http://127.0.0.1:{settings.port}'}/open#{code}"
