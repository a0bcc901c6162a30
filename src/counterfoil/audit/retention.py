"""Dropping what is past its retention date: whole sealed segments, the oldest first.

The seals stay for ever, so the chain can be checked across a hole that the log declares.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from counterfoil.audit.files import seal_path, segment_path, sync_folder
from counterfoil.audit.seals import Seal


def sealed_segments(folder: Path, through: int) -> tuple[Seal, ...]:
    """The seals up to and with *through*. Raises ValueError if one is missing."""
    seals = []
    for segment in range(1, through + 1):
        path = seal_path(folder, segment)
        if not path.is_file():
            raise ValueError(f"segment {segment} is not sealed: it cannot be dropped")
        seals.append(Seal.read(path.read_bytes()))
    return tuple(seals)


def drop_segments(
    folder: Path, seals: Sequence[Seal], declare: Callable[[Mapping[str, Any]], None], reason: str
) -> int:
    """Declare and delete the segments of *seals*; returns how many were still there.

    Each declaration is durable before its file goes. What a crash left half done is
    done again: a hole is declared once more, which changes nothing.
    """
    deleted = 0
    for seal in seals:
        path = segment_path(folder, seal.segment)
        if not path.exists():
            continue
        facts = {"segment": seal.segment, "size": seal.size, "root": seal.root, "reason": reason}
        declare(facts)
        for each in (*folder.glob(f"{seal.segment:06d}.torn.*"), path):
            os.unlink(each)  # noqa: PTH108 - one system call by name, for the crash tests
        sync_folder(folder)
        deleted += 1
    return deleted
