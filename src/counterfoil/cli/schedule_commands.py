"""Which commands may be scheduled: what a person types, read by the same parser beforehand."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import typer

from counterfoil.config import Suite
from counterfoil.errors import SetupError
from counterfoil.rules.schedule_words import words_of
from counterfoil.toml_records import did_you_mean

#: They read, fetch, match and report, may be run twice, and decide nothing.
ALLOWED = (
    "statement fetch",
    "intake",
    "reconciliation run",
    *(f"control {each}" for each in ("list", "receivables", "mandates", "cash", "nostro")),
    "control confirmations",
)


class _AnyDay:
    """The words are the same on every day: the parser needs one."""

    def why_closed(self, day: date) -> str:
        return ""


def check_command(suite: Suite, run: str) -> None:
    """See that *run* may be scheduled, is spelt right, and names what config.toml has.

    Raises:
        SetupError: It is not; in the parser's own words where it is a matter of spelling.
    """
    try:
        words = words_of(run, date(2026, 1, 5), _AnyDay())
    except ValueError as trouble:
        raise SetupError(str(trouble)) from None
    name = next((each for each in ALLOWED if words[: len(each.split())] == each.split()), None)
    if name is None:
        raise SetupError(
            f"run: {run!r} is nothing that may be scheduled; such are "
            f"{', '.join(ALLOWED)}{did_you_mean(' '.join(words[:2]), ALLOWED)}"
        )
    parameters = _parsed(name, words[len(name.split()) :], run)
    if name == "statement fetch":
        suite.statements_of(parameters["system"])
    elif name == "reconciliation run":
        suite.reconciliation_of(parameters["name"])
    elif name == "intake":
        check_intake(suite, parameters["name"])


def check_intake(suite: Suite, name: str) -> None:
    """The folder is one, and nobody else takes what lies there. Raises SetupError."""
    folder = suite.config.folders.get(name)
    if folder is None:
        known = ", ".join(suite.config.folders) or "none"
        hint = did_you_mean(name, suite.config.folders)
        raise SetupError(f"run: there is no [folders.{name}]{hint}; known: {known}")
    if folder.watched:
        raise SetupError(
            f"run: `counterfoil up` watches [folders.{name}] all the time: "
            "set watched = false to have it taken by schedule"
        )


@cache
def _commands(first: str) -> Any:
    """The branch of the command line with the command *first*; it does not change."""
    from counterfoil.cli.app import app_for  # it has us among its commands

    return typer.main.get_command(app_for([first]))


def _parsed(name: str, rest: list[str], run: str) -> dict[str, Any]:
    """What the command line's own parser makes of the words."""
    command: Any = _commands(name.split()[0])
    for word in name.split():
        command = command.commands[word]
    try:
        found: dict[str, Any] = command.make_context(name, list(rest)).params
    except typer.TyperException as trouble:
        raise SetupError(f"run: {run!r}: {trouble}") from None
    except typer.Exit:
        raise SetupError(f"run: {run!r}: it shows help and does nothing") from None
    return found
