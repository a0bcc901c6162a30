"""Records by their place, for people: a stream and a number. Nothing is verified here."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from counterfoil.audit.records import RECORD_MAX_BYTES

_STREAM = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


def records_at(
    folder: Path, places: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], Mapping[str, Any]]:
    """The records at *places* (stream, number) as stored; those that are gone are left out."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for stream, seq in places:
        wanted[stream].add(seq)
    return {
        (stream, record["seq"]): record
        for stream, numbers in wanted.items()
        for record in _records(folder, stream, numbers)
    }


def _records(folder: Path, stream: str, numbers: set[int]) -> Iterator[Mapping[str, Any]]:
    if not _STREAM.fullmatch(stream) or ".." in stream:
        return
    left = set(numbers)
    for path in reversed(_segments(folder / stream)):
        if not left:
            return
        first = _first_number(path)
        if first is None or first > max(left):
            continue
        here = sorted(each for each in left if each >= first)
        left -= set(here)
        yield from _picked(path, first, here)


def _picked(path: Path, first: int, numbers: list[int]) -> Iterator[Mapping[str, Any]]:
    """In one segment the records stand one after the other."""
    wanted = set(numbers)
    with path.open("rb") as lines:
        for seq, line in enumerate(islice(lines, max(numbers) - first + 1), first):
            if seq in wanted and (record := _read(line)) is not None and record["seq"] == seq:
                yield record


def newest_records(folder: Path, bot: str, *, limit: int) -> list[Mapping[str, Any]]:
    """The last records of *bot* on every machine, newest first; *limit* of each stream at most."""
    found: list[Mapping[str, Any]] = []
    for home in sorted(folder.glob(f"*/{bot}/*")):
        kept: list[Mapping[str, Any]] = []
        for path in reversed(_segments(home)):
            lines = path.read_bytes().splitlines()[-limit:]
            kept += [each for each in map(_read, reversed(lines)) if each is not None]
            if len(kept) >= limit:
                break
        found += kept[:limit]
    return sorted(found, key=lambda each: str(each["t"]), reverse=True)[:limit]


def _segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.jsonl"), key=lambda path: int(path.stem))


def _first_number(path: Path) -> int | None:
    with path.open("rb") as lines:
        record = _read(lines.readline(RECORD_MAX_BYTES + 1))
    return None if record is None else int(record["seq"])


def _read(line: bytes) -> Mapping[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None  # a torn tail
    return record if isinstance(record, dict) and isinstance(record.get("seq"), int) else None
