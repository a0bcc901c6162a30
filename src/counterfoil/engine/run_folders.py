"""Folders for plain copies of what is sealed elsewhere: of one run alone, and gone with it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def run_folder(home: Path) -> Iterator[Path]:
    """A folder below *home* (mode 0700) for as long as the block lasts.

    What earlier runs left behind because they were killed is removed first: the operating
    system's lock beside each folder is free the moment its process is dead.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear_away(home)
    folder = home / secrets.token_hex(8)
    with FileLock(_lock_of(folder)):
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)
            _lock_of(folder).unlink()


def _clear_away(home: Path) -> None:
    for path in home.glob("*.lock"):
        try:
            with FileLock(path, timeout=0):
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
                path.unlink(missing_ok=True)
        except Timeout:
            continue  # of a run that lives


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(".lock")
