"""[secrets] of config.toml: which place keeps the passwords. None of them stands there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSettings:
    """A HashiCorp Vault, or another server that speaks like one; a KV engine, version 2."""

    url: str
    mount: str = "secret"  # of the engine
    path: str = "counterfoil"  # the secret NAME is <mount>/<path>/NAME
    field: str = "value"  # of it, that holds the text
    token: str = ""  # name of the credential file with the token ...
    role_id: str = ""  # ... or an AppRole, and
    secret_id: str = ""  # name of the credential file with its secret id
    namespace: str = ""
    ca: Path | None = None  # certificate of the authority that signed the server's
    answer_within_seconds: int = 5

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and (parts.scheme, parts.hostname in LOOPBACK) != ("http", True):
            raise ValueError(f"url: {self.url!r} must begin with https://")
        if bool(self.token) == bool(self.role_id):
            raise ValueError("token, or role_id with secret_id, is wanted: one of the two")
        if bool(self.role_id) != bool(self.secret_id):
            raise ValueError("role_id and secret_id belong together")
        if self.answer_within_seconds < 1:
            raise ValueError("answer_within_seconds must be at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSettings:
    """Where every credential is looked up; files are systemd's, or [site] credentials."""

    source: Literal["files", "keyring", "vault"] = "files"
    service: str = "counterfoil"  # under which the keyring has them
    vault: VaultSettings | None = None

    def __post_init__(self) -> None:
        if (self.source == "vault") != (self.vault is not None):
            raise ValueError("source = 'vault' and [secrets.vault] belong together")
