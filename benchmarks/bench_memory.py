"""Does the memory grow? Thousands of items through the whole protocol, sampled all the while.

    python -m benchmarks.bench_memory [ITEMS]        (5,000 take half an hour or more)

Journal vouchers of two lines, the quickest item there is, keyed by the real worker
process in two sessions of a real Chromium: look-up, entry, commit, settle time, enquiry;
ledger, DBOS, audit log and evidence as in production, faults off. The worker's RSS, its
Playwright driver's, and the PSS of all processes of the browser together are read every
few seconds. The first third warms up; the bar: the mean of the last third is within 5 %
of the second's.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import mean

import psutil

from counterfoil.domain.batches import Batch
from counterfoil.domain.items import ItemState
from counterfoil.domain.vouchers import JournalVoucher, VoucherLine
from counterfoil.store.ledger import Ledger
from tests.bank_support import RunningBank
from tests.engine_support import a_batch
from tests.kill_support import (
    LATE_SECONDS,
    STALENESS_SECONDS,
    KilledWorker,
    a_suite,
    compare,
    file_batch,
)

BAR = 0.05
EVERY_SECONDS = 5.0
TOLD_EVERY = 250
WITHIN_SECONDS = 3 * 3600


@dataclass(frozen=True, slots=True)
class Sample:
    """What was resident at one moment, in MB."""

    confirmed: int  # items that were through by then
    worker: float
    driver: float
    browser: float


def vouchers(count: int) -> Batch:
    """*count* vouchers of two lines that the bank takes."""
    _, batch = a_batch(count, name="vouchers.xlsx", system="corebank")
    amount = Decimal("100.50")
    items = tuple(
        replace(
            each,
            payload=JournalVoucher(
                voucher_no=f"V{each.row}",
                booking_date=date(2030, 1, 15),
                currency="EUR",
                description="Accruals",
                entries=(
                    VoucherLine(account="1000", debit=amount, narrative="accrued"),
                    VoucherLine(account="2000", credit=amount, narrative="sum"),
                ),
            ),
        )
        for each in batch.items
    )
    return replace(batch, items=items)


def sample(worker: psutil.Process, confirmed: int) -> Sample:
    """Read all of them at once; processes that end meanwhile count as nothing."""
    sizes = {"driver": 0.0, "browser": 0.0}
    for child in worker.children(recursive=True):
        try:
            if "chrom" in child.name():
                sizes["browser"] += child.memory_full_info().pss
            else:
                sizes["driver"] += child.memory_info().rss
        except psutil.Error:
            continue
    own = worker.memory_info().rss
    return Sample(confirmed, own / 1e6, sizes["driver"] / 1e6, sizes["browser"] / 1e6)


def watched(worker: KilledWorker, items: int) -> Iterator[Sample]:
    """Samples until it ends by itself."""
    ledger = Ledger.open(worker.suite.ledger_url)
    process, began, told = psutil.Process(worker.pid), time.monotonic(), 0
    while not worker.ended() and time.monotonic() - began < WITHIN_SECONDS:
        confirmed = items - ledger.open_items()
        try:
            yield sample(process, confirmed)
        except psutil.Error:
            break  # it ended between two looks
        if confirmed - told >= TOLD_EVERY:
            told = confirmed
            print(f"{time.monotonic() - began:6.0f} s  {confirmed:5} items", flush=True)
        worker.rest_until(time.monotonic() + EVERY_SECONDS)
    ledger.close()


def third(samples: Sequence[Sample], number: int, items: int) -> list[Sample]:
    """Those taken while the *number*-th third of the items went through: 1, 2 or 3."""
    return [each for each in samples if (number - 1) * items <= 3 * each.confirmed < number * items]


def main(items: int) -> int:
    """Print the table; 1 when something grew, or shrank, by more than the bar."""
    with tempfile.TemporaryDirectory() as name:
        bounds = ["--late-seconds", str(LATE_SECONDS)]
        bounds += ["--staleness-seconds", str(STALENESS_SECONDS)]
        with RunningBank(Path(name) / "bank", bounds) as bank:
            suite = a_suite(Path(name) / "suite", bank, sessions=2)
            file_batch(suite, vouchers(items))
            worker = KilledWorker(suite)
            worker.start()
            began = time.monotonic()
            try:
                samples = list(watched(worker, items))
            finally:
                worker.end()
            seconds = time.monotonic() - began
            books = compare(suite, bank)
    states = books.states()
    print(f"{items} items in {seconds:.0f} s, {len(samples)} samples; {states}")
    assert states == {str(ItemState.POSTED): items}, states
    assert not books.doubled, books.doubled
    second, last = third(samples, 2, items), third(samples, 3, items)
    missed = 0
    print("| MB resident | second third | last third | growth |\n|---|---|---|---|")
    for what in ("worker", "driver", "browser"):
        before, after = (mean(getattr(each, what) for each in part) for part in (second, last))
        missed += abs(after / before - 1) > BAR
        print(f"| {what} | {before:.1f} | {after:.1f} | {after / before - 1:+.1%} |")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000))
