"""The list of commands; each lives in the module of its subject."""

from __future__ import annotations

import typer

from counterfoil.cli import bank, check, demo, items, proof, running

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print values of variables
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Unattended bots for the bank back office, every keystroke on the record.\n\n"
        "Start with [bold]counterfoil demo[/]: it keys a workbook into a bank of cardboard. "
        "Then [bold]counterfoil check[/] in your own suite's folder."
    ),
)

for room in (demo, running, items, proof, check, bank):
    room.register(app)
