"""An OpenID provider on loopback: real keys, discovery, PKCE, one-time codes; and its faults.

It follows OpenID Connect Core 1.0 and RFC 6749, 7636 and 9207 as far as a relying party meets
them; signatures, key sets and code challenges are joserfc's and Authlib's own.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from counterfoil.console import passwords
from tests.console_support import Client, Reply, Rig, a_console
from tests.test_console_people import code_now

CLIENT_ID, SECRET = "counterfoil-console", "sesame of the client: 7&é"
CALLBACK = "/oidc/callback"
#: What the next ID token is signed with, and what it says: (header, claims, key) to be changed.
Twist = Callable[[dict[str, Any], dict[str, Any]], "str | None"]


def a_key(kind: str, kid: str) -> Key:
    """A new private key; kind is that of an algorithm: RS256, ES256."""
    if kind.startswith("ES"):
        return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def person(name: str, **claims: Any) -> dict[str, Any]:
    """What the provider knows of somebody."""
    known = {"sub": f"sub-{name}", "email": f"{name}@bank.example", "email_verified": True}
    return {**known, **claims}


@dataclass(slots=True)
class Provider:
    """What it knows, what it was asked, and how it misbehaves."""

    port: int = 0
    scheme: str = "http"
    alg: str = "RS256"
    keys: list[Key] = field(default_factory=lambda: [a_key("RS256", "k1")])
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    redirects: set[str] = field(default_factory=set)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    bearers: dict[str, str] = field(default_factory=dict)  # access token -> who
    asked: list[str] = field(default_factory=list)
    asked_at: dict[str, float] = field(default_factory=dict)  # who -> when they signed on here
    more: dict[str, Any] = field(default_factory=dict)  # other words in the discovery document
    twist: Twist | None = None  # of the next ID tokens: a token of its own, or None
    short: bool = False  # ID tokens with sub alone, the rest at userinfo
    asks_again: bool = True  # when prompt=login wants it
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # path -> instead

    @property
    def issuer(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/realm"

    def discovery(self) -> dict[str, Any]:
        base = self.issuer
        return {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/jwks",
            "userinfo_endpoint": f"{base}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self.alg],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            **self.more,
        }

    def authorize(self, query: Mapping[str, str], who: str) -> str:
        """Where the browser goes with the answer; "": the question is none of a client's."""
        wanted = {"response_type": "code", "client_id": CLIENT_ID, "code_challenge_method": "S256"}
        right = all(query.get(key) == value for key, value in wanted.items())
        if not right or query.get("redirect_uri") not in self.redirects:
            return ""
        now, within = time.time(), int(query.get("max_age", "1000000"))
        old = now - self.asked_at.get(who, 0) > within
        if (
            self.asks_again and (old or query.get("prompt") == "login")
        ) or who not in self.asked_at:
            self.asked_at[who] = now
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**query, "who": who}
        said = {"code": code, "state": query["state"], "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(said)}"

    def token(self, form: Mapping[str, str], basic: str) -> tuple[int, dict[str, Any]]:
        """The token endpoint's answer."""
        if _basic(basic) != (CLIENT_ID, SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        if create_s256_code_challenge(form.get("code_verifier", "")) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        bearer = secrets.token_urlsafe(16)
        self.bearers[bearer] = asked["who"]
        return 200, {
            "access_token": bearer,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.id_token(asked, bearer),
        }

    def id_token(self, asked: Mapping[str, str], bearer: str) -> str:
        """Signed by the first key, unless a fault is wanted."""
        who, now = asked["who"], int(time.time())
        known = self.people[who]
        header: dict[str, Any] = {"alg": self.alg, "kid": self.keys[0].kid}
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "auth_time": int(self.asked_at[who]),
            "at_hash": create_half_hash(bearer, self.alg).decode(),
            **({"sub": known["sub"]} if self.short else known),
        }
        made = self.twist(header, claims) if self.twist else None
        return made if made is not None else signed(header, claims, self.keys[0])


def signed(header: dict[str, Any], claims: dict[str, Any], key: Key) -> str:
    """A JWT, by any algorithm there is."""
    return jwt.encode(header, claims, key, algorithms=[header["alg"]])


def unsigned(claims: Mapping[str, Any]) -> str:
    """A JWT that says that it needs no signature."""
    return ".".join(_b64(json.dumps(each)) for each in ({"alg": "none"}, claims)) + "."


def _b64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _basic(header: str) -> tuple[str, str]:
    name, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    return unquote_plus(name), unquote_plus(password)


class _Handler(BaseHTTPRequestHandler):
    provider: Provider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path, provider = parts.path.removeprefix("/realm"), self.provider
        provider.asked.append(f"GET {path}")
        if path in provider.answers:
            status, body = provider.answers[path]
            self._say(status, body, "application/json")
        elif path == "/.well-known/openid-configuration":
            self._json(200, provider.discovery())
        elif path == "/jwks":
            self._json(200, KeySet(provider.keys).as_dict(private=False))
        elif path == "/userinfo":
            who = provider.bearers.get(self.headers["Authorization"].removeprefix("Bearer "))
            self._json(200 if who else 401, provider.people[who] if who else {})
        elif path == "/authorize":
            self._choose(parts.query)
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        text = self.rfile.read(length).decode()
        form = {name: each[0] for name, each in parse_qs(text).items()}
        path, provider = urlsplit(self.path).path.removeprefix("/realm"), self.provider
        provider.asked.append(f"POST {path}")
        if path in provider.answers:
            self._say(*provider.answers[path], "application/json")
        elif path == "/token":
            self._json(*provider.token(form, self.headers.get("Authorization", "")))
        else:
            query = {name: each[0] for name, each in parse_qs(form["query"]).items()}
            to = provider.authorize(query, form["who"])
            self._say(303 if to else 400, b"", "text/plain", {"Location": to} if to else {})

    def _choose(self, query: str) -> None:
        buttons = "".join(f'<button name="who">{each}</button>' for each in self.provider.people)
        page = (
            '<!doctype html><html lang="en"><title>Provider</title><h1>Who are you?</h1>'
            f'<form method="post" action="/realm/authorize">'
            f'<input type="hidden" name="query" value="{escape(query)}">{buttons}</form>'
        ).replace('name="who">', 'name="who" value="{}">')
        for each in self.provider.people:
            page = page.replace('value="{}"', f'value="{each}"', 1)
        self._say(200, page.encode(), "text/html")

    def _json(self, status: int, body: Any) -> None:
        self._say(status, json.dumps(body).encode(), "application/json")

    def _say(
        self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


@contextmanager
def a_provider(tls: ssl.SSLContext | None = None) -> Iterator[Provider]:
    """One that answers while the block lasts."""
    provider = Provider(scheme="https" if tls else "http")
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        provider.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield provider
        server.shutdown()
        thread.join(10)


def settings_of(provider: Provider, more: str = "") -> str:
    """Its table of config.toml."""
    return (
        f'\n[console.oidc]\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT_ID}"\n'
        f'credential = "oidc"\nname = "Bank ID"\n{more}\n'
    )


@dataclass(slots=True)
class Traveller:
    """A browser without a browser that goes to the provider and back."""

    rig: Rig
    provider: Provider
    client: Client = field(init=False)
    flow: str = ""

    def __post_init__(self) -> None:
        self.client = Client(self.rig.url)

    def ask(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Reply:
        """One request with both cookies."""
        headers = {"Origin": self.rig.url, "Content-Type": "application/x-www-form-urlencoded"}
        cookies = [f"__Host-sign-on={self.flow}"] if self.flow else []
        cookies += [f"__Host-counterfoil={self.client.cookie}"] if self.client.cookie else []
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        body = urlencode(form) if form is not None else None
        bare = Client(self.rig.url)
        reply = bare.ask(method, path, body, headers)
        for name, value in reply.cookies.items():
            if name == "__Host-sign-on":
                self.flow = value
            else:
                self.client.cookie = value
        return reply

    def leave(self, to: str = "/") -> str:
        """Press the button; where the provider is asked."""
        return self.url_of(self.ask("POST", "/oidc/sign-on", {"to": to}))

    def url_of(self, reply: Reply) -> str:
        """Where a page leads on to."""
        found = re.search(r'http-equiv="refresh" content="0;url=([^"]*)"', reply.text)
        assert found is not None, reply.text
        return found[1].replace("&amp;", "&")

    def answer(self, url: str, who: str) -> str:
        """What the provider answers: the path and query of ours that it leads to."""
        parts = urlsplit(url)
        assert url.startswith(self.provider.issuer)
        query = {name: each[0] for name, each in parse_qs(parts.query).items()}
        to = self.provider.authorize(query, who)
        assert to.startswith(self.rig.url + CALLBACK)
        return to.removeprefix(self.rig.url)

    def come_back(self, who: str, to: str = "/") -> Reply:
        """There and back as *who*."""
        return self.ask("GET", self.answer(self.leave(to), who))


@contextmanager
def a_console_with(folder: Path, provider: Provider, more: str = "") -> Iterator[Rig]:
    """A console whose people may sign on with *provider*."""
    credentials = folder / "var" / "credentials"
    credentials.mkdir(parents=True)
    (credentials / "oidc").write_text(SECRET, "utf-8")
    (credentials / "oidc").chmod(0o600)
    with a_console(folder, more=settings_of(provider, more)) as rig:
        provider.redirects.add(rig.url + CALLBACK)
        yield rig


def calm(rig: Rig, provider: Provider) -> None:
    """As if nothing had been tried, and nothing of the provider read."""
    rig.served.desk._tries.clear()
    assert rig.served.desk.elsewhere is not None
    rig.served.desk.elsewhere.provider._kept.clear()
    provider.twist, provider.alg, provider.short, provider.asks_again = None, "RS256", False, True
    provider.keys = provider.keys[:1]
    for each in (provider.more, provider.answers, provider.asked_at):
        each.clear()


def invite(rig: Rig, name: str, role: str = "operator", *, who: str = "", claim: str = "") -> None:
    """An admin invites *name*, whom the provider calls *claim*."""
    form = {"name": name, "person": who or name, "role": role}
    reply = rig.client("ada").post(
        "/people/invite", {**form, "claim": claim or f"{name}@bank.example"}
    )
    assert reply.headers.get("location") == "/people", reply.text


def told(rig: Rig) -> str:
    """Why somebody was turned away last, as the record has it."""
    return str(rig.records("sign_on_refused")[-1]["data"]["told"])


def second_of(reply: Reply) -> str:
    """The new second factor that a page shows."""
    found = re.search(r'id="second">([A-Z2-7]+)<', reply.text)
    assert found is not None, reply.text
    return found[1]


def newcomer(rig: Rig, provider: Provider, name: str, role: str = "operator", who: str = "") -> str:
    """Invited, there and back, and signed on; the second factor."""
    provider.people[name] = person(name)
    invite(rig, name, role, who=who)
    traveller = Traveller(rig, provider)
    second = second_of(traveller.come_back(name))
    reply = traveller.ask("POST", "/oidc/second", {"code": code_now(second, -1)})
    assert traveller.url_of(reply) == "/"
    return second


def signed_on(rig: Rig, provider: Provider, name: str, second: str, ahead: int = 0) -> Traveller:
    traveller = Traveller(rig, provider)
    assert "Your second factor" in traveller.come_back(name).text
    reply = traveller.ask("POST", "/oidc/second", {"code": code_now(second, ahead)})
    assert traveller.url_of(reply) == "/"
    return traveller


def grow_old(rig: Rig, client: Client) -> None:
    """The second factor was shown six minutes ago."""
    from sqlalchemy import update

    from counterfoil.store.people_schema import sessions

    mine = sessions.c.token_sha256 == passwords.fingerprint(client.cookie)
    old = rig.site.ledger.now() - timedelta(minutes=6)
    with rig.site.ledger.engine.begin() as connection:
        connection.execute(update(sessions).where(mine).values(confirmed_at=old))


def calm_keys(rig: Rig) -> None:
    """Nothing of the provider is remembered."""
    assert rig.served.desk.elsewhere is not None
    rig.served.desk.elsewhere.provider._kept.clear()


def calm_provider(provider: Provider) -> None:
    provider.more.clear()
    provider.answers.clear()
