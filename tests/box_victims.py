"""Parsers that die in every way we can think of; the parser box runs them in its child."""

from __future__ import annotations

import ctypes
import itertools
import os
import resource
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def eat_memory(path: Path, options: Mapping[str, Any]) -> int:
    return len(bytearray(2**31))


def spin(path: Path, options: Mapping[str, Any]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        pass


def sleep(path: Path, options: Mapping[str, Any]) -> None:
    time.sleep(60)


def abort(path: Path, options: Mapping[str, Any]) -> None:
    os.abort()


def crash(path: Path, options: Mapping[str, Any]) -> None:
    ctypes.string_at(0)


def write_a_large_file(path: Path, options: Mapping[str, Any]) -> None:
    (path / "large").write_bytes(b"x" * 1_000_000)


def talk_too_much(path: Path, options: Mapping[str, Any]) -> str:
    return "x" * 1_000_000


def raise_with_an_account(path: Path, options: Mapping[str, Any]) -> None:
    raise ValueError("cannot read CZ6508000000192000145399")


def leave(path: Path, options: Mapping[str, Any]) -> None:
    os._exit(3)


def recurse(path: Path, options: Mapping[str, Any]) -> Any:
    return recurse(path, options)


def look_around(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    os.write(1, b"chatter that must not reach the answer")
    return {
        "environment": dict(os.environ),
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
    }


def count_for_ever(path: Path, options: Mapping[str, Any]) -> Iterator[int]:
    yield from itertools.count()


def grow(path: Path, options: Mapping[str, Any]) -> Iterator[str]:
    yield from ("x" * size for size in (10, 100, 10_000))


def crash_after_two(path: Path, options: Mapping[str, Any]) -> Iterator[int]:
    yield from (1, 2)
    ctypes.string_at(0)


def leave_after_two(path: Path, options: Mapping[str, Any]) -> Iterator[int]:
    yield from (1, 2)
    os._exit(3)


LEFT: list[str] = []  # by parsers that ran before in this process


def take_stock(path: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    """All that a parser could reach of others, and what bounds it."""
    found = {
        "left": list(LEFT),
        "environment": dict(os.environ),
        "files": [str(each.readlink()).split(":")[0] for each in _open_files()],
        "limits": [
            resource.getrlimit(getattr(resource, each))
            for each in sorted(dir(resource))
            if each.startswith("RLIMIT_")
        ],
        "network": Path("/proc/self/net/dev").read_text("utf-8").count("\n"),
        "own group": os.getpgid(0) == os.getpid(),
    }
    LEFT.append(str(path))
    return found


def _open_files() -> list[Path]:
    every = (Path(f"/proc/self/fd/{each}") for each in range(64))
    return [each for each in every if each.is_symlink()]


def who(path: Path, options: Mapping[str, Any]) -> Iterator[int]:
    yield os.getpid()
    yield os.getppid()
