"""One bare bot: the raw script of ``bench_keying`` in a loop, until it is killed.

``python -m benchmarks.bare_bot FOLDER KNOWN NUMBER``: KNOWN is JSON, the bank's address and
one of its operators. It looks nothing up, proves nothing and keeps nothing: the floor under a
worker's use of this machine.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from benchmarks.bench_keying import raw_key, raw_page
from counterfoil.adapters.browsers import find_browser
from counterfoil.adapters.screens.browser import Chromium
from tests.screens_support import a_payment

ITEMS = 100_000  # more than anybody waits for


async def key_on(folder: Path, url: str, operator: dict[str, str], number: int) -> None:
    """Key one payment after the other; bots with another *number* have other payments."""
    async with Chromium(find_browser(), hosts=["127.0.0.1"], downloads=folder) as chromium:
        page = await raw_page(chromium, url, operator)
        for at in range(ITEMS * number, ITEMS * (number + 1)):
            await raw_key(page, a_payment(at))


if __name__ == "__main__":
    where, known, which = sys.argv[1:]
    address, login = json.loads(known)
    asyncio.run(key_on(Path(where), address, login, int(which)))
