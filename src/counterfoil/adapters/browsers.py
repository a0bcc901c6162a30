"""Find a Chromium on this machine. Standard library only: the set-up runs it early."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from counterfoil.errors import SetupError

#: Distributions' names first: they get security updates by themselves.
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
_DOWNLOADED = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    "chromium-*/chrome-win*/chrome.exe",
)


def find_browser(wanted: Path | None = None) -> Path:
    """The browser that the bots drive: *wanted*, or the first one on this machine.

    Raises:
        SetupError: There is none; the message says how to get one.
    """
    if wanted is not None:
        if not wanted.is_file():
            raise SetupError(f"config.toml: browser: executable: there is no {wanted}")
        return wanted
    if found := _installed() or _downloaded():
        return found
    raise SetupError(
        "no Chromium, Chrome or Edge found: run `make setup`, or install one "
        "(Debian: apt-get install -y chromium)"
    )


def _installed() -> Path | None:
    named = (shutil.which(command) for command in _COMMANDS)
    return next(
        (Path(each) for each in (*named, *_ELSEWHERE) if each and Path(each).is_file()), None
    )


def _downloaded() -> Path | None:
    """Playwright's own download, newest first."""
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or _cache())
    found = [path for pattern in _DOWNLOADED for path in cache.glob(pattern)]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def _cache() -> Path:
    home = Path.home()
    for folder in (home / "Library/Caches", home / "AppData/Local"):
        if folder.is_dir():
            return folder / "ms-playwright"
    return home / ".cache/ms-playwright"
