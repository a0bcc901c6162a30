"""The vault: payloads and received documents at rest, sealed with AES-256-GCM.

No database row and no blob holds a full account number; what needs one (the item to be
keyed, the sheet as received) is sealed here, and its context is bound to it, so that a
row cannot be passed off as another.
"""

from __future__ import annotations

import hmac
import secrets
import stat
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from counterfoil.audit.files import make_folder, publish
from counterfoil.errors import SetupError

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = b"\x01"  # AES-256-GCM, 12-byte random nonce, 16-byte tag


class Vault:
    """Seals and opens bytes with one key. Thread-safe."""

    __slots__ = ("_cipher", "_marking")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise SetupError(f"the vault's key has {len(key)} bytes, not {KEY_BYTES}")
        self._cipher = AESGCM(key)
        self._marking = hmac.digest(key, b"counterfoil marks", sha256)

    def __repr__(self) -> str:
        return "Vault(***)"

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Encrypt *plain*: 29 bytes longer, and each time another text.

        Args:
            context: What it belongs to, e.g. ``"item:<id>"``; needed to open it.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain, _bound(context))

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The plain bytes.

        Raises:
            ValueError: Altered, sealed with another key, or of another context.
        """
        if sealed[:1] != _VERSION:
            raise ValueError(f"{context}: not sealed by this vault")
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, rest, _bound(context))
        except (InvalidTag, ValueError) as trouble:
            raise ValueError(f"{context}: altered, or sealed with another key") from trouble

    def mark(self, text: str, *, context: str) -> str:
        """64 hex digits, always the same for *text*: to find it again without keeping it.

        Without the key nobody can tell which text it stands for, not even by trying all.
        """
        return hmac.digest(self._marking, _bound(context) + b"\n" + text.encode(), sha256).hex()


def _bound(context: str) -> bytes:
    return b"counterfoil vault\n" + context.encode("utf-8")


def read_or_make_key(path: Path) -> bytes:
    """The key in *path*, made on first use: 64 hex digits, mode 0600.

    Raises:
        SetupError: Others may read the file, or it is no key.
    """
    if not path.exists():
        make_folder(path.parent)
        _make_once(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SetupError(f"{path}: others may read this key (mode {mode:o}) -> chmod 600 {path}")
    return key_from_hex(path.read_text("ascii"), str(path))


def key_from_hex(text: str, where: str) -> bytes:
    """A configured key. Raises SetupError, which names *where* and never the text."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SetupError(
            f"{where}: not a key of {2 * KEY_BYTES} hex digits -> make one: openssl rand -hex 32"
        )
    return key


def _make_once(path: Path) -> None:
    """Two processes may start at once: one key wins, whole and durable."""
    mine = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    publish(mine, secrets.token_hex(KEY_BYTES).encode("ascii") + b"\n", mode=0o600)
    try:
        path.hardlink_to(mine)
    except FileExistsError:
        return
    finally:
        mine.unlink()
