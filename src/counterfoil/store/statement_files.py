"""The bytes of fetched statements, sealed at rest under the SHA-256 of their plain text."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from counterfoil.audit.files import make_folder, publish
from counterfoil.store.book import Sealer


class StatementFiles:
    """``<folder>/ab/abcdef...``, mode 0400. The same bytes are one file. Thread-safe."""

    def __init__(self, folder: Path, vault: Sealer) -> None:
        self._folder = folder
        self._vault = vault

    def keep(self, path: Path) -> str:
        """Seal the plain file at *path*; its SHA-256. Durable on return."""
        return self.put(path.read_bytes())

    def put(self, plain: bytes) -> str:
        """Seal *plain*; its SHA-256. Durable on return."""
        digest = sha256(plain).hexdigest()
        kept = self.path(digest)
        if not self._is_whole(digest):
            make_folder(kept.parent)
            publish(kept, self._vault.seal(plain, context=_context(digest)))
        return digest

    def get(self, digest: str) -> bytes:
        """The plain bytes.

        Raises:
            FileNotFoundError: Nothing is kept under *digest*.
            ValueError: What is kept there is not what was put there.
        """
        plain = self._vault.open(self.path(digest).read_bytes(), context=_context(digest))
        if sha256(plain).hexdigest() != digest:
            raise ValueError(f"statement file {digest} was altered")
        return plain

    def lay_out(self, digest: str, target: Path) -> None:
        """Write the plain bytes to *target*, which must not exist, for its owner alone.

        Raises:
            FileNotFoundError, ValueError: As :meth:`get`.
        """
        plain = self.get(digest)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(plain)

    def _is_whole(self, digest: str) -> bool:
        """A damaged or altered file is kept anew."""
        try:
            self.get(digest)
        except (FileNotFoundError, ValueError):
            return False
        return True

    def path(self, digest: str) -> Path:
        """Where the sealed file lies, there or not."""
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise ValueError(f"not a SHA-256 in lowercase hex: {digest!r}")
        return self._folder / digest[:2] / digest


def _context(digest: str) -> str:
    return f"statement file:{digest}"
