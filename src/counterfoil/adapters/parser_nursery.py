"""Several files of one command: each still in a box of its own, born of one nursery.

To start Python and to load the parsers takes longer than most files take to read. The nursery
is a fresh interpreter, as a box is, that has done both and nothing else: it opens no file. Each
box is a fork of it, with pipes of its own, a process group of its own, and, before it opens its
file, the limits of a box; it cannot reach the nursery's line. So no file meets what another left.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import IO, NoReturn

_MESSAGE_BYTES = 32
ENVIRONMENT = {"LC_ALL": "C.UTF-8"}  # none of ours
BOX, END = b"box", b"end"


class Box:
    """One box, as a :class:`subprocess.Popen` would be."""

    def __init__(self, line: socket.socket) -> None:
        order, order_in = os.pipe()
        answer_out, answer = os.pipe()
        self.stdin: IO[bytes] = os.fdopen(order_in, "wb")
        self.stdout: IO[bytes] = os.fdopen(answer_out, "rb")
        self._line = line
        self._code: int | None = None
        try:
            socket.send_fds(line, [BOX], [order, answer])
            self.pid = int(line.recv(_MESSAGE_BYTES))
        except (OSError, ValueError):  # the nursery is gone
            self.stdin.close()
            self.stdout.close()
            raise
        finally:
            os.close(order)
            os.close(answer)

    def wait(self) -> int:
        """Its exit code, or a negative signal. Until then its number is not given out again."""
        if self._code is None:
            self._code = self._ends()
        return self._code

    def _ends(self) -> int:
        try:
            self._line.send(END)
            return int(self._line.recv(_MESSAGE_BYTES))
        except (OSError, ValueError):  # the nursery is gone
            return -signal.SIGKILL

    @property
    def ended(self) -> bool:
        """Has its end been waited for?"""
        return self._code is not None

    def __enter__(self) -> Box:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stdout.close()
        self.stdin.close()
        self.wait()


class Nursery:
    """The nursery as its parent sees it: one box at a time."""

    def __init__(self, command: Callable[[int], Sequence[str]]) -> None:
        """Args: command: of the nursery, given the number of its end of the line."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line = ours
        self._last: Box | None = None
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command(theirs.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # it may quote account numbers
                env=ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def box(self) -> Box | None:
        """The next box; None while the last one has not ended, or when the nursery is gone."""
        if self._last is not None and not self._last.ended:
            return None
        try:
            self._last = Box(self._line)
        except (OSError, ValueError):
            return None
        return self._last

    def close(self) -> None:
        """It ends by itself when its line does."""
        self._line.close()
        self._process.wait()


def nurse(line: socket.socket, child: Callable[[], NoReturn]) -> NoReturn:
    """The other end of the line, in the nursery only: a box for each message."""
    gc.freeze()  # what is loaded is shared with every box
    while True:
        message, pipes, _, _ = socket.recv_fds(line, _MESSAGE_BYTES, 2)
        if message != BOX:
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            line.close()
            _be_born(*pipes)
            child()
        for each in pipes:
            os.close(each)
        _in_a_group_of_its_own(pid)
        line.send(b"%d" % pid)
        if line.recv(_MESSAGE_BYTES) != END:  # our parent is gone
            os.killpg(pid, signal.SIGKILL)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        line.send(b"%d" % os.waitstatus_to_exitcode(status))


def _be_born(order: int, answer: int) -> None:
    _in_a_group_of_its_own(0)
    os.dup2(order, 0)
    os.dup2(answer, 1)
    os.close(order)
    os.close(answer)


def _in_a_group_of_its_own(pid: int) -> None:
    """Both say so: whoever comes first, the group is there before anybody has to kill it."""
    try:
        os.setpgid(pid, pid)
    except (PermissionError, ProcessLookupError):
        return
