"""``counterfoil login``: bank logins that were refused, and who lets them try again."""

from __future__ import annotations

from typing import Annotated

import typer

from counterfoil.cli.items import Person, Reason
from counterfoil.cli.site import open_reader, open_site
from counterfoil.cli.terminal import say, show_table
from counterfoil.store.deciding import Word
from counterfoil.store.login_stops import LoginStops

login = typer.Typer(
    no_args_is_help=True,
    help=(
        "Bank logins that the bank refused: each was tried once, and rests before it is "
        "locked.\n\nA changed secret releases it by itself; docs/SECRETS.md."
    ),
)

SystemName = Annotated[str, typer.Argument(metavar="SYSTEM", help="As in config.toml.")]
LoginName = Annotated[str, typer.Argument(metavar="LOGIN", help="As in config.toml.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    login.command("list")(listing)
    login.command("release")(release)
    app.add_typer(login, name="login")


def listing() -> None:
    """List bank logins that are not tried, since when, and why; exit code 1 when there are any."""
    with open_reader() as book:
        found = LoginStops.beside(book).stopped_logins()
    if not found:
        say("every bank login may sign on")
        return
    rows = [
        (each.system, each.login, f"{each.since:%Y-%m-%d %H:%M}Z", each.reason) for each in found
    ]
    show_table(f"{len(found)} bank logins rest", ("system", "login", "since", "reason"), rows)
    say("change its secret, or: counterfoil login release SYSTEM LOGIN --as NAME --reason WHY")
    raise typer.Exit(1)


def release(system: SystemName, name: LoginName, person: Person, reason: Reason) -> None:
    """Let a login try again with the same secret: you know that the bank accepts it now.

    \b
        counterfoil login release corebank OP1 --as jan.dvorak --reason "the bank unlocked it"
    """
    with open_site("decide") as site:
        word = Word(person=person, reason=reason)
        LoginStops.beside(site.ledger).release_login(system, name, word)
    say(f"{system} {name} may sign on again", style="green")
