"""What every test may lean on: ``--battery``, a browser, a bank behind it, a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.adapters.browsers import find_browser
from counterfoil.cli import terminal
from counterfoil.store.ledger import Ledger
from tests.bank_support import RunningBank
from tests.engine_support import House, sqlite_house
from tests.screens_support import Rig


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--battery", action="store_true", help="run the long runs too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long runs out of ``make test``: they are not skipped, they are elsewhere."""
    if config.getoption("--battery"):
        return
    long = [item for item in items if item.get_closest_marker("battery")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in set(long)]


@pytest.fixture(autouse=True)
def own_terminal() -> None:
    """A console keeps the width it began with: none is handed on to the next test."""
    terminal.out.cache_clear()
    terminal.err.cache_clear()


@pytest.fixture(scope="session")
def browser_path() -> Path:
    """The Chromium that the set-up found."""
    return find_browser()


@pytest.fixture(scope="module")
def whole_rig(browser_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One browser and one cardboard bank for a whole file of tests."""
    folder = tmp_path_factory.mktemp("bank")
    with RunningBank(folder) as bank, Rig(browser_path, folder, bank) as rig:
        yield rig


@pytest.fixture
def rig(whole_rig: Rig) -> Iterator[Rig]:
    """The file's rig, tidied before and after."""
    whole_rig.tidy()
    yield whole_rig
    whole_rig.tidy()


@pytest.fixture
def house(tmp_path: Path) -> House:
    """One installation on SQLite, in which a worker was once."""
    return sqlite_house(tmp_path, worked=True)


@pytest.fixture
def ledger(house: House) -> Iterator[Ledger]:
    """Its ledger, as one process has it."""
    with house.ledger() as ledger:
        yield ledger
