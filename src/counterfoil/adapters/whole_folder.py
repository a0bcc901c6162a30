"""Put files into a folder together: none of them is there half, and one says that all are."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(into: Path, *, last: str, outdated: str = "") -> Iterator[Path]:
    """Write into the folder that is given; at the end its files move into *into*.

    Args:
        last: The file that moves when all others are there: whoever reads it first finds
            what it names. A crash before that leaves the old one, and what it names.
        outdated: Old files of such names go, where no new one takes their place.
    """
    into.mkdir(parents=True, exist_ok=True)
    unfinished = into / f".unfinished-{secrets.token_hex(4)}"
    unfinished.mkdir()
    try:
        yield unfinished
        found = sorted(path for path in unfinished.rglob("*") if path.is_file())
        names = {path.name for path in found}
        for old in into.glob(outdated) if outdated else ():
            if old.name not in names:
                old.unlink()
        for path in sorted(found, key=lambda path: path.name == last):
            _move(path, into / path.relative_to(unfinished))
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _move(path: Path, target: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    target.parent.mkdir(exist_ok=True)
    path.replace(target)
    fsync_folder(target.parent)


def fsync_folder(path: Path) -> None:
    """Make renames in *path* durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
