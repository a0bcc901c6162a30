"""Secrets from HashiCorp Vault. Home of hvac, which only those who use it need.

What lets us into the vault is itself a secret, and comes from a file of its own: systemd's,
or one in [site] credentials. It is read again when the vault does not know us any more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from counterfoil.adapters.secrets import Secrets, check_name
from counterfoil.domain.secret_settings import VaultSettings
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.errors import SetupError, Unavailable


class VaultSecrets:
    """Reads each secret when it is asked for, and keeps none."""

    def __init__(
        self,
        settings: VaultSettings,
        redactor: Redactor,
        *,
        keys: Secrets,
        root: Path,
    ) -> None:
        """Make it ready; nothing is asked yet.

        Args:
            keys: Where the token or the secret id comes from.
            root: What relative paths are relative to.
        """
        self._settings = settings
        self._redactor = redactor
        self._keys = keys
        self._root = root
        self._client: Any = None

    def get(self, name: str) -> Secret:
        """The secret *name* as it is now.

        Raises:
            SetupError: There is none, it has no such field, or hvac is not installed.
            Unavailable: The vault is away or sealed, or does not let us in.
        """
        text = self._text(check_name(name))
        if not text:
            raise SetupError(f"{self._where(name)}: is empty -> vault kv put …")
        self._redactor.learn(text)
        return Secret(name, text, self._redactor)

    def _text(self, name: str) -> str:
        from hvac import exceptions

        try:
            try:
                found = self._read(name)
            except (exceptions.Forbidden, exceptions.Unauthorized):
                self._client = None  # the token may have run out, or been changed
                found = self._read(name)
        except exceptions.InvalidPath:
            field = self._settings.field
            remedy = f"vault kv put -mount={self._settings.mount} {self._path(name)} {field}=-"
            raise SetupError(f"{self._where(name)}: no such secret -> {remedy}") from None
        except (exceptions.Forbidden, exceptions.Unauthorized):
            raise self._away("does not let us read it: renew the token, or its policy") from None
        except exceptions.VaultError as trouble:
            raise self._away(type(trouble).__name__) from None
        except OSError as trouble:  # of requests, which says all in one class
            raise self._away(f"does not answer: {type(trouble).__name__}") from None
        value = found.get(self._settings.field)
        if not isinstance(value, str):
            raise SetupError(f"{self._where(name)}: has no field {self._settings.field!r}")
        return value

    def _read(self, name: str) -> dict[str, Any]:
        answer = self._signed_on().secrets.kv.v2.read_secret_version(
            path=self._path(name),
            mount_point=self._settings.mount,
            raise_on_deleted_version=True,
        )
        data: dict[str, Any] = answer["data"]["data"]
        return data

    def _signed_on(self) -> Any:
        if self._client is None:
            self._client = self._sign_on()
        return self._client

    def _sign_on(self) -> Any:
        import hvac

        settings = self._settings
        client = hvac.Client(
            url=settings.url,
            namespace=settings.namespace or None,
            verify=str(self._root / settings.ca) if settings.ca else True,
            timeout=settings.answer_within_seconds,
            allow_redirects=False,
        )
        with self._keys.get(settings.token or settings.secret_id).reveal() as key:
            if settings.token:
                client.token = key
            else:
                client.auth.approle.login(role_id=settings.role_id, secret_id=key)
                self._redactor.learn(client.token)
        return client

    def _path(self, name: str) -> str:
        return f"{self._settings.path}/{name}"

    def _where(self, name: str) -> str:
        return f"vault {self._settings.url}: {self._settings.mount}/{self._path(name)}"

    def _away(self, why: str) -> Unavailable:
        return Unavailable(f"vault {self._settings.url}", why)


def open_vault_secrets(
    settings: VaultSettings, redactor: Redactor, *, keys: Secrets, root: Path
) -> VaultSecrets:
    """The vault's secrets. Raises SetupError: the package for it is not installed."""
    try:
        import hvac  # noqa: F401 - asked for before the first secret is
    except ImportError:
        raise SetupError(
            "[secrets] source = 'vault' needs: pip install 'counterfoil[vault]'"
        ) from None
    return VaultSecrets(settings, redactor, keys=keys, root=root)
