"""The operating system's locks: one worker, and one watcher, on one data folder."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from counterfoil.errors import SetupError


def worker_lock(data: Path) -> FileLock:
    """The one worker process on this data folder.

    Raises:
        SetupError: Another worker works here.
    """
    return _lock(data, "worker", "works on")


def watch_lock(data: Path) -> FileLock:
    """The one process that watches the folders of this data folder.

    Raises:
        SetupError: Another one watches them.
    """
    return _lock(data, "watch", "watches the folders of")


def _lock(data: Path, name: str, does: str) -> FileLock:
    """The operating system's: free again the moment the process dies, however it dies."""
    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise SetupError(f"another worker {does} {data}: stop it first") from None
    return lock
