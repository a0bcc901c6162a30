"""The evidence store: screenshots, screens and documents under the name of their hash.

A blob is durable before any record names it. Its address is the SHA-256 of the bytes as
stored, so the same screen twice is one blob, and an altered one cannot keep its name.
"""

from __future__ import annotations

import gzip
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from counterfoil.audit.files import make_folder, publish
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor

BLOB_MAX_BYTES = 64 * 1024 * 1024
_PACKED_KINDS = frozenset({"dom", "readback"})  # long texts; pictures are packed already
_GZIP_MAGIC = b"\x1f\x8b"


class EvidenceStore:
    """Content-addressed blobs in ``<folder>/ab/abcdef...``, mode 0400. Thread-safe."""

    def __init__(self, folder: Path, redactor: Redactor) -> None:
        self._folder = folder
        self._redactor = redactor

    def put(self, kind: str, content: bytes, *, picture: bool = False) -> Evidence:
        """Keep *content* and return its address; durable on return.

        Args:
            kind: ``screenshot``, ``dom``, ``readback`` or ``document``. Screens and
                read-backs are kept as gzip where that is shorter.
            picture: Pixels, not text: the redactor has nothing to find, and whoever
                took the picture has masked it.

        Raises:
            ValueError: It is longer than 64 MiB.
            OSError: It is not there; no record may name it.
        """
        if len(content) > BLOB_MAX_BYTES:
            raise ValueError(f"{kind}: {len(content)} bytes are too many for one blob")
        kept = content if picture else self._redactor.bytes(content)
        if kind in _PACKED_KINDS:
            kept = min(kept, gzip.compress(kept, compresslevel=6, mtime=0), key=len)
        found = Evidence(kind=kind, sha256=sha256(kept).hexdigest(), size=len(kept))
        path = self.path(found.sha256)
        if not self._is_whole(path, found):
            make_folder(path.parent)
            publish(path, kept)
        return found

    def get(self, digest: str) -> bytes:
        """The bytes as stored; :func:`readable` unpacks them.

        Raises:
            FileNotFoundError: Nothing is kept under *digest*.
            ValueError: What is kept there is not what was put there.
        """
        content = self.path(digest).read_bytes()
        if sha256(content).hexdigest() != digest:
            raise ValueError(f"blob {digest} was altered")
        return content

    def path(self, digest: str) -> Path:
        """Where the blob *digest* (64 lowercase hex digits) lies, there or not."""
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise ValueError(f"not a SHA-256 in lowercase hex: {digest!r}")
        return self._folder / digest[:2] / digest

    def _is_whole(self, path: Path, found: Evidence) -> bool:
        """An equal blob may be there already; a damaged one is put again."""
        try:
            return sha256(path.read_bytes()).hexdigest() == found.sha256
        except FileNotFoundError:
            return False


def readable(content: bytes) -> bytes:
    """A blob for a person: unpacked if it was packed, at most 64 MiB of it.

    Raises:
        OSError, EOFError: It begins like gzip and is none.
    """
    if not content.startswith(_GZIP_MAGIC):
        return content
    with gzip.GzipFile(fileobj=BytesIO(content)) as packed:
        return packed.read(BLOB_MAX_BYTES)
