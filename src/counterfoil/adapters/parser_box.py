"""The parser box: other people's files are parsed in a child process that may die.

A fresh interpreter, or the fork of one that has seen no file (:mod:`.parser_nursery`; never
a fork of our threads), with bounded memory, processor time,
wall time and file size, without our environment and, where the system allows it,
without a network. Its answer is one JSON text over a pipe. However it ends, the caller
gets the answer or a :class:`Quarantined` with the reason, and lives on.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

import counterfoil
from counterfoil.adapters import parser_nursery
from counterfoil.adapters.parser_nursery import ENVIRONMENT, Box, Nursery
from counterfoil.errors import Quarantined

_BOOT = (
    "import sys; sys.path += sys.argv[2:]\n"  # behind the standard library, never before it
    "from counterfoil.adapters import parser_box\n"
    "parser_box.{}(sys.argv[1])"
)
_NURSERY: ContextVar[Nursery | None] = ContextVar("nursery", default=None)
GARBAGE = 100_000  # objects between two searches for cycles: a short life makes few of them
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one parse may use. An ordinary workbook needs a tenth of each."""

    memory_bytes: int = 2**30
    cpu_seconds: int = 20
    wall_seconds: int = 30
    file_bytes: int = 2**20  # the largest file it may write
    answer_bytes: int = 64 * 2**20


#: Of a file of a million rows, read in parts: the time is 60 s on a slow machine.
STREAM = Limits(cpu_seconds=120, wall_seconds=600)


def run(
    parser: str, path: Path, options: Mapping[str, Any], *, limits: Limits | None = None
) -> Any:
    """Run *parser* on the file in a child process and give its answer.

    Args:
        parser: ``"package.module:function"``, called with (path, options); its answer
            must be JSON.
        options: JSON too.

    Raises:
        Quarantined: As the parser says; or the box died, with the limit it hit.
    """
    limits = limits or Limits()
    answer, why = b"", None
    with _started() as process:
        try:
            order = _order(parser, path, options, limits, in_parts=False)
            answer = b"".join(_converse(process, order, limits))
        except _BoundError as hit:
            why = str(hit)
        finally:
            _end(process)
        return _judge(answer, why, process.wait(), limits)


def stream(
    parser: str, path: Path, options: Mapping[str, Any], *, limits: Limits | None = None
) -> Generator[Any, None, None]:
    """Run *parser*, which gives one answer after the other, and give them as they come.

    Only one answer is held at a time, and ``answer_bytes`` bounds each. How long the caller
    takes between two answers does not count as wall time.

    Raises:
        Quarantined: As :func:`run`, at any time: the answers that came before it count for
            nothing.
    """
    limits = limits or STREAM
    last, why = b"", None
    with _started() as process:
        try:
            order = _order(parser, path, options, limits, in_parts=True)
            for last in _converse(process, order, limits):
                record = _record(last)
                if record is None or "part" not in record:
                    break
                yield record["part"]
                last = b""
        except _BoundError as hit:
            why = str(hit)
        finally:
            _end(process)
        _judge(last, why, process.wait(), limits)


class _BoundError(Exception):
    """A bound of ours was hit; the message says which."""


def _order(
    parser: str, path: Path, options: Mapping[str, Any], limits: Limits, *, in_parts: bool
) -> bytes:
    order = {"parser": parser, "path": str(path), "options": options, "in_parts": in_parts}
    return json.dumps(order | {"limits": asdict(limits)}).encode()


@contextmanager
def nursery(parser: str) -> Iterator[None]:
    """Within it, boxes are born of one interpreter that has loaded *parser* and seen no file."""
    born = Nursery(lambda line: _command("nurse", f"{line} {parser}"))
    before = _NURSERY.set(born)
    try:
        yield
    finally:
        _NURSERY.reset(before)
        born.close()


def _started() -> subprocess.Popen[bytes] | Box:
    born = _NURSERY.get()
    box = born.box() if born is not None else None
    return box or subprocess.Popen(  # noqa: S603 - our own interpreter and module
        _command("child", ""),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it may quote account numbers
        env=ENVIRONMENT,
        start_new_session=True,
    )


def _command(entry: str, told: str) -> list[str]:
    """A fresh interpreter that calls *entry* of this module with *told*."""
    source = str(Path(counterfoil.__file__).parent.parent)
    folders = [source, *(each for each in sys.path if Path(each).is_absolute())]
    boot = _BOOT.format(entry)
    return [sys.executable, "-I", "-S", "-B", "-c", boot, told, *dict.fromkeys(folders)]


def _converse(
    process: subprocess.Popen[bytes] | Box, order: bytes, limits: Limits
) -> Iterator[bytes]:
    """Send the order, give the answer line by line. Raises _BoundError."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(order)
        process.stdin.close()
    except BrokenPipeError:
        return
    left = float(limits.wall_seconds)  # of the time in which we wait for the child
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN | select.POLLHUP)
    line = bytearray()
    while left > 0:
        before = time.monotonic()
        ready = poll.poll(left * 1000)
        left -= time.monotonic() - before
        if not ready:
            continue
        part = os.read(process.stdout.fileno(), 2**16)
        if not part:
            yield bytes(line)
            return
        for at, each in enumerate(part.split(b"\n")):
            if at:
                yield bytes(line)
                line.clear()
            line += each
            if len(line) > limits.answer_bytes:
                raise _BoundError(f"its content is longer than {limits.answer_bytes:,} bytes")
    raise _BoundError(f"reading took longer than {limits.wall_seconds} s")


def _record(line: bytes) -> dict[str, Any] | None:
    """None: it was cut off."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _end(process: subprocess.Popen[bytes] | Box) -> None:
    """The child and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _judge(answer: bytes, why: str | None, code: int, limits: Limits) -> Any:
    record = _record(answer) if why is None and answer else None
    if why is None and answer and record is None:
        why = "its answer was cut off"
    if record is not None and "answer" in record:
        return record["answer"]
    if record is not None and "quarantined" in record:
        code_, reason, remedy = record["quarantined"]
        raise Quarantined(str(code_), str(reason), remedy=str(remedy))
    if record is not None and "died" in record:
        why = str(record["died"])
    raise Quarantined(
        "parser_died",
        f"the file could not be read within bounds: {why or _cause(code, limits)}",
        remedy="save it again and drop it again; if that does not help, tell the operators",
    )


def _cause(code: int, limits: Limits) -> str:
    match -code:
        case signal.SIGXCPU:
            return f"more than {limits.cpu_seconds} s of processor time"
        case signal.SIGXFSZ:
            return f"it wrote more than {limits.file_bytes:,} bytes"
        case signal.SIGKILL:
            return "the system stopped it"
        case signal.SIGABRT:  # what a library in C does when it gets no memory
            return f"it gave up (SIGABRT), as for want of memory: {limits.memory_bytes:,} bytes"
        case number if number > 0:
            return f"it ended with {signal.Signals(number).name}"
        case _:
            return f"it ended with code {code}"


def nurse(told: str) -> NoReturn:
    """What the nursery does: called by the boot line above, in the nursery only."""
    line, _, parser = told.partition(" ")
    _grow_up()
    _loaded(parser)
    parser_nursery.nurse(socket.socket(fileno=int(line)), child)


def _grow_up() -> None:
    gc.set_threshold(GARBAGE)
    # openpyxl loads it where it can, a third of what a small file costs; no parser counts with it
    sys.modules["numpy"] = None  # type: ignore[assignment]


def _loaded(parser: str) -> Callable[..., Any]:
    module, _, name = parser.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def child(_told: str = "") -> NoReturn:
    """The other end of the pipe: called by the boot line above, in the child only."""
    order = json.loads(sys.stdin.buffer.read())
    pipe = os.dup(1)
    os.dup2(2, 1)  # a chatty parser must not write into the answer
    _confine(Limits(**order["limits"]))
    _grow_up()
    warnings.simplefilter("ignore")
    record: dict[str, Any]
    out = os.fdopen(pipe, "wb")
    try:
        answer = _loaded(order["parser"])(Path(order["path"]), order["options"])
        if order["in_parts"]:
            for part in answer:
                out.write(json.dumps({"part": part}).encode() + b"\n")
            answer = None
        record = {"answer": answer}
    except Quarantined as trouble:
        record = {"quarantined": [trouble.code, trouble.reason, trouble.remedy]}
    except MemoryError:
        record = {"died": "it needs too much memory"}
    except RecursionError:
        record = {"died": "it is nested too deeply"}
    except Exception as trouble:  # noqa: BLE001 - the text may quote the file: only its name
        record = {"died": f"the reader stopped ({type(trouble).__name__})"}
    out.write(json.dumps(record).encode())
    out.close()
    os._exit(0)


def _confine(limits: Limits) -> None:
    for which, bound in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        grace = 1 if which == resource.RLIMIT_CPU else 0  # so that the signal names the cause
        resource.setrlimit(which, (bound, bound + grace))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it; a bound must be seen
    # No network where the kernel lets us: failing is no harm, the parsers never dial.
    unshare = ctypes.CDLL(None, use_errno=True).unshare
    if unshare(_NEW_NETWORK) != 0:
        unshare(_NEW_USER | _NEW_NETWORK)
