"""How far a reconciliation has come, and how long it still takes: for people who wait.

The stages cost what they cost in proportion to the lines (benchmarks/RESULTS.md), so the time
that some of them took tells what the others will take on this machine, today.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from counterfoil.cli.terminal import err, looked_at
from counterfoil.domain.reconciliation import Progress, unseen

#: Stage -> its part of a large run's time, in thousandths, in their order.
SHARES = {
    "reading the bank": 45,
    "reading the ledger": 145,
    "putting in order": 35,
    "reading numbers in the texts": 145,
    "matching": 380,
    "explaining": 50,
    "writing": 200,
}
#: Before so much is done (thousandths), nothing is said of the rest.
KNOWN_FROM = 40


@dataclass(slots=True)
class Remaining:
    """What is left, by what was done so far."""

    since: float  # seconds of a clock
    done: int = 0  # thousandths of the whole
    _stage: str = ""
    _before: int = 0  # thousandths before this stage
    _passed: set[str] = field(default_factory=set)

    def tell(self, stage: str, done: int, of: int | None) -> None:
        """*done* of *of* lines in *stage*."""
        if stage != self._stage:
            self._passed.add(self._stage)
            self._stage = stage
            self._before = sum(SHARES.get(each, 0) for each in self._passed)
        within = SHARES.get(stage, 0) * done // of if of else 0
        self.done = max(self.done, self._before + within)

    def seconds(self, now: float) -> int | None:
        """About so many; None: too little is done to know."""
        if self.done < KNOWN_FROM:
            return None
        return round((now - self.since) * (sum(SHARES.values()) - self.done) / self.done)


@contextmanager
def watching() -> Iterator[Progress]:
    """Show stages on standard error while the block runs; nothing where nobody looks."""
    if not looked_at(sys.stderr) or not err().is_terminal:
        yield unseen
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    remaining = Remaining(monotonic())
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[lines]}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        console=err(),
        transient=True,
    )
    task = bar.add_task("", total=sum(SHARES.values()), lines="", left="")

    def show(stage: str, done: int, of: int | None) -> None:
        remaining.tell(stage, done, of)
        lines = f"{done:,} of {of:,} lines" if of else f"{done:,} lines" if done else ""
        left = said(remaining.seconds(monotonic()))
        bar.update(task, description=stage, completed=remaining.done, lines=lines, left=left)

    with bar:
        yield show


def said(seconds: int | None) -> str:
    """In words, no finer than it is known."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds, -1)} s left"
    return f"about {round(seconds / 60)} min left"
