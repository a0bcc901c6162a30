"""A real Chromium on the real cardboard bank, kept for a whole file of tests."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Self, TypeVar

from bots.screen_bank import ScreenBank
from counterfoil.adapters.map_schema import System
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Chromium, FixedPassword, Login, Session
from counterfoil.domain.allocations import Allocation
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.items import Payload, Receipt, WorkItem
from counterfoil.domain.payments import Payment
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.domain.vouchers import JournalVoucher, VoucherLine
from tests.bank_support import RunningBank

T = TypeVar("T")
ROOT = Path(__file__).parent.parent
SELECTORS = ROOT / "selectors"


@dataclass(slots=True)
class Kept:
    """An evidence store that is a list."""

    blobs: list[tuple[str, bytes]] = field(default_factory=list)

    def keep(self, kind: str, content: bytes) -> Evidence:
        """Keep one blob."""
        self.blobs.append((kind, content))
        return Evidence(kind, hashlib.sha256(content).hexdigest(), len(content))


class Rig:
    """One event loop, one browser and one bank; sessions are made and shut by it."""

    def __init__(self, browser_path: Path, folder: Path, bank: RunningBank) -> None:
        self.bank = bank
        self.kept = Kept()
        self.redactor = Redactor()
        self.chromium = Chromium(browser_path, hosts=["127.0.0.1"], downloads=folder / "downloads")
        self._loop = asyncio.new_event_loop()
        self._open: list[Session] = []
        self._numbers = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.tidy()
        self.run(self.chromium.stop())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do *work* on the rig's loop, within a minute."""
        return self._loop.run_until_complete(asyncio.wait_for(work, 60))

    def tidy(self) -> None:
        """Between two tests: shut the sessions, mend the bank."""
        for session in self._open:
            self.run(session.close())
        self._open.clear()
        self.kept.blobs.clear()
        self.bank.clear_faults()
        self.bank.use_skin("4.2")
        self.bank.set(password_notice_every=0, maintenance=False, close_connections=False)

    def session(self, *, operator: int = 0, system: System | None = None) -> Session:
        """A session of one of the bank's operators, not yet signed on."""
        known = self.bank.operators[operator]
        values = {name: known[name] for name in ("operator", "branch")}
        session = Session(
            system or load_system(SELECTORS, "corebank"),
            self.bank.url,
            Login(values, FixedPassword(Secret("corebank", known["password"], self.redactor))),
            self.chromium,
            redactor=self.redactor,
            keep=self.kept.keep,
        )
        self._open.append(session)
        return session

    def screen_bank(self, **how: Any) -> ScreenBank:
        """The port, on a new session."""
        return ScreenBank(self.session(**how))

    def payment(self, **other: Any) -> WorkItem:
        """A payment that the bank takes, with a reference never used before."""
        self._numbers += 1
        return a_payment(self._numbers, **other)

    def voucher(self, lines: int = 3) -> WorkItem:
        """A voucher with *lines* lines that balance."""
        self._numbers += 1
        each = Decimal("100.50")
        entries = [
            VoucherLine(account=str(1000 + at), debit=each, narrative=f"line {at + 1}")
            for at in range(lines - 1)
        ]
        entries.append(VoucherLine(account="2000", credit=each * (lines - 1), narrative="sum"))
        payload = JournalVoucher(
            voucher_no=f"V{self._numbers}",
            booking_date=tomorrow(),
            currency="EUR",
            description="Accruals November",
            entries=tuple(entries),
        )
        return an_item("V", self._numbers, payload)

    def allocation(self, **other: Any) -> WorkItem:
        """A part of receipt R00005, which nobody's invoice is paid by."""
        self._numbers += 1
        payload = Allocation(
            allocation_id=f"A{self._numbers}",
            receipt_no="R00005",
            invoice_no="20260117",
            debtor_name="KOVO HODONIN A.S.",
            amount=Decimal("1.50"),
            currency="CZK",
        )
        return an_item("A", self._numbers, replace(payload, **other))


def a_payment(number: int, **other: Any) -> WorkItem:
    """The *number*-th payment that the bank takes, with a reference never used before."""
    payload = Payment(
        end_to_end_id=f"E2E-{number}",
        debtor_account="1000000815",
        creditor_account="CZ6508000000192000145399",
        creditor_bank="GIBACZPX",
        creditor_name="Zahradnictví Novák",
        amount=Decimal("1234.50"),
        currency="CZK",
        execution_date=tomorrow(),
        purpose="SALA",
        remittance_1="Faktura 2026/117",
    )
    return an_item("P", number, replace(payload, **other))


def an_item(letter: str, number: int, payload: Payload) -> WorkItem:
    """*payload* as an item of the cardboard bank; its reference begins with *letter*."""
    return WorkItem(
        item_id=f"B-TEST-{number:04}",
        batch_id="B-TEST",
        row=number,
        system="corebank",
        reference=f"{letter}{time.monotonic_ns() % 10**9:09}{number:04}",
        payload=payload,
    )


def tomorrow() -> date:
    """A date that the bank takes at any hour of the day."""
    return datetime.now(UTC).date() + timedelta(days=1)


async def key(bank: ScreenBank, item: WorkItem) -> Receipt:
    """Prepare, identify, commit, as the protocol does."""
    await bank.prepare(item)
    await bank.identify(item)
    return await bank.commit(item, click_before=time.monotonic() + 10)
