"""One signed-on session as the keying protocol wants it: four verbs, one item at a time."""

from __future__ import annotations

from bots.key_item import KeyedItem, key_item, keyed
from bots.look_up_item import look_up_item
from counterfoil.adapters.screens import Session
from counterfoil.domain.items import LookUp, Receipt, WorkItem


class ScreenBank:
    """The port ``Bank`` of the protocol, on real screens; errors as promised there.

    While a verb works on an item, its account numbers are masked in every text that
    leaves the session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._keyed: KeyedItem | None = None

    async def look_up(self, item: WorkItem) -> LookUp:
        """Every booking with exactly our reference."""
        self._keyed = None
        with self._session.redactor.hiding(item.payload.accounts()):
            return await look_up_item(self._session, item)

    async def prepare(self, item: WorkItem) -> None:
        """Type the item up to, and without, the commit."""
        self._keyed = None
        with self._session.redactor.hiding(item.payload.accounts()):
            self._keyed = await key_item(self._session, item)

    async def identify(self, item: WorkItem) -> None:
        """Prove that the page is the item's."""
        now, self._keyed = keyed(item, self._keyed), None  # what fails here is never committed
        with self._session.redactor.hiding(item.payload.accounts()):
            await now.identify()
        self._keyed = now

    async def commit(self, item: WorkItem, *, click_before: float) -> Receipt:
        """Press the commit control once; what was typed is used up by it."""
        now, self._keyed = keyed(item, self._keyed), None
        with self._session.redactor.hiding(item.payload.accounts()):
            return await now.commit(click_before=click_before)

    @property
    def usable(self) -> bool:
        """False: the system refused the operator; only a person can mend that."""
        return not self._session.refused

    async def close(self) -> None:
        """Shut the session."""
        self._keyed = None
        await self._session.close()
