"""An OpenID provider: where people are sent, and what its signed word says when they return.

Home of authlib. Authorization code with PKCE, state and nonce; no token is kept, shown or told.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from counterfoil.adapters.oidc_tokens import claims_of, moment, named, texts, usable
from counterfoil.adapters.oidc_wire import away, fenced, read_json
from counterfoil.domain.identities import Identity, Proven
from counterfoil.domain.oidc_settings import OidcSettings
from counterfoil.domain.secrets import Secret
from counterfoil.errors import Refused, SetupError, Unavailable

KEPT_SECONDS = 600.0  # discovery document and keys
KEYS_REST_SECONDS = 10.0  # a key that is not known has them read anew no more often than that
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
_WORD = re.compile(r"[a-z_]{1,40}")  # of an error, as RFC 6749 spells them


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-on on its way: it never leaves this process, but for *url*."""

    url: str  # where the browser goes
    state: str
    nonce: str
    verifier: str  # of PKCE
    redirect_uri: str
    began_at: datetime  # UTC
    asked_within: timedelta | None  # the provider asks anew when it last did longer ago


class Provider:
    """The one of [console.oidc]. Each verb may take seconds: it waits for another machine.

    All raise Unavailable (it is away, or answers nonsense) and SetupError (config.toml does
    not fit what it says, or there is no client secret).
    """

    def __init__(
        self,
        settings: OidcSettings,
        secret: Callable[[], Secret],
        *,
        root: Path,
        now: Callable[[], datetime],
    ) -> None:
        """Make it ready; nothing is asked yet.

        Args:
            secret: Reads the client secret, anew each time.
            root: What relative paths are relative to.
        """
        self.settings = settings
        self._secret = secret
        self._root = root
        self._now = now
        self._lock = threading.Lock()
        self._kept: dict[
            str, tuple[float, Mapping[str, Any]]
        ] = {}  # URL -> when it was read, what it said

    def begin(self, redirect_uri: str, *, asked_within: timedelta | None = None) -> Begun:
        """Where to send somebody who wants to sign on.

        Args:
            asked_within: Zero: the provider has to ask them now; None: as it thinks right.
        """
        metadata = self.metadata()
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(32)
        more: dict[str, str] = {"nonce": nonce}
        if asked_within is not None:
            more["max_age"] = str(int(asked_within.total_seconds()))
            more |= {} if asked_within else {"prompt": "login"}
        if self.settings.acr:
            more["acr_values"] = " ".join(self.settings.acr)
        with self._client(redirect_uri, secret="") as client:
            url, state = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=secrets.token_urlsafe(32),
                code_verifier=verifier,
                **more,
            )
        return Begun(
            url=url,
            state=state,
            nonce=nonce,
            verifier=verifier,
            redirect_uri=redirect_uri,
            began_at=self._now(),
            asked_within=asked_within,
        )

    def end(self, begun: Begun, answer: Mapping[str, str]) -> Proven:
        """Who has come back with *answer*, the query of the redirect URI.

        Raises:
            Refused: It is not the answer to *begun*, or the provider's word does not hold;
                why is for the record, not for whoever asks.
        """
        metadata = self.metadata()
        self._check_answer(begun, answer, metadata)
        token = self._token(begun, answer.get("code", ""), metadata)
        claims = claims_of(
            token.get("id_token"),
            self.keys,
            algorithms=self.settings.algorithms,
            issuer=self.settings.issuer,
            client_id=self.settings.client_id,
            nonce=begun.nonce,
            access_token=token.get("access_token"),
            began_at=begun.began_at,
            now=self._now(),
        )
        return self._proven(claims, token, metadata)

    def metadata(self) -> Mapping[str, Any]:
        """The discovery document, some minutes old at most, of this issuer and no other."""
        url = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._read(url)
        if found.get("issuer") != self.settings.issuer:
            said = str(found.get("issuer"))[:200]
            raise SetupError(
                f"[console.oidc] issuer: {url} is of {said!r} -> spell it exactly like that"
            )
        for name in _ENDPOINTS:
            endpoint = found.get(name)
            if endpoint is None and name == "userinfo_endpoint":
                continue
            if not isinstance(endpoint, str) or not self.settings.is_of_provider(endpoint):
                host = urlsplit(str(endpoint)).netloc[:200]
                raise SetupError(
                    f"[console.oidc] hosts: the provider's {name} is at {host!r}"
                    " -> add that host, if it is the provider's"
                )
        return found

    def keys(self, anew: bool = False) -> Sequence[object]:
        """The provider's public keys, as it lists them.

        Args:
            anew: Read them again, unless that was done a moment ago.
        """
        url = self.metadata()["jwks_uri"]
        listed = self._read(url, seconds=KEYS_REST_SECONDS if anew else KEPT_SECONDS).get("keys")
        if not isinstance(listed, list) or not listed:
            raise Unavailable(self.settings.issuer, "lists no keys")
        return listed

    def look(self) -> str:
        """Whether all that a sign-on needs is there, in one phrase."""
        count = len(usable(self.keys(True)).keys)
        if not count:
            raise Unavailable(self.settings.issuer, "lists no key that we take a signature of")
        return f"answers, with {count} keys"

    # The way back

    def _check_answer(
        self, begun: Begun, answer: Mapping[str, str], metadata: Mapping[str, Any]
    ) -> None:
        if not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise Refused("wrong_state", "the state is not that of this browser's sign-on")
        says_issuer = metadata.get("authorization_response_iss_parameter_supported") is True
        if ("iss" in answer or says_issuer) and answer.get("iss") != self.settings.issuer:
            raise Refused("wrong_issuer", "the answer is of another issuer")
        if "error" in answer:
            raise Refused("provider_refused", f"the provider said {_word(answer['error'])}")
        if not answer.get("code"):
            raise Refused("no_code", "the provider's answer has no code")

    def _token(self, begun: Begun, code: str, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_basic"
        if method not in methods and "client_secret_post" in methods:
            method = "client_secret_post"
        with (
            self._secret().reveal() as secret,
            self._client(begun.redirect_uri, secret=secret, method=method) as client,
        ):
            try:
                found: Mapping[str, Any] = client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                )
            except OAuthError as trouble:
                said = _word(str(trouble.error))
                raise Refused("code", f"the provider does not take the code: {said}") from None
            except (OSError, ValueError) as trouble:
                raise away(self.settings, trouble) from None
        return found

    def _proven(
        self, claims: Mapping[str, Any], token: Mapping[str, Any], metadata: Mapping[str, Any]
    ) -> Proven:
        settings, subject = self.settings, claims["sub"]
        wanted = {settings.claim} | ({settings.groups_claim} if settings.roles else set())
        if not wanted <= claims.keys() and "userinfo_endpoint" in metadata:
            claims = {**self._asked(metadata["userinfo_endpoint"], token, subject), **claims}
        named_as, why = named(claims, settings.claim)
        auth_time = claims.get("auth_time")
        return Proven(
            identity=Identity(settings.issuer, subject),
            named=named_as,
            why_unnamed=why,
            groups=texts(claims.get(settings.groups_claim)),
            amr=texts(claims.get("amr")),
            acr=str(claims.get("acr") or ""),
            signed_on_at=moment(auth_time) if auth_time is not None else None,
        )

    def _asked(self, url: str, token: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
        """What a provider that keeps its ID tokens short says beside them, of the same person."""
        bearer = str(token.get("access_token"))
        found = read_json(url, self.settings, self._root, bearer=bearer)
        if found.get("sub") != subject:
            raise Refused("userinfo", "the provider's userinfo is of somebody else")
        return found

    # The wire

    def _read(self, url: str, *, seconds: float = KEPT_SECONDS) -> Mapping[str, Any]:
        with self._lock:
            at, found = self._kept.get(url, (0.0, {}))
        if not found or time.monotonic() - at > seconds:
            found = read_json(url, self.settings, self._root)
            with self._lock:
                self._kept[url] = (time.monotonic(), found)
        return found

    def _client(
        self, redirect_uri: str, *, secret: str, method: str = "client_secret_basic"
    ) -> Any:
        made = OAuth2Session(
            self.settings.client_id,
            secret,
            token_endpoint_auth_method=method,
            scope=" ".join(self.settings.scopes),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )
        made.register_client_auth_method(("client_secret_basic", _basic))
        return fenced(made, self.settings, self._root)


def _basic(client: Any, method: str, url: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    """RFC 6749, 2.3.1: both are form-encoded first; the library leaves that out."""
    both = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {b64encode(both.encode()).decode()}"
    return url, headers, body


def _word(text: str) -> str:
    return text if _WORD.fullmatch(text) else "something else"
