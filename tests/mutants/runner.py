"""The full way: copy the tree, patch one file, and demand that the named tests turn red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.mutants.patches import InTree
from tests.mutants.rooms import ROOT, patched

_PARTS = ("src", "bots", "workflows", "selectors", "fixtures", "tests", "pyproject.toml")
LIMIT_SECONDS = 240
_RED = 1  # pytest: tests ran, and some failed; anything else is no verdict


def turns_red(mutant: InTree, into: Path) -> tuple[bool, str]:
    """Whether the mutant's tests fail; and the end of what pytest said.

    Raises:
        ValueError: The patch does not match exactly once.
        subprocess.TimeoutExpired: No verdict within the limit.
    """
    for part in _PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, into / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, into / part)
    target = into / mutant.file
    source_text = target.read_text("utf-8")
    target.write_text(patched(source_text, mutant.old, mutant.new, mutant.file), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutant.red],
        cwd=into,
        env={**os.environ, "PYTHONPATH": f"{into / 'src'}{os.pathsep}{into}"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    return done.returncode == _RED, done.stdout[-1500:] + done.stderr[-500:]
