"""``up``, ``run``, and their parts alone: watch the folders, key what is due, hand back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.adapters.screens.browser import Chromium
from counterfoil.cli.console import console_beside
from counterfoil.cli.folders import inboxes, until_nothing_waits, write_due_results
from counterfoil.cli.items import tell_resting, tell_who_is_needed
from counterfoil.cli.schedule_commands import check_intake
from counterfoil.cli.site import Site, open_site
from counterfoil.cli.terminal import WORK, say
from counterfoil.cli.works import Part, Works, progress_shown, running_site, stop_on_signals
from counterfoil.config import Suite, find_suite
from counterfoil.errors import SetupError
from counterfoil.store.ledger import new_boot
from counterfoil.store.login_stops import LoginStops
from counterfoil.toml_records import did_you_mean
from workflows.floor import Floor


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (up, run, worker, watch, intake):
        app.command(rich_help_panel=WORK)(command)


def up(context: typer.Context) -> None:
    """Watch the folders of config.toml and work, until Ctrl-C.

    What is dropped is checked, waits for its approval, is keyed, confirmed, and handed
    back as results/<name>.result.xlsx beside where it was dropped. Ctrl-C finishes the
    items in hand, then stops; once more breaks them off; a kill is survived, too. People
    decide meanwhile, in a browser (counterfoil console setup NAME is the first step) or from
    another terminal: batches, approve, release ...

    Exit code 0 after Ctrl-C; 1 when it could not go on, and why.
    """
    with running_site() as site, console_beside(site):
        _tell_folders(site)
        say("Ctrl-C stops it.")
        _work(context, site, Part.ALL)


def worker(context: typer.Context) -> None:
    """Key what is due and carry out runs of schedules, until Ctrl-C; watch no folder.

    For more machines beside the one that has the folders: the same config.toml with
    PostgreSQL in \\[ledger] url, and a data folder of its own with the same keys/vault.key
    (docs/DEPLOY.md). Ctrl-C finishes the items in hand; once more breaks them off.

    Exit code 0 after Ctrl-C; 1 when it could not go on, and why.
    """
    with running_site(parts=Part.KEY) as site:
        say("working; Ctrl-C stops it.")
        _work(context, site, Part.KEY)


def watch() -> None:
    """Watch the folders and hand results back, until Ctrl-C; key nothing, need no browser.

    Files are taken in, checked and filed; workers (counterfoil worker, or up) key them.
    """
    with running_site(parts=Part.WATCH) as site:
        _tell_folders(site)
        say("Ctrl-C stops it.")
        works = Works(site, Part.WATCH)
        stop_on_signals(works)
        asyncio.run(works.run(None))
        say("stopped; what is dropped is found at the next start")


def _tell_folders(site: Site) -> None:
    for name, folder in site.suite.config.folders.items():
        how = "watching" if folder.watched else "by schedule"
        say(f"{how} {name}: {site.suite.path(folder.path)}")


def _work(context: typer.Context, site: Site, parts: Part) -> None:
    works = Works(site, parts)
    stop_on_signals(works)
    floor_of(context).run(partial(_up, site, works))
    say("stopped; what is open goes on at the next start")


async def _up(site: Site, works: Works, chromium: Chromium) -> None:
    async with progress_shown(site, "items settled"):
        await works.run(chromium)


def run(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE ...]", help="Workbooks to drop first, into --folder."),
    ] = None,
    folder: Annotated[
        str, typer.Option(metavar="NAME", help="A watched folder, as config.toml calls it.")
    ] = "payments",
) -> None:
    """Take what lies in the folders, key all that is due, hand back, and stop.

    With FILES they are dropped into --folder first.

    \b
        counterfoil run payments-may.xlsx
        counterfoil run --folder vouchers accruals.xlsx

    Exit code 1 when anything is left that waits for a person, and who that is.
    """
    suite = find_suite(Path.cwd())
    _check_drop(suite, folder, files or [])
    with running_site(suite) as site:
        _drop(suite, folder, files or [])
        floor_of(context).run(partial(_run, site))
        resting = tell_resting(LoginStops.beside(site.ledger).stopped_logins())
        if tell_who_is_needed(site.ledger.batches()) or resting:
            raise typer.Exit(1)


def floor_of(context: typer.Context) -> Floor:
    """The floor that ``cli.main`` opened before it loaded us."""
    assert isinstance(context.obj, Floor), "cli.KEYING does not name this command"
    return context.obj


def intake(
    name: Annotated[str, typer.Argument(metavar="FOLDER", help="With watched = false.")],
) -> None:
    """Take what lies in FOLDER now, check and file it; counterfoil up keys it.

    For a folder that is not watched all the time, but by schedule: docs/SCHEDULES.md.
    Exit code 1 when anything waits for a person, and who that is.
    """
    suite = find_suite(Path.cwd())
    check_intake(suite, name)
    with open_site("intake", suite, boot=new_boot()) as site:
        for inbox, receive in inboxes(site, [name]):
            asyncio.run(until_nothing_waits(site, inbox, receive))
        if tell_who_is_needed(site.ledger.batches()):
            raise typer.Exit(1)


async def _run(site: Site, chromium: Chromium) -> None:
    for inbox, receive in inboxes(site):
        await until_nothing_waits(site, inbox, receive)
    async with progress_shown(site, "keying"):
        await Works(site).run(chromium, until_done=True)
    for path in write_due_results(site):
        say(f"result  {path}", style="green")


def _check_drop(suite: Suite, name: str, files: Sequence[Path]) -> None:
    """Before anything is begun. Raises SetupError."""
    if name not in suite.config.folders:
        known = ", ".join(suite.config.folders) or "none"
        hint = did_you_mean(name, suite.config.folders)
        raise SetupError(f"config.toml has no [folders.{name}]{hint}; known: {known}")
    for path in files:
        if not path.is_file():
            raise SetupError(f"there is no file {path}: name workbooks that are there")


def _drop(suite: Suite, name: str, files: Sequence[Path]) -> None:
    target = suite.path(suite.config.folders[name].path)
    target.mkdir(parents=True, exist_ok=True)
    for path in files:
        part = target / f".{path.name}.part"
        part.write_bytes(path.read_bytes())
        part.rename(target / path.name)
