"""What operators see and say: who works, what rests and why, what goes first, what waits."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from counterfoil.cli.items import BatchId, Person, Reason
from counterfoil.cli.site import open_reader, open_site
from counterfoil.cli.terminal import DECIDE, WORK, say, show_table
from counterfoil.config import Suite, SystemSettings, find_suite
from counterfoil.domain.pauses import EVERYWHERE, Pause, PauseKind, Priority
from counterfoil.errors import Refused
from counterfoil.store.deciding import Word
from counterfoil.store.ledger import Ledger
from counterfoil.store.operating import QueueRow

SystemName = Annotated[str, typer.Argument(metavar="SYSTEM", help="As in config.toml.")]
OneSystem = Annotated[
    str, typer.Option("--system", metavar="NAME", help="Only this one; without it: everything.")
]
Instant = Annotated[
    datetime,
    typer.Argument(
        metavar="WHEN",
        formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%z"],
        help="This machine's wall time, '2026-11-27 07:30'; or with its offset.",
    ),
]

maintenance = typer.Typer(
    no_args_is_help=True,
    help="Maintenance: nothing new is begun until it ends; what is in hand is finished.",
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel=WORK)(status)
    for deciding in (resume, prioritise, defer, deadline):
        app.command(rich_help_panel=DECIDE)(deciding)
    maintenance.command("on")(maintenance_on)
    maintenance.command("off")(maintenance_off)
    app.add_typer(maintenance, name="maintenance", rich_help_panel=DECIDE)


def status() -> None:
    """Show who works, how each system is, how many sessions are open, and what waits.

    Exit code 1 when a system rests, a worker fell silent, or nobody works on what is due.
    """
    suite = find_suite(Path.cwd())
    with open_reader(suite) as ledger:
        well = _show_workers(ledger)
        well &= _show_systems(ledger, suite)
    if not well:
        raise typer.Exit(1)


def _show_workers(ledger: Ledger) -> bool:
    found = ledger.worker_rows()
    rows = [
        (each.host, each.pid, _utc(each.started_at), _utc(each.beat_at),
         "works" if each.alive else "silent")
        for each in found
    ]  # fmt: skip
    if rows:
        show_table("workers", ("machine", ">pid", "since", "last sign of life", ""), rows)
    alive = any(each.alive for each in found)
    if not alive:
        say("no worker is at work: counterfoil up, or counterfoil worker", style="yellow")
    idle = ledger.open_items() == 0
    return (alive or idle) and all(each.alive for each in found)


def _show_systems(ledger: Ledger, suite: Suite) -> bool:
    pauses, frozen = ledger.pauses(), ledger.frozen_systems()
    used, troubles = ledger.sessions(), ledger.troubles()
    rows = [
        (name, _state(name, pauses, frozen), troubles.get(name, 0),
         f"{used.get(name, 0)} of {settings.sessions_max}", _rate(settings))
        for name, settings in suite.config.systems.items()
    ]  # fmt: skip
    columns = ("system", "state", ">exceptions in a row", "sessions", "rate")
    show_table("systems", columns, rows)
    if queues := ledger.queues():
        heads = ("system", ">waiting", ">in hand", ">in doubt", ">unconfirmed",
                 "oldest due", "deadline")  # fmt: skip
        show_table("queues", heads, [_queue_cells(each) for each in queues.values()])
    for each in pauses:
        say(_told(each), style="yellow")
    for system, reason in frozen.items():
        say(f"{system} is frozen: {reason} (counterfoil unfreeze {system})", style="bold red")
    return not pauses and not frozen


def _queue_cells(queue: QueueRow) -> tuple[object, ...]:
    counts = (queue.waiting, queue.in_hand, queue.in_doubt, queue.unconfirmed)
    return (queue.system, *counts, _utc(queue.oldest_due), _utc(queue.next_deadline))


def _state(name: str, pauses: list[Pause], frozen: dict[str, str]) -> str:
    """The strongest word for it."""
    if name in frozen:
        return "frozen"
    kinds = {each.kind for each in pauses if each.system in (name, EVERYWHERE)}
    if PauseKind.MAINTENANCE in kinds:
        return "maintenance"
    return "circuit open" if PauseKind.CIRCUIT in kinds else "works"


def _told(pause: Pause) -> str:
    if pause.kind is PauseKind.CIRCUIT:
        return (
            f"{pause.system} rests since {_utc(pause.since)}: {pause.reason}; it is probed at"
            f" {_utc(pause.probe_at)} (counterfoil resume {pause.system})"
        )
    what = pause.system or "everything"
    option = f" --system {pause.system}" if pause.system else ""
    return (
        f"{what} is in maintenance since {_utc(pause.since)}, by {pause.person}: {pause.reason}"
        f" (counterfoil maintenance off{option})"
    )


def _rate(settings: SystemSettings) -> str:
    rate = settings.visits_per_minute
    return "" if rate is None else f"{rate} a minute"


def _utc(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S}Z"


def maintenance_on(person: Person, reason: Reason, system: OneSystem = EVERYWHERE) -> None:
    """Let nothing new be begun: no item, no enquiry, no scheduled run. What is in hand ends.

    With --system its items and its bank logins only. Files are still taken in and checked.

    \b
        counterfoil maintenance on --as ops --reason "the bank's release weekend" --system corebank
    """
    with open_site("decide") as site:
        _check_system(site.suite, system)
        site.ledger.begin_maintenance(system, Word(person=person, reason=reason))
    say(f"{system or 'everything'} is in maintenance", style="green")


def maintenance_off(person: Person, reason: Reason, system: OneSystem = EVERYWHERE) -> None:
    """End it: what was due meanwhile is taken up within seconds."""
    with open_site("decide") as site:
        _check_system(site.suite, system)
        site.ledger.end_maintenance(system, Word(person=person, reason=reason))
    say(f"{system or 'everything'} goes on", style="green")


def resume(system: SystemName, person: Person, reason: Reason) -> None:
    """Close the open circuit of a system at once: you know that it works again.

    Without you, one visit a minute or so finds out (circuit_probe_after_seconds).
    """
    with open_site("decide") as site:
        _check_system(site.suite, system)
        site.ledger.close_circuit(system, Word(person=person, reason=reason))
    say(f"{system} goes on", style="green")


def prioritise(
    batch: BatchId,
    priority: Annotated[Literal["high", "normal", "low"], typer.Argument(metavar="PRIORITY")],
    person: Person,
    reason: Reason,
) -> None:
    """Have what is left of a batch keyed before, or after, others: high, normal or low."""
    word = Word(person=person, reason=reason)
    with open_site("decide") as site:
        count = site.ledger.prioritise(batch, Priority[priority.upper()], word)
    say(f"{count} items of {batch} have priority {priority}", style="green")


def defer(batch: BatchId, until: Instant, person: Person, reason: Reason) -> None:
    """Have what is left of a batch keyed from WHEN on, and not before.

    \b
        counterfoil defer B-7K2M4QXN3P "2026-11-27 07:30" --as ops --reason "value tomorrow"
    """
    at = until.astimezone(UTC)
    with open_site("decide") as site:
        count = site.ledger.defer(batch, at, Word(person=person, reason=reason))
    say(f"{count} items of {batch} wait until {_utc(at)}", style="green")


def deadline(batch: BatchId, at: Instant, person: Person, reason: Reason) -> None:
    """Have what is left of a batch keyed by WHEN; what is not waits for a person then."""
    by = at.astimezone(UTC)
    with open_site("decide") as site:
        count = site.ledger.set_deadline(batch, by, Word(person=person, reason=reason))
    say(f"{count} items of {batch} are keyed by {_utc(by)}, or wait for a person", style="green")


def _check_system(suite: Suite, system: str) -> None:
    if system and system not in suite.config.systems:
        known = ", ".join(suite.config.systems) or "none"
        raise Refused("unknown_system", f"config.toml has no [systems.{system}]; known: {known}")
