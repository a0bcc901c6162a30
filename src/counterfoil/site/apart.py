"""Work that takes seconds of a core, in a process of its own that gives way to everybody.

No page waits behind it for the interpreter, and no bot for the processor.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

GIVES_WAY = 15  # niceness


def apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What *work* returns or raises; a function of a module, with values that can be copied.

    Raises:
        BrokenProcessPool: The process died; nothing is known then.
    """
    spawned = get_context("spawn")  # a fork would copy locks that other threads hold
    with ProcessPoolExecutor(1, spawned, _give_way) as process:
        return process.submit(work, *args, **kwargs).result()


def _give_way() -> None:
    os.nice(GIVES_WAY)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asked
