"""The list of commands; each lives in the module of its subject."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

import typer

#: Module -> its commands, in the order in which ``--help`` shows them. Only the module of the
#: command that was typed is loaded: all of them take a second.
HOMES: dict[str, tuple[str, ...]] = {
    "demo": ("demo",),
    "running": ("up", "run", "worker", "watch", "intake"),
    "items": (
        *("batches", "items", "why", "approve", "refuse", "release"),
        *("look-again", "booked", "cancel", "unfreeze"),
    ),
    "operating": ("status", "resume", "prioritise", "defer", "deadline", "maintenance"),
    "statements": ("statement",),
    "reconcile": ("reconcile",),
    "reconciliation_rules": ("rules",),
    "reconciliation": ("reconciliation",),
    "controls": ("control",),
    "scheduling": ("scheduler",),
    "schedules": ("schedule",),
    "alerts": ("alerts",),
    "logins": ("login",),
    "proof": ("verify", "evidence", "enrol"),
    "check": ("check",),
    "bank": ("bank",),
    "kpi": ("kpi",),
    "console": ("console",),
}

#: Of a group the one command that needs no database, and is quicker read than that is loaded.
_ALONE: dict[tuple[str, ...], str] = {("statement", "read"): "statement_reading"}


def register(app: typer.Typer, words: Sequence[str]) -> None:
    """Add the command that *words* begin with and its neighbours; all, where there is none."""
    for home in _homes(words):
        import_module(f"counterfoil.cli.{home}").register(app)


def _homes(words: Sequence[str]) -> Iterator[str]:
    if alone := _ALONE.get(tuple(words[:2])):
        yield alone
        return
    found = [home for home, names in HOMES.items() if set(words[:1]) & set(names)]
    yield from found or HOMES
