"""What our care costs: PMT010 keyed by us, and by a raw script without any of it.

``python -m benchmarks.bench_keying [PAIRS]``: paired and interleaved on one bank. Ours:
fingerprint, witnesses, read-back, both evidence sets. Raw: a hand-written Playwright
script, locator by locator, no evidence. The bar: a median ratio of 0.85 at the most.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from playwright.async_api import Dialog, Page

from bots.screen_bank import ScreenBank
from counterfoil.adapters.browsers import find_browser
from counterfoil.domain.items import WorkItem
from counterfoil.domain.payments import Payment
from tests.bank_support import RunningBank
from tests.screens_support import Rig, key

BAR = 0.85
Work = Callable[[], Coroutine[Any, Any, object]]


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


async def raw_page(rig: Rig) -> Page:
    """Another operator, signed on in a context of its own, without our routes."""
    page = await (await rig.chromium.context()).new_page()
    known = rig.bank.operators[1]
    await page.goto(rig.bank.url)
    for name, value in (("F0001", "operator"), ("F0002", "password"), ("F0003", "branch")):
        await page.locator(f"[name={name}]").fill(known[value])
    await page.locator("[name=PF1]").click()
    await page.frame_locator("[name=work]").get_by_text("SIGNED ON").wait_for()

    async def accept(box: Dialog) -> None:
        await box.accept()

    page.on("dialog", accept)
    return page


def measure(rig: Rig, pairs: int) -> dict[str, list[float]]:
    """Milliseconds by what was done, in pairs."""
    bank, page = ScreenBank(rig.session()), rig.run(raw_page(rig))
    taken: dict[str, list[float]] = {"ours": [], "raw": [], "enquiry": []}
    for at in range(pairs + 3):
        item, other = rig.payment(), rig.payment()
        works: list[tuple[str, Work]] = [
            ("enquiry", partial(bank.look_up, item)),
            ("ours", partial(key, bank, item)),
            ("raw", partial(raw_key, page, other)),
        ]
        for name, work in works if at % 2 else [works[2], *works[:2]]:
            began = time.perf_counter()
            rig.run(work())
            if at >= 3:  # the first ones warm up
                taken[name].append((time.perf_counter() - began) * 1000)
    rig.run(page.context.close())
    return taken


def main(pairs: int) -> int:
    """Print the medians; 1 when the bar is missed."""
    with (
        tempfile.TemporaryDirectory() as name,
        RunningBank(Path(name)) as bank,
        Rig(find_browser(), Path(name), bank) as rig,
    ):
        rig.tidy()
        taken = measure(rig, pairs)
    for what, times in taken.items():
        print(f"{what:8} median {statistics.median(times):6.0f} ms  min {min(times):6.0f} ms")
    ratio = statistics.median(a / b for a, b in zip(taken["ours"], taken["raw"], strict=True))
    print(f"ours / raw, median of {pairs} pairs: {ratio:.2f} (bar {BAR})")
    return int(ratio > BAR)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40))
