"""One signed-on session as the keying protocol wants it: four verbs, one item at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bots.key_item import KeyedItem, key_item, keyed
from bots.look_up_item import look_up_item
from counterfoil.adapters.screens import Session
from counterfoil.adapters.screens.evidence import take_trouble
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import LookUp, Receipt, WorkItem
from counterfoil.errors import InDoubt, Refused, Unavailable


class ScreenBank:
    """The port ``Bank`` of the protocol, on real screens; errors as promised there.

    While a verb works on an item, its account numbers are masked in every text that
    leaves the session; what it raises carries what was on the screen.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._keyed: KeyedItem | None = None

    async def look_up(self, item: WorkItem) -> LookUp:
        """Every booking with exactly our reference."""
        self._keyed = None
        async with self._on(item):
            return await look_up_item(self._session, item)

    async def prepare(self, item: WorkItem) -> tuple[Evidence, ...]:
        """Type the item up to, and without, the commit; what then stood on the screen."""
        self._keyed = None
        async with self._on(item):
            self._keyed = await key_item(self._session, item)
        return self._keyed.before

    async def identify(self, item: WorkItem) -> None:
        """Prove that the page is the item's."""
        now, self._keyed = keyed(item, self._keyed), None  # what fails here is never committed
        async with self._on(item):
            await now.identify()
        self._keyed = now

    async def commit(self, item: WorkItem, *, click_before: float) -> Receipt:
        """Press the commit control once; what was typed is used up by it."""
        now, self._keyed = keyed(item, self._keyed), None
        async with self._on(item):
            return await now.commit(click_before=click_before)

    @property
    def usable(self) -> bool:
        """False: the system refused the operator; only a person can mend that."""
        return not self._session.refused

    async def close(self) -> None:
        """Shut the session."""
        self._keyed = None
        await self._session.close()

    @asynccontextmanager
    async def _on(self, item: WorkItem) -> AsyncIterator[None]:
        with self._session.redactor.hiding(item.payload.accounts()):
            try:
                yield
            except (Refused, Unavailable, InDoubt) as trouble:
                trouble.evidence = await take_trouble(self._session, item.reference, trouble)
                raise
