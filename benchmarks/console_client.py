"""Fifty people in browsers, without the browsers: kept connections, thinking time, live pages."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from counterfoil.console.gate import COOKIE

#: How often a page is looked at, of 100 views: a supervisor's morning.
MIX = (
    ("today", 18, "/"),
    ("exceptions", 12, "/exceptions"),
    ("exceptions of a kind", 8, "/exceptions?kind=hold"),
    ("batches", 4, "/batches"),
    ("batch", 8, "/batches/{batch}"),
    ("search in the run", 6, "/batches/{batch}?text={text}"),
    ("items", 6, "/items"),
    ("items by state", 6, "/items?state=REFUSED"),
    ("item", 18, "/items/{item}"),
    ("audit", 3, "/audit"),
    ("audit search", 4, "/audit?text={told}"),
    ("operate", 3, "/operate"),
    ("statements", 1, "/statements"),
    ("reconciliations", 1, "/reconciliations"),
    ("figures", 2, "/figures"),
)
READ_SECONDS = 120.0


@dataclass(slots=True)
class Connection:
    """One kept connection of one browser."""

    host: str
    port: int
    cookie: str
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, *, refreshes: bool = False) -> tuple[int, bytes]:
        """Status and body; a connection that was hung up meanwhile is made again, once."""
        for _ in range(2):
            try:
                async with asyncio.timeout(READ_SECONDS):  # wait_for may swallow a cancellation
                    return await self._ask(path, refreshes)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
        raise ConnectionError(path)

    async def _ask(self, path: str, refreshes: bool) -> tuple[int, bytes]:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                self.host, self.port, limit=4 << 20
            )
        assert self._reader is not None
        more = "X-Refresh: 1\r\n" if refreshes else ""
        asked = (
            f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Cookie: {COOKIE}={self.cookie}\r\n{more}\r\n"
        )
        self._writer.write(asked.encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        body = await self._reader.readexactly(int(length[1]) if length else 0)
        return int(head.split(b" ", 2)[1]), body

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


@dataclass(slots=True)
class Seen:
    """What the load saw."""

    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refreshed: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def all(self) -> list[float]:
        """Seconds of every page that a person asked for, sorted."""
        return sorted(each for some in self.took.values() for each in some)


@dataclass(frozen=True, slots=True)
class Names:
    """What stands on the pages."""

    batch: str
    items: Sequence[str]
    texts: Sequence[str]  # to be looked for in the run
    told: Sequence[str]  # to be looked for on the record

    def path(self, pattern: str, dice: random.Random) -> str:
        """One page of that kind."""
        return pattern.format(
            batch=self.batch,
            item=dice.choice(self.items),
            text=quote(dice.choice(self.texts)),
            told=quote(dice.choice(self.told)),
        )


def percentile(values: Sequence[float], share: float) -> float:
    """Of sorted *values*; 0.0 of none."""
    return values[min(int(len(values) * share), len(values) - 1)] if values else 0.0


async def person(  # noqa: PLR0913 - one person of the load
    open_: Callable[[], Connection],
    names: Names,
    seen: Seen,
    *,
    dice: random.Random,
    think: tuple[float, float],
    until: float,
    live: bool,
) -> None:
    """Look at one page after the other; what is open refreshes itself meanwhile."""
    connection = open_()
    await asyncio.sleep(dice.uniform(0, think[1]))
    while time.monotonic() < until:
        ((kind, _, pattern),) = dice.choices(MIX, [each[1] for each in MIX])
        path = names.path(pattern, dice)
        began = time.perf_counter()
        status, body = await connection.get(path)
        seen.took[kind].append(time.perf_counter() - began)
        if status != 200:
            seen.wrong.append(f"{status} {path}")
        thinking = min(dice.uniform(*think), max(0.0, until - time.monotonic()))
        if thinking and live and b"data-live" in body:
            refreshing = asyncio.create_task(refresh(open_, path, body, seen))
            await asyncio.sleep(thinking)
            refreshing.cancel()
            await asyncio.gather(refreshing, return_exceptions=True)
        else:
            await asyncio.sleep(thinking)
    connection.close()


async def refresh(
    open_: Callable[[], Connection],
    path: str,
    body: bytes,
    seen: Seen,
    shown: Callable[[bytes], None] = lambda _: None,
) -> None:
    """What console.js does while a page stands open."""
    connection = open_()
    try:
        newest, about = newest_of(body), about_of(body)
        while True:  # until cancelled
            _, said = await connection.get(
                f"/live?seen={quote(newest)}&about={about}", refreshes=True
            )
            if said.decode() != newest:
                began = time.perf_counter()
                _, body = await connection.get(path, refreshes=True)
                seen.refreshed.append(time.perf_counter() - began)
                newest = newest_of(body)
                shown(body)
            await asyncio.sleep(REST_SECONDS)
    finally:
        connection.close()


REST_SECONDS = 0.25  # as in console.js


def about_of(body: bytes) -> str:
    """The item that alone is waited for; "": everything is."""
    found = re.search(rb'data-about="([^"]*)"', body)
    return found[1].decode() if found else ""


def newest_of(body: bytes) -> str:
    """As the page says it."""
    found = re.search(rb'data-newest="([^"]*)"', body)
    return found[1].decode() if found else ""
