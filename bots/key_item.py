"""Key one item into one system, by its map: type it, prove it, commit it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from bots.look_up_item import look_up_item
from bots.sign_on import signed_on
from counterfoil.adapters.screens import Screen, Session, open_screen, submit
from counterfoil.adapters.screens.evidence import take_page
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import Receipt, WorkItem
from counterfoil.domain.values import Value
from counterfoil.errors import InDoubt, Refused, Unavailable


class KeyedItem:
    """One item on its committing screen, typed and read back, and not sent.

    Made by :func:`key_item`. It is used for one commit and then thrown away.
    """

    def __init__(self, item: WorkItem, screen: Screen, before: tuple[Evidence, ...]) -> None:
        self.item = item
        self.before = before  # the committing screen, typed and not sent
        self._screen = screen

    async def identify(self) -> None:
        """Prove that the page is still the item's: address, title, form, every value.

        Raises:
            Unavailable: It is not, or not to be told; nothing is keyed.
        """
        await self._screen.check(values_of(self.item), self.item.payload.lines())

    async def commit(self, *, click_before: float) -> Receipt:
        """Press the commit control once and read the bank's answer.

        Raises:
            Unavailable: It is certain that nothing left.
            Refused: The bank said no, in words that the map knows.
            InDoubt: Anything else.
        """
        screen, values = self._screen, values_of(self.item)
        action = screen.session.system.map.tasks[self.item.kind].steps[-1].action
        answer = await submit(screen, action, values, click_before=click_before)
        if screen.map.answers.by_enquiry:
            return await self._receipt_by_enquiry()
        read_at = datetime.now(UTC)
        says = {"reference": self.item.reference, "says": answer.words}
        try:
            after = await take_page(screen, says)
        except Unavailable as trouble:
            reason = f"receipt {answer.bank_reference}, and nothing to prove it: {trouble}"
            raise InDoubt(screen.where, reason) from trouble
        return Receipt(
            bank_reference=answer.bank_reference,
            read_at=read_at,
            source="receipt",
            evidence=after,
        )

    async def _receipt_by_enquiry(self) -> Receipt:
        """For a system that gives no receipt: what its enquiry shows of the item, at once.

        Raises:
            InDoubt: Not exactly one booking, equal in all that the list shows.
        """
        where = self._screen.where
        try:
            found = await look_up_item(self._screen.session, self.item)
        except (Refused, Unavailable) as trouble:
            raise InDoubt(where, f"sent, and the enquiry is not to be had: {trouble}") from trouble
        if len(found.bookings) != 1:
            raise InDoubt(where, f"sent, and the enquiry shows {len(found.bookings)} bookings")
        (booking,) = found.bookings
        if wrong := booking.differences(self.item):
            raise InDoubt(where, f"sent, and booked with another {', '.join(wrong)}")
        return Receipt(
            bank_reference=booking.bank_reference,
            read_at=found.read_at,
            source="enquiry",
            evidence=found.evidence,
        )


async def key_item(session: Session, item: WorkItem) -> KeyedItem:
    """Type *item* up to, and without, the commit.

    Legacy systems take the same item twice without a murmur: this bot never repeats a
    commit, and nobody who calls it may.

    Raises:
        Refused: The system says no before the commit, or a value does not fit.
        Unavailable: The screens could not be used; nothing is keyed.
    """
    return await signed_on(session, lambda: _key(session, item))


async def _key(session: Session, item: WorkItem) -> KeyedItem:
    steps = session.system.map.tasks[item.kind].steps
    values, lines = values_of(item), item.payload.lines()
    screen = await open_screen(session, steps[0].screen)
    for step, following in pairwise(steps):
        await screen.fill(values, lines)
        screen = await screen.press(step.action, values, leads_to=following.screen)
    shown = await screen.fill(values, lines)
    return KeyedItem(item, screen, await take_page(screen, shown))


def values_of(item: WorkItem) -> dict[str, Value]:
    """The item's values, and how many lines it has, which confirm boxes like to say."""
    return {**item.values(), "line_count": str(len(item.payload.lines()))}


def keyed(item: WorkItem, now: KeyedItem | None) -> KeyedItem:
    """What is on the screen, if it is *item*. Raises Unavailable."""
    if now is None or now.item != item:
        raise Unavailable(item.system, f"{item.item_id} is not on the screen")
    return now
