"""What OWASP ASVS 5.0.0 asks for and no room of ours tests; docs/ASVS.md lists it all."""

from __future__ import annotations

import ast
import asyncio
import importlib
import pkgutil
import re
import ssl
import string
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import Error as PlaywrightError

import counterfoil
from counterfoil.adapters.screens.browser import Chromium
from counterfoil.adapters.secret_vault import open_vault_secrets
from counterfoil.adapters.secrets import CredentialFolder
from counterfoil.console import passwords
from counterfoil.domain.people import Role
from counterfoil.domain.secret_settings import VaultSettings
from counterfoil.domain.secrets import Redactor
from counterfoil.errors import Unavailable
from fixtures.hostile.book import Book
from tests.console_support import Rig, a_console, add, fill, path_of
from tests.intake_support import ROOT, read

OURS = ("src/counterfoil", "bots", "workflows")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


# No text becomes a program


def test_asvs_1_2_5_a_file_s_name_is_never_a_command(tmp_path: Path) -> None:
    """Its name goes to a child process, which begins by a list of words and no shell."""
    path = tmp_path / "; touch pwned; $(touch pwned) `touch pwned` | touch pwned & '\".xlsx"
    Book().write(path)
    assert len(read(path).items) == 3
    assert list(tmp_path.glob("pwned*")) == []
    assert not Path("pwned").exists()
    wrong = [
        f"{where}:{node.lineno}"
        for where, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and starts_a_shell(node)
    ]
    assert wrong == []


def starts_a_shell(call: ast.Call) -> bool:
    """``os.system``, ``os.popen``, ``subprocess.getoutput``, or any ``shell=True``."""
    name = ast.unparse(call.func)
    shells = ("system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell")
    by_name = name.rpartition(".")[2] in shells and name != "Popen"
    return by_name or any(
        each.arg == "shell" and ast.unparse(each.value) != "False" for each in call.keywords
    )


def test_asvs_1_2_4_no_statement_is_put_together_from_text() -> None:
    """Values are parameters; words of SQL are constants of ours, never an f-string."""
    wrong = [
        f"{where}:{node.lineno}: {ast.unparse(node)[:80]}"
        for where, tree in sources()
        if "/migrations/" not in where
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and is_sql(node.func) and node.args
        if is_put_together(node.args[0])
    ]
    assert wrong == []
    assert is_put_together(ast.parse("f'SELECT {x}'", mode="eval").body)
    assert not is_put_together(ast.parse("f'PRAGMA {x}'", mode="eval").body)
    assert is_put_together(ast.parse("'SELECT ' + x", mode="eval").body)


def is_sql(function: ast.expr) -> bool:
    names = ("text", "execute", "executemany", "executescript", "exec_driver_sql")
    return ast.unparse(function).rpartition(".")[2] in names


def is_put_together(text: ast.expr) -> bool:
    """Of more than constants of ours; a PRAGMA takes no parameters."""
    if isinstance(text, ast.JoinedStr):
        if ast.unparse(text.values[0]).startswith("'PRAGMA "):
            return False
        put_in = [
            ast.unparse(each.value) for each in text.values if isinstance(each, ast.FormattedValue)
        ]
        return not all(each.isupper() for each in put_in)
    joined = isinstance(text, ast.BinOp) and isinstance(text.op, ast.Add | ast.Mod)
    return joined and any(
        isinstance(each, ast.Constant) and isinstance(each.value, str) for each in ast.walk(text)
    )


def test_asvs_1_5_2_nothing_that_can_run_a_program_is_read_from_outside() -> None:
    """Pickles and their kin: not imported; what the engine keeps is portable JSON."""
    unsafe = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "yaml", "joblib", "cloudpickle"}
    wrong = [
        f"{where}: {name}"
        for where, tree in sources()
        for node in ast.walk(tree)
        for name in imported(node)
        if name.partition(".")[0] in unsafe
    ]
    assert wrong == []
    durable = (ROOT / "src/counterfoil/engine/durable.py").read_text("utf-8")
    calls = [
        node
        for node in ast.walk(ast.parse(durable))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("DBOSConfig", "DBOSClient")
    ]
    assert calls
    for call in calls:
        given = {each.arg: ast.unparse(each.value) for each in call.keywords}
        assert given["serializer"] == "DBOSPortableJSONSerializer()"


def imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import():
            return [each.name for each in node.names]
        case ast.ImportFrom():
            return [node.module or ""]
    return []


def test_asvs_1_3_12_no_pattern_takes_long_over_any_line() -> None:
    """Every pattern that reads other people's text, on lines that ask for backtracking.

    Longer ones are bounded elsewhere: by what a page may hold, and by the parser box.
    """
    found = list(patterns())
    assert len(found) > 100
    bad = [*(each * 200 for each in ("a", "0", " ", "1,", "1 ", "a ", "-", ".", "/", "01/")),
           *(string.ascii_letters * 6 + end for end in ("!", "\n", "\x00"))]  # fmt: skip
    slow = []
    for where, pattern in found:
        began = time.perf_counter()
        for each in bad:
            for end in ("", "!", "\u20ac"):
                pattern.search(each + end)
                pattern.fullmatch(each + end)
        if (took := time.perf_counter() - began) > 0.5:
            slow.append(f"{where}: {took:.1f} s: {pattern.pattern[:80]}")
    assert slow == []


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Those that stand in our modules, wherever other people's text is read."""
    seen = set()
    for name in ("rules", "adapters", "domain", "console"):
        package = importlib.import_module(f"{counterfoil.__name__}.{name}")
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for key, value in vars(importlib.import_module(each.name)).items():
                if not isinstance(value, re.Pattern) or value in seen:
                    continue
                seen.add(value)
                if isinstance(value.pattern, str):
                    yield f"{each.name}.{key}", value


# The console


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with a_console(tmp_path_factory.mktemp("asvs") / "suite") as made:
        fill(made)
        yield made


def test_asvs_15_3_3_what_a_form_does_not_offer_is_not_taken_from_it(rig: Rig) -> None:
    """More fields than the page has: who decides, in which role, and on what stays ours."""
    new = add(rig, "plain", "plain", Role.OPERATOR)
    more = {"role": "admin", "person": "ada", "by": "ada", "active": "1", "account": "ada"}
    path = path_of(rig, "/exceptions/care")
    form = {"which": f"item:{rig.names['held']}", "reason": "looked", "owner": "Eva", **more}
    assert rig.client("plain").post(path, form).status == 303
    account = rig.served.desk.people.account("plain")
    assert account is not None
    assert (account.role, account.person) == (Role.OPERATOR, new.person)
    assert rig.records("exception_noted")[-1]["actor"]["on_behalf"] == "plain"
    path = path_of(rig, "/items/{held}/release")
    taken = {"reason": "because", "maker": "x", "state": "POSTED", "attempts_before": "9"}
    assert rig.client("anna").post(path, taken).status == 303  # the maker, under any field
    assert rig.site.ledger.maker_of(rig.names["held"]) == "Anna"
    assert rig.served.desk.looking.item_row(rig.names["held"]).state == "ON_HOLD"


def test_asvs_11_5_1_nobody_guesses_a_token() -> None:
    """256 bits each, from the system; a module that plays dice makes none."""
    made = {passwords.new_token() for _ in range(1_000)}
    assert len(made) == 1_000
    assert {len(each) for each in made} == {43}  # base64 of 32 bytes
    wrong = [
        where
        for where, tree in sources()
        if where.startswith(("src/counterfoil/console", "src/counterfoil/store"))
        for node in ast.walk(tree)
        if {"random", "uuid"} & {each.partition(".")[0] for each in imported(node)}
    ]
    assert wrong == []


# The network


#: A page that tries to reach another host by every way that it has.
FOREIGN = """<title>there</title><img src="http://OTHER/img"><img src="/redirect">
<script src="http://OTHER/script"></script><iframe src="http://OTHER/frame"></iframe>
<link rel="stylesheet" href="http://OTHER/css"><link rel="preconnect" href="//OTHER">
<script>
fetch("http://OTHER/fetch").catch(() => 0); fetch("/redirect").catch(() => 0);
new WebSocket("ws://OTHER/ws"); new EventSource("http://OTHER/events");
navigator.sendBeacon("http://OTHER/beacon");
</script>"""


@dataclass(slots=True)
class Site:
    """A server of this machine, and who came."""

    port: int = 0
    body: str = "<title>there</title>"
    status: int = 200
    location: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def a_site(certificate: Path | None = None) -> Iterator[Site]:
    """On a free port; over TLS with *certificate*, which holds its key as well."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            self.send_response(302 if self.path == "/redirect" else 200)
            if self.path == "/redirect":
                self.send_header("Location", site.location)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(site.body.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_certificate(folder: Path) -> Path:
    """Of 127.0.0.1, signed by nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "site.pem"
    path.write_bytes(secret + made.public_bytes(pem))
    return path


async def visit(browser: Path, folder: Path, address: str, hosts: tuple[str, ...]) -> str:
    """The page's title, in the bots' own browser; what stopped it otherwise."""
    async with Chromium(browser, hosts=hosts, downloads=folder / "downloads") as chromium:
        context = await chromium.context()
        page = await context.new_page()
        try:
            await page.goto(address, timeout=10_000)
            await page.wait_for_timeout(500)
            return await page.title()
        except PlaywrightError as trouble:
            return trouble.message


@pytest.mark.browser
def test_asvs_12_3_2_a_certificate_that_nobody_vouches_for_is_refused(
    browser_path: Path, tmp_path: Path
) -> None:
    """By the bots' browser, and by whoever asks the vault; with its own ca it is taken."""
    certificate = a_certificate(tmp_path)
    with a_site(certificate) as site:
        address = f"https://127.0.0.1:{site.port}/"
        told = asyncio.run(visit(browser_path, tmp_path, address, ("127.0.0.1",)))
        assert "ERR_CERT_AUTHORITY_INVALID" in told
        assert site.asked == []

        (tmp_path / "keys").mkdir(mode=0o700)
        (tmp_path / "keys" / "vault-token").write_text("token-1")
        (tmp_path / "keys" / "vault-token").chmod(0o400)
        keys = CredentialFolder(tmp_path / "keys", Redactor())
        for ca in (None, certificate):
            wanted = VaultSettings(url=address, ca=ca, token="vault-token", answer_within_seconds=5)
            vault = open_vault_secrets(wanted, Redactor(), keys=keys, root=tmp_path)
            with pytest.raises((Unavailable, TypeError, ValueError)):
                vault.get("op1")  # it is no vault: what counts is who was asked
            assert bool(site.asked) is (ca is not None)


@pytest.mark.browser
def test_asvs_13_2_4_a_bot_s_browser_reaches_the_hosts_of_its_system_only(
    browser_path: Path, tmp_path: Path
) -> None:
    """By link, picture, script, frame, redirect, socket, or whatever a page tries by itself."""
    with a_site() as bank, a_site() as elsewhere:
        other = f"localhost:{elsewhere.port}"
        bank.location = f"http://{other}/by-redirect"
        bank.body = FOREIGN.replace("OTHER", other)
        address = f"http://127.0.0.1:{bank.port}/"
        assert asyncio.run(visit(browser_path, tmp_path, address, ("127.0.0.1",))) == "there"
        assert "/redirect" in bank.asked
        assert elsewhere.asked == []
        hosts = ("127.0.0.1", "localhost")
        assert asyncio.run(visit(browser_path, tmp_path, address, hosts)) == "there"
        assert {"/img", "/frame", "/fetch", "/by-redirect"} <= set(elsewhere.asked)
