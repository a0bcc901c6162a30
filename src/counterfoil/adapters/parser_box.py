"""The parser box: other people's files are parsed in a child process that may die.

A fresh interpreter (never a fork of our threads) with bounded memory, processor time,
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
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

import counterfoil
from counterfoil.errors import Quarantined

_BOOT = (
    "import sys; sys.path += sys.argv[1:]\n"  # behind the standard library, never before it
    "from counterfoil.adapters.parser_box import child\n"
    "child()"
)
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
    order = json.dumps(
        {"parser": parser, "path": str(path), "options": options, "limits": asdict(limits)}
    )
    source = str(Path(counterfoil.__file__).parent.parent)
    folders = [source, *(each for each in sys.path if Path(each).is_absolute())]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-I", "-B", "-c", _BOOT, *folders],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it may quote account numbers
        env={"LC_ALL": "C.UTF-8"},
        start_new_session=True,
    ) as process:
        try:
            answer, why = _converse(process, order.encode(), limits)
        finally:
            _end(process)
        return _judge(answer, why, process.wait(), limits)


def _converse(
    process: subprocess.Popen[bytes], order: bytes, limits: Limits
) -> tuple[bytes, str | None]:
    """Send the order, read the answer; a reason when a bound of ours was hit."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(order)
        process.stdin.close()
    except BrokenPipeError:
        return b"", None
    deadline = time.monotonic() + limits.wall_seconds
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN | select.POLLHUP)
    parts = bytearray()
    while (left := deadline - time.monotonic()) > 0:
        if not poll.poll(left * 1000):
            continue
        part = os.read(process.stdout.fileno(), 2**16)
        if not part:
            return bytes(parts), None
        parts += part
        if len(parts) > limits.answer_bytes:
            return b"", f"its content is longer than {limits.answer_bytes:,} bytes"
    return b"", f"reading took longer than {limits.wall_seconds} s"


def _end(process: subprocess.Popen[bytes]) -> None:
    """The child and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _judge(answer: bytes, why: str | None, code: int, limits: Limits) -> Any:
    record: Any = None
    if why is None and answer:
        try:
            record = json.loads(answer)
        except ValueError:
            why = "its answer was cut off"
    if isinstance(record, dict) and "answer" in record:
        return record["answer"]
    if isinstance(record, dict) and "quarantined" in record:
        code_, reason, remedy = record["quarantined"]
        raise Quarantined(str(code_), str(reason), remedy=str(remedy))
    if isinstance(record, dict) and "died" in record:
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


def child() -> NoReturn:
    """The other end of the pipe: called by the boot line above, in the child only."""
    order = json.loads(sys.stdin.buffer.read())
    pipe = os.dup(1)
    os.dup2(2, 1)  # a chatty parser must not write into the answer
    _confine(Limits(**order["limits"]))
    gc.set_threshold(GARBAGE)
    warnings.simplefilter("ignore")
    record: dict[str, Any]
    try:
        module, _, name = order["parser"].partition(":")
        parser = getattr(importlib.import_module(module), name)
        record = {"answer": parser(Path(order["path"]), order["options"])}
    except Quarantined as trouble:
        record = {"quarantined": [trouble.code, trouble.reason, trouble.remedy]}
    except MemoryError:
        record = {"died": "it needs too much memory"}
    except RecursionError:
        record = {"died": "it is nested too deeply"}
    except Exception as trouble:  # noqa: BLE001 - the text may quote the file: only its name
        record = {"died": f"the reader stopped ({type(trouble).__name__})"}
    with os.fdopen(pipe, "wb") as out:
        out.write(json.dumps(record).encode())
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
