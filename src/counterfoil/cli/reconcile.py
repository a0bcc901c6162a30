"""``counterfoil reconcile``: which bank line is which ledger line, and what is left."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli.terminal import WORK, say
from counterfoil.cli.watching import watching


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=WORK)(reconcile)


def register_alone(app: typer.Typer) -> None:
    """Add it without the others, and still by its name."""
    app.callback()(_among_others)
    register(app)


def _among_others() -> None:
    """An app of one command takes no name for it, unless it might have more."""


def reconcile(
    bank: Annotated[Path, typer.Option(help="The bank's lines: workbook, CSV or statement.")],
    ledger: Annotated[Path, typer.Option(help="The ledger's lines: workbook or CSV.")],
    rules: Annotated[Path, typer.Option(help="Windows, tolerances, fees: TOML or JSON.")],
    out: Annotated[Path, typer.Option(help="The folder for what is found.")],
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Ages count to this day; else to the latest one."),
    ] = None,
) -> None:
    """Match BANK with LEDGER by RULES; write matches.json and a workbook into OUT.

    Nothing is chosen among equals: what does not stand out stays open, with proposals.
    """
    from workflows.reconciliation import reconcile_files  # polars takes half a second to load

    with watching() as progress:
        day = as_of.date() if as_of else None
        found = reconcile_files(bank, ledger, rules, out, progress, as_of=day)
    for each in found.totals:
        say(
            f"{each.side} {each.currency}: {each.count} lines = "
            f"{each.matched_count} matched + {each.open_count} open, to the cent"
        )
    say(f"{len(found.matches)} matches written to {out}")
