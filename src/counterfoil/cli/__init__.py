"""The command line: what people type, and what they read back.

Exit codes: 0 done · 1 the answer is no (not verified, something wrong found, items
wait for a person) · 2 wrong use or wrong settings · 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from counterfoil.cli.loading import loading
from counterfoil.cli.terminal import say_error
from counterfoil.domain.under import UNDER
from counterfoil.errors import CounterfoilError, SetupError
from counterfoil.suite_folder import suite_folder

if TYPE_CHECKING:
    from workflows.floor import Floor

ENDED_WITH_WORKER = 143  # as if it had been told to terminate

#: Folders of the suite's own Python, which stand beside its config.toml.
SUITE = ("bots", "workflows")
REMEDY = "run counterfoil in the suite's own folder, or take these folders along with it"

#: The commands that key: their browser starts while the rest of us is loaded.
KEYING = (["up"], ["run"], ["worker"])
#: The commands that need no settings: none are read, which takes as long as two thousand lines.
#: They have no ledger, browser or worker to part from either, and end as soon as all is written.
WITHOUT_SETTINGS = (["reconcile"],)


def main() -> None:
    """Run the command; every error we raise on purpose becomes one sentence."""
    if UNDER in os.environ:
        _end_with_our_worker()
    if not __debug__:
        sys.exit("counterfoil: assertions must stay on: start Python without -O")
    try:
        # Appended, never in front: the folder selectors/ would hide Python's own module.
        root = _root(sys.argv[1:])
        sys.path.append(str(root))
        with _floor(root, sys.argv[1:]) as floor:
            with loading():  # the suite's bots and workflows come with it
                from counterfoil.cli.app import app_for

                app = app_for(sys.argv[1:])
            with _ending(sys.argv[1:]):
                app(prog_name="counterfoil", obj=floor)
    except ModuleNotFoundError as error:
        if error.name not in SUITE:
            raise
        say_error(SetupError(f"{root} has a config.toml and no {error.name}/: {REMEDY}"))
        sys.exit(2)
    except SetupError as error:
        say_error(error)
        sys.exit(2)
    except CounterfoilError as error:
        say_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _root(words: list[str]) -> Path:
    """The suite of this folder; for help, and for what needs no settings, also our own checkout's.

    Every other command looks for the suite of this folder itself, and says that there is none.

    Raises:
        SetupError: There is none, or what it says is wrong.
    """
    here = Path.cwd()
    folder = suite_folder(here)
    if folder is None and words[:1] not in KEYING:
        folder = suite_folder(Path(__file__))
    if folder is not None and words[:1] in WITHOUT_SETTINGS:
        return folder
    from counterfoil.config import find_suite

    return find_suite(here if folder is None else folder).root


@contextmanager
def _ending(words: list[str]) -> Iterator[None]:
    """Who only wrote files ends here: Python takes 35 ms to take apart what it loaded, in vain."""
    try:
        yield
    except SystemExit as end:
        if words[:1] in WITHOUT_SETTINGS and isinstance(end.code, int):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code)
        raise


def _end_with_our_worker() -> None:
    """We are a scheduled run: our standard input closes when the worker that began us dies."""

    def wait() -> None:
        while os.read(0, 1024):  # nobody writes; ends when the pipe closes
            pass
        os._exit(ENDED_WITH_WORKER)

    threading.Thread(target=wait, name="worker watch", daemon=True).start()


@contextmanager
def _floor(root: Path, words: list[str]) -> Iterator[Floor | None]:
    """The floor for a command that keys; the other ones need none."""
    if words[:1] not in KEYING or not {"-h", "--help"}.isdisjoint(words):
        yield None
        return
    from counterfoil.config import find_suite
    from workflows.floor import Floor

    with Floor(find_suite(root)) as floor:
        yield floor
