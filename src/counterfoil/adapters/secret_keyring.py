"""Secrets from the operating system's keyring. Home of keyring, which only its users need."""

from __future__ import annotations

from counterfoil.adapters.secrets import check_name
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.errors import SetupError, Unavailable


class KeyringSecrets:
    """Reads each secret when it is asked for, and keeps none."""

    def __init__(self, service: str, redactor: Redactor) -> None:
        """Of the keyring's entries those of *service*.

        Raises:
            SetupError: The package for it is not installed.
        """
        try:
            import keyring  # noqa: F401 - asked for before the first secret is
        except ImportError:
            raise SetupError(
                "[secrets] source = 'keyring' needs: pip install 'counterfoil[keyring]'"
            ) from None
        self._service = service
        self._redactor = redactor

    def get(self, name: str) -> Secret:
        """The secret *name* as it is now.

        Raises:
            SetupError: There is none, or this machine has no keyring.
            Unavailable: The keyring is locked, or does not answer.
        """
        import keyring
        from keyring.errors import KeyringError, NoKeyringError

        where = f"keyring: {self._service} {check_name(name)}"
        try:
            text = keyring.get_password(self._service, name)
        except NoKeyringError:
            raise SetupError(
                f"{where}: this machine has no keyring that a service can use ->"
                " [secrets] source = 'files'"
            ) from None
        except KeyringError as trouble:
            raise Unavailable(where, f"does not open: {type(trouble).__name__}") from None
        if not text:
            raise SetupError(f"{where}: no such secret -> keyring set {self._service} {name}")
        self._redactor.learn(text)
        return Secret(name, text, self._redactor)
