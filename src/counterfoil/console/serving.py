"""The console as a server on this machine. Home of uvicorn, and all that knows HTTP's wire."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request as WireRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from counterfoil.console.api import api_app
from counterfoil.console.desk import Desk
from counterfoil.console.gate import COOKIE, FLOW_COOKIE, FORM_MAX_BYTES, Door, Gate, Reply, Request
from counterfoil.console.metrics import metrics_text
from counterfoil.console.routes import DOORS
from counterfoil.console.showing import HERE
from counterfoil.console.watching import Watch
from counterfoil.errors import CounterfoilError
from counterfoil.site import Site

HOST = "127.0.0.1"
#: Nothing from elsewhere, nothing inline, nowhere to be framed.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /csp-report"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000",  # browsers heed it over TLS only
}
_STATIC = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
START_SECONDS = 20
NOTE_SECONDS = 15.0  # of the minutes after which a session that nobody uses ends


@dataclass(frozen=True, slots=True)
class Served:
    """A console that answers."""

    url: str
    desk: Desk


class Shell:
    """Around everything: the host is ours, and every answer carries the headers."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Turn away what came under another name: a foreign page's rebound DNS name."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                message["headers"] += [
                    (name.lower().encode(), value.encode())
                    for name, value in HEADERS.items()
                    if name.lower().encode() not in there
                ]
            await send(message)

        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if host not in self.hosts:
            await Response("unknown host", 421)(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)


def make_app(site: Site, port: int) -> tuple[Starlette, Desk]:
    """The whole console of an open site, as it is reached on *port*."""
    desk = Desk(site, site.suite.config.console.address or f"http://{HOST}:{port}")
    origins, hosts = _names(desk.settings.address, port)
    files = {name: (HERE / "static" / name).read_bytes() for name in _STATIC}
    version = sha256(b"".join(files.values())).hexdigest()[:12]
    gate, watch = Gate(desk, origins, version), Watch(desk.look)
    routes: list[Route | Mount] = [_route(gate, door) for door in DOORS]
    routes += [
        Route("/static/{name}", _static(files)),
        Route("/live", _live(gate, watch)),
        Route("/csp-report", _csp_report(desk), methods=["POST"]),
        Route("/health", _health(desk)),
        Route("/metrics", _metrics(desk)),
        Mount("/api/v1", api_app(desk)),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ended = asyncio.Event()
        showing = asyncio.create_task(_keep_showing(desk, ended))
        watching = asyncio.create_task(watch.run())
        noting = asyncio.create_task(_keep_noting(desk, ended))
        try:
            yield
        finally:
            ended.set()
            watch.end()
            await asyncio.gather(showing, watching, noting)

    shell = [Middleware(Shell, hosts=hosts)]
    last = {404: _nothing, Exception: _defect(desk)}
    made = Starlette(routes=routes, middleware=shell, lifespan=lifespan, exception_handlers=last)
    made.state.watch = watch
    return made, desk


async def _keep_showing(desk: Desk, ended: asyncio.Event) -> None:
    """Show the log to its witness every minute; one that it does not take shuts every door."""
    try:
        await desk.site.checkpoints.keep_showing(desk.site.audit, ended)
    except CounterfoilError as trouble:
        desk.broken = str(trouble)


async def _keep_noting(desk: Desk, ended: asyncio.Event) -> None:
    """Write down who was there, and once more at the end; a ledger that is away gets it later."""
    while True:  # ends with the server
        with suppress(TimeoutError):
            async with asyncio.timeout(NOTE_SECONDS):
                await ended.wait()
        with suppress(CounterfoilError):
            await run_in_threadpool(desk.present.write_down, desk.people.touch)
        if ended.is_set():
            return


def _names(address: str, port: int) -> tuple[frozenset[str], frozenset[str]]:
    """The origins and hosts under which a browser may know us."""
    origins = {f"http://{name}:{port}" for name in (HOST, "localhost")}
    if address:
        origins.add(address)
    return frozenset(origins), frozenset(urlsplit(each).netloc for each in origins)


def _route(gate: Gate, door: Door) -> Route:
    async def answer(wire: WireRequest) -> Response:
        body = await _body(wire)
        if body is None:
            return Response("too large", 413)
        request = Request(
            method=door.method,
            path=wire.url.path,
            params={name: str(value) for name, value in wire.path_params.items()},
            query=dict(wire.query_params),
            cookie=wire.cookies.get(COOKIE, ""),
            flow=wire.cookies.get(FLOW_COOKIE, ""),
            origin=wire.headers.get("origin", ""),
            site=wire.headers.get("sec-fetch-site", ""),
            refreshes="x-refresh" in wire.headers,
            address=wire.client.host if wire.client else "",
            body=body,
        )
        return _response(await run_in_threadpool(gate.reply, door, request))

    return Route(door.path, answer, methods=[door.method])


async def _body(wire: WireRequest) -> bytes | None:
    """Of a form; None: it is longer than any form of ours."""
    content = b""
    async for part in wire.stream():
        content += part
        if len(content) > FORM_MAX_BYTES:
            return None
    return content


def _response(reply: Reply) -> Response:
    headers = dict(reply.headers or {})
    made = Response(reply.content, reply.status, headers, media_type=reply.kind)
    for each in reply.cookies:
        made.headers.append("Set-Cookie", each)
    return made


async def _nothing(wire: WireRequest, _: Exception) -> Response:
    """No route is like that; below the API (an id with a line feed) in the API's own words."""
    if wire.url.path.startswith("/api/"):
        return JSONResponse({"detail": "Not Found"}, 404)
    return Response("Not Found", 404, media_type="text/plain")


def _defect(desk: Desk) -> Callable[[WireRequest, Exception], Awaitable[Response]]:
    """What nobody foresaw: on the record by its type, and to the browser without a word of it."""

    async def defect(wire: WireRequest, trouble: Exception) -> Response:
        data = {"path": wire.url.path[:200], "type": type(trouble).__name__}
        await run_in_threadpool(desk.site.audit.emit, "console_failed", obj={}, data=data)
        return Response("a defect of ours: it is on the record", 500, HEADERS)

    return defect


_Endpoint = Callable[[WireRequest], Awaitable[Response]]


def _static(files: dict[str, bytes]) -> _Endpoint:
    async def static(wire: WireRequest) -> Response:
        name = wire.path_params["name"]
        if name not in files:
            return Response("no such file", 404)
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(files[name], headers=headers, media_type=_STATIC[name])

    return static


def _live(gate: Gate, watch: Watch) -> _Endpoint:
    """For pages that refresh themselves: answers when the ledger is not any more what was seen.

    A page *about* one item waits for that item alone.
    """
    desk = gate.desk

    async def live(wire: WireRequest) -> Response:
        cookie = wire.cookies.get(COOKIE, "")
        if not await run_in_threadpool(gate.knows, cookie):
            return Response(status_code=204)  # signed off: there is nothing to tell
        about = wire.query_params.get("about", "")
        look = partial(desk.looking.newest_of, about[:60]) if about else None
        said = await watch.changed_from(wire.query_params.get("seen", ""), look)
        return Response(said, media_type="text/plain")

    return live


def _csp_report(desk: Desk) -> _Endpoint:
    async def csp_report(wire: WireRequest) -> Response:
        await _body(wire)
        desk.csp_reports += 1
        return Response(status_code=204)

    return csp_report


def _health(desk: Desk) -> _Endpoint:
    """Whether ledger and audit log answer: nothing else is told to whoever asks."""

    async def health(_: WireRequest) -> Response:
        well = await run_in_threadpool(desk.is_well)
        return Response(
            "ok\n" if well else "not ok\n", 200 if well else 503, media_type="text/plain"
        )

    return health


def _metrics(desk: Desk) -> _Endpoint:
    async def metrics(wire: WireRequest) -> Response:
        token = wire.headers.get("authorization", "").removeprefix("Bearer ")
        if await run_in_threadpool(desk.reader, token, "metrics") is None:
            return Response("a token for metrics is wanted", 401, {"WWW-Authenticate": "Bearer"})
        content, kind = await run_in_threadpool(metrics_text, desk)
        return Response(content, media_type=kind)

    return metrics


def listening(port: int) -> socket.socket:
    """A socket on this machine alone. Raises OSError: the port is taken."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((HOST, port))
    except OSError:
        made.close()
        raise
    return made


class _Server(uvicorn.Server):
    """Lets go of pages that wait for a change before it waits for what is being answered."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Once, when it was told to stop."""
        app = self.config.app
        assert isinstance(app, Starlette)
        app.state.watch.end()
        await super().shutdown(sockets)


def _server(app: Starlette) -> uvicorn.Server:
    return _Server(
        uvicorn.Config(
            app,
            log_config=None,  # loguru's sink takes what there is to tell
            access_log=False,  # views are on the record
            server_header=False,
            date_header=True,
            lifespan="on",
            timeout_keep_alive=30,
            limit_concurrency=1_000,  # also those that only wait for a change
            h11_max_incomplete_event_size=32 * 1024,
            proxy_headers=False,
        )
    )


def serve(site: Site, tell: Callable[[str], None]) -> None:
    """Answer until Ctrl-C or SIGTERM. Raises OSError: the port is taken."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises what it caught once more
    with listening(site.suite.config.console.port) as door:
        port = door.getsockname()[1]
        app, desk = make_app(site, port)
        tell(desk.address)
        _server(app).run(sockets=[door])


@contextmanager
def served(site: Site) -> Iterator[Served]:
    """Answer beside whatever this process does, while the block lasts."""
    with listening(site.suite.config.console.port) as door:
        port = door.getsockname()[1]
        app, desk = make_app(site, port)
        server = _server(app)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [door]}, name="console", daemon=True
        )
        thread.start()
        try:
            _await_start(server, thread)
            yield Served(f"http://{HOST}:{port}", desk)
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    waited = threading.Event()
    for _ in range(START_SECONDS * 50):
        if server.started:
            return
        if not thread.is_alive():
            break
        waited.wait(0.02)
    raise RuntimeError("the console did not start: see above")
