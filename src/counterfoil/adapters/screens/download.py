"""Fetch a file that a screen offers: click, and take what the page was about to get.

Whether a system sends a file as an attachment, shows it in a window of its own or in a
hidden frame is the page's affair: the click's own request is held back, and made once by
us, in an empty window of the same session. So the browser's cookies, certificates and
proxies are used, no viewer opens, and the bytes go straight to our file, as many as we
allow. What a script makes inside the page (``blob:``) is not to be had this way.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from playwright.async_api import CDPSession

from counterfoil.adapters.screens.guard import Diverted
from counterfoil.adapters.screens.inventory import Control
from counterfoil.adapters.screens.screen import Screen
from counterfoil.adapters.screens.session import Session, nothing_keyed
from counterfoil.errors import Unavailable

CHUNK_BYTES = 2**18
REDIRECTS_MAX = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One file as it came, whatever is in it."""

    path: Path
    size: int  # bytes kept
    sha256: str  # of them
    declared: int | None  # bytes that the system said it would send
    too_large: bool = False  # there was more than we allow


async def fetch_file(
    screen: Screen, control: Control, into: Path, *, within: float, bytes_max: int
) -> Arrived:
    """Press *control* and keep what it gets at *into*, which must not exist.

    Raises:
        Unavailable: Nothing came, or an error; *into* may hold a part.
    """
    session = screen.session
    async with nothing_keyed(screen.where, session), asyncio.timeout(within):
        session.stop_if_alarmed(screen.name)
        asked = await _ask(screen, control)
        if not session.may_visit(asked.url):
            raise Unavailable(screen.where, "the file is not on the system's own address")
        if asked.method == "GET":
            return await _stream(session, screen.where, asked, into, bytes_max)
        return await _post(session, screen.where, asked, into, bytes_max)


async def _ask(screen: Screen, control: Control) -> Diverted:
    """Press, and hold the request back."""
    session = screen.session
    window, asked = session.watch.expect_popup(), session.guard.divert()

    def downloads(url: str) -> None:  # a link that says "download" asks without a page
        if not asked.done():
            plain = Diverted(method="GET", url=url, headers={}, body=None, window=False)
            asked.set_result(plain)

    session.watch.expect_download(downloads)
    try:
        await screen.click(control)
        if (await asked).window:
            await (await window).close()
        return await asked
    finally:
        session.guard.stop_diverting()
        session.watch.expect_no_file()


async def _stream(
    session: Session, where: str, asked: Diverted, into: Path, bytes_max: int
) -> Arrived:
    async with _answer_to(session, where, asked) as (wire, answer):
        handle = await wire.send(
            "Fetch.takeResponseBodyAsStream", {"requestId": answer["requestId"]}
        )
        with _new_file(into) as file:
            keeping = _Keeping(file, bytes_max)
            while not keeping.too_large:  # bounded by bytes_max, and in time by the caller
                part = await wire.send("IO.read", {"handle": handle["stream"], "size": CHUNK_BYTES})
                keeping.add(_bytes_of(part))
                if part["eof"]:
                    break
        return keeping.arrived(into, _declared(_headers_of(answer)))


async def _post(
    session: Session, where: str, asked: Diverted, into: Path, bytes_max: int
) -> Arrived:
    """Through Playwright's own client, as every POST, so that it leaves once."""
    answer = await session.page.context.request.fetch(
        asked.url,
        method=asked.method,
        headers={name: text for name, text in asked.headers.items() if name in _KEPT_HEADERS},
        data=asked.body,
        max_redirects=REDIRECTS_MAX,
        max_retries=0,
        timeout=0,  # the caller's
    )
    _check_status(where, answer.status)
    with _new_file(into) as file:
        keeping = _Keeping(file, bytes_max)
        keeping.add(await answer.body())
    return keeping.arrived(into, _declared(answer.headers))


_KEPT_HEADERS = frozenset({"content-type", "referer", "origin", "accept-language"})


@asynccontextmanager
async def _answer_to(
    session: Session, where: str, asked: Diverted
) -> AsyncIterator[tuple[CDPSession, dict[str, Any]]]:
    """Ask in a window of our own, and stand where the answer's head is there and its body not."""
    window = await session.own_window()
    going: asyncio.Future[Any] | None = None
    try:
        wire = await session.page.context.new_cdp_session(window)
        answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        wire.on("Fetch.requestPaused", answers.put_nowait)
        pattern = {"urlPattern": "*", "requestStage": "Response"}
        await wire.send("Fetch.enable", {"patterns": [pattern]})
        referer = asked.headers.get("referer")
        going = asyncio.ensure_future(window.goto(asked.url, referer=referer, timeout=0))
        yield wire, await _final(session, where, wire, answers)
    finally:
        await window.close()
        if going is not None:
            await asyncio.gather(going, return_exceptions=True)  # it ends with its window


async def _final(
    session: Session, where: str, wire: CDPSession, answers: asyncio.Queue[dict[str, Any]]
) -> dict[str, Any]:
    """The answer at the end of the redirects. Raises Unavailable."""
    for _ in range(REDIRECTS_MAX + 1):
        answer = await answers.get()
        if not session.may_visit(answer["request"]["url"]):
            raise Unavailable(where, "the file is not on the system's own address")
        if "responseErrorReason" in answer:
            raise Unavailable(where, f"the file did not come: {answer['responseErrorReason']}")
        if answer["responseStatusCode"] not in _REDIRECTS:
            _check_status(where, answer["responseStatusCode"])
            return answer
        await wire.send("Fetch.continueRequest", {"requestId": answer["requestId"]})
    raise Unavailable(where, f"more than {REDIRECTS_MAX} redirects")


def _check_status(where: str, status: int) -> None:
    if status != 200:
        raise Unavailable(where, f"the file's answer has the status {status}")


def _headers_of(answer: Mapping[str, Any]) -> dict[str, str]:
    return {each["name"].lower(): each["value"] for each in answer["responseHeaders"]}


def _declared(headers: Mapping[str, str]) -> int | None:
    """Content-Length, where it counts what we get: not packed on the way."""
    length = headers.get("content-length", "")
    return int(length) if length.isdigit() and "content-encoding" not in headers else None


def _bytes_of(part: Mapping[str, Any]) -> bytes:
    text: str = part["data"]
    return base64.b64decode(text) if part.get("base64Encoded") else text.encode()


def _new_file(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class _Keeping:
    """Counts and digests what is written; nothing beyond the limit is."""

    def __init__(self, file: BinaryIO, bytes_max: int) -> None:
        self._file = file
        self._bytes_max = bytes_max
        self._size = 0
        self._digest = sha256()
        self.too_large = False

    def add(self, content: bytes) -> None:
        if self._size + len(content) > self._bytes_max:
            self.too_large = True
            return
        self._size += len(content)
        self._digest.update(content)
        self._file.write(content)

    def arrived(self, path: Path, declared: int | None) -> Arrived:
        return Arrived(
            path=path,
            size=self._size,
            sha256=self._digest.hexdigest(),
            declared=declared,
            too_large=self.too_large,
        )
