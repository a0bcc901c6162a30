"""Alerts while something runs: beside the worker of ``up``, and beside ``scheduler``."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256

from counterfoil.audit.witness import Witness
from counterfoil.cli.site import Site
from counterfoil.cli.terminal import say_aloud
from counterfoil.config import CONFIG_NAME, Suite, find_suite
from counterfoil.domain.alerts import Unlooked
from counterfoil.errors import LedgerLost, SetupError
from counterfoil.rules.due_times import next_due
from counterfoil.store.alert_ledger import AlertLedger
from counterfoil.store.schedule_book import ScheduleRow
from counterfoil.store.schedule_ledger import ScheduleLedger
from workflows.alerts import Alerts, Tools
from workflows.schedules import Terms, calendars_of, signature_of, terms_of

LOOK_SECONDS = 10.0
#: Whoever starts together with a scheduler gives it so long for its first look.
GRACE_SECONDS = 30.0


async def in_thread(chore: Callable[[threading.Event], None], ended: asyncio.Event) -> None:
    """*chore* in a thread of its own, until *ended* is set; its event is set then."""
    stop = threading.Event()
    working = asyncio.create_task(asyncio.to_thread(chore, stop))
    ends = asyncio.create_task(ended.wait())
    await asyncio.wait({working, ends}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    ends.cancel()
    await working


async def keep_alerting(site: Site, ended: asyncio.Event) -> None:
    """Beside a worker, until *ended* is set."""
    await in_thread(lambda stop: run_alerts(site, stop), ended)


@contextmanager
def alerting(site: Site, stop: threading.Event) -> Iterator[None]:
    """Beside the block; its end sets *stop*, and what it came to grief of is raised after it."""
    with ThreadPoolExecutor(1, "alerts") as threads:
        telling = threads.submit(run_alerts, site, stop)
        telling.add_done_callback(lambda _: stop.set())
        try:
            yield
        finally:
            stop.set()
    telling.result()


def run_alerts(site: Site, stop: threading.Event) -> None:
    """Until *stop* is set; a ledger that is away costs time and nothing else."""
    current = Current(site)
    while not stop.is_set():
        try:
            alerts = current.alerts()
            if alerts is not None:
                alerts.look(stop)
        except LedgerLost as trouble:
            say_aloud(f"the ledger is away: {trouble}")
        stop.wait(LOOK_SECONDS)


class Current:
    """Alerts by config.toml as it stands; one that is wrong changes nothing."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._seen = ""
        self._alerts: Alerts | None = None
        self._unlooked = Unlooking(ScheduleLedger.beside(site.ledger), site.suite)

    def alerts(self) -> Alerts | None:
        """None: nobody is to be told. Raises SetupError: wrong, and the first that we read."""
        path = self._site.suite.root / CONFIG_NAME
        content = path.read_bytes() if path.is_file() else b""
        digest = sha256(content).hexdigest()
        if digest != self._seen:
            first, self._seen = not self._seen, digest
            try:
                suite = self._site.suite if first else find_suite(self._site.suite.root)
                self._alerts = alerts_of(self._site, suite, self._unlooked)
            except SetupError as trouble:
                if first:
                    raise
                say_aloud(f"{trouble}; the alerts stay as they were")
        return self._alerts


def alerts_of(
    site: Site, suite: Suite, unlooked: Callable[[datetime], list[Unlooked]]
) -> Alerts | None:
    """What *suite* says about alerts; None: nothing. Raises SetupError."""
    tools = alert_tools(site, suite, unlooked)
    return None if tools is None else Alerts(tools)


def alert_tools(
    site: Site, suite: Suite, unlooked: Callable[[datetime], list[Unlooked]]
) -> Tools | None:
    """What they need of the house; None: *suite* has no [alerts]. Raises SetupError."""
    settings = suite.config.alerts
    if settings is None:
        return None
    return Tools(
        suite=suite,
        settings=settings,
        ledger=AlertLedger.beside(site.ledger),
        secrets=site.secrets,
        redactor=site.redactor,
        witness=Witness(suite.witness),
        calendars=calendars_of(suite, {name for _, name in settings.calendars}),
        unlooked=unlooked,
        say=say_aloud,
    )


class Unlooking:
    """Finds occurrences that are due, and that nobody has looked at.

    Args:
        grace_seconds: After our own start nothing is found for so long.
    """

    def __init__(
        self, ledger: ScheduleLedger, suite: Suite, *, grace_seconds: float = GRACE_SECONDS
    ) -> None:
        self._ledger = ledger
        self._suite = suite
        self._not_before = time.monotonic() + grace_seconds
        self._terms: dict[str, tuple[object, Terms]] = {}

    def __call__(self, now: datetime) -> list[Unlooked]:
        """The first of each schedule that is late by *now* (UTC)."""
        if time.monotonic() < self._not_before:
            return []
        rows = [each for each in self._ledger.schedules() if not each.paused]
        return [found for each in rows if (found := self._first(each, now))]

    def _first(self, row: ScheduleRow, now: datetime) -> Unlooked | None:
        try:
            terms = self._terms_of(row)
        except SetupError:
            return None  # its file of closed days is wrong: whoever judges it says so
        due = None if terms.upstream else next_due(terms.rule, row.looked_until, until=now)
        if due is None:
            return None
        return Unlooked(schedule=row.name, day=due.day, key=due.key, due_at=due.due_at)

    def _terms_of(self, row: ScheduleRow) -> Terms:
        made_of = (row.settings, signature_of(row.settings, self._suite.root))
        known = self._terms.get(row.name)
        if known is None or known[0] != made_of:
            known = (made_of, terms_of(row.name, row.settings, self._suite.root))
            self._terms[row.name] = known
        return known[1]
