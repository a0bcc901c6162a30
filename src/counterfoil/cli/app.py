"""The command line's root."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from counterfoil.cli.commands import register


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
    app.callback()(_root)
    register(app, words)
    return app


def _root() -> None:
    """An app of one command takes no name for it, unless it might have more."""
