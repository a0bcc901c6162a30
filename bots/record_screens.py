"""Record the inventories of a system's screens: ``python -m bots.record_screens --help``.

For whoever draws maps, on a test system. Opens every screen that the maps know a way to;
with samples it also looks each one up and types it up to, and without, the commit, so
that lists, verify pages and windows are passed. Each screen is written down as it was
when we came to it, ``<screen>.inventory.json`` beside its map, if it is not there already.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from bots.key_item import key_item
from bots.look_up_item import look_up_item
from bots.sign_on import sign_on
from counterfoil.adapters.map_schema import LookUpTask
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Chromium, FixedPassword, Login, Session, open_screen
from counterfoil.adapters.screens.inventory import Inventory, Sight, load_inventory
from counterfoil.adapters.screens.record import record_inventory
from counterfoil.domain.allocations import Allocation
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import Payload, WorkItem
from counterfoil.domain.payments import Payment
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.domain.statement_orders import StatementOrder
from counterfoil.domain.vouchers import JournalVoucher
from counterfoil.toml_records import load_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Items that are typed and never sent: a TOML file of ``[[payment]]`` and the like."""

    payment: tuple[Payment, ...] = ()
    journal_voucher: tuple[JournalVoucher, ...] = ()
    allocation: tuple[Allocation, ...] = ()
    statements_of: str = ""  # the account whose statements are listed, none of them fetched

    def items(self, system: str) -> Iterator[WorkItem]:
        """Each under a reference that nobody uses."""
        payloads: tuple[Payload, ...] = (*self.payment, *self.journal_voucher, *self.allocation)
        for number, payload in enumerate(payloads, 1):
            yield WorkItem(
                item_id=f"B-SAMPLE-{number:04}",
                batch_id="B-SAMPLE",
                row=number,
                system=system,
                reference=f"CFSAMPLE{number:08}",
                payload=payload,
            )


@dataclass(slots=True)
class _Recorder:
    """Writes each screen once, as it was first seen, and only where it changed."""

    folder: Path
    seen: set[str] = field(default_factory=set)
    written: list[Path] = field(default_factory=list)

    def note(self, name: str, sight: Sight) -> None:
        self.write(name, Inventory.of(sight, datetime.now(UTC).date().isoformat()))

    def write(self, name: str, inventory: Inventory) -> None:
        path = self.folder / f"{name}.inventory.json"
        if name not in self.seen and not inventory.is_as(load_inventory(path)):
            path.write_text(inventory.json(), "utf-8")
            self.written.append(path)
        self.seen.add(name)


async def record_screens(
    session: Session, samples: Sequence[WorkItem] = (), *, statements_of: str = ""
) -> list[Path]:
    """Record every screen on the way; returns the files that are new or changed.

    Args:
        statements_of: The account whose statements are listed; "": none.

    Raises:
        Unavailable, Refused: A screen did not come, or a sample is not taken.
    """
    recorder = _Recorder(session.system.folder)
    session.on_screen = recorder.note
    await session.refresh()
    system = session.system
    first = system.map.session.sign_on.screen
    recorder.write(first, await record_inventory(session, first))
    await sign_on(session)
    for name in (name for name, each in system.screens.items() if each.open and name != first):
        recorder.write(name, await record_inventory(session, name))
    for item in samples:
        await look_up_item(session, item)
        await key_item(session, item)
    if system.map.statements is not None and statements_of:
        await _list_statements(session, system.map.statements, statements_of)
    return recorder.written


async def _list_statements(session: Session, task: LookUpTask, account: str) -> None:
    today = frozenset({datetime.now(UTC).date()})
    order = StatementOrder(system=session.system.name, account=account, wanted={"": today})
    values = order.values()
    search = await open_screen(session, task.screen)
    await search.fill(values)
    await search.press(task.action, values, leads_to=task.list)


def _kept_nowhere(kind: str, content: bytes) -> Evidence:
    return Evidence(kind, "0" * 64, len(content))


async def _main(arguments: argparse.Namespace) -> None:
    redactor = Redactor()
    password = Secret("password", arguments.password_file.read_text("utf-8").strip(), redactor)
    login = Login(dict(each.split("=", 1) for each in arguments.login), FixedPassword(password))
    system = load_system(arguments.selectors, arguments.system)
    samples = load_record(Samples, arguments.samples) if arguments.samples else Samples()
    host = urlsplit(arguments.url).hostname or ""
    with tempfile.TemporaryDirectory() as downloads:
        async with Chromium(arguments.browser, hosts=[host], downloads=Path(downloads)) as browser:
            session = Session(
                system, arguments.url, login, browser, redactor=redactor, keep=_kept_nowhere
            )
            items = list(samples.items(system.name))
            of = samples.statements_of
            for path in await record_screens(session, items, statements_of=of):
                sys.stdout.write(f"{path}\n")
            await session.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("system", help="folder in selectors/")
    parser.add_argument("url", help="its base address")
    parser.add_argument("--login", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--samples", type=Path, metavar="FILE.toml", help="items to type, unsent")
    parser.add_argument("--selectors", type=Path, default=Path("selectors"))
    parser.add_argument("--browser", type=Path, default=Path("/usr/bin/chromium"))
    asyncio.run(_main(parser.parse_args()))
