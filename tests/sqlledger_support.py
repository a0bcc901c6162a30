"""SQL-Ledger itself, its own database to look into, and a suite that keys into it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from bots.screen_bank import ScreenBank
from counterfoil.adapters.maps import load_system
from counterfoil.adapters.screens import Chromium, FixedPassword, Login, Session
from counterfoil.audit.log import AuditLog
from counterfoil.config import Suite, find_suite
from counterfoil.domain.batches import Batch
from counterfoil.domain.documents import Document
from counterfoil.domain.items import WorkItem
from counterfoil.domain.secrets import Redactor, Secret
from counterfoil.domain.vouchers import JournalVoucher, VoucherLine
from counterfoil.rules.approval import ApprovalPolicy
from counterfoil.store.evidence import EvidenceStore
from counterfoil.store.ledger import Ledger
from counterfoil.store.vault import Vault, read_or_make_key
from fixtures.payments.make_workbook import write_vouchers
from fixtures.sqlledger.make_workbook import vouchers
from tests.screens_support import Kept
from workflows.intake import IntakeOrder, take_in

ROOT = Path(__file__).parent.parent
URL = "http://127.0.0.1:8101"
SET_UP = ROOT / "scripts" / "setup_sqlledger.sh"
PASSWORD = "clerkpw1"  # of the throw-away clerks that the set-up makes

_CONFIG = """
schema = 1
[site]
name = "SQL-Ledger"
[systems.sqlledger]
base_url     = "{url}"
sessions_max = {sessions}
[systems.sqlledger.bounds]
claim_limit_seconds    = 5
late_booking_seconds   = 10
list_staleness_seconds = 0
margin_seconds         = 1
source                 = "scripts/setup_sqlledger.sh: Timeout 6, then SIGKILL; one database"
"""
_LOGIN = """
[[systems.sqlledger.logins]]
name       = "clerk{at}"
credential = "clerk{at}"
[systems.sqlledger.logins.values]
operator      = "clerk{at}@acme"
operator_name = "Clerk {at}"
dataset       = "acme"
company       = "Acme Bank Back Office"
"""
_TRUTH = """
select coalesce(json_agg(t order by t.id), '[]') from (
  select g.id, g.reference, g.description, g.notes, g.curr, g.transdate::text,
    (select json_agg(json_build_array(c.accno, a.amount::text, a.memo) order by a.ctid)
       from acc_trans a join chart c on c.id = a.chart_id where a.trans_id = g.id) as lines
  from gl g where g.id > {after}) t
"""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One general-ledger transaction as SQL-Ledger's database has it."""

    number: str
    reference: str
    description: str
    notes: str
    currency: str
    day: date
    lines: tuple[tuple[str, Decimal, str], ...]  # account, amount (a debit is negative), memo

    def is_for(self, voucher: JournalVoucher) -> bool:
        """Whether every value of *voucher* is in it, and nothing else."""
        return (
            self.description == voucher.description
            and self.notes == voucher.voucher_no
            and self.currency == voucher.currency
            and self.day == voucher.booking_date
            and sorted(self.lines)
            == sorted(
                (each.account, each.credit - each.debit, each.narrative) for each in voucher.entries
            )
        )


class SqlLedger:
    """The running system, and what only its own database knows."""

    def __init__(self) -> None:
        self._after = 0
        self._after = max((int(each.number) for each in self.transactions()), default=0)

    def transactions(self) -> list[Transaction]:
        """Everything booked since this object was made, by anybody."""
        return [
            Transaction(
                number=str(row["id"]),
                reference=row["reference"],
                description=row["description"],
                notes=row["notes"],
                currency=row["curr"],
                day=date.fromisoformat(row["transdate"]),
                lines=tuple((acc, Decimal(amount), memo) for acc, amount, memo in row["lines"]),
            )
            for row in json.loads(_psql(_TRUTH.format(after=self._after)))
        ]


def _psql(query: str) -> str:
    """One query as the database's own administrator, past everything that Counterfoil has."""
    port = os.environ.get("TARGETS_PGPORT", "5499")
    command = ["psql", "-p", port, "-d", "acme", "-Atq", "-f", "-"]
    done = subprocess.run(
        ["runuser", "-u", "postgres", "--", *command],
        input=query,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        cwd="/",
    )
    return done.stdout


@contextmanager
def running_sqlledger() -> Iterator[SqlLedger]:
    """Install it if need be, start it, and stop it at the end unless it ran before."""
    ran = _answers()
    subprocess.run([SET_UP, "start"], check=True, timeout=900, stdout=subprocess.DEVNULL)
    try:
        yield SqlLedger()
    finally:
        if not ran:
            subprocess.run([SET_UP, "stop"], check=True, timeout=60)


def _answers() -> bool:
    probe = subprocess.run(
        ["curl", "-sf", "-m", "5", "-o", "/dev/null", f"{URL}/sql-ledger/login.pl"]
    )
    return probe.returncode == 0


def a_suite(root: Path, *, sessions: int) -> Suite:
    """config.toml, credentials, and the repository's own maps."""
    root.mkdir(parents=True)
    text = _CONFIG.format(url=URL, sessions=sessions)
    text += "".join(_LOGIN.format(at=at) for at in range(1, sessions + 1))
    (root / "config.toml").write_text(text, "utf-8")
    (root / "selectors").symlink_to(ROOT / "selectors")
    credentials = root / "var" / "credentials"
    credentials.mkdir(parents=True, mode=0o700)
    for at in range(1, sessions + 1):
        path = credentials / f"clerk{at}"
        path.touch(mode=0o600)
        path.write_text(PASSWORD, "utf-8")
    return find_suite(root)


def take_in_workbook(suite: Suite, run: str, count: int) -> Batch:
    """Make the workbook, and let intake read, check and file it."""
    today = datetime.now(UTC).date()
    path = suite.root / f"vouchers-{run}.xlsx"
    write_vouchers(path, vouchers(run, count, today))
    content = path.read_bytes()
    document = Document(
        sha256=sha256(content).hexdigest(),
        name=path.name,
        size=len(content),
        received_at=datetime.now(UTC),
        folder="vouchers",
        path=path,
    )
    order = IntakeOrder(
        sheet_map=ROOT / "selectors" / "sheets" / "vouchers.toml",
        system="sqlledger",
        maker="analysts",
        approval=ApprovalPolicy(limits={"USD": Decimal(100_000_000)}),
    )
    redactor = Redactor()
    with AuditLog.open(suite.data / "audit", host="test", bot="intake", redactor=redactor) as audit:
        vault = Vault(read_or_make_key(suite.data / "keys" / "vault.key"))
        ledger = Ledger.open(suite.ledger_url, audit=audit, vault=vault, redactor=redactor)

        def emit(event: str, facts: Mapping[str, Any]) -> None:
            audit.emit(event, obj={"document": document.sha256}, data=facts)

        taken = take_in(document, order, ledger=ledger, today=today, emit=emit)
        ledger.close()
    assert taken.batch is not None
    return taken.batch


def two_sessions(
    chromium: Chromium, work: Callable[[ScreenBank, ScreenBank], Awaitable[None]]
) -> None:
    """Do *work* with two sessions of the one clerk: each sign-on throws the other out."""

    async def both() -> None:
        redactor, maps = Redactor(), load_system(ROOT / "selectors", "sqlledger")
        login = Login(
            {
                "operator": "clerk3@acme",
                "operator_name": "Clerk 3",
                "dataset": "acme",
                "company": "Acme Bank Back Office",
            },
            FixedPassword(Secret("clerk3", PASSWORD, redactor)),
        )
        kept = Kept()
        async with chromium:
            first, second = (
                Session(maps, URL, login, chromium, redactor=redactor, keep=kept.keep)
                for _ in range(2)
            )
            await work(ScreenBank(first), ScreenBank(second))
            await first.close()
            await second.close()

    asyncio.run(both())


def rent(number: int, *, currency: str = "USD", account: str = "5760") -> WorkItem:
    """A voucher of two lines with a reference never used before."""
    amount = Decimal("1500.25")
    return WorkItem(
        item_id=f"B-TEST-{number:04}",
        batch_id="B-TEST",
        row=number,
        system="sqlledger",
        reference=f"CFTEST{secrets.token_hex(6).upper()}",
        payload=JournalVoucher(
            voucher_no=f"RENT-{number}",
            booking_date=date(2026, 11, 20),
            currency=currency,
            description="Office rent",
            entries=(
                VoucherLine(account=account, debit=amount, narrative="Rent"),
                VoucherLine(account="1060", credit=amount, narrative="Bank"),
            ),
        ),
    )


def intents_without_outcome(suite: Suite) -> int:
    """How many items are between intent and receipt at this moment."""
    with closing(sqlite3.connect(suite.data / "ledger.sqlite", timeout=10)) as ledger:
        query = "SELECT count(*) FROM intents WHERE outcome IS NULL"
        return int(ledger.execute(query).fetchone()[0])


def receipts(suite: Suite) -> dict[str, tuple[str, set[str]]]:
    """By our reference: the system's own number, and the kinds of evidence kept with it.

    Raises:
        FileNotFoundError, ValueError: A piece of evidence is not there, or is another.
    """
    query = "SELECT reference, bank_reference, evidence FROM receipts JOIN items USING (item_id)"
    with closing(sqlite3.connect(suite.data / "ledger.sqlite", timeout=10)) as ledger:
        rows = ledger.execute(query).fetchall()
    store = EvidenceStore(suite.data / "evidence", Redactor())
    kept = {number: json.loads(evidence) for _, number, evidence in rows}
    for each in (each for evidence in kept.values() for each in evidence):
        store.get(each["sha256"])
    return {
        reference: (number, {each["kind"] for each in kept[number]})
        for reference, number, _ in rows
    }
