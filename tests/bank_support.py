"""The cardboard bank as a process of its own, for every test that needs the real thing."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).parent.parent


class RunningBank:
    """Starts ``python -m fixtures.corebank``; use it as a context manager.

    Args:
        data: Folder of its books; a second bank on the same folder has the same books.
        arguments: More of its command line: ``("--skin", "4.3")``.
    """

    def __init__(self, data: Path, arguments: Sequence[str] = ()) -> None:
        command = [sys.executable, "-m", "fixtures.corebank", "--data", str(data), *arguments]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the cardboard bank did not start"
        ready = json.loads(line)
        self.url: str = ready["url"]
        self.control_url: str = ready["control_url"]
        self.skin: str = ready["skin"]
        self.operators: list[dict[str, str]] = ready["operators"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End it, politely."""
        self._process.terminate()
        self._process.communicate(timeout=10)

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the control port; an answer other than 200 is an AssertionError."""
        connection = _connect(self.control_url)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            given = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status == 200, given
        return given

    def fault(self, name: str, **how: Any) -> None:
        """Arm one fault: ``times`` (1) or ``probability``, ``seconds``, ``at``."""
        self.control("POST", "/faults", {"name": name, **how})

    def clear_faults(self) -> None:
        """Disarm everything."""
        self.control("DELETE", "/faults")

    def set(self, **settings: Any) -> None:
        """Change settings: ``cut_off="12:00"``, ``staleness_seconds=3`` ..."""
        self.control("POST", "/settings", settings)

    def use_skin(self, skin: str) -> None:
        """The vendor's upgrade."""
        self.control("POST", "/skin", {"skin": skin})

    def postings(self, reference: str | None = None) -> list[dict[str, Any]]:
        """The truth: what is booked by now, of one reference or at all."""
        found = self.control("GET", "/truth/postings")["postings"]
        return [each for each in found if reference in (None, each["reference"])]

    def posts_accepted(self, reference: str | None = None) -> list[dict[str, Any]]:
        """Every commit POST that the bank accepted, of one reference or at all."""
        found = self.control("GET", "/truth/postings")["posts_accepted"]
        return [each for each in found if reference in (None, each["reference"])]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, as bytes came over the wire."""

    status: int
    text: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def title(self) -> str:
        """The document's title."""
        match = re.search("<title>(.*?)</title>", self.text)
        return match[1] if match else ""

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        match = re.search(f'name="{name}" value="([^"]*)"', self.text)
        assert match, f"no hidden field {name} on {self.title!r}"
        return match[1]


@dataclass(slots=True)
class Terminal:
    """A browser without a browser: raw HTTP over one kept connection, and a cookie."""

    url: str
    cookie: str = ""
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = _connect(self.url)

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def get(self, path: str) -> Page:
        """One GET; connection errors are the caller's."""
        return self._ask("GET", path, None)

    def post(self, path: str, form: dict[str, str]) -> Page:
        """One POST, never repeated; connection errors are the caller's."""
        return self._ask("POST", path, form)

    def _ask(self, method: str, path: str, form: dict[str, str] | None) -> Page:
        body = None if form is None else urlencode(form)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            raw = answer.read()
        except (http.client.HTTPException, OSError):
            self.connection.close()
            raise
        given = {name.lower(): value for name, value in answer.getheaders()}
        if "set-cookie" in given:
            self.cookie = given["set-cookie"].partition(";")[0]
        return Page(answer.status, raw.decode("utf-8", "replace"), given, raw)

    def sign_on(self, operator: dict[str, str]) -> Page:
        """The three words; the answer is a redirect when they are right."""
        return self.post(
            "/signon",
            {
                "F0001": operator["operator"],
                "F0002": operator["password"],
                "F0003": operator["branch"],
            },
        )


def _connect(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    assert parts.hostname is not None
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
