"""Only what a command needs is loaded, and the list of where each lives is true."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest
import typer

from counterfoil.cli.commands import HOMES
from tests.cli_support import ROOT


@pytest.mark.parametrize("home", HOMES)
def test_the_list_says_where_each_command_lives(home: str) -> None:
    app = typer.Typer()
    app.callback()(lambda: None)
    import_module(f"counterfoil.cli.{home}").register(app)
    assert set(typer.main.get_command(app).commands) == set(HOMES[home])  # type: ignore[attr-defined]


@pytest.mark.parametrize("words", [["status"], ["verify"], ["schedule", "list"]])
def test_a_command_that_looks_loads_neither_browser_nor_spreadsheets(words: list[str]) -> None:
    code = (
        "import sys; sys.path.append('.')\n"
        "from counterfoil.cli.app import app_for\n"
        f"app_for({words!r})\n"
        "print(sorted({'playwright', 'polars', 'openpyxl', 'dbos'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_reconcile_writes_its_workbook_without_openpyxl() -> None:
    """It takes as long to load as ten thousand rows to read; only the parser box needs it."""
    code = (
        "import sys; sys.path.append('.')\nimport workflows.reconciliation\n"
        "print(sorted({'openpyxl', 'rich', 'sqlalchemy', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_help_loses_a_word_in_brackets() -> None:
    """``[statements.*]`` is markup to the help's printer, unless it is said not to be."""
    for home in HOMES:
        app = typer.Typer(rich_markup_mode="rich")
        app.callback()(lambda: None)
        import_module(f"counterfoil.cli.{home}").register(app)
        for name, text in _texts(typer.main.get_command(app)):
            bare = text.replace("[bold]", "").replace("[/]", "").replace("\\[", "")
            assert "[" not in bare, f"{home} {name}: {text}"


def _texts(command: object, name: str = "") -> list[tuple[str, str]]:
    found = [(name, str(getattr(command, "help", "") or ""))]
    for each, child in getattr(command, "commands", {}).items():
        found += _texts(child, f"{name} {each}".strip())
    return found
