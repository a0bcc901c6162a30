"""The command as people start it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def counterfoil(*words: str, at: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the real command in the folder *at*."""
    return subprocess.run(
        [sys.executable, "-c", "from counterfoil.cli import main; main()", *words],
        cwd=at,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
