"""The operating system's lock: one worker process on one data folder."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from counterfoil.errors import SetupError


def worker_lock(data: Path) -> FileLock:
    """The operating system's lock of the one worker process on this data folder.

    It is free again the moment the process dies, however it dies.

    Raises:
        SetupError: Another worker works here.
    """
    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / "worker.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise SetupError(f"another worker works on {data}: stop it first") from None
    return lock
