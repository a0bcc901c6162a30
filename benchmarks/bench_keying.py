"""What our care costs: PMT010 keyed by us, and by a raw script without any of it.

``python -m benchmarks.bench_keying [PAIRS]``: paired and interleaved on one bank. Ours is
the production protocol on real screens, ledger, audit log and evidence store: claim,
fingerprint, witnesses, read-back, both evidence sets, the durable intent, the outcome.
Only the enquiry is left out, and reported beside, and so is the engine. Raw: a
hand-written Playwright script, locator by locator, no evidence. The bar: a median ratio
of 0.85 at the most.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from playwright.async_api import Dialog, Page
from playwright.async_api import Error as PlaywrightError

from bots.screen_bank import ScreenBank
from counterfoil.adapters.browsers import find_browser
from counterfoil.adapters.screens.browser import Chromium
from counterfoil.domain.batches import Batch
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import WorkItem
from counterfoil.domain.payments import Payment
from counterfoil.engine.journal import LedgerJournal, steady_seconds
from counterfoil.engine.keying import Policy, Verdict, key_once
from counterfoil.engine.worker import Worker
from counterfoil.store.evidence import EvidenceStore
from counterfoil.store.ledger import Ledger
from tests.bank_support import RunningBank
from tests.engine_support import FAST, CardboardBank, House, a_batch, one_system, sqlite_house
from tests.screens_support import Rig, key

BAR = 0.85
WARM_UP = 3
ENGINE_ITEMS = 200
Work = Callable[[], Coroutine[Any, Any, object]]
#: The enquiry is measured by itself; without it there is none before keying.
WITHOUT_ENQUIRY = Policy(
    late_booking_seconds=None, list_staleness_seconds=None, reference_is_searchable=False
)


@dataclass(slots=True)
class Ours:
    """One signed-on session with everything that production puts around it."""

    bank: ScreenBank
    journal: LedgerJournal
    items: Iterator[WorkItem]

    async def key(self, item: WorkItem) -> None:
        """The protocol, once."""
        visit = await key_once(item, self.bank, self.journal, WITHOUT_ENQUIRY)
        assert visit.verdict is Verdict.POSTED, visit


@contextmanager
def ours(rig: Rig, house: House, count: int) -> Iterator[Ours]:
    """*count* payments in the ledger, and a session that keeps its evidence on the disk."""
    store = EvidenceStore(house.folder / "evidence", house.redactor)

    def keep(kind: str, content: bytes) -> Evidence:
        return store.put(kind, content, picture=kind == "screenshot")

    session = rig.session()
    session.keep, session.monotonic = keep, steady_seconds
    with house.ledger() as ledger:
        items = file_payments(ledger, rig, count).items
        lease = ledger.take_lease("corebank", ["OP1"], sessions_max=1, lease=timedelta(hours=1))
        assert lease is not None
        journal = LedgerJournal(ledger, lease, WITHOUT_ENQUIRY)
        yield Ours(ScreenBank(session), journal, iter(items))


def file_payments(ledger: Ledger, rig: Rig, count: int) -> Batch:
    """Ready to be keyed."""
    document, batch = a_batch(count, system="corebank")
    items = tuple(replace(each, payload=rig.payment().payload) for each in batch.items)
    batch = replace(batch, items=items)
    ledger.file_batch(document, batch, needs_approval=False)
    return batch


async def raw_key(page: Page, item: WorkItem) -> None:
    """As most people write it; the dialog is accepted whatever it says."""
    work = page.frame(name="work")
    assert work is not None
    assert isinstance(item.payload, Payment)
    payment = item.payload
    await page.frame(name="menu").get_by_text("PMT010").click()  # type: ignore[union-attr]
    await work.locator("[name=F0010]").fill(item.reference)
    await work.locator("[name=F0021]").fill(payment.debtor_account)
    await work.locator("[name=F0034]").fill(payment.creditor_account)
    async with page.expect_popup() as opening:
        await work.locator("[name=LKUP]").click()
    window = await opening.value
    await window.locator("[name=F0901]").fill(payment.creditor_bank)
    await window.locator("[name=PF4]").click()
    async with window.expect_event("close"):
        with suppress(PlaywrightError):  # the window may be gone before the click is told
            await window.get_by_role("link", name=payment.creditor_bank).click()
    await work.locator("[name=F0037]").fill(payment.creditor_name)
    await work.locator("[name=F0041]").fill(f"{payment.amount:.2f}".replace(".", ","))
    await work.locator("[name=F0042]").select_option(payment.currency)
    await work.locator("[name=F0043]").fill(payment.execution_date.strftime("%d.%m.%Y"))
    await work.locator("[name=F0044]").select_option(payment.charges)
    await work.locator("[name=F0045]").fill(payment.purpose)
    await work.locator("[name=F0051]").fill(payment.remittance_1)
    await work.locator("[name=F0052]").fill(payment.remittance_2)
    await work.locator("[name=PF5]").click()
    await work.locator("[name=PF8]").click()
    await work.get_by_text("ACCEPTED REF").first.wait_for()


async def raw_page(chromium: Chromium, url: str, operator: Mapping[str, str]) -> Page:
    """*operator*, signed on in a context of its own, without our routes."""
    page = await (await chromium.context()).new_page()
    await page.goto(url)
    for name, value in (("F0001", "operator"), ("F0002", "password"), ("F0003", "branch")):
        await page.locator(f"[name={name}]").fill(operator[value])
    await page.locator("[name=PF1]").click()
    await page.frame_locator("[name=work]").get_by_text("SIGNED ON").wait_for()

    async def accept(box: Dialog) -> None:
        await box.accept()

    page.on("dialog", accept)
    return page


def measure(rig: Rig, house: House, pairs: int) -> dict[str, list[float]]:
    """Milliseconds by what was done, in pairs."""
    plain = ScreenBank(rig.session(operator=2))
    page = rig.run(raw_page(rig.chromium, rig.bank.url, rig.bank.operators[1]))
    taken: dict[str, list[float]] = {"raw": [], "ours": [], "no record": [], "enquiry": []}
    with ours(rig, house, pairs + WARM_UP) as us:
        for at in range(pairs + WARM_UP):
            item = next(us.items)
            works: list[tuple[str, Work]] = [
                ("ours", partial(us.key, item)),
                ("raw", partial(raw_key, page, rig.payment())),
                ("no record", partial(key, plain, rig.payment())),
                ("enquiry", partial(us.bank.look_up, item)),
            ]
            for name, work in works if at % 2 else [works[1], works[0], *works[2:]]:
                began = time.perf_counter()
                rig.run(work())
                if at >= WARM_UP:
                    taken[name].append((time.perf_counter() - began) * 1000)
    rig.run(page.context.close())
    return taken


def engine(folder: Path) -> float:
    """CPU, in ms an item, of DBOS, worker, ledger and journal: two visits each."""
    house = sqlite_house(folder)
    with house.ledger() as ledger:
        document, batch = a_batch(ENGINE_ITEMS)
        ledger.file_batch(document, batch, needs_approval=False)
        worker = Worker(ledger, CardboardBank(), one_system(), data=folder, pace=FAST)
        began = time.process_time()
        asyncio.run(worker.run(until_done=True))
    return (time.process_time() - began) / ENGINE_ITEMS * 1000


def audit_bytes(house: House) -> int:
    """All records of the log."""
    return sum(path.stat().st_size for path in (house.folder / "audit").rglob("*.jsonl"))


def main(pairs: int) -> int:
    """Print the medians; 1 when the bar is missed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in ("house", "engine"):
            (folder / each).mkdir()
        house = sqlite_house(folder / "house")
        with RunningBank(folder / "bank") as bank, Rig(find_browser(), folder, bank) as rig:
            rig.tidy()
            taken = measure(rig, house, pairs)
        written = audit_bytes(house) / (pairs + WARM_UP)
        cpu = engine(folder / "engine")
    for what, times in taken.items():
        print(f"{what:10} median {statistics.median(times):6.0f} ms  min {min(times):6.0f} ms")
    print(f"engine     {cpu:.0f} ms CPU an item, two visits each")
    print(f"audit      {written / 1000:.1f} KB an item, without its confirmation")
    ratio = statistics.median(a / b for a, b in zip(taken["ours"], taken["raw"], strict=True))
    print(f"ours / raw, median of {pairs} pairs: {ratio:.2f} (bar {BAR})")
    return int(ratio > BAR)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40))
