"""Bytes onto the disk so that they are still there after a power cut.

Every write of the log goes through here, and every call is a plain ``os`` function, so
that a test can let the n-th one fail.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def segment_path(folder: Path, segment: int) -> Path:
    """``000001.jsonl``: the records of one segment."""
    return folder / f"{segment:06d}.jsonl"


def seal_path(folder: Path, segment: int) -> Path:
    """``000001.seal``: there once the segment is closed."""
    return folder / f"{segment:06d}.seal"


def write_all(fd: int, content: bytes) -> None:
    """Write *content* whole: on a full disk ``os.write`` writes a part and says nothing.

    Raises:
        OSError: Some of it, or nothing, was written.
    """
    rest = memoryview(content)
    while rest:
        written = os.write(fd, rest)
        if written <= 0:
            raise OSError(f"the disk took {written} of {len(rest)} bytes")
        rest = rest[written:]


def publish(path: Path, content: bytes, *, mode: int = 0o400) -> None:
    """Put *content* at *path*, whole or not at all, and durable on return.

    Raises:
        OSError: *path* is as it was; at most a ``.tmp`` file stays beside it.
    """
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    fd = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        write_all(fd, content)
        os.fchmod(fd, mode)
        os.fsync(fd)
    finally:
        os.close(fd)
    os.rename(unfinished, path)  # noqa: PTH104 - one system call by name, for the crash tests
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable: a file's own fsync does not."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_folder(folder: Path) -> None:
    """Create *folder* and what is missing above it, each name durable."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)
