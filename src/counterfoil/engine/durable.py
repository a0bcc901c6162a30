"""The narrow port to DBOS, which carries the work: enqueue, list, take over.

The ledger is the truth; everything here can be rebuilt from it. A workflow is one
visit to one item and has no step, so that a crash repeats the whole visit: its look-up
would otherwise be replayed from memory, and the payment keyed twice. Home of dbos.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError, ProgrammingError

from counterfoil.errors import LedgerLost
from counterfoil.store.database import carriers_engine

APPLICATION = "counterfoil"

#: By hand, never the library's hash of our source: changed code would leave visits
#: pending for ever. Raise it only when a visit's arguments change, after a drain.
VERSION = "visits-1"

#: A visit that kills its process so often is a person's business (the sweeper tells).
RECOVERIES_MAX = 20

#: The executor of the one worker process on SQLite: a restart takes up its visits.
LOCAL_EXECUTOR = "local-1"

POLL_SECONDS = 0.2  # a freed place waits so long for the next visit
RUN_POLL_SECONDS = 1.0

_WORKFLOW = "counterfoil.visit"
_RUN = "counterfoil.scheduled_run"

#: One queue for the runs of all schedules; each of them has one run at a time (the ledger).
RUN_QUEUE = "schedules"
RUNS_AT_ONCE = 2  # on this machine: a child process each
#: Of what has no priority of its own. Always set: the library's default 0 beats all.
_FRESH = 20


class Standing(StrEnum):
    """How the engine sees one visit."""

    LIVE = "live"  # waiting, delayed or running
    OURS = "ours"  # running in this process, it says
    ENDED = "ended"  # done, failed, cancelled
    UNKNOWN = "unknown"  # never enqueued, or cleared away


_LIVE = frozenset({"ENQUEUED", "DELAYED", "PENDING"})

VisitItem = Callable[[str, int], Awaitable[str]]
CarryOut = Callable[[str, str, int], Awaitable[str]]  # schedule, key, visit


P = ParamSpec("P")
R = TypeVar("R")


def _told_as_ledger_lost(verb: Callable[P, R]) -> Callable[P, R]:
    """The engine's rows live in the ledger's database: its loss is the ledger's."""

    @wraps(verb)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return verb(*args, **kwargs)
        except OperationalError as trouble:
            raise LedgerLost(f"{verb.__name__}: {type(trouble.orig).__name__}") from trouble

    return told


def workflow_id(item_id: str, visit: int) -> str:
    """Deterministic: the same visit is never enqueued twice."""
    return f"item:{item_id}:v{visit}"


def run_id(schedule: str, key: str, visit: int) -> str:
    """Deterministic: schedule and occurrence; the same run is never enqueued twice."""
    return f"schedule:{schedule}:{key}:v{visit}"


def queue_name(system: str) -> str:
    """One queue per legacy system, so that each has its own limit and its own pause."""
    return f"keying:{system}"


class VisitCarrier:
    """Enqueues visits inside the ledger's own transactions (``store.book.Carrier``).

    The engine's tables must be there: a worker has been launched on this database once.
    """

    def __init__(self, engine: Engine) -> None:
        self._client = DBOSClient(
            system_database_engine=engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
        )

    def enqueue(
        self,
        connection: Connection,
        system: str,
        visits: Sequence[tuple[str, int]],
        after: float,
        *,
        urgency: int,
    ) -> None:
        """Have *visits* (item id, number) made *after* seconds from now, the urgent first."""
        for item_id, number in visits:
            options = _options(system, item_id, number, after, urgency)
            self._client.enqueue_in_transaction(connection, options, item_id, number)

    def enqueue_run(self, connection: Connection, schedule: str, key: str, visit: int) -> None:
        """Have the run of an occurrence begun (``store.schedule_book.RunCarrier``).

        Where no worker has been launched yet, or one is just making its tables anew, the
        row in the ledger is the queue: the sweeper of a worker finds it.
        """
        options = EnqueueOptions(
            workflow_name=_RUN,
            queue_name=RUN_QUEUE,
            workflow_id=run_id(schedule, key, visit),
            app_version=VERSION,
            priority=_FRESH,
        )
        with suppress(ProgrammingError, OperationalError), connection.begin_nested():
            self._client.enqueue_in_transaction(connection, options, schedule, key, visit)


class Durable:
    """The engine of this process. DBOS is one per process, and so is this."""

    def __init__(
        self,
        engine: Engine,
        *,
        executor: str,
        visit: VisitItem,
        carry_out: CarryOut | None = None,
    ) -> None:
        """Make the engine ready; nothing runs before :meth:`launch`.

        Args:
            engine: The ledger's: both live in one database, so that they commit together.
            executor: LOCAL_EXECUTOR on SQLite; the worker's boot id on PostgreSQL.
            visit: Makes one visit; its answer is a word for the record.
            carry_out: Runs one occurrence of a schedule; None: this process runs none.
        """
        _listen_to_the_library()
        _mend_old_sqlite(engine)
        self.carrier = VisitCarrier(engine)
        self._executor = executor
        #: SQLite's; with PostgreSQL the library opens its own.
        self._engine = carriers_engine(engine) if engine.dialect.name == "sqlite" else None
        config = DBOSConfig(
            name=APPLICATION,
            system_database_url=_plain_url(engine),
            system_database_engine=self._engine,
            application_version=VERSION,
            executor_id=executor,
            serializer=DBOSPortableJSONSerializer(),
            log_level="WARNING",
            run_migrations=True,
        )
        DBOS(config=config)
        _register(visit)
        self._carries_out = carry_out is not None
        if carry_out is not None:
            _register_runs(carry_out)

    def launch(self) -> None:
        """Start working; visits that this executor left unfinished are taken up.

        Call it on the running event loop that is to make the visits.
        """
        DBOS.launch()

    def open_queues(self, sessions: Mapping[str, int]) -> None:
        """Take visits: system -> how many at once on this machine.

        Never a limit over all machines: one that finds every bank login in use would
        fill it with visits that wait, and starve the one that has the logins. How many
        sessions there are is the leases' business. Not on the event loop: it waits for
        the database.
        """
        for system, at_once in sessions.items():
            DBOS.register_queue(
                queue_name(system),
                worker_concurrency=at_once,
                polling_interval_sec=POLL_SECONDS,
                on_conflict="always_update",
            )
        if self._carries_out:
            DBOS.register_queue(
                RUN_QUEUE,
                worker_concurrency=RUNS_AT_ONCE,
                polling_interval_sec=RUN_POLL_SECONDS,
                on_conflict="always_update",
            )

    @_told_as_ledger_lost
    def standings(self, visits: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Standing]:
        """How the engine sees each of *visits* (item id, number)."""
        by_id = {workflow_id(*each): each for each in visits}
        return {by_id[found]: standing for found, standing in self._standings(by_id).items()}

    @_told_as_ledger_lost
    def run_standings(
        self, runs: Iterable[tuple[str, str, int]]
    ) -> dict[tuple[str, str, int], Standing]:
        """How the engine sees each of *runs* (schedule, key, visit)."""
        by_id = {run_id(*each): each for each in runs}
        return {by_id[found]: standing for found, standing in self._standings(by_id).items()}

    def _standings(self, ids: Collection[str]) -> dict[str, Standing]:
        if not ids:
            return {}  # the library takes an empty list for "all"
        found = DBOS.list_workflows(workflow_ids=list(ids), load_input=False, load_output=False)
        standings = dict.fromkeys(ids, Standing.UNKNOWN)
        for each in found:
            ours = each.status == "PENDING" and each.executor_id == self._executor
            live = Standing.OURS if ours else Standing.LIVE
            standings[each.workflow_id] = live if each.status in _LIVE else Standing.ENDED
        return standings

    @_told_as_ledger_lost
    def give_up(self, visits: Iterable[tuple[str, int]]) -> None:
        """Let *visits* (item id, number) be over that nobody makes, whatever the engine says."""
        ids = [workflow_id(*each) for each in visits]
        if ids:
            DBOS.cancel_workflows(ids)

    @_told_as_ledger_lost
    def give_up_runs(self, runs: Iterable[tuple[str, str, int]]) -> None:
        """The same for *runs* (schedule, key, visit)."""
        ids = [run_id(*each) for each in runs]
        if ids:
            DBOS.cancel_workflows(ids)

    @_told_as_ledger_lost
    def executors(self) -> set[str]:
        """Who is making visits, as far as the engine knows: it does not notice a death."""
        running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {each.executor_id for each in running if each.executor_id is not None}

    @_told_as_ledger_lost
    def take_over(self, executor: str) -> int:
        """Re-dispatch the visits that a dead *executor* was making; how many."""
        by_queue: dict[str, list[str]] = {}
        pending = DBOS.list_workflows(
            status="PENDING", executor_id=executor, load_input=False, load_output=False
        )
        for each in pending:
            if each.queue_name is not None:
                by_queue.setdefault(each.queue_name, []).append(each.workflow_id)
        for queue, ids in by_queue.items():
            DBOS.resume_workflows(ids, queue_name=queue)
        return sum(len(ids) for ids in by_queue.values())

    @_told_as_ledger_lost
    def clear_away(self, before: str, *, limit: int = 1000) -> int:
        """Forget visits that ended before *before* (ISO 8601); the ledger remembers them."""
        ended = DBOS.list_workflows(
            completed_before=before, limit=limit, load_input=False, load_output=False
        )
        ids = [each.workflow_id for each in ended]
        if ids:
            DBOS.delete_workflows(ids)
        return len(ids)

    def close(self, finish_within: int) -> None:
        """Take no more visits, wait *finish_within* seconds for those that run, stop.

        Call it from another thread than the event loop's.
        """
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=finish_within)
        if self._engine is not None:
            self._engine.dispose()


def _register_runs(carry_out: CarryOut) -> None:
    """As for visits: a crash repeats the whole run."""

    @DBOS.workflow(name=_RUN, max_recovery_attempts=RECOVERIES_MAX)
    async def run_occurrence(schedule: str, key: str, visit: int) -> str:
        return await carry_out(schedule, key, visit)


def _register(visit: VisitItem) -> None:
    """A workflow without a step: nothing in it is ever replayed, and its end is one write."""

    @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=RECOVERIES_MAX)
    async def visit_item(item_id: str, number: int) -> str:
        return await visit(item_id, number)


def _options(system: str, item_id: str, visit: int, after: float, urgency: int) -> EnqueueOptions:
    options = EnqueueOptions(
        workflow_name=_WORKFLOW,
        queue_name=queue_name(system),
        workflow_id=workflow_id(item_id, visit),
        app_version=VERSION,
        priority=urgency,
    )
    if after > 0:
        options["delay_seconds"] = after
    return options


def _plain_url(engine: Engine) -> str:
    """DBOS chooses the driver itself."""
    plain = engine.url.set(drivername=engine.url.get_backend_name())
    return plain.render_as_string(hide_password=False)


def _listen_to_the_library() -> None:
    """Its lines go where all of ours go; having a handler, it adds no console of its own."""
    library = logging.getLogger("dbos")
    if not library.handlers:
        library.addHandler(logging.NullHandler())


def _mend_old_sqlite(engine: Engine) -> None:
    """Give SQLite before 3.42 the function that DBOS calls on Python 3.12 and later.

    Also to *engine*, whose connections may have been opened before.
    """
    old = sqlite3.sqlite_version_info < (3, 42)
    if old and sys.version_info >= (3, 12) and not event.contains(Engine, "connect", _add_epoch):
        event.listen(Engine, "connect", _add_epoch)
        engine.dispose()


def _add_epoch(raw: Any, _entry: object) -> None:
    if isinstance(raw, sqlite3.Connection):
        raw.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(_modifier: str) -> float:
    return time.time()
