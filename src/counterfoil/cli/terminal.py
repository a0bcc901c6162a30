"""What people see: tables, progress, colours. The home of rich.

It is loaded when something is shown for the first time: a command that prints JSON, or is
killed and started anew, has no tenth of a second for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal, TextIO

from counterfoil.errors import CounterfoilError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

#: The headings under which ``--help`` shows the commands.
TRY, WORK, DECIDE = "Try it", "Work", "Decide (with your name and your reason)"
PROVE, SET_UP = "Prove", "Set up"

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


@cache
def out() -> Console:
    """Standard output."""
    from rich.console import Console

    return Console(highlight=False)


@cache
def err() -> Console:
    """Standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def say(text: str, *, style: str | None = None) -> None:
    """One line for people; foreign text in it is shown, never interpreted."""
    out().print(text, style=style, markup=False, emoji=False)


def tell(text: str, *, style: str | None = None) -> None:
    """As :func:`say`; a file or another program gets the line in one piece, and rich stays away."""
    if looked_at(sys.stdout):
        say(text, style=style)
    else:
        sys.stdout.write(f"{text}\n")


def looked_at(stream: TextIO) -> bool:
    """Is *stream* a terminal, or is it said to be one, as rich understands it?"""
    return stream.isatty() or "FORCE_COLOR" in os.environ or "TTY_COMPATIBLE" in os.environ


def say_aloud(text: str) -> None:
    """What must not be overlooked, and is no error: on standard error, so that it stands out."""
    err().print(f"[bold yellow]counterfoil:[/] {_escaped(text)}")


def say_error(error: CounterfoilError | str) -> None:
    """One sentence on standard error."""
    err().print(f"[bold red]counterfoil:[/] {_escaped(str(error))}")


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; columns named with a leading ``>`` are numbers. States get their colour.

    The first column is what a row is called by: it is never broken, so that it can be copied.
    """
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for place, column in enumerate(columns):
        justify: Literal["left", "right"] = "right" if column[:1] == ">" else "left"
        table.add_column(column.lstrip(">"), justify=justify, no_wrap=place == 0)
    for row in rows:
        table.add_row(*(_cell(each) for each in row))
    out().print(table)


def progress() -> Progress:
    """A bar with a count and the time, for whatever takes longer than two seconds."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
        console=out(),
        transient=False,
    )


def _cell(value: object) -> str:
    text = _escaped("" if value is None else str(value))
    colour = COLOURS.get(text)
    return f"[{colour}]{text}[/]" if colour else text


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
