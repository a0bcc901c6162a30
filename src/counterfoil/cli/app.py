"""The command line's root, and which commands hang on it.

All of them take a second to load, with browser, database and spreadsheets; a statement is
read in less. So ``statement read`` and ``reconcile``, which need few of these, come alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import typer


def app_for(words: Sequence[str]) -> typer.Typer:
    """The app for the command that *words* name: with that one, at least."""
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
    if list(words[:2]) == ["statement", "read"]:
        from counterfoil.cli.statement_reading import register
    elif list(words[:1]) == ["reconcile"]:
        from counterfoil.cli.reconcile import register_alone as register
    else:
        from counterfoil.cli.commands import register
    register(app)
    return app
