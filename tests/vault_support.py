"""A FAKE vault: it speaks as much of Vault's HTTP protocol as we use, and is no Vault.

None can be installed where these tests run. Paths and answers are those of Vault's API
documentation (KV version 2, AppRole, token lookup, sealed); the client is the real one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ROLE_ID, SECRET_ID = "role-4711", "sesame-of-the-role"


@dataclass(slots=True)
class FakeVault:
    """What it holds, whom it lets in, and what it was asked."""

    port: int = 0
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)  # mount/path -> fields
    deleted: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=lambda: {"token-1"})
    sealed: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, method: str, path: str, token: str, body: Any) -> tuple[int, dict[str, Any]]:
        """Status and body, as the documentation has them."""
        self.asked.append(f"{method} {path}")
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if (method, path) == ("POST", "/v1/auth/approle/login"):
            return self._role(body)
        if token not in self.tokens:
            return 403, {"errors": ["permission denied"]}
        mount, data, name = path.removeprefix("/v1/").partition("/data/")
        key = f"{mount}/{name}"
        if method != "GET" or not data or key not in self.secrets:
            return 404, {"errors": []}
        metadata = {"version": 1, "deletion_time": "", "destroyed": False}
        if key in self.deleted:
            metadata["deletion_time"] = "2026-11-26T00:00:00Z"
            return 404, {"data": {"data": None, "metadata": metadata}}
        return 200, {"data": {"data": self.secrets[key], "metadata": metadata}}

    def _role(self, body: Any) -> tuple[int, dict[str, Any]]:
        if body != {"role_id": ROLE_ID, "secret_id": SECRET_ID}:
            return 400, {"errors": ["invalid role or secret ID"]}
        token = f"token-of-role-{len(self.asked)}"
        self.tokens.add(token)
        return 200, {"auth": {"client_token": token, "lease_duration": 3600, "renewable": True}}


@contextmanager
def fake_vault() -> Iterator[FakeVault]:
    """On a free port of loopback."""
    vault = FakeVault()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            path = self.path.partition("?")[0]
            token = self.headers.get("X-Vault-Token", "")
            status, answer = vault.answer(self.command, path, token, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    vault.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield vault
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
