"""However a page hands out a file, it comes once, byte for byte, and from nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bots.fetch_statements import fetch_statements
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Chromium, FixedPassword, Login, Session
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.domain.statement_orders import FetchedFile, StatementOrder
from counterfoil.errors import Unavailable
from tests.paper_bank import CSV, paper_bank, write_maps
from tests.screens_support import Kept

pytestmark = pytest.mark.browser

SEPTEMBER, AUGUST = date(2026, 9, 15), date(2026, 8, 15)
ENOUGH = 2**20


class Teller:
    """One browser at the paper bank; each fetch is a session of its own."""

    def __init__(self, browser: Path, home: Path, url: str) -> None:
        self.home = home
        self.url = url
        self.chromium = Chromium(browser, hosts=["127.0.0.1"], downloads=home / "downloads")
        self.loop = asyncio.new_event_loop()

    def close(self) -> None:
        self.loop.run_until_complete(self.chromium.stop())
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def fetch(self, home: Path, way: str, *days: date, **how: Any) -> list[FetchedFile]:
        """Everything that comes for *days* by the link *way*; its windows are shut again."""
        kind, bytes_max = how.pop("kind", "csv"), how.pop("bytes_max", ENOUGH)
        write_maps(home / "selectors", way, kind=kind, **how)
        wanted = StatementOrder(
            system="paper", account="4711000815", wanted={kind: frozenset(days or {SEPTEMBER})}
        )
        came: list[FetchedFile] = []
        work = self._fetch(home, wanted, came, bytes_max)
        self.loop.run_until_complete(asyncio.wait_for(work, 60))
        return came

    async def _fetch(
        self, home: Path, wanted: StatementOrder, came: list[FetchedFile], bytes_max: int
    ) -> None:
        redactor = Redactor()
        session = Session(
            load_system(home / "selectors", "paper"),
            self.url,
            Login({"who": "me"}, FixedPassword(Secret("word", "opensesame", redactor))),
            self.chromium,
            redactor=redactor,
            keep=Kept().keep,
        )
        try:
            await fetch_statements(session, wanted, home, came.append, bytes_max=bytes_max)
            assert len(session.page.context.pages) == 1
        finally:
            await session.close()


@pytest.fixture(scope="module")
def bank() -> Iterator[tuple[str, list[bytes], list[str]]]:
    with paper_bank() as running:
        yield running


@pytest.fixture(scope="module")
def teller(
    browser_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    bank: tuple[str, list[bytes], list[str]],
) -> Iterator[Teller]:
    made = Teller(browser_path, tmp_path_factory.mktemp("teller"), bank[0])
    yield made
    made.close()


@pytest.mark.parametrize(
    "way", ["Window", "Noopener", "Frame", "Script", "Download", "Redirect", "Packed"]
)
def test_a_file_comes_byte_for_byte(teller: Teller, tmp_path: Path, way: str) -> None:
    (file,) = teller.fetch(tmp_path, way)

    assert file.spoiled == ""
    assert file.path is not None
    assert file.path.read_bytes() == CSV


@pytest.mark.parametrize("way", ["Post", "PostWindow"])
def test_a_form_that_answers_with_a_file_is_sent_once(
    teller: Teller, bank: tuple[str, list[bytes], list[str]], tmp_path: Path, way: str
) -> None:
    _, posted, _ = bank
    posted.clear()

    (file,) = teller.fetch(tmp_path, way)

    assert file.path is not None
    assert file.path.read_bytes() == CSV
    assert posted == [b"n=21"]


def test_a_file_is_asked_for_once(
    teller: Teller, bank: tuple[str, list[bytes], list[str]], tmp_path: Path
) -> None:
    _, _, asked = bank
    asked.clear()

    teller.fetch(tmp_path, "Window")

    assert asked.count("/file") == 1


def test_files_of_every_page_of_a_list_come(teller: Teller, tmp_path: Path) -> None:
    came = teller.fetch(tmp_path, "Window", AUGUST, SEPTEMBER)

    assert [each.listed.last.month for each in came] == [9, 8]
    assert {each.path.read_bytes() for each in came if each.path} == {CSV}


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("Gone", "status 404"),
        ("Far", "did not come|not on the system's own address"),
        ("Loop", "redirects"),
    ],
)
def test_what_is_no_file_is_unavailable_and_leaves_nothing(
    teller: Teller, tmp_path: Path, way: str, why: str
) -> None:
    with pytest.raises(Unavailable, match=why):
        teller.fetch(tmp_path, way)

    assert list(tmp_path.glob("*.file")) == []


def test_a_link_that_does_nothing_is_unavailable_in_time(teller: Teller, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no answer in time"):
        teller.fetch(tmp_path, "Nothing", within=1)


def test_an_endless_file_is_stopped_at_the_limit(teller: Teller, tmp_path: Path) -> None:
    """It declares no length: only counting stops it, on its way and not in memory."""
    (file,) = teller.fetch(tmp_path, "Endless", kind="pdf", bytes_max=3 * 2**20)

    assert (file.spoiled, file.path) == ("too_large", None)
    assert list(tmp_path.glob("*.file")) == []
