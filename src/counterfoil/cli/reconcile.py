"""``counterfoil reconcile``: which bank line is which ledger line, and what is left."""

from __future__ import annotations

import gc
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.loading import loading
from counterfoil.cli.terminal import WORK, tell
from counterfoil.cli.watching import watching

if TYPE_CHECKING:
    from counterfoil.rules.reconciliation.carrying import Run

NAMED_MAX = 20  # lines named one by one
GARBAGE = 100_000  # objects between two searches for cycles: a command makes few of them


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=WORK)(reconcile)


def reconcile(  # noqa: PLR0913 - a command line has these options
    bank: Annotated[Path, typer.Option(help="The bank's lines: workbook, CSV or statement.")],
    ledger: Annotated[Path, typer.Option(help="The ledger's lines: workbook or CSV.")],
    rules: Annotated[Path, typer.Option(help="Windows, tolerances, fees: TOML or JSON.")],
    out: Annotated[Path, typer.Option(help="The folder for what is found.")],
    carry_forward: Annotated[
        Path | None, typer.Option(help="The --out of the run before: its lines come along.")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Lines are known up to this day: the bank's last."),
    ] = None,
) -> None:
    """Match BANK with LEDGER by RULES; write matches.json and a workbook into OUT.

    Nothing is chosen among equals: what does not stand out stays open, with proposals.

    Day by day: give the day's files, and the folder of the day before. Lines that were
    delivered before are recognised; all open days are matched anew, so that 365 daily runs
    end where one run does. OUT may be that same folder. Exit code 1 when a line came again
    under its id with other content: the older one stays.

    \b
        counterfoil reconcile --bank mon.csv --ledger l-mon.csv --rules r.toml --out march
        counterfoil reconcile --bank tue.csv --ledger l-tue.csv --rules r.toml --out march \\
            --carry-forward march
    """
    gc.set_threshold(GARBAGE)
    with loading():  # polars and openpyxl take a quarter of a second
        from workflows.reconciliation import reconcile_files

    day = None if as_of is None else as_of.date()
    with watching() as progress:
        run = reconcile_files(
            bank, ledger, rules, out, carried=carry_forward, as_of=day, progress=progress
        )
    for each in run.found.totals:
        tell(
            f"{each.side} {each.currency}: {each.count} lines = "
            f"{each.matched_count} matched + {each.open_count} open, to the cent"
        )
    if carry_forward is not None:
        tell_carried(run)
    tell(f"{len(run.found.matches)} matches written to {out}")
    if tell_changed(run):
        raise typer.Exit(1)


def tell_carried(run: Run) -> None:
    """How this run differs from the one before."""
    for side, joined in (("bank", run.bank), ("ledger", run.ledger)):
        tell(f"{side}: {len(joined.new)} new lines, {joined.again} delivered before")
    final = int(run.period.matches["final"].sum())
    tell(f"{final} matches final, {len(run.period.matches) - final} provisional")
    tell(f"{len(run.closed)} breaks closed, {len(run.opened)} opened")
    if len(run.withdrawn):
        tell(f"{len(run.withdrawn)} matches withdrawn: see carried.json", style="yellow")


def tell_changed(run: Run) -> bool:
    """Name the lines that came again with other content."""
    for side, joined in (("bank", run.bank), ("ledger", run.ledger)):
        for name in joined.changed["id"].head(NAMED_MAX):
            tell(
                f"{side} line {name} came again with other content and is set aside: the older "
                "one stays -> ask who delivered it which is right",
                style="bold red",
            )
    return bool(len(run.bank.changed) + len(run.ledger.changed))
