"""The command line: what people type, and what they read back.

Exit codes: 0 done · 1 the answer is no (not verified, something wrong found, items
wait for a person) · 2 wrong use or wrong settings · 130 interrupted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from counterfoil.cli.terminal import say_error
from counterfoil.config import find_suite
from counterfoil.errors import CounterfoilError, SetupError


def main() -> None:
    """Run the command; every error we raise on purpose becomes one sentence."""
    if not __debug__:
        sys.exit("counterfoil: assertions must stay on: start Python without -O")
    try:
        # Appended, never in front: the folder selectors/ would hide Python's own module.
        sys.path.append(str(find_suite(Path.cwd()).root))
        from counterfoil.cli.app import app  # the suite's bots and workflows come with it

        app(prog_name="counterfoil")
    except SetupError as error:
        say_error(error)
        sys.exit(2)
    except CounterfoilError as error:
        say_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
