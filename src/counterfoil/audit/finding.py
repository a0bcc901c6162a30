"""Find records of one kind in the streams of a suite. It proves nothing: ``verifier`` does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def records_of(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    """Every record of *kind* under the audit *folder*, stream by stream, in their order."""
    mark = f'"kind":"{kind}"'.encode("ascii")
    for path in sorted(folder.glob("*/*/*/*.jsonl")):
        with path.open("rb") as lines:
            for line in lines:
                if mark in line and line.endswith(b"\n"):
                    record = json.loads(line)
                    if record["kind"] == kind:  # and not merely told of
                        yield record
