"""The provider is away, lies, or says too much; and what config.toml and check say of it."""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.cli.check import checks_of
from counterfoil.config import find_suite
from counterfoil.domain.people import Role
from counterfoil.errors import SetupError, Unavailable
from tests.console_support import PASSWORD, Client, Rig, a_console, add
from tests.oidc_support import (
    CALLBACK,
    SECRET,
    Provider,
    Traveller,
    a_console_with,
    a_provider,
    calm,
    calm_keys,
    calm_provider,
    newcomer,
    person,
    settings_of,
    told,
)
from tests.test_console_people import code_now


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with a_provider() as made:
        yield made


@pytest.fixture(scope="module")
def whole_rig(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """As it comes: our own second factor after the provider's word."""
    with a_console_with(tmp_path_factory.mktemp("oidc") / "suite", provider) as rig:
        yield rig


@pytest.fixture
def rig(whole_rig: Rig, provider: Provider) -> Rig:
    calm(whole_rig, provider)
    return whole_rig


# The provider is away, lies, or talks too much


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/.well-known/openid-configuration", (503, b"<html>away</html>")),
        ("/.well-known/openid-configuration", (200, b"[]")),
        ("/.well-known/openid-configuration", (200, b'{"x": "' + b"y" * 600_000 + b'"}')),
        ("/jwks", (200, b"{}")),
        ("/token", (500, b"")),
        ("/token", (200, b"<html>")),
    ],
)
def test_asvs_16_5_2_a_provider_that_is_away_is_said_and_passwords_still_work(
    rig: Rig, provider: Provider, path: str, answer: tuple[int, bytes]
) -> None:
    provider.people["away"] = person("away")
    provider.answers[path] = answer
    traveller = Traveller(rig, provider)
    reply = traveller.ask("POST", "/oidc/sign-on", {"to": "/"})
    if path in ("/token", "/jwks"):
        reply = traveller.ask("GET", traveller.answer(traveller.url_of(reply), "away"))
    assert (reply.status, traveller.client.cookie) == (503, "")
    assert "does not work just now" in reply.text
    assert told(rig).startswith(f"OIDC: {provider.issuer}: ")
    local = add(rig, "glass", "glass", Role.ADMIN)  # for when it breaks
    form = {"name": "glass", "password": PASSWORD, "code": code_now(local.second)}
    assert Client(rig.url).post("/sign-on", form, token=False).status == 303


def test_asvs_10_5_3_metadata_of_another_issuer_is_refused(rig: Rig, provider: Provider) -> None:
    traveller = Traveller(rig, provider)
    for issuer in ("https://evil.example", provider.issuer + "/", None):
        provider.more["issuer"] = issuer
        calm_keys(rig)
        assert traveller.ask("POST", "/oidc/sign-on", {"to": "/"}).status == 503
        assert "spell it exactly like that" in told(rig)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://127.0.0.1:1/x",
        "http://127.0.0.1@evil.example/",
        "javascript:alert(1)",
        "",
        7,
        None,
    ],
)
def test_asvs_13_2_4_nothing_but_the_provider_s_hosts_is_asked(
    rig: Rig, provider: Provider, name: str, url: object
) -> None:
    provider.more[name] = url
    reply = Traveller(rig, provider).ask("POST", "/oidc/sign-on", {"to": "/"})
    assert (reply.status, "evil" in reply.text) == (503, False)
    assert f"the provider's {name} is at" in told(rig)


def test_asvs_13_2_4_no_redirect_is_followed(
    rig: Rig, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import oidc_support

    with a_provider() as other:
        at = f"{other.issuer}/.well-known/openid-configuration"

        def redirect(handler: oidc_support._Handler) -> None:
            handler._say(302, b"", "text/plain", {"Location": at})

        monkeypatch.setattr(oidc_support._Handler, "do_GET", redirect)
        reply = Traveller(rig, provider).ask("POST", "/oidc/sign-on", {"to": "/"})
        assert reply.status == 503
        assert "TooManyRedirects" in told(rig)
        assert other.asked == []


def test_asvs_13_2_4_the_wire_itself_reaches_no_other_host(provider: Provider) -> None:
    """Also where an address was not looked at before: one at another port, or that begins alike."""
    from requests import Session
    from requests.exceptions import InvalidSchema, InvalidURL

    from counterfoil.adapters.oidc_wire import fenced
    from counterfoil.domain.oidc_settings import OidcSettings

    settings = OidcSettings(issuer=provider.issuer, client_id="c", credential="c")
    with a_provider() as other, fenced(Session(), settings, Path()) as session:
        assert session.get(f"{provider.issuer}/jwks").status_code == 200
        at = f"http://127.0.0.1:{provider.port}"
        for url in (f"{other.issuer}/jwks", f"{at}0/", f"{at}.evil.example/", "file:///etc/passwd"):
            with pytest.raises((InvalidSchema, InvalidURL)):
                session.get(url)
        assert other.asked == []


def test_one_that_answers_drop_by_drop_is_not_waited_for(
    rig: Rig, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from counterfoil.adapters import oidc_wire
    from tests import oidc_support

    def drip(handler: oidc_support._Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(100):
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    monkeypatch.setattr(oidc_support._Handler, "do_GET", drip)
    monkeypatch.setattr(oidc_wire, "PATIENCE", 0.1)
    began = time.monotonic()
    assert Traveller(rig, provider).ask("POST", "/oidc/sign-on", {"to": "/"}).status == 503
    assert time.monotonic() - began < 5
    assert "TimeoutError" in told(rig)


def test_asvs_12_3_2_a_provider_is_known_by_its_certificate(tmp_path: Path) -> None:
    """By our authority it is itself; by those of the world, or under another name, it is nobody."""
    from counterfoil.adapters.oidc_provider import Provider as Client
    from counterfoil.domain.oidc_settings import OidcSettings
    from counterfoil.domain.secrets import Redactor, Secret

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))

    def look(issuer: str, ca: Path | None) -> str:
        settings = OidcSettings(issuer=issuer, client_id="c", credential="c", ca=ca)
        secret = Secret("c", SECRET, Redactor())
        return Client(settings, lambda: secret, root=tmp_path, now=lambda: datetime.now(UTC)).look()

    with a_provider(context) as provider:
        assert look(provider.issuer, Path("ca.pem")) == "answers, with 1 keys"
        for issuer, ca in (
            (provider.issuer, None),
            (provider.issuer.replace("127.0.0.1", "localhost"), Path("ca.pem")),
        ):
            with pytest.raises(Unavailable, match="SSLError"):
                look(issuer, ca)


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signed itself, as ca.pem, and with its key."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a provider")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.pem").write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(private + pem)
    return folder / "server.pem"


def test_asvs_16_2_5_no_secret_code_or_token_is_kept_anywhere(rig: Rig, provider: Provider) -> None:
    second = newcomer(rig, provider, "leak")
    traveller = Traveller(rig, provider)
    made: list[str] = []
    provider.twist = lambda header, claims: made.append(claims["nonce"])
    path = traveller.answer(traveller.leave(), "leak")
    code = re.search(r"code=([^&]+)", path)
    assert code is not None
    flow = traveller.flow
    traveller.ask("GET", path)
    traveller.ask("POST", "/oidc/second", {"code": code_now(second)})
    rig.site.audit.sync()
    data = rig.site.suite.data
    files = [
        each for each in data.rglob("*") if each.is_file() and each.parent.name != "credentials"
    ]
    stored = b"".join(each.read_bytes() for each in files)
    assert b"sub-leak" in stored
    words = (SECRET, code[1], flow, traveller.client.cookie, second, *made, *provider.bearers)
    for word in words:
        assert word
        assert word.encode() not in stored


# config.toml, check, start

HEAD = 'schema = 1\n[site]\nname = "Test"\n'
GOOD = {"issuer": '"https://login.bank.example/realm"', "client_id": '"c"', "credential": '"oidc"'}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"issuer": '"http://login.bank.example"'}, "issuer: .* must begin with https://"),
        ({"issuer": '"https://a.example?x"'}, "issuer: .* is not like"),
        ({"client_secret": '"x"'}, "unknown key 'client_secret'"),
        ({"algorithms": '["HS256"]'}, "'HS256' is not one of"),
        ({"algorithms": '["none"]'}, "'none' is not one of"),
        ({"algorithms": "[]"}, "algorithms: one at least"),
        ({"scopes": '["email"]'}, "scopes: 'openid' is missing"),
        ({"roles": '{ x = "superviser" }'}, "did you mean 'supervisor'"),
        ({"local": '"nobody"'}, "'nobody' is not one of"),
        ({"hosts": '["https://a.example"]'}, "hosts: .* is not like"),
        ({"name": '" "'}, "name: must not be empty"),
        ({"answer_within_seconds": "0"}, "answer_within_seconds: 1 to 60"),
    ],
)
def test_settings_that_are_wrong_are_refused_with_the_line(
    tmp_path: Path, more: dict[str, str], said: str
) -> None:
    lines = "\n".join(f"{name} = {value}" for name, value in {**GOOD, **more}.items())
    (tmp_path / "config.toml").write_text(f"{HEAD}[console.oidc]\n{lines}\n", "utf-8")
    with pytest.raises(SetupError, match=rf"console: oidc: .*{said}.* \(at line \d+\)"):
        find_suite(tmp_path)


def test_check_says_whether_the_issuer_answers(tmp_path: Path, provider: Provider) -> None:
    calm_provider(provider)

    def said(more: str) -> tuple[str, str, str]:
        (tmp_path / "config.toml").write_text(HEAD + more, "utf-8")
        found = [each for each in checks_of(find_suite(tmp_path)) if "sign-on" in each.what]
        return found[0].what, f"{found[0].trouble} -> {found[0].remedy}", found[0].note

    (tmp_path / "var" / "credentials").mkdir(parents=True)
    (tmp_path / "var" / "credentials" / "oidc").write_text(SECRET)
    (tmp_path / "var" / "credentials" / "oidc").chmod(0o600)
    what, trouble, note = said(settings_of(provider))
    assert (trouble, note) == (" -> ", "")
    assert f"{provider.issuer} answers, with 1 keys" in what
    assert f"http://127.0.0.1:8655{CALLBACK}" in what
    provider.more["issuer"] = "https://evil.example"
    assert "spell it exactly like that" in said(settings_of(provider))[1]
    gone = settings_of(provider).replace(str(provider.port), "1")
    assert "does not answer" in said(gone)[2]
    missing = settings_of(provider).replace('"oidc"', '"not-there"')
    assert "no such secret" in said(missing)[1]


def test_without_its_packages_the_remedy_is_said() -> None:
    code = "import sys\nsys.modules['authlib'] = None\nimport counterfoil.site.provider"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "SetupError: [console.oidc] needs: pip install 'counterfoil[oidc]'" in run.stderr


def test_who_has_no_provider_pays_nothing_for_it(tmp_path: Path) -> None:
    """Neither --help nor a console without [console.oidc] loads what speaks to one."""
    code = (
        "import sys\nimport counterfoil.cli.commands, counterfoil.console.serving\n"
        "import counterfoil.console.routes\n"
        "print([each for each in sys.modules if each in ('authlib', 'joserfc', 'requests')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
    with a_console(tmp_path / "suite") as rig:
        for method, path in (("POST", "sign-on"), ("GET", "callback"), ("POST", "second")):
            client = Client(rig.url)
            path = f"/oidc/{path}"
            reply = client.get(path) if method == "GET" else client.post(path, {}, token=False)
            assert reply.status == 404
