"""Fetch the statements of one account from a system's own list; any system."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from bots.sign_on import signed_on
from counterfoil.adapters.file_kinds import HEAD_BYTES, TAIL_BYTES, spoiled, title_of
from counterfoil.adapters.screens import Screen, Session, SessionExpired, open_screen
from counterfoil.adapters.screens.download import Arrived, fetch_file
from counterfoil.adapters.screens.evidence import take_page
from counterfoil.adapters.screens.session import nothing_keyed
from counterfoil.adapters.screens.statements import Offer, offers_of, seen_of
from counterfoil.adapters.screens.tables import ListPage, first_page, next_page
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.statement_orders import FetchedFile, ListedStatement, StatementOrder
from counterfoil.errors import Unavailable

#: Fetched a second time before a person is bothered: the answer may have been cut on its way.
WORTH_ANOTHER_TRY = frozenset({"truncated", "empty"})
#: A session may be lost more than once in a long list, as long as something came in between.
SESSIONS_LOST_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRead:
    """The bank's list, read to its proven end."""

    statements: tuple[ListedStatement, ...]
    proof: str  # "Page 1 of 1"
    evidence: tuple[Evidence, ...]


async def fetch_statements(
    session: Session,
    order: StatementOrder,
    folder: Path,
    receive: Callable[[FetchedFile], None],
    *,
    bytes_max: int,
) -> ListRead:
    """Fetch every listed statement that covers a wanted day, in each wanted format, once.

    Args:
        folder: Ours alone (mode 0700); the files get names of our own in it.
        receive: Takes each file as soon as it is there, spoiled ones too.
        bytes_max: More than that is no statement.

    Raises:
        Refused: The system says no: it has no such account.
        Unavailable: List or files are not to be had now; what was received stays so.
    """
    run = _Run(session=session, order=order, folder=folder, receive=receive, bytes_max=bytes_max)
    with session.redactor.hiding([order.account]):
        for _ in range(SESSIONS_LOST_MAX):
            before = len(run.done)
            try:
                async with nothing_keyed(session.system.name, session):
                    return await signed_on(session, run.visit)
            except SessionExpired:
                if len(run.done) == before:
                    raise
        raise Unavailable(session.system.name, f"the session was lost {SESSIONS_LOST_MAX} times")


@dataclass(slots=True, kw_only=True)
class _Run:
    """What one call has done by now; a lost session does not undo it."""

    session: Session
    order: StatementOrder
    folder: Path
    receive: Callable[[FetchedFile], None]
    bytes_max: int
    done: set[tuple[ListedStatement, str]] = field(default_factory=set)
    pages_instead: Counter[tuple[ListedStatement, str]] = field(default_factory=Counter)

    async def visit(self) -> ListRead:
        """From the enquiry to the end of the list, fetching on the way."""
        task, values = self.session.system.map.statements, self.order.values()
        assert task is not None, f"{self.session.system.name} has no [statements] in its map"
        search = await open_screen(self.session, task.screen)
        await search.fill(values)
        page = first_page(await search.press(task.action, values, leads_to=task.list))
        listed, evidence = await self._take_from(page)
        while not page.proof:  # at most pages_max of the map
            page = await next_page(page)
            more, shown = await self._take_from(page)
            listed, evidence = listed + more, evidence + shown
        return ListRead(statements=listed, proof=page.proof, evidence=evidence)

    async def _take_from(
        self, page: ListPage
    ) -> tuple[tuple[ListedStatement, ...], tuple[Evidence, ...]]:
        """Fetch what is wanted of one page: it must answer our question, and is kept as shown."""
        shown = await page.screen.check(self.order.values())
        offers = offers_of(page, self.order.account)
        evidence = await take_page(page.screen, {**shown, "statements": seen_of(offers)})
        for offer in offers:
            for name in self.order.formats_of(offer.listed):
                if (offer.listed, name) not in self.done:
                    fetched = await self._fetch(page.screen, offer, name)
                    self.receive(replace(fetched, evidence=evidence))
                    self.done.add((offer.listed, name))
        return tuple(each.listed for each in offers), evidence

    async def _fetch(self, screen: Screen, offer: Offer, name: str) -> FetchedFile:
        """One file, and a second time when the first was cut.

        Raises:
            SessionExpired: A page came in its place, for the first time.
        """
        if name not in offer.controls:
            reason = f"the list does not offer this statement as {name}"
            return FetchedFile(
                listed=offer.listed, format=name, spoiled="not_offered", reason=reason
            )
        arrived, code, reason = await self._attempt(screen, offer, name)
        if code in WORTH_ANOTHER_TRY:
            arrived.path.unlink()
            arrived, code, reason = await self._attempt(screen, offer, name)
        if code == "page_instead":
            self._session_lost(screen, offer, name, arrived)
        fetched = FetchedFile(listed=offer.listed, format=name, spoiled=code, reason=reason)
        if arrived.too_large:
            arrived.path.unlink()
            return fetched
        return replace(fetched, path=arrived.path, sha256=arrived.sha256, size=arrived.size)

    async def _attempt(self, screen: Screen, offer: Offer, name: str) -> tuple[Arrived, str, str]:
        """(the file, why it is spoiled, the same in words). No half file stays behind."""
        assert screen.map.table is not None
        path = self.folder / f"{secrets.token_hex(8)}.file"
        within = screen.map.table.downloads[name].answer_within_seconds
        try:
            arrived = await fetch_file(
                screen, offer.controls[name], path, within=within, bytes_max=self.bytes_max
            )
        except BaseException:
            with suppress(FileNotFoundError):
                path.unlink()
            raise
        if arrived.too_large:
            return arrived, "too_large", f"more than {self.bytes_max:,} bytes came"
        head, tail = _ends_of(path)
        return (arrived, *spoiled(name, head, tail, arrived.size, arrived.declared))

    def _session_lost(self, screen: Screen, offer: Offer, name: str, arrived: Arrived) -> None:
        """A page instead of the file: sign on and ask again, once for each file.

        Raises:
            SessionExpired: The first time.
            Unavailable: The page says that the system is closed to us.
        """
        title = title_of(_ends_of(arrived.path)[0])
        closed = {each.title for each in self.session.system.map.session.unavailable} - {""}
        self.pages_instead[offer.listed, name] += 1
        if title not in closed and self.pages_instead[offer.listed, name] > 1:
            return
        arrived.path.unlink()
        self.session.signed_on = False
        if title in closed:
            raise Unavailable(screen.where, f"instead of the file came {title!r}")
        raise SessionExpired(screen.where, f"instead of the file came the page {title!r}")


def _ends_of(path: Path) -> tuple[bytes, bytes]:
    """The first and the last bytes of a file."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(-min(TAIL_BYTES, path.stat().st_size), 2)
        return head, file.read()
