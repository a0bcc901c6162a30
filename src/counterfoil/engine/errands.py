"""Runs of schedules: each is a child process, the command that a person would type.

A child cannot take the worker down with it, gives its memory back, and is ended at its
deadline. It dies with its worker: its standard input is a pipe that closes then. What it
says is kept in a file of its own, for people; it may name accounts.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from counterfoil.domain.schedules import RunState
from counterfoil.domain.under import UNDER
from counterfoil.engine.durable import Durable, Standing
from counterfoil.errors import LedgerLost
from counterfoil.store.schedule_book import OccurrenceRow
from counterfoil.store.schedule_ledger import ScheduleLedger
from counterfoil.store.schedule_runs import Ended

#: What "counterfoil" is on this machine, for a child of ours.
OURSELVES = (sys.executable, "-c", "from counterfoil.cli import main; main()")

#: A child that is asked to end gets so long; then it is killed.
TERMINATE_SECONDS = 10.0
#: When the worker stops, a run may still end by itself; else it is given back.
STOP_SECONDS = 30.0

LEDGER_AGAIN_SECONDS = 5.0
LEDGER_TRIES = 60

#: Of each schedule; a month of one that runs every hour.
LOGS_KEPT = 750

#: The command line's exit codes (cli/__init__.py).
_EXITS = {
    0: (RunState.SUCCEEDED, "done"),
    1: (RunState.NEEDS_PERSON, "done, and something waits for a person"),
    2: (RunState.FAILED, "wrong use or wrong settings"),
}


class Errands:
    """Carries runs out, on the worker's event loop.

    Args:
        ledger: The worker's own: what runs is held under its boot.
        root: The suite's folder, where the command is typed.
        logs: Gets a folder per schedule with what each run said.
        command: What "counterfoil" is on this machine.
    """

    def __init__(
        self, ledger: ScheduleLedger, root: Path, logs: Path, command: Sequence[str] | None = None
    ) -> None:
        self.ledger = ledger
        self._root = root
        self._logs = logs
        self._command = tuple(command or OURSELVES)
        self._stopping = asyncio.Event()
        self._broken_off = asyncio.Event()
        self._running: set[tuple[str, str]] = set()
        self._unmade: set[tuple[str, str, int]] = set()  # the engine says that we carry them out

    @property
    def busy(self) -> bool:
        """Whether a run goes on."""
        return bool(self._running)

    def stop(self) -> None:
        """Begin nothing more; what runs gets half a minute."""
        self.ledger.runs = None  # what is queued now is found by the next sweep
        self._stopping.set()

    def break_off(self) -> None:
        """Begin nothing more, and end what runs: it is given back."""
        self.stop()
        self._broken_off.set()

    async def carry_out(self, schedule: str, key: str, visit: int) -> str:
        """Run one occurrence; the answer is a word for the engine's record."""
        if self._stopping.is_set() or (schedule, key) in self._running:
            return "not_due"
        self._running.add((schedule, key))
        try:
            row = await asyncio.to_thread(self.ledger.start_run, schedule, key, visit)
            if row is None:
                return "not_due"
            return await self._run(row)
        except LedgerLost:
            return "ledger_lost"  # the sweeper comes back to it
        finally:
            self._running.discard((schedule, key))

    async def _run(self, row: OccurrenceRow) -> str:
        assert row.deadline_at is not None
        seconds = (row.deadline_at - self.ledger.now()).total_seconds()
        try:
            process, log = await self._begin(row)
        except OSError as trouble:
            await self._record(row, Ended(state=RunState.FAILED, told=f"not begun: {trouble}"))
            return "not_begun"
        try:
            ended = await self._outcome(process, max(0.0, seconds), log)
        except asyncio.CancelledError:
            await _end(process)
            self.ledger.give_run_back(row.schedule, row.key, "the worker was stopped")
            raise
        if ended is None:
            self.ledger.give_run_back(row.schedule, row.key, "the worker was stopped")
            return "given_back"
        await self._record(row, ended)
        return str(ended.state)

    async def _record(self, row: OccurrenceRow, ended: Ended) -> None:
        """A ledger that is away for a while is waited for; then the run is made again."""
        for _ in range(LEDGER_TRIES):
            try:
                await asyncio.to_thread(self.ledger.end_run, row.schedule, row.key, ended)
            except LedgerLost:
                await asyncio.sleep(LEDGER_AGAIN_SECONDS)
            else:
                return
        raise LedgerLost(f"{row.schedule} {row.key}: its end could not be recorded")

    async def _begin(self, row: OccurrenceRow) -> tuple[Process, Path]:
        folder = self._logs / row.schedule
        folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(folder.glob("*.log"))[:-LOGS_KEPT]:
            old.unlink(missing_ok=True)
        log = folder / f"{row.key.replace(':', '')}-{row.starts + 1}.log"
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                *(row.command or ()),
                cwd=self._root,
                env={**os.environ, UNDER: self.ledger.boot, "NO_COLOR": "1", "COLUMNS": "120"},
                stdin=PIPE,  # closes when we die
                stdout=handle,
                stderr=STDOUT,
                start_new_session=True,  # Ctrl-C is ours to decide on
            )
        finally:
            os.close(handle)
        return process, log

    async def _outcome(self, process: Process, seconds: float, log: Path) -> Ended | None:
        """How the run ended; None: it was broken off because the worker stops."""
        exits = asyncio.ensure_future(process.wait())
        stops = asyncio.ensure_future(self._stop_for_good())
        try:
            await asyncio.wait({exits, stops}, timeout=seconds, return_when="FIRST_COMPLETED")
            if exits.done():
                return _ended(exits.result(), log)
            stopped = stops.done()
            await _end(process)
        finally:
            stops.cancel()
        if stopped:
            return None
        told = f"broken off at its deadline; what it said: {log.name}"
        return Ended(state=RunState.FAILED, told=told)

    async def _stop_for_good(self) -> None:
        await self._stopping.wait()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._broken_off.wait(), STOP_SECONDS)

    def sweep(self, durable: Durable) -> None:
        """Runs that are due and that the engine does not carry are enqueued anew.

        So are those that are ours on paper alone: the ledger was away when they ended.
        """
        for schedule, key in self.ledger.held_runs():
            if (schedule, key) not in self._running:
                self.ledger.give_run_back(schedule, key, "its end was not recorded")
        standings = durable.run_standings(self.ledger.due_runs())
        idle = {each: how for each, how in standings.items() if each[:2] not in self._running}
        unmade = {each for each, how in idle.items() if how is Standing.OURS}
        lost = unmade & self._unmade  # as in ``Worker``
        for (schedule, key, visit), standing in idle.items():
            gone = standing is Standing.ENDED or (schedule, key, visit) in lost
            if gone or standing is Standing.UNKNOWN:
                self.ledger.requeue_run(schedule, key, visit, anew=gone)
        durable.give_up_runs(lost)
        self._unmade = unmade - lost


def _ended(code: int, log: Path) -> Ended:
    state, told = _EXITS.get(code, (RunState.FAILED, f"it ended with {code}"))
    said = f"{told}; what it said: {log.name}"
    return Ended(state=state, told=said, exit_code=code if code >= 0 else None)


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), TERMINATE_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
