"""``counterfoil up`` and ``counterfoil run``: watch the folders, key what is due, hand back."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from counterfoil.adapters.inbox import Handled, Inbox, Watched
from counterfoil.cli.site import Site, approval_policy, open_site
from counterfoil.cli.terminal import Progress, TaskID, progress, say, say_aloud
from counterfoil.config import Folder, Suite, find_suite
from counterfoil.domain.documents import Document
from counterfoil.domain.items import SETTLED
from counterfoil.engine.worker import Pace, Worker
from counterfoil.errors import LedgerLost, SetupError
from counterfoil.store.ledger import new_boot
from counterfoil.store.reading import BatchRow
from workflows.intake import IntakeOrder, Taken, take_in
from workflows.keying import Tools, key_due_items
from workflows.results import result_path, write_results

RESULTS_EVERY_SECONDS = 1.0
LEDGER_AGAIN_SECONDS = 5.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(run)


def up() -> None:
    """Watch the folders of config.toml and work, until Ctrl-C.

    What is dropped is checked, waits for its approval, is keyed, confirmed, and handed
    back as <name>.result.xlsx. Ctrl-C finishes the item in hand, then stops.
    """
    with running_site() as site:
        for name, folder in site.suite.config.folders.items():
            say(f"watching {name}: {site.suite.path(folder.path)}")
        asyncio.run(_up(site))


async def _up(site: Site) -> None:
    works = Works(site)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, works.stop)
    await works.run()


def run(
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
        asyncio.run(_run(site))
        waiting = [each for each in site.ledger.batches() if not each.complete]
        if waiting:
            say(f"{len(waiting)} batches wait for a person: counterfoil batches", style="yellow")
            raise typer.Exit(1)


async def _run(site: Site) -> None:
    for inbox, receive in inboxes(site):
        await _until_nothing_waits(inbox, receive)
    with progress() as bars:
        task = bars.add_task("keying", total=None, note="")
        watching = asyncio.create_task(show_progress(site, bars, task))
        try:
            await Works(site).run(until_done=True)
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
    """Everything that runs at once: the worker, a watcher per folder, results, witness."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ended = asyncio.Event()
        self._worker: Worker | None = None

    def stop(self) -> None:
        """Finish what is in hand, then end."""
        self._ended.set()
        if self._worker is not None:
            self._worker.stop()

    async def run(self, *, pace: Pace | None = None, until_done: bool = False) -> None:
        """Until :meth:`stop`, or until the worker or a chore beside it cannot go on.

        Args:
            until_done: Key what is due and end; the folders are not watched.

        Raises:
            Refused: The witness does not take the audit log any more.
            CounterfoilError: The first trouble of the worker or of a chore.
        """
        site = self._site
        chores = [self._begin(site.checkpoints.keep_showing(site.audit, self._ended))]
        if not until_done:
            chores.append(self._begin(self._patiently(partial(_write_results, site))))
            for inbox, receive in inboxes(site):
                watching = partial(inbox.watch, receive, report)
                chores.append(self._begin(self._patiently(watching)))
        try:
            await key_due_items(
                tools(site), until_done=until_done, pace=pace, started=self._started
            )
        finally:
            self._ended.set()
            await asyncio.gather(*chores)

    def _begin(self, chore: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run *chore* beside the worker; whatever ends it early ends all."""
        task = asyncio.create_task(chore)
        task.add_done_callback(lambda _: self.stop())
        return task

    async def _patiently(self, chore: Callable[..., Coroutine[None, None, None]]) -> None:
        """*chore* until the end; a ledger that is away costs time and nothing else."""
        while not self._ended.is_set():
            try:
                await chore(stop=self._ended)
            except LedgerLost as trouble:
                say_aloud(f"the ledger is away: {trouble}")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ended.wait(), LEDGER_AGAIN_SECONDS)

    def _started(self, worker: Worker) -> None:
        self._worker = worker
        if self._ended.is_set():
            worker.stop()


async def _write_results(site: Site, *, stop: asyncio.Event) -> None:
    while not stop.is_set():
        for path in await asyncio.to_thread(write_due_results, site):
            say(f"result  {path}", style="green")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), RESULTS_EVERY_SECONDS)


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
