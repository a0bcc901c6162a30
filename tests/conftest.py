"""What every test may lean on: the long runs wait for ``--battery``, and one browser path."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterfoil.adapters.browsers import find_browser


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--battery", action="store_true", help="run the long runs too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long runs out of ``make test``: they are not skipped, they are elsewhere."""
    if config.getoption("--battery"):
        return
    long = [item for item in items if item.get_closest_marker("battery")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in set(long)]


@pytest.fixture(scope="session")
def browser_path() -> Path:
    """The Chromium that the set-up found."""
    return find_browser()
