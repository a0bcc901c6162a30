"""Find a Chromium on this machine. Standard library only: the set-up runs it early."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from counterfoil.errors import SetupError

#: The headless shell is Chromium without a desktop around it: the same engine for two
#: thirds of the CPU (benchmarks/RESULTS.md). Distributions' names first: they get
#: security updates by themselves.
_SHELLS = ("chromium-headless-shell",)
_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "microsoft-edge-stable",
    "microsoft-edge",
)
_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_DOWNLOADED_SHELLS = (
    "chromium_headless_shell-*/chrome-headless-shell-*/chrome-headless-shell*",
    "chromium_headless_shell-*/chrome-*/headless_shell*",
)
_DOWNLOADED = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    "chromium-*/chrome-win*/chrome.exe",
)


def find_browser(wanted: Path | None = None, *, headless: bool = True) -> Path:
    """The browser that the bots drive: *wanted*, or the first one on this machine.

    Args:
        headless: Without windows a headless shell is preferred; with them it is of no use.

    Raises:
        SetupError: There is none; the message says how to get one.
    """
    if wanted is not None:
        if not wanted.is_file():
            raise SetupError(f"config.toml: browser: executable: there is no {wanted}")
        return wanted
    found = _installed(_SHELLS) or _downloaded(_DOWNLOADED_SHELLS) if headless else None
    if found := found or _installed(_COMMANDS, _ELSEWHERE) or _downloaded(_DOWNLOADED):
        return found
    raise SetupError(
        "no Chromium, Chrome or Edge found: run `make setup`, or install one "
        "(Debian: apt-get install -y chromium)"
    )


def _installed(commands: Iterable[str], places: Iterable[str] = ()) -> Path | None:
    named = (shutil.which(command) for command in commands)
    return next((Path(each) for each in (*named, *places) if each and Path(each).is_file()), None)


def _downloaded(patterns: Iterable[str]) -> Path | None:
    """Playwright's own download, newest first."""
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or _cache())
    found = [path for pattern in patterns for path in cache.glob(pattern)]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def _cache() -> Path:
    home = Path.home()
    for folder in (home / "Library/Caches", home / "AppData/Local"):
        if folder.is_dir():
            return folder / "ms-playwright"
    return home / ".cache/ms-playwright"
