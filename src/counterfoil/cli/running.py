"""``counterfoil up`` and ``counterfoil run``: watch the folders, key what is due, hand back."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.adapters.inbox import Handled, Inbox, Watched
from counterfoil.adapters.screens.browser import Chromium
from counterfoil.cli.alerting import keep_alerting
from counterfoil.cli.items import tell_resting, tell_who_is_needed
from counterfoil.cli.schedule_commands import check_intake
from counterfoil.cli.scheduling import errands_of, keep_schedules
from counterfoil.cli.site import Site, approval_policy, emitter, open_site
from counterfoil.cli.terminal import WORK, out, progress, say, say_aloud
from counterfoil.config import Folder, Suite, find_suite
from counterfoil.domain.documents import Document
from counterfoil.domain.items import SETTLED
from counterfoil.engine.errands import Errands
from counterfoil.engine.locking import worker_lock
from counterfoil.engine.worker import Pace, Worker
from counterfoil.errors import LedgerLost, SetupError
from counterfoil.store.ledger import new_boot
from counterfoil.store.login_stops import LoginStops
from counterfoil.store.reading import BatchRow
from counterfoil.toml_records import did_you_mean
from workflows.floor import Floor
from workflows.intake import IntakeOrder, Taken, take_in
from workflows.keying import Tools, key_due_items
from workflows.results import result_path, write_results

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

RESULTS_EVERY_SECONDS = 1.0
LEDGER_AGAIN_SECONDS = 5.0
PROGRESS_EVERY_SECONDS = 1.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel=WORK)(up)
    app.command(rich_help_panel=WORK)(run)
    app.command(rich_help_panel=WORK)(intake)


def up(context: typer.Context) -> None:
    """Watch the folders of config.toml and work, until Ctrl-C.

    What is dropped is checked, waits for its approval, is keyed, confirmed, and handed
    back as results/<name>.result.xlsx beside where it was dropped. Ctrl-C finishes the
    items in hand, then stops; a kill is survived, too. People decide meanwhile, from
    another terminal: batches, approve, release ...

    Exit code 0 after Ctrl-C; 1 when it could not go on, and why.
    """
    with running_site() as site:
        for name, folder in site.suite.config.folders.items():
            how = "watching" if folder.watched else "by schedule"
            say(f"{how} {name}: {site.suite.path(folder.path)}")
        say("Ctrl-C stops it.")
        works = Works(site)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: works.stop())
        floor_of(context).run(partial(_up, site, works))
        say("stopped; what is open goes on at the next start")


async def _up(site: Site, works: Works, chromium: Chromium) -> None:
    async with progress_shown(site, "items settled"):
        await works.run(chromium)


def run(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE ...]", help="Workbooks to drop first, into --folder."),
    ] = None,
    folder: Annotated[
        str, typer.Option(metavar="NAME", help="A watched folder, as config.toml calls it.")
    ] = "payments",
) -> None:
    """Take what lies in the folders, key all that is due, hand back, and stop.

    With FILES they are dropped into --folder first.

    \b
        counterfoil run payments-may.xlsx
        counterfoil run --folder vouchers accruals.xlsx

    Exit code 1 when anything is left that waits for a person, and who that is.
    """
    suite = find_suite(Path.cwd())
    _check_drop(suite, folder, files or [])
    with running_site(suite) as site:
        _drop(suite, folder, files or [])
        floor_of(context).run(partial(_run, site))
        resting = tell_resting(LoginStops.beside(site.ledger).stopped_logins())
        if tell_who_is_needed(site.ledger.batches()) or resting:
            raise typer.Exit(1)


def floor_of(context: typer.Context) -> Floor:
    """The floor that ``cli.main`` opened before it loaded us."""
    assert isinstance(context.obj, Floor), "cli.KEYING does not name this command"
    return context.obj


def intake(
    name: Annotated[str, typer.Argument(metavar="FOLDER", help="With watched = false.")],
) -> None:
    """Take what lies in FOLDER now, check and file it; counterfoil up keys it.

    For a folder that is not watched all the time, but by schedule: docs/SCHEDULES.md.
    Exit code 1 when anything waits for a person, and who that is.
    """
    suite = find_suite(Path.cwd())
    check_intake(suite, name)
    with open_site("intake", suite, boot=new_boot()) as site:
        for inbox, receive in inboxes(site, [name]):
            asyncio.run(_until_nothing_waits(site, inbox, receive))
        if tell_who_is_needed(site.ledger.batches()):
            raise typer.Exit(1)


async def _run(site: Site, chromium: Chromium) -> None:
    for inbox, receive in inboxes(site):
        await _until_nothing_waits(site, inbox, receive)
    async with progress_shown(site, "keying"):
        await Works(site).run(chromium, until_done=True)
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


def _check_drop(suite: Suite, name: str, files: Sequence[Path]) -> None:
    """Before anything is begun. Raises SetupError."""
    if name not in suite.config.folders:
        known = ", ".join(suite.config.folders) or "none"
        hint = did_you_mean(name, suite.config.folders)
        raise SetupError(f"config.toml has no [folders.{name}]{hint}; known: {known}")
    for path in files:
        if not path.is_file():
            raise SetupError(f"there is no file {path}: name workbooks that are there")


def _drop(suite: Suite, name: str, files: Sequence[Path]) -> None:
    target = suite.path(suite.config.folders[name].path)
    target.mkdir(parents=True, exist_ok=True)
    for path in files:
        part = target / f".{path.name}.part"
        part.write_bytes(path.read_bytes())
        part.rename(target / path.name)


async def _until_nothing_waits(
    site: Site, inbox: Inbox, receive: Callable[[Document], Taken]
) -> None:
    """Visit until every file has had its time to become whole."""
    with out().status("waiting until every copy is stable, and reading"):
        while True:  # ends: a file that never becomes whole is set aside after its patience
            for handled in await asyncio.to_thread(inbox.visit, receive):
                report(site, handled)
            if not inbox.waiting():
                return
            await asyncio.sleep(0.5)


@asynccontextmanager
async def progress_shown(site: Site, what: str) -> AsyncIterator[None]:
    """A bar of settled items for as long as the block lasts, true at its end."""
    with progress() as bars:
        task = bars.add_task(what, total=None, note="")
        watching = asyncio.create_task(show_progress(site, bars, task))
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(LedgerLost):
                _update(site, bars, task)


async def show_progress(site: Site, bars: Progress, task: TaskID) -> None:
    """Keep the bar true until cancelled."""
    while True:  # until cancelled
        with contextlib.suppress(LedgerLost):
            _update(site, bars, task)
        await asyncio.sleep(PROGRESS_EVERY_SECONDS)


def _update(site: Site, bars: Progress, task: TaskID) -> None:
    counts = site.ledger.counts()
    total = sum(counts.values())
    done = sum(count for state, count in counts.items() if state in SETTLED)
    note = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    bars.update(task, total=total or None, completed=done, note=note)


@contextmanager
def running_site(suite: Suite | None = None) -> Iterator[Site]:
    """The site as the one working process of this data folder sees it.

    Raises:
        SetupError: Another one works there.
    """
    suite = suite or find_suite(Path.cwd())
    worker_lock(suite.data).release()  # said before a second log is begun; the worker takes it
    with open_site("worker", suite, boot=new_boot()) as site:
        yield site


class Works:
    """Everything that runs at once: the worker, a watcher per folder, results, witness."""

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

    async def run(
        self, chromium: Chromium, *, pace: Pace | None = None, until_done: bool = False
    ) -> None:
        """Until :meth:`stop`, or until the worker or a chore beside it cannot go on.

        Args:
            until_done: Key what is due and end; the folders are not watched.

        Raises:
            Refused: The witness does not take the audit log any more.
            CounterfoilError: The first trouble of the worker or of a chore.
        """
        self._loop = asyncio.get_running_loop()
        site = self._site
        errands: Errands | None = None
        chores = [self._begin(site.checkpoints.keep_showing(site.audit, self._ended))]
        if not until_done:
            chores.append(self._begin(self._patiently(partial(_write_results, site))))
            folders = site.suite.config.folders.items()
            for inbox, receive in inboxes(site, [name for name, each in folders if each.watched]):
                watching = partial(inbox.watch, receive, partial(report, site))
                chores.append(self._begin(self._patiently(watching)))
            errands = errands_of(site)
            chores.append(self._begin(keep_schedules(site, errands.ledger, self._ended)))
            chores.append(self._begin(keep_alerting(site, self._ended)))
        try:
            await key_due_items(
                tools(site),
                chromium,
                until_done=until_done,
                pace=pace,
                started=self._started,
                errands=errands,
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
            emit=emitter(site),
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


def inboxes(
    site: Site, names: Collection[str] | None = None
) -> list[tuple[Inbox, Callable[[Document], Taken]]]:
    """The folders of these names (None: every one), and what receives their documents."""
    keeping = site.suite.data / "received"
    return [
        (Inbox(_watched(site.suite, name, folder), keeping), _receiver(site, folder))
        for name, folder in site.suite.config.folders.items()
        if names is None or name in names
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

    emit = emitter(site)

    def receive(document: Document) -> Taken:
        today = datetime.now().astimezone().date()
        return take_in(document, order, ledger=site.ledger, today=today, emit=emit)

    return receive


def report(site: Site, handled: Handled) -> None:
    """One line per dropped file: what became of it, and of its rows."""
    colour = {"filed": "green", "already_received": "yellow"}.get(handled.outcome, "red")
    said = handled.batch_id or handled.reason
    if handled.outcome == "filed" and handled.batch_id is not None:
        said = _filed(site, site.ledger.batch(handled.batch_id))
    say(f"{handled.outcome.replace('_', ' ')}  {handled.name}  {said}", style=colour)


def _filed(site: Site, batch: BatchRow) -> str:
    """``B-7K2M4QXN3P: 209 rows, 200 items, 9 rows refused, 1 held; waits for an approval``"""
    rows: dict[str, set[int]] = {"refuse": set(), "hold": set()}
    for each in site.ledger.findings(batch.batch_id):
        if each["row"] is not None and each["severity"] in rows:
            rows[each["severity"]].add(each["row"])
    parts = [f"{batch.rows_read} rows, {sum(batch.states.values())} items"]
    parts += [f"{len(rows['refuse'])} rows refused"] if rows["refuse"] else []
    parts += [f"{len(rows['hold'])} held"] if rows["hold"] else []
    waits = f"; counterfoil approve {batch.batch_id} --as NAME" if batch.needs_approval else ""
    return f"{batch.batch_id}: {', '.join(parts)}{waits}"
