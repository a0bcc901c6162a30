"""A log is shown to its witness: when it is opened, every minute, and when it is closed.

What the witness does not take stops the bot: somebody cut or rewrote the log under it.
A witness that cannot be reached stops nobody, since every intent is witnessed by the
ledger too, but it is said aloud.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from counterfoil.audit.log import AuditLog
from counterfoil.audit.stream import Checkpoint
from counterfoil.audit.witness import Witness, growth_proof

EVERY_SECONDS = 60.0


class Checkpoints:
    """Shows the log of one process to *witness*.

    Args:
        folder: Of all streams; the proofs are made from its files, not from memory, so
            that what is proved is what an auditor will read.
        tell: Says one sentence to whoever watches the bot.
    """

    def __init__(self, folder: Path, witness: Witness, *, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._witness = witness
        self._tell = tell

    @contextmanager
    def over(self, log: AuditLog) -> Iterator[AuditLog]:
        """*log*, shown at its beginning and, sealed, at its end.

        A key that begins a stream is enrolled at its first start, and told.

        Raises:
            Refused: The log does not go on from what the witness saw; it is let go of
                as it is.
        """
        try:
            self._enrol(log)
            self.show(log.checkpoint())
        except BaseException:
            log.give_up()
            raise
        try:
            yield log
        finally:
            last = log.close()
            if last is not None:
                self.show(last, ended=True)

    def show(self, checkpoint: Checkpoint, *, ended: bool = False) -> None:
        """Have the witness remember *checkpoint*. Raises Refused."""
        try:
            old = self._witness.last(checkpoint.stream)
            self._witness.submit(checkpoint, self._proof(old, checkpoint), ended=ended)
        except OSError as trouble:
            self._tell(f"the witness cannot be reached: {trouble}")

    async def keep_showing(self, log: AuditLog, ended: asyncio.Event) -> None:
        """Show *log* every minute until *ended*. Raises Refused, AuditLost."""
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), EVERY_SECONDS)
                return
            await asyncio.to_thread(lambda: self.show(log.checkpoint()))

    def _proof(self, old: Checkpoint, now: Checkpoint) -> tuple[str, ...]:
        """Of *now* going on from *old*; without one the witness says no, in its own words."""
        try:
            return growth_proof(self._folder / now.stream, old.size, now.size)
        except (ValueError, OSError):
            return ()

    def _enrol(self, log: AuditLog) -> None:
        key = log.genesis_public_key
        try:
            is_new = self._witness.enrol(key, stream=log.stream, by="first start")
        except OSError as trouble:
            self._tell(f"the key {key} of {log.stream} could not be enrolled: {trouble}")
        else:
            if is_new:
                self._tell(f"{log.stream} begins under the key {key}: keep it on paper")
