"""A bank of one list, in this process: every way in which a page can hand out a file.

Its maps are TOML in a folder, as those of any system; it needs no sign-on worth the name.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

CSV = "Datum;Text;Betrag\r\n01.09.2026;Grüße;1,00\r\n".encode("cp1252") * 40

#: Face of the link -> what stands in the cell. FAR is an address that is not the system's.
WAYS = {
    "Window": '<a href="/file" target="_blank">Window</a>',
    "Noopener": '<a href="/file" target="_blank" rel="noopener noreferrer">Noopener</a>',
    "Frame": '<a href="/file" target="hidden">Frame</a>',
    "Script": (
        '<a href="#" onclick="setTimeout(function(){window.open(\'/file\')},100);'
        'return false">Script</a>'
    ),
    "Download": '<a href="/file" download="x.csv">Download</a>',
    "Redirect": '<a href="/moved">Redirect</a>',
    "Post": (
        '<form method="post" action="/posted"><input type="hidden" name="n" value="21">'
        '<input type="submit" value="Post"></form>'
    ),
    "PostWindow": (
        '<form method="post" action="/posted" target="_blank">'
        '<input type="hidden" name="n" value="21"><input type="submit" value="PostWindow"></form>'
    ),
    "Gone": '<a href="/gone">Gone</a>',
    "Far": '<a href="/far">Far</a>',
    "Nothing": '<a href="#" onclick="return false">Nothing</a>',
    "Loop": '<a href="/loop">Loop</a>',
    "Packed": '<a href="/packed">Packed</a>',
    "Endless": '<a href="/endless">Endless</a>',
}

MOVED = {"/moved": "/file", "/loop": "/loop", "/far": "http://127.0.0.2:9/file"}
PAGES = {
    "/": (
        "Paper - In",
        "<input name=who><input type=password name=word>"
        "<input type=button value=In onclick=\"location='/desk'\">",
    ),
    "/desk": ("Paper - Desk", "Welcome"),
    "/search": (
        "Paper - Search",
        '<form action="/list"><table><tr><td>Account:</td><td><input name="acc"></td></tr></table>'
        '<input type="submit" name="go" value="Go"></form>',
    ),
}


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    posted: ClassVar[list[bytes]] = []
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Pages, and the file in its disguises."""
        path, _, query = self.path.partition("?")
        self.asked.append(path)
        if path in PAGES:
            self._page(*PAGES[path])
        elif path in MOVED:
            self._answer(302, b"", ("Location", MOVED[path]))
        elif path == "/list":
            self._list(2 if "page=2" in query else 1)
        elif path == "/file":
            self._file(CSV)
        elif path == "/packed":
            self._file(gzip.compress(CSV), ("Content-Encoding", "gzip"))
        elif path == "/endless":
            self._endless()
        else:
            self._answer(404, b"gone")

    def do_POST(self) -> None:
        """The file, for a form."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.posted.append(body)
        self._file(CSV)

    def _list(self, number: int) -> None:
        """Two pages: September with every way, then August."""
        month, cells = ("09", " ".join(WAYS.values())) if number == 1 else ("08", WAYS["Window"])
        more = '<a href="/list?page=2">More</a>' if number == 1 else ""
        self._page(
            "Paper - List",
            '<table><tr><td>Account:</td><td><input name="acc" value="4711000815" readonly></td>'
            "</tr></table><table><tr><th>From</th><th>To</th><th>Ccy</th><th>Get</th></tr>"
            f"<tr><td>2026-{month}-01</td><td>2026-{month}-28</td><td>EUR</td><td>{cells}</td></tr>"
            f'</table><iframe name="hidden"></iframe>Page {number} of 2 {more}',
        )

    def _page(self, title: str, body: str) -> None:
        html = f"<!DOCTYPE html><title>{title}</title><body>{body}</body>".encode()
        self._answer(200, html, ("Content-Type", "text/html; charset=utf-8"))

    def _file(self, content: bytes, *more: tuple[str, str]) -> None:
        self._answer(200, content, ("Content-Type", "text/csv; charset=windows-1252"), *more)

    def _answer(self, status: int, content: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(content)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _endless(self) -> None:
        """No length, and no end before 200 MB."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/pdf")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            for _ in range(200):
                self.wfile.write(b"x" * 2**20)
        except OSError:
            return  # they have had enough

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def paper_bank() -> Iterator[tuple[str, list[bytes], list[str]]]:
    """(its address, what was posted to it, what was asked of it)."""
    posted, asked = list[bytes](), list[str]()
    page = type("OnePage", (_Page,), {"posted": posted, "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), page)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", posted, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write_maps(selectors: Path, way: str, *, kind: str = "csv", within: int = 10) -> None:
    """The maps of this bank; the format *kind* is had by the link *way*."""
    folder = selectors / "paper"
    folder.mkdir(parents=True)
    for name, text in _MAPS.items():
        filled = text.replace("WAY", way).replace("KIND", kind).replace("WITHIN", str(within))
        (folder / f"{name}.toml").write_text(filled, "utf-8")


_MAPS = {
    "system": """
title = "Paper"
origins = ["http://127.0.0.1:*"]
locale = { decimal_mark = ",", date_format = "%Y-%m-%d" }
[session]
sign_on = { screen = "in", action = "in" }
signed_on = { title = "Paper - Desk" }
expired = [{ title = "Paper - Expired" }]
[statements]
screen = "search"
action = "go"
list = "list"
""",
    "in": """
title = "Paper - In"
open = { path = "/" }
[fields.who]
value = "who"
kind = "text"
name = "who"
[fields.word]
value = "password"
kind = "secret"
name = "word"
[actions.in]
effect = "navigate"
label = "In"
""",
    "search": """
title = "Paper - Search"
open = { path = "/search" }
[fields.account]
value = "account"
kind = "account"
name = "acc"
label = "Account"
[actions.go]
effect = "navigate"
name = "go"
label = "Go"
""",
    "list": """
title = "Paper - List"
[actions.more]
effect = "navigate"
label = "More"
[table]
next = "more"
page = 'Page (?P<page>\\d+) of (?P<pages>\\d+)'
[table.columns.first]
header = "From"
kind = "date"
[table.columns.last]
header = "To"
kind = "date"
[table.columns.currency]
header = "Ccy"
[table.downloads."KIND"]
header = "Get"
label = "WAY"
answer_within_seconds = WITHIN
""",
}
