"""Record the inventories of a system's screens: ``python -m bots.record_screens --help``.

For whoever draws maps. Opens every screen that the maps know a way to, types nothing but
the sign-on, and writes ``<screen>.inventory.json`` beside each map.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from bots.sign_on import sign_on
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Chromium, Login, Session
from counterfoil.adapters.screens.record import record_inventory
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor, Secret


async def record_screens(session: Session) -> list[Path]:
    """Record every screen that can be opened; returns the files written. Raises Unavailable."""
    written: list[Path] = []
    await session.refresh()
    system = session.system
    first = system.map.session.sign_on.screen
    others = [name for name, screen in system.screens.items() if screen.open and name != first]
    written.append(await _record(session, first))
    await sign_on(session)
    for name in others:
        written.append(await _record(session, name))
    return written


async def _record(session: Session, name: str) -> Path:
    inventory = await record_inventory(session, name)
    path = session.system.folder / f"{name}.inventory.json"
    path.write_text(inventory.json(), "utf-8")
    return path


def _no_evidence(kind: str, content: bytes) -> Evidence:
    raise AssertionError("recording keeps no evidence")


async def _main(arguments: argparse.Namespace) -> None:
    redactor = Redactor()
    password = Secret("password", arguments.password_file.read_text("utf-8").strip(), redactor)
    login = Login(dict(each.split("=", 1) for each in arguments.login), password)
    system = load_system(arguments.selectors, arguments.system)
    host = urlsplit(arguments.url).hostname or ""
    with tempfile.TemporaryDirectory() as downloads:
        async with Chromium(arguments.browser, hosts=[host], downloads=Path(downloads)) as browser:
            session = Session(
                system, arguments.url, login, browser, redactor=redactor, keep=_no_evidence
            )
            for path in await record_screens(session):
                sys.stdout.write(f"{path}\n")
            await session.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system", help="folder in selectors/")
    parser.add_argument("url", help="its base address")
    parser.add_argument("--login", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--selectors", type=Path, default=Path("selectors"))
    parser.add_argument("--browser", type=Path, default=Path("/usr/bin/chromium"))
    asyncio.run(_main(parser.parse_args()))
