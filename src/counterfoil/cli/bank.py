"""``counterfoil bank``: the cardboard bank of fixtures/, started on its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.request import Request, urlopen

import typer

from counterfoil.cli.terminal import TRY, say, show_table
from counterfoil.config import Suite, find_suite
from counterfoil.errors import SetupError

STARTS_WITHIN_SECONDS = 20


@dataclass(frozen=True, slots=True)
class CardboardBank:
    """A running bank: where its screens are, and where its truth is."""

    url: str
    control_url: str
    operators: tuple[dict[str, str], ...]
    pid: int

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the control port, which no bot ever sees."""
        request = Request(  # noqa: S310 - our own bank, on loopback
            self.control_url.rstrip("/") + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=TRY)(bank)


def bank(
    port: Annotated[int, typer.Option(help="Where the screens are served; 0 picks one.")] = 8642,
    skin: Annotated[str, typer.Option(help="4.2, or 4.3 in which fields have moved.")] = "4.2",
    fault: Annotated[
        list[str] | None,
        typer.Option(help="A fault and its probability, e.g. fin=0.05; may be repeated."),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Where the bank keeps its books.")] = None,
) -> None:
    """Start the cardboard bank and its operators' credentials; Ctrl-C stops it.

    A legacy bank to practise on, as unpleasant as the real ones: its screens on --port,
    its faults and its truth on a control port of its own (fixtures/README.md).

    \b
        counterfoil bank --fault fin=0.05 --fault kicked_out=0.02
        counterfoil bank --skin 4.3        # the vendor's upgrade
    """
    suite = find_suite(Path.cwd())
    arguments = ["--port", str(port), "--skin", skin]
    bounds = suite.config.systems["corebank"].bounds if "corebank" in suite.config.systems else None
    if bounds is not None:
        arguments += ["--late-seconds", str(bounds.late_booking_seconds or 0)]
        arguments += ["--staleness-seconds", str(bounds.list_staleness_seconds or 0)]
    if fault:
        arguments += ["--faults", ",".join(fault)]
    arguments += ["--data", str(data or suite.data / "bank")]
    with running_bank(suite, arguments) as running:
        write_credentials(suite, running)
        say(f"screens  {running.url}", style="bold")
        say(f"control  {running.control_url}   (faults and the truth: fixtures/README.md)")
        rows = [(each["operator"], each["password"], each["branch"]) for each in running.operators]
        show_table("operators", ("operator", "password", "branch"), rows)
        with suppress(KeyboardInterrupt):  # the usual end
            say("Ctrl-C stops it.")
            signal.pause()


@contextmanager
def running_bank(suite: Suite, arguments: Sequence[str]) -> Iterator[CardboardBank]:
    """Start ``python -m fixtures.corebank`` and stop it at the end of the block.

    Raises:
        SetupError: It did not come up; the message has its last words.
    """
    command = [sys.executable, "-m", "fixtures.corebank", *arguments]
    process = subprocess.Popen(  # noqa: S603 - our own program, no shell
        command,
        cwd=suite.root,
        env={**os.environ, "PYTHONPATH": str(suite.root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            _, words = process.communicate(timeout=STARTS_WITHIN_SECONDS)
            last = words.strip().splitlines()[-1] if words.strip() else "no reason given"
            raise SetupError(f"the cardboard bank did not start: {last}")
        ready = json.loads(line)
        yield CardboardBank(
            ready["url"], ready["control_url"], tuple(ready["operators"]), process.pid
        )
    finally:
        process.terminate()
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def write_credentials(suite: Suite, running: CardboardBank) -> None:
    """One file per operator, readable by us alone: what config.toml's logins name."""
    folder = suite.path(suite.config.site.credentials)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for each in running.operators:
        path = folder / f"corebank-{each['operator']}"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(each["password"], "utf-8")
