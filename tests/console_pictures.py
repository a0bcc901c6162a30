"""The console's pages as pictures for docs/console: three widths, light and dark.

    python -m tests.console_pictures [FOLDER]

A small house with a keyed run, an approval that waits, exceptions, schedules and a
reconciliation; the bots' screens are real ones, of the cardboard bank.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from benchmarks.console_house import build
from counterfoil.adapters.browsers import find_browser
from counterfoil.config import CONFIG_NAME, Suite, find_suite
from counterfoil.console.gate import COOKIE
from counterfoil.console.serving import HOST, Served, served
from counterfoil.site import Site, open_site
from counterfoil.store.deciding import Word
from tests.bank_support import ROOT, RunningBank
from tests.console_support import PEOPLE, Rig, add, look_at_schedules
from tests.engine_support import Clock, House
from tests.kill_support import file_batch, payments
from tests.schedule_support import RULES, schedule
from tests.standing_support import Desk as StandingDesk
from tests.standing_support import bank_line, entry

WIDTHS = {"wide": 1440, "middle": 1024, "telephone": 390}
HEIGHT = 900
COLOURS = 96
CONFIG = """
[approval]
limits = { CZK = "1000.00" }
approvers = ["petra.novakova", "jan.dvorak"]
[reconciliations.nostro]
rules = "rules.toml"
export = "out"
"""


@dataclass(frozen=True, slots=True)
class Shot:
    """One page, as whom."""

    name: str
    path: str
    person: str = "petra"


def main() -> None:
    """Write the pictures."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "console"
    target.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        a_day(Path(name)) as (rig, shots),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        for shot in shots:
            take(browser, rig, shot, target)
        browser.close()


@contextmanager
def a_day(folder: Path) -> Iterator[tuple[Rig, list[Shot]]]:
    """A served console with something of every kind, and what is taken of it."""
    with RunningBank(folder / "bank") as bank:
        suite = _configured(build(folder / "suite", bank, items=1_500, steps=15_000))
        file_batch(suite, payments(12, name="payments-november.xlsx"))
        keying = [sys.executable, "-m", "tests.keying_process", str(suite.root)]
        subprocess.run(keying, cwd=ROOT, check=True, timeout=300)
    waiting = payments(8, name="payments-december.xlsx")
    file_batch(suite, waiting, needs_approval=True)
    with open_site("console", suite, tell=lambda _: None) as site, served(site) as running:
        yield _rig(running, site), _shots(site, waiting.batch_id)


def _configured(suite: Suite) -> Suite:
    config = suite.root / CONFIG_NAME
    tables = (
        schedule("payments", "every 3 hours", RULES, run="reconcile nostro"),
        schedule("statements", "every 2 hours", RULES),
    )
    text = config.read_text("utf-8").replace('"kill battery"', '"Back office, Prague"')
    config.write_text(text + CONFIG + "\n".join(tables), "utf-8")
    return find_suite(suite.root)


def _rig(running: Served, site: Site) -> Rig:
    rig = Rig(running, site, {})
    for name, (person, role) in PEOPLE.items():
        rig.people[name] = add(rig, name, person, role)
    look_at_schedules(rig)
    books = rig.served.desk.reconciliations
    desk = StandingDesk(House(site.suite.data, site.suite.ledger_url), site.ledger, Clock(), books)
    bank = [
        bank_line(f"B{each}", each, f"{each * 1250}.00", f"INV 20{each:02}") for each in range(1, 9)
    ]
    entries = [
        entry(f"L{each}", each, f"{each * 1250}.00", f"20{each:02}") for each in range(4, 12)
    ]
    desk.run(bank, entries)
    held = site.ledger.items(limit=2_000)
    (first, *_) = [each.item_id for each in held if each.state == "ON_HOLD"]
    word = Word(person="olaf", reason="asked the branch, they call back")
    rig.served.desk.cares.care(f"item:{first}", word, owner="olaf")
    return rig


def _shots(site: Site, waiting: str) -> list[Shot]:
    keyed = next(each for each in site.ledger.batches() if "november" in each.name)
    item = site.ledger.items(batch_id=keyed.batch_id)[0].item_id
    return [
        Shot("today", "/"),
        Shot("exceptions", "/exceptions"),
        Shot("approval", f"/batches/{waiting}"),
        Shot("item", f"/items/{item}"),
        Shot("reconciliation", "/reconciliations/nostro", "olaf"),
        Shot("audit", "/audit", "iris"),
        Shot("operate", "/operate", "olaf"),
    ]


def take(browser: Browser, rig: Rig, shot: Shot, target: Path) -> None:
    """One page at every width, in light and dark."""
    for size, width in WIDTHS.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                base_url=rig.url,
                viewport={"width": width, "height": HEIGHT},
                color_scheme=scheme,
            )
            token = signed_on(rig, shot.person)
            context.add_cookies(
                [{"name": COOKIE, "value": token, "domain": HOST, "path": "/", "secure": True}]
            )
            page = context.new_page()
            page.goto(shot.path)
            page.locator("[data-busy]").first.wait_for(state="detached", timeout=60_000)
            for picture in page.locator("main img").all():
                picture.evaluate("each => each.decode()")
            small(page.screenshot(), target / f"{shot.name}-{size}-{scheme}.png")
            context.close()


def signed_on(rig: Rig, person: str) -> str:
    """Once each: the record of a day is not all about our coming and going."""
    name = f"token of {person}"
    if name not in rig.names:
        rig.names[name] = rig.session(person)
    return rig.names[name]


def small(png: bytes, path: Path) -> None:
    """As a palette: a third of the size, and nothing that the eye misses."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
