"""What people see: tables, progress, colours. The home of rich."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from counterfoil.errors import CounterfoilError

__all__ = ["Progress", "TaskID", "err", "out", "progress", "say", "say_error", "show_table"]

#: The headings under which ``--help`` shows the commands.
TRY, WORK, DECIDE = "Try it", "Work", "Decide (with your name and your reason)"
PROVE, SET_UP = "Prove", "Set up"

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

#: One colour per state, everywhere the same.
COLOURS = {
    "POSTED": "green",
    "CONFIRMED": "green",
    "READY": "cyan",
    "KEYING": "cyan",
    "AWAITING_APPROVAL": "yellow",
    "IN_DOUBT": "yellow",
    "ON_HOLD": "magenta",
    "REFUSED": "red",
    "FAILED": "red",
    "CANCELLED": "dim",
}


def say(text: str, *, style: str | None = None) -> None:
    """One line for people; foreign text in it is shown, never interpreted."""
    out.print(escape(text), style=style)


def say_aloud(text: str) -> None:
    """What must not be overlooked, and is no error: on standard error, so that it stands out."""
    err.print(f"[bold yellow]counterfoil:[/] {escape(text)}")


def say_error(error: CounterfoilError | str) -> None:
    """One sentence on standard error."""
    err.print(f"[bold red]counterfoil:[/] {escape(str(error))}")


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; columns named with a leading ``>`` are numbers. States get their colour."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for column in columns:
        table.add_column(column.lstrip(">"), justify="right" if column[:1] == ">" else "left")
    for row in rows:
        table.add_row(*(_cell(each) for each in row))
    out.print(table)


def progress() -> Progress:
    """A bar with a count and the time, for whatever takes longer than two seconds."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
        console=out,
        transient=False,
    )


def _cell(value: object) -> str:
    text = escape("" if value is None else str(value))
    colour = COLOURS.get(text)
    return f"[{colour}]{text}[/]" if colour else text
