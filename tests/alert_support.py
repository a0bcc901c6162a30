"""Real receivers of alerts on loopback: an SMTP server and a web server, which may be down."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from counterfoil.adapters.secrets import CredentialFolder
from counterfoil.audit.witness import Witness
from counterfoil.config import find_suite
from counterfoil.domain.secrets import Redactor
from counterfoil.store.alert_ledger import AlertLedger
from counterfoil.store.ledger import Ledger
from tests.schedule_support import HEAD
from workflows.alerts import Alerts, Tools
from workflows.schedules import calendars_of

PASSWORD = "hook-pa55/word"


@dataclass(slots=True)
class Mailbox:
    """What an SMTP server took."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    is_down: bool = False
    came: threading.Event = field(default_factory=threading.Event)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.is_down:
            return "451 try again later"
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.came.set()
        return "250 taken"

    @property
    def texts(self) -> list[str]:
        """Subject and text of each, in order."""
        found = []
        for each in self.messages:
            body = each.get_body(("plain", "html"))
            assert body is not None
            found.append(f"{each['Subject']}\n{body.get_content()}")
        return found

    @property
    def url(self) -> str:
        return (
            f"mailto://127.0.0.1:{self.port}?from=bot@bank.example&to=ops@bank.example&format=text"
        )


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server on a free port."""
    box = Mailbox()

    class OnFreePort(Controller):
        """The library's own first visit wants to know the port."""

        def _trigger_server(self) -> None:
            assert isinstance(self.server, asyncio.Server)
            self.port = box.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()  # type: ignore[no-untyped-call]

    controller = OnFreePort(box, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass(slots=True)
class Hook:
    """What a web server took, and with which Authorization."""

    port: int = 0
    posts: list[dict[str, Any]] = field(default_factory=list)
    logins: list[str | None] = field(default_factory=list)
    is_down: bool = False
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> list[str]:
        return [f"{each['title']}\n{each['message']}" for each in self.posts]

    @property
    def url(self) -> str:
        return f"json://bot:{PASSWORD.replace('/', '%2F')}@127.0.0.1:{self.port}/hook"


@contextmanager
def hook() -> Iterator[Hook]:
    """A real web server on a free port."""
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if not found.is_down:
                found.posts.append(json.loads(content))
                found.logins.append(self.headers["Authorization"])
            self.send_response(503 if found.is_down else 200)
            self.end_headers()
            if not found.is_down:
                found.came.set()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write_urls(folder: Path, **urls: str) -> None:
    """One credential an address."""
    credentials = folder / "credentials"
    credentials.mkdir(exist_ok=True, mode=0o700)
    for name, url in urls.items():
        path = credentials / name
        path.write_text(url, "utf-8")
        path.chmod(0o600)


def alerts_table(*names: str, more: str = "") -> str:
    """[alerts] that tells all these addresses at once."""
    to = ", ".join(f'"{each}"' for each in names)
    addresses = "".join(f'[alerts.addresses.{each}]\ncredential = "{each}"\n' for each in names)
    return f'[alerts]\nto = [{to}]\nzone = "Europe/Prague"\n{more}\n{addresses}'


@dataclass(slots=True)
class Teller:
    """One process that tells people, and what it said itself."""

    alerts: Alerts
    ledger: AlertLedger
    redactor: Redactor
    said: list[str]


def teller(ledger: Ledger, folder: Path, table: str, *more: str, **parts: Any) -> Teller:
    """By config.toml in *folder*, which is written anew; *parts* of Tools in place of ours."""
    (folder / "config.toml").write_text("\n".join((HEAD, *more, table)), "utf-8")
    suite = find_suite(folder)
    settings = suite.config.alerts
    assert settings is not None
    said: list[str] = []
    book = AlertLedger.beside(ledger)
    tools: dict[str, Any] = {
        "suite": suite,
        "settings": settings,
        "ledger": book,
        "secrets": CredentialFolder(folder / "credentials", ledger.redactor),
        "redactor": ledger.redactor,
        "witness": Witness(folder / "witness"),
        "calendars": calendars_of(suite, {name for _, name in settings.calendars}),
        "unlooked": lambda now: [],
        "say": said.append,
    }
    return Teller(Alerts(Tools(**{**tools, **parts})), book, ledger.redactor, said)
