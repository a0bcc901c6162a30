"""Files that were dropped: identity is the content, never the name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One received file, copied into our own keeping before anything else happens."""

    sha256: str  # of the plain bytes, lowercase hex: the identity
    name: str  # as dropped, for people; never used as a path
    size: int  # bytes
    received_at: datetime  # UTC
    folder: str  # the watched folder's name in config.toml
    path: Path  # our copy: work only on this
