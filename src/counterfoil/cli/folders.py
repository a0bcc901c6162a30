"""Watched folders: what is dropped there is taken in, and handed back when it is done."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from counterfoil.adapters.inbox import Handled, Inbox, Watched
from counterfoil.cli.site import Site, approval_policy, emitter
from counterfoil.cli.terminal import out, say
from counterfoil.config import Folder, Suite
from counterfoil.domain.documents import Document
from counterfoil.domain.pauses import Priority, Terms
from counterfoil.rules.deadlines import next_wall_time
from counterfoil.store.reading import BatchRow
from workflows.intake import IntakeOrder, Taken, take_in
from workflows.results import result_path, write_results

RESULTS_EVERY_SECONDS = 1.0
#: A change may be committed so much later than it says it was made.
CHANGED_WITHIN = timedelta(seconds=60)


async def until_nothing_waits(
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


async def keep_results(site: Site, *, stop: asyncio.Event) -> None:
    """Hand back until *stop* is set; after the first look only what changed since the last."""
    since: datetime | None = None
    while not stop.is_set():
        looked_at = site.ledger.now()
        for path in await asyncio.to_thread(write_due_results, site, since):
            say(f"result  {path}", style="green")
        since = looked_at - CHANGED_WITHIN
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), RESULTS_EVERY_SECONDS)


def write_due_results(site: Site, since: datetime | None = None) -> list[Path]:
    """Hand every complete batch back whose result is missing or older than its items.

    Args:
        since: Only what changed since then (UTC); None: whatever it is.
    """
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
        for batch in site.ledger.batches(changed_since=since)
        if batch.complete and _is_ours(site, batch) and _is_stale(site, batch)
    ]


def _is_ours(site: Site, batch: BatchRow) -> bool:
    """Of many machines, the one that took the file hands it back: it has the folder."""
    return site.ledger.alone or Path(batch.document_path).exists()


def result_of(suite: Suite, batch: BatchRow) -> Path:
    """Where the analyst finds the result: beside the folder that the file was dropped in."""
    inbox = suite.path(suite.config.folders[batch.folder].path)
    return result_path(inbox / "results", batch.name, batch.batch_id)


def _is_stale(site: Site, batch: BatchRow) -> bool:
    path = result_of(site.suite, batch)
    if not path.exists():
        return True
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return written < site.ledger.last_change(batch.batch_id)


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
        now = datetime.now().astimezone()
        ours = replace(order, terms=terms_of(folder, now))
        return take_in(document, ours, ledger=site.ledger, today=now.date(), emit=emit)

    return receive


def terms_of(folder: Folder, now: datetime) -> Terms:
    """Priority and deadline of what is dropped into *folder* at *now*."""
    deadline = None
    if folder.deadline:
        wall = time.fromisoformat(folder.deadline)
        deadline = next_wall_time(now, wall, ZoneInfo(folder.zone))
    return Terms(priority=Priority[folder.priority.upper()], deadline_at=deadline)


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
