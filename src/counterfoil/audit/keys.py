"""Signing keys: a new one for each segment, the old one erased. Home of cryptography.

A thief of today's key cannot seal yesterday again. The private keys lie outside the
log's folder, so that a copy of the log for the auditor holds none.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counterfoil.audit.files import make_folder, publish, sync_folder, write_all

_HEX_CHARS = 64  # of a 32-byte key


class SigningKey:
    """One Ed25519 key pair; shows only its public half."""

    __slots__ = ("_private", "public")

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw().hex()

    @classmethod
    def new(cls) -> SigningKey:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_hex(cls, text: str) -> SigningKey:
        return cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text)))

    def sign(self, message: bytes) -> str:
        """The signature, 128 lowercase hex digits."""
        return self._private.sign(message).hex()

    def private_hex(self) -> str:
        return self._private.private_bytes_raw().hex()

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public})"


class KeyFolder:
    """The keys of one stream: ``current.key`` and, while a segment changes, ``next.key``.

    Both are files with mode 0600, replaced by rename.
    """

    def __init__(self, folder: Path) -> None:
        self._current = folder / "current.key"
        self._next = folder / "next.key"
        self._folder = folder

    def current(self) -> SigningKey | None:
        return _read(self._current)

    def next(self) -> SigningKey | None:
        return _read(self._next)

    def make_current(self) -> SigningKey:
        """A new key at once, for a stream's first segment or after a lost key."""
        make_folder(self._folder)
        return _write(self._current, SigningKey.new())

    def make_next(self) -> SigningKey:
        """A new key for the next segment, durable; the current one still counts."""
        make_folder(self._folder)
        return _write(self._next, SigningKey.new())

    def advance(self) -> None:
        """Let the next key take the place of the current one, and erase that one.

        Overwriting is best effort: a copy-on-write disk may keep the old block. What
        counts is that no name leads there any more.
        """
        old = _open_old(self._current)
        os.rename(self._next, self._current)  # noqa: PTH104 - see files.publish
        sync_folder(self._folder)
        if old is not None:
            try:
                write_all(old, b"0" * _HEX_CHARS)
                os.fsync(old)
            finally:
                os.close(old)


def _open_old(path: Path) -> int | None:
    try:
        return os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None


def _read(path: Path) -> SigningKey | None:
    """The key in *path*; None if there is none that can be used."""
    try:
        return SigningKey.from_hex(path.read_text("ascii").strip())
    except (FileNotFoundError, ValueError):
        return None


def _write(path: Path, key: SigningKey) -> SigningKey:
    publish(path, key.private_hex().encode("ascii") + b"\n", mode=0o600)
    return key
