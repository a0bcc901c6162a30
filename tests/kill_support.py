"""A suite in a folder, the cardboard bank beside it, and a worker process to be killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import psutil

from counterfoil.audit.log import AuditLog
from counterfoil.config import Suite, find_suite
from counterfoil.domain.batches import Batch
from counterfoil.domain.items import SETTLED, ItemState, WorkItem
from counterfoil.domain.payments import Payment
from counterfoil.domain.secrets import Redactor
from counterfoil.store.ledger import Ledger
from counterfoil.store.vault import Vault, read_or_make_key
from tests.bank_support import ROOT, RunningBank
from tests.engine_support import a_batch

LATE_SECONDS = 2
STALENESS_SECONDS = 1

_CONFIG = """
schema = 1
[site]
name = "test"
{ledger}
[systems.corebank]
base_url     = "{url}"
sessions_max = {sessions}
[systems.corebank.bounds]
claim_limit_seconds    = 5
late_booking_seconds   = {late}
list_staleness_seconds = {stale}
margin_seconds         = 1
source                 = "tests/kill_support.py: the bank is started with these"
"""
_LOGIN = """
[[systems.corebank.logins]]
name       = "{operator}"
values     = {{ operator = "{operator}", branch = "{branch}" }}
credential = "{operator}"
"""


def a_suite(
    root: Path,
    bank: RunningBank,
    *,
    sessions: int,
    logins: int | None = None,
    ledger: str | None = None,
) -> Suite:
    """config.toml, credentials, and the repository's own maps.

    Args:
        logins: As many as *sessions*, if None.
        ledger: Its URL; None: a file of the suite's own.
    """
    used = bank.operators[: sessions if logins is None else logins]
    text = _CONFIG.format(
        ledger=f'[ledger]\nurl = "{ledger}"' if ledger else "",
        url=bank.url,
        sessions=sessions,
        late=LATE_SECONDS,
        stale=STALENESS_SECONDS,
    )
    text += "".join(_LOGIN.format(**each) for each in used)
    root.mkdir(parents=True)
    (root / "config.toml").write_text(text, "utf-8")
    (root / "selectors").symlink_to(ROOT / "selectors")
    credentials = root / "var" / "credentials"
    credentials.mkdir(parents=True, mode=0o700)
    for each in used:
        path = credentials / each["operator"]
        path.touch(mode=0o600)
        path.write_text(each["password"], "utf-8")
    return find_suite(root)


def payments(count: int, *, name: str = "payments.xlsx") -> Batch:
    """*count* payments that the bank accepts."""
    document, batch = a_batch(count, name=name, system="corebank")
    items = tuple(
        WorkItem(
            item_id=each.item_id,
            batch_id=each.batch_id,
            row=each.row,
            system=each.system,
            reference=each.reference,
            payload=Payment(
                end_to_end_id=f"E2E-{each.row:05}",
                debtor_account=str(1_000_000_800 + each.row),
                creditor_account="4400112233",
                creditor_bank="YZ",
                creditor_name="NOVAK SRO",
                amount=Decimal(each.row) + Decimal("0.50"),
                currency="CZK",
                execution_date=date(2030, 1, 15),
            ),
        )
        for each in batch.items
    )
    return Batch(
        batch_id=batch.batch_id,
        document_sha256=document.sha256,
        name=batch.name,
        system=batch.system,
        sheet_map=batch.sheet_map,
        maker=batch.maker,
        items=items,
        findings=(),
        rows_read=count,
    )


def file_batch(suite: Suite, batch: Batch, *, needs_approval: bool = False) -> None:
    """As intake does, straight into the ledger."""
    document, _ = a_batch(1, name=batch.name)
    redactor = Redactor()
    with AuditLog.open(suite.data / "audit", host="test", bot="intake", redactor=redactor) as audit:
        vault = Vault(read_or_make_key(suite.data / "keys" / "vault.key"))
        ledger = Ledger.open(suite.ledger_url, audit=audit, vault=vault, redactor=redactor)
        ledger.file_batch(document, batch, needs_approval=needs_approval)
        ledger.close()


@dataclass(slots=True)
class Books:
    """What the ledger says and what the bank booked, side by side."""

    ledger: dict[str, ItemState]  # by reference
    open_items: int
    booked: Counter[str]  # by reference
    why: dict[str, str]  # by reference: code and reason of what is not posted

    @property
    def doubled(self) -> list[str]:
        return [each for each, count in self.booked.items() if count > 1]

    @property
    def lost(self) -> list[str]:
        """Said to be posted, and not booked; or left lying with nobody to see it."""
        return [
            reference
            for reference, state in self.ledger.items()
            if (state is ItemState.POSTED and self.booked.get(reference, 0) != 1)
            or state not in SETTLED
        ]

    def codes(self) -> dict[str, int]:
        """Why a person has to look, and how often."""
        return dict(Counter(self.why.values()))

    def states(self) -> dict[str, int]:
        """How many items stand in each state."""
        return {str(state): count for state, count in Counter(self.ledger.values()).items()}

    @property
    def untold(self) -> list[str]:
        """Booked, and the ledger says neither posted nor that a person has to look."""
        seen = {ItemState.POSTED, ItemState.ON_HOLD}
        return [
            each for each, count in self.booked.items() if count and self.ledger[each] not in seen
        ]


def compare(suite: Suite, bank: RunningBank) -> Books:
    ledger = Ledger.open(suite.ledger_url)
    rows = ledger.items()
    open_items = ledger.open_items()
    ledger.close()
    states = {each.reference: each.state for each in rows}
    booked = Counter(each["reference"] for each in bank.postings())
    why = {each.reference: f"{each.code}: {each.reason}" for each in rows if each.code}
    return Books(ledger=states, open_items=open_items, booked=booked, why=why)


def unwitnessed(suite: Suite) -> list[str]:
    """Steps of the ledger whose record the audit log does not have."""
    logged = {
        (record["stream"], record["seq"])
        for path in (suite.data / "audit").rglob("*.jsonl")
        for record in map(json.loads, path.read_text("ascii").splitlines())
    }
    ledger = Ledger.open(suite.ledger_url)
    witnesses = [json.loads(line) for line in ledger.witnesses()]
    ledger.close()
    return [str(each) for each in witnesses if (each["stream"], each["seq"]) not in logged]


@dataclass(slots=True)
class KilledWorker:
    """Starts the worker process again after every kill, and measures how soon it acts."""

    suite: Suite
    latencies: list[float] = field(default_factory=list)  # start of process -> first action
    arguments: tuple[str, ...] = ()  # more of its command line
    _process: subprocess.Popen[bytes] | None = None
    _before: int = 0
    _started: float = 0.0  # monotonic

    def start(self) -> None:
        self._before, self._started = self._claims(), time.monotonic()
        suite = str(self.suite.root)
        command = [sys.executable, "-m", "tests.keying_process", suite, *self.arguments]
        with (self.suite.root / "worker.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def acts(self, *, within: float) -> bool:
        """Wait for the process's first claim (it has signed on by then); note how long it took.

        False when it ended, or took no claim in time.
        """
        begun = time.monotonic()
        while time.monotonic() - begun < within:
            if self._claims() > self._before:
                self.latencies.append(time.monotonic() - self._started)
                return True
            if self.ended():
                return False
            time.sleep(0.02)
        return False

    def has_work(self) -> bool:
        """Whether an item is ready to be keyed at once."""
        with closing(sqlite3.connect(self.suite.data / "ledger.sqlite", timeout=10)) as ledger:
            ready = "SELECT count(*) FROM items WHERE state = 'READY' AND troubles = 0"
            return bool(ledger.execute(ready).fetchone()[0])

    def _claims(self) -> int:
        """How many claims were ever taken: the tokens count them."""
        with closing(sqlite3.connect(self.suite.data / "ledger.sqlite", timeout=10)) as ledger:
            found = ledger.execute("SELECT coalesce(sum(token), 0) FROM items").fetchone()
            return int(found[0])

    @property
    def pid(self) -> int:
        """Of the process that runs, or ran last."""
        assert self._process is not None
        return self._process.pid

    def ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def kill(self) -> None:
        """SIGKILL: no handler, no flush, no goodbye."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=10)

    def kill_browser(self) -> bool:
        """SIGKILL to the browser only; False when there is none just now."""
        return self.signal_browser(signal.SIGKILL)

    def signal_browser(self, number: signal.Signals) -> bool:
        """*number* to every process of the browser; False when there is none just now."""
        assert self._process is not None
        try:
            family = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return False
        browsers = [each for each in family if _is_browser(each)]
        for each in browsers:
            _send(each.pid, number)
        return bool(browsers)

    def rest_until(self, instant: float) -> None:
        """Let it work until *instant* (monotonic), or until it ended."""
        while time.monotonic() < instant and not self.ended():
            time.sleep(0.02)

    def end(self) -> None:
        """Leave nothing running."""
        if self._process is not None and not self.ended():
            self.kill()

    def wait(self, *, within: float) -> int | None:
        """Its exit code, or None: still running, and killed by us."""
        assert self._process is not None
        try:
            return self._process.wait(timeout=within)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def log(self) -> str:
        return (self.suite.root / "worker.log").read_text("utf-8", "replace")[-4000:]


def _is_browser(process: psutil.Process) -> bool:
    try:
        return "chrom" in process.name().lower()
    except psutil.NoSuchProcess:
        return False


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
