"""``counterfoil up`` and ``counterfoil run``: watch the folders, key what is due, hand back."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from counterfoil.adapters.inbox import Handled, Inbox, Watched
from counterfoil.adapters.screens.browser import Chromium
from counterfoil.cli.site import Site, approval_policy, open_site
from counterfoil.cli.terminal import Progress, TaskID, progress, say
from counterfoil.config import Folder, Suite, find_suite
from counterfoil.domain.documents import Document
from counterfoil.domain.items import SETTLED
from counterfoil.engine.worker import Pace, Worker
from counterfoil.errors import SetupError
from counterfoil.store.ledger import new_boot
from counterfoil.store.reading import BatchRow
from workflows.floor import Floor
from workflows.intake import IntakeOrder, Taken, take_in
from workflows.keying import Tools, key_due_items
from workflows.results import result_path, write_results

RESULTS_EVERY_SECONDS = 1.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(run)


def up(context: typer.Context) -> None:
    """Watch the folders of config.toml and work, until Ctrl-C.

    What is dropped is checked, waits for its approval, is keyed, confirmed, and handed
    back as <name>.result.xlsx. Ctrl-C finishes the item in hand, then stops.
    """
    with running_site() as site:
        for name, folder in site.suite.config.folders.items():
            say(f"watching {name}: {site.suite.path(folder.path)}")
        works = Works(site)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: works.stop())
        floor_of(context).run(works.run)


def run(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Workbooks to drop first, into --folder.")
    ] = None,
    folder: Annotated[str, typer.Option(help="Which [folders.*] of config.toml.")] = "payments",
) -> None:
    """Take what lies in the folders, key all that is due, hand back, and stop.

    With FILES they are dropped into --folder first. Exit code 1 when anything is left
    that waits for a person; counterfoil items shows it.
    """
    with running_site() as site:
        _drop(site.suite, folder, files or [])
        floor_of(context).run(partial(_run, site))
        waiting = [each for each in site.ledger.batches() if not each.complete]
        if waiting:
            say(f"{len(waiting)} batches wait for a person: counterfoil batches", style="yellow")
            raise typer.Exit(1)


def floor_of(context: typer.Context) -> Floor:
    """The floor that ``cli.main`` opened before it loaded us."""
    assert isinstance(context.obj, Floor), "cli.KEYING does not name this command"
    return context.obj


async def _run(site: Site, chromium: Chromium) -> None:
    for inbox, receive in inboxes(site):
        await _until_nothing_waits(inbox, receive)
    with progress() as bars:
        task = bars.add_task("keying", total=None, note="")
        watching = asyncio.create_task(show_progress(site, bars, task))
        try:
            await key_due_items(tools(site), chromium, until_done=True)
        finally:
            watching.cancel()
    for path in write_due_results(site):
        say(f"result  {path}", style="green")


def tools(site: Site) -> Tools:
    """The part of the site that keying needs."""
    return Tools(
        suite=site.suite,
        ledger=site.ledger,
        secrets=site.secrets,
        evidence=site.evidence,
        redactor=site.redactor,
    )


def _drop(suite: Suite, name: str, files: Sequence[Path]) -> None:
    if name not in suite.config.folders:
        known = ", ".join(suite.config.folders)
        raise SetupError(f"config.toml has no [folders.{name}]; known: {known}")
    target = suite.path(suite.config.folders[name].path)
    target.mkdir(parents=True, exist_ok=True)
    for path in files:
        if not path.is_file():
            raise SetupError(f"there is no file {path}")
        part = target / f".{path.name}.part"
        part.write_bytes(path.read_bytes())
        part.rename(target / path.name)


async def _until_nothing_waits(inbox: Inbox, receive: Callable[[Document], Taken]) -> None:
    """Visit until every file has had its time to become whole."""
    while True:  # ends: a file that never becomes whole is set aside after its patience
        for handled in await asyncio.to_thread(inbox.visit, receive):
            report(handled)
        if not inbox.waiting():
            return
        await asyncio.sleep(0.5)


async def show_progress(site: Site, bars: Progress, task: TaskID) -> None:
    """Keep the bar true until cancelled."""
    while True:  # until cancelled
        counts = site.ledger.counts()
        total = sum(counts.values())
        done = sum(count for state, count in counts.items() if state in SETTLED)
        note = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        bars.update(task, total=total or None, completed=done, note=note)
        await asyncio.sleep(0.5)


@contextmanager
def running_site(suite: Suite | None = None) -> Iterator[Site]:
    """The site as the one working process of this data folder sees it."""
    with open_site("worker", suite or find_suite(Path.cwd()), boot=new_boot()) as site:
        yield site


class Works:
    """Everything that runs at once: the worker, a watcher per folder, the results."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ended = asyncio.Event()
        self._worker: Worker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Finish what is in hand, then end. From any thread or signal handler."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
        if self._worker is not None:
            self._worker.stop()

    async def run(self, chromium: Chromium, *, pace: Pace | None = None) -> None:
        """Until :meth:`stop`, or until the worker cannot go on; its trouble is ours."""
        self._loop = asyncio.get_running_loop()
        site = self._site
        chores = [
            asyncio.create_task(inbox.watch(receive, stop=self._ended))
            for inbox, receive in inboxes(site)
        ]
        chores.append(asyncio.create_task(_write_results(site, self._ended)))
        try:
            await key_due_items(tools(site), chromium, pace=pace, started=self._started)
        finally:
            self._ended.set()
            await asyncio.gather(*chores)

    def _started(self, worker: Worker) -> None:
        self._worker = worker


async def _write_results(site: Site, ended: asyncio.Event) -> None:
    while not ended.is_set():
        for path in await asyncio.to_thread(write_due_results, site):
            say(f"result  {path}", style="green")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), RESULTS_EVERY_SECONDS)


def write_due_results(site: Site) -> list[Path]:
    """Hand every complete batch back whose result is missing or older than its items."""
    return [
        write_results(
            batch.batch_id,
            ledger=site.ledger,
            document=Path(batch.document_path),
            sheet_map=site.suite.selectors / "sheets" / f"{batch.sheet_map}.toml",
            folder=result_of(site.suite, batch).parent,
            now=site.ledger.now(),
            emit=_emitter(site),
        )
        for batch in site.ledger.batches()
        if batch.complete and _is_stale(site, batch)
    ]


def result_of(suite: Suite, batch: BatchRow) -> Path:
    """Where the analyst finds the result: beside the folder that the file was dropped in."""
    inbox = suite.path(suite.config.folders[batch.folder].path)
    return result_path(inbox / "results", batch.name, batch.batch_id)


def _is_stale(site: Site, batch: BatchRow) -> bool:
    path = result_of(site.suite, batch)
    if not path.exists():
        return True
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return written < max(each.updated_at for each in site.ledger.items(batch_id=batch.batch_id))


def inboxes(site: Site) -> list[tuple[Inbox, Callable[[Document], Taken]]]:
    """Every watched folder, and what receives its documents."""
    keeping = site.suite.data / "received"
    return [
        (Inbox(_watched(site.suite, name, folder), keeping), _receiver(site, folder))
        for name, folder in site.suite.config.folders.items()
    ]


def _watched(suite: Suite, name: str, folder: Folder) -> Watched:
    return Watched(name=name, path=suite.path(folder.path), stable_seconds=folder.stable_seconds)


def _receiver(site: Site, folder: Folder) -> Callable[[Document], Taken]:
    order = IntakeOrder(
        sheet_map=site.suite.selectors / "sheets" / f"{folder.sheet_map}.toml",
        system=folder.system,
        maker=folder.maker,
        approval=approval_policy(site.suite),
    )

    emit = _emitter(site)

    def receive(document: Document) -> Taken:
        today = datetime.now().astimezone().date()
        return take_in(document, order, ledger=site.ledger, today=today, emit=emit)

    return receive


def _emitter(site: Site) -> Callable[[str, Mapping[str, Any]], None]:
    def emit(kind: str, data: Mapping[str, Any]) -> None:
        site.audit.emit(kind, obj={}, data=data)

    return emit


def report(handled: Handled) -> None:
    """One line per dropped file."""
    colour = {"filed": "green", "already_received": "yellow"}.get(handled.outcome, "red")
    said = handled.batch_id or handled.reason
    say(f"{handled.outcome.replace('_', ' ')}  {handled.name}  {said}", style=colour)
