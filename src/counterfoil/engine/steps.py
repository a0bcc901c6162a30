"""What the bank is asked just now, and since when: for those who watch from outside.

The protocol's verbs pass through here on their way to the screens. Nothing is changed
on it; a watchdog's thread sees which of them takes too long, and the visit remembers
what the last one came to.
"""

from __future__ import annotations

from collections.abc import Coroutine
from itertools import count
from typing import Any, TypeVar

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import LookUp, Receipt, WorkItem
from counterfoil.engine.journal import steady_seconds
from counterfoil.engine.keying import Bank
from counterfoil.errors import InDoubt, Refused, Unavailable

T = TypeVar("T")


class Steps:
    """The steps that are being made. One thread writes, any may look."""

    def __init__(self) -> None:
        self._numbers = count()
        self._since: dict[int, tuple[str, float]] = {}

    def begin(self, what: str) -> int:
        """A step begins; its number, for :meth:`end`."""
        number = next(self._numbers)
        self._since[number] = (what, steady_seconds())
        return number

    def end(self, number: int) -> None:
        """It came to an end, whichever."""
        self._since.pop(number, None)

    def longest(self) -> tuple[str, float] | None:
        """What lasts longest, and since when (steady seconds); None: nothing goes on."""
        return min(list(self._since.values()), key=lambda each: each[1], default=None)


class WatchedBank:
    """The port ``Bank`` of one visit, and what the system was like in it."""

    def __init__(self, bank: Bank, steps: Steps) -> None:
        self._bank = bank
        self._steps = steps
        self.answered = False  # once at least: yes, no, or a page that was what it should be
        self.trouble: Unavailable | InDoubt | None = None  # of the last verb

    async def look_up(self, item: WorkItem) -> LookUp:
        """Every booking with exactly our reference."""
        return await self._step("look_up", item, self._bank.look_up(item))

    async def prepare(self, item: WorkItem) -> tuple[Evidence, ...]:
        """Type the item up to, and without, the commit."""
        return await self._step("prepare", item, self._bank.prepare(item))

    async def identify(self, item: WorkItem) -> None:
        """Prove that the page is the item's."""
        await self._step("identify", item, self._bank.identify(item))

    async def commit(self, item: WorkItem, *, click_before: float) -> Receipt:
        """Press the commit control once."""
        work = self._bank.commit(item, click_before=click_before)
        return await self._step("commit", item, work)

    async def _step(self, verb: str, item: WorkItem, work: Coroutine[Any, Any, T]) -> T:
        number = self._steps.begin(f"{verb} of {item.item_id}")
        try:
            found = await work
        except (Unavailable, InDoubt) as trouble:
            self.trouble = trouble
            raise
        except Refused:
            self.answered, self.trouble = True, None
            raise
        finally:
            self._steps.end(number)
        self.answered, self.trouble = True, None
        return found
