"""The list of commands; each lives in the module of its subject."""

from __future__ import annotations

import typer

from counterfoil.cli.bank import register as with_bank
from counterfoil.cli.check import register as with_check
from counterfoil.cli.demo import register as with_demo
from counterfoil.cli.items import register as with_items
from counterfoil.cli.proof import register as with_proof
from counterfoil.cli.reconcile import register as with_reconcile
from counterfoil.cli.running import register as with_running
from counterfoil.cli.statements import register as with_statements

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print values of variables
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Unattended bots for the bank back office, every keystroke on the record.\n\n"
        "Start with [bold]counterfoil demo[/]: it keys a workbook into a bank of cardboard. "
        "Then [bold]counterfoil check[/] in your own suite's folder, and "
        "[bold]counterfoil up[/]. COMMAND --help tells more, with examples."
    ),
    epilog=(
        "Exit codes: 0 done · 1 the answer is no: refused, not verified, something to mend, a "
        "person is needed · 2 wrong use or wrong settings · 130 interrupted. "
        "More: docs/OPERATING.md"
    ),
)

for add_commands in (
    *(
        with_demo,
        with_running,
        with_items,
        with_statements,
        with_reconcile,
        with_proof,
        with_check,
        with_bank,
    ),
):
    add_commands(app)
