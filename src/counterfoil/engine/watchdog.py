"""The watchdog: a thread outside the bot's, which ends a browser that does not answer.

A frozen browser cannot be asked, and whoever waits for it cannot look. The event loop
leaves pulses here: its own, one of the browser each time that it answered, and which
step it is in. The watchdog only reads them. A browser that is silent, or in which a step
takes too long, is killed: what waits for it breaks off, and the item takes the way of
its doubt. A loop that itself is silent ends the process; whoever supervises it starts it
again. What supervises us is told by systemd's protocol while all is well.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from counterfoil.engine.journal import steady_seconds
from counterfoil.engine.steps import Steps

EXIT_FROZEN = 70  # sysexits: a defect inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is too long, in seconds. The defaults are for production."""

    look_every: float = 1.0
    browser_silent: float = 20.0
    step: float = 120.0  # one verb of the protocol, sign-on and retries of a look included
    loop_silent: float = 60.0
    after_kill: float = 30.0  # so long a killed browser's visits have to break off


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done, and why."""

    kill_browser: str = ""  # empty: no
    end_process: str = ""


@dataclass(slots=True)
class Pulses:
    """Signs of life, in steady seconds. One thread writes each of them."""

    loop: float = field(default_factory=steady_seconds)
    browser: float = field(default_factory=steady_seconds)
    killed: float = float("-inf")  # when a browser was killed last


def verdict(
    pulses: Pulses, longest: tuple[str, float] | None, now: float, limits: Limits
) -> Verdict:
    """Judge what is seen at *now*; *longest* is the step that lasts longest, and since when."""
    silent = now - pulses.loop
    if silent > limits.loop_silent:
        return Verdict(end_process=f"the event loop has been silent for {silent:.0f} s")
    if now - pulses.killed < limits.after_kill:
        return Verdict()
    silent = now - pulses.browser
    if silent > limits.browser_silent:
        return Verdict(kill_browser=f"it has not answered for {silent:.0f} s")
    if longest is not None and now - longest[1] > limits.step:
        return Verdict(kill_browser=f"{longest[0]} lasts {now - longest[1]:.0f} s")
    return Verdict()


class Watchdog:
    """Looks once a second, on a thread of its own.

    Args:
        steps: What the bank is asked just now.
        tell: Puts it on the record that a browser is killed, and why.
        limits: What is too long.
    """

    def __init__(
        self, steps: Steps, tell: Callable[[str], None], limits: Limits | None = None
    ) -> None:
        self.pulses = Pulses()
        self._steps = steps
        self._tell = tell
        self._limits = limits or Limits()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._thread.start()
        notify("READY=1")
        return self

    def __exit__(self, *_: object) -> None:
        notify("STOPPING=1")
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._limits.look_every):
            now = steady_seconds()
            found = verdict(self.pulses, self._steps.longest(), now, self._limits)
            if found.end_process:
                sys.stderr.write(f"watchdog: {found.end_process}: the process ends\n")
                os._exit(EXIT_FROZEN)
            if found.kill_browser:
                self._kill(found.kill_browser, now)
            notify("WATCHDOG=1")

    def _kill(self, reason: str, now: float) -> None:
        """Told first; killed whether or not it could be told."""
        self.pulses.killed = self.pulses.browser = now
        try:
            self._tell(reason)
        finally:
            kill_browsers()


def kill_browsers() -> int:
    """SIGKILL to every process below our browser's driver; how many.

    The driver is a child of ours, and the browser one of the driver's. Runs of schedules
    lead sessions of their own (``errands``): their browsers are theirs.
    """
    found = [
        process
        for child in psutil.Process().children()
        if not _leads_a_session(child)
        for process in _below(child)
    ]
    for each in found:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    return len(found)


def _leads_a_session(process: psutil.Process) -> bool:
    with suppress(ProcessLookupError, AttributeError):  # Windows has no sessions
        return os.getsid(process.pid) == process.pid
    return False


def _below(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return process.children(recursive=True)
    return []


def notify(line: str) -> None:
    """Tell systemd, if it started us with Type=notify. Source: sd_notify(3)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.sendto(line.encode("ascii"), address)
