"""Commands as people type them, in this process."""

from __future__ import annotations

from collections.abc import Callable

from typer.testing import CliRunner

from counterfoil.cli.app import app_for

Typed = Callable[..., tuple[int, str]]


def typist(*before: str, of: str) -> Typed:
    """Types what it is given behind the words *before*; gives exit code and what was said.

    Args:
        of: A command of the program: only its own modules are loaded.
    """
    app = app_for([of])

    def type_(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*before, *words], catch_exceptions=True)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    return type_
