"""Where a suite is: found without reading what it says."""

from __future__ import annotations

from pathlib import Path

CONFIG_NAME = "config.toml"


def suite_folder(start: Path) -> Path | None:
    """The folder with a config.toml that *start* is, or is in; None: there is none."""
    folders = (start.resolve(), *start.resolve().parents)
    return next((each for each in folders if (each / CONFIG_NAME).is_file()), None)
