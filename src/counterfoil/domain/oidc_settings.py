"""[console.oidc] of config.toml: whose word counts for who somebody is. No secret stands there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from counterfoil.domain.people import Role
from counterfoil.domain.secret_settings import LOOPBACK

#: Signatures of a private key that only the provider has; never none, never a shared secret.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """One OpenID provider, and how far it is believed: docs/CONSOLE.md."""

    issuer: str  # exactly as its discovery document spells it
    client_id: str
    credential: str  # name of the client secret, in the place that [secrets] names
    name: str = "your organisation"  # "Sign on with ..."
    scopes: tuple[str, ...] = ("openid", "email")
    claim: str = "email"  # what an invitation names somebody by, until the first sign-on
    groups_claim: str = "groups"
    roles: dict[str, Literal["operator", "supervisor", "auditor", "admin"]] = field(
        default_factory=dict
    )  # value of groups_claim -> role, at each sign-on; empty: roles are given on People alone
    amr: tuple[str, ...] = ()  # one of these shows a second factor; neither: ours is asked for
    acr: tuple[str, ...] = ()
    local: Literal["everybody", "admins"] = "everybody"  # who may sign on with a password
    hosts: tuple[str, ...] = ()  # of the provider, besides the issuer's; nothing else is asked
    algorithms: tuple[Algorithm, ...] = ("RS256", "PS256", "ES256")
    ca: Path | None = None  # certificate of the authority that signed the provider's
    answer_within_seconds: int = 5

    def __post_init__(self) -> None:
        self._check_issuer()
        for name in ("client_id", "credential", "name", "claim", "groups_claim"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name}: must not be empty")
        if "openid" not in self.scopes:
            raise ValueError("scopes: 'openid' is missing: without it nobody is signed on")
        if not self.algorithms:
            raise ValueError("algorithms: one at least; leave the key out for the usual ones")
        for host in self.hosts:
            parts = urlsplit(f"https://{host}")
            if parts.netloc != host or "@" in host or not parts.hostname:
                raise ValueError(f"hosts: {host!r} is not like keys.bank.example or a.b:8443")
        if not 1 <= self.answer_within_seconds <= 60:
            raise ValueError("answer_within_seconds: 1 to 60")

    def _check_issuer(self) -> None:
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" and (parts.scheme, parts.hostname in LOOPBACK) != ("http", True):
            raise ValueError(f"issuer: {self.issuer!r} must begin with https://")
        if not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError(
                f"issuer: {self.issuer!r} is not like https://login.bank.example/realm"
            )

    @property
    def shows_second(self) -> bool:
        """Whether the provider shows second factors; else everybody has one of ours, too."""
        return bool(self.amr or self.acr)

    def is_of_provider(self, url: str) -> bool:
        """Whether *url* is at the issuer's host, or at one that config.toml names beside it."""
        issuer, parts = urlsplit(self.issuer), urlsplit(url)
        if "@" in parts.netloc or "\\" in url or parts.fragment or not url.isprintable():
            return False
        same = (parts.scheme, parts.netloc) == (issuer.scheme, issuer.netloc)
        return same or (parts.scheme == "https" and parts.netloc in self.hosts)

    def may_use_password(self, role: Role) -> bool:
        """Whether an account of *role* may sign on without the provider."""
        return self.local == "everybody" or role is Role.ADMIN
