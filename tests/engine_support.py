"""What the engine's tests share: a real ledger, a real audit log, and a bank in the process."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from counterfoil.audit.log import AuditLog
from counterfoil.domain.batches import Batch
from counterfoil.domain.documents import Document
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.findings import Finding
from counterfoil.domain.items import Booking, LookUp, Receipt, WorkItem
from counterfoil.domain.payments import Payment
from counterfoil.domain.secrets import Redactor
from counterfoil.engine.keying import Policy
from counterfoil.engine.visits import System
from counterfoil.engine.worker import Pace, Worker
from counterfoil.errors import InDoubt, Refused, Unavailable
from counterfoil.store.ledger import Ledger
from counterfoil.store.vault import Vault, read_or_make_key

DEBTOR = "CZ6508000000192000145399"
CREDITOR = "DE89370400440532013000"
CORE = "core"

#: A bank that answers at once and lists at once: the settle time is a second or two.
QUICK = Policy(
    claim_limit_seconds=1,
    late_booking_seconds=0,
    list_staleness_seconds=0,
    margin_seconds=0,
    retry_seconds=1,
)
FAST = Pace(beat_seconds=0.5, sweep_seconds=0.5, reap_seconds=1.0, lease_seconds=10.0)


def payment(number: int) -> Payment:
    return Payment(
        end_to_end_id=f"E2E-{number:05}",
        debtor_account=DEBTOR,
        creditor_account=CREDITOR,
        creditor_bank="GIBACZPX",
        creditor_name="Novak s.r.o.",
        amount=Decimal("10.50") + number,
        currency="CZK",
        execution_date=date(2026, 11, 24),
    )


def a_batch(
    count: int,
    *,
    name: str = "payments.xlsx",
    system: str = CORE,
    maker: str = "Anna",
    findings: tuple[Finding, ...] = (),
    first: int = 1,
) -> tuple[Document, Batch]:
    """A document and its batch of *count* payments; *name* makes it unique."""
    digest = sha256(f"{name}{first}".encode()).hexdigest()
    batch_id = f"B-{digest[:10].upper()}"
    items = tuple(
        WorkItem(
            item_id=f"{batch_id}-{row:04}",
            batch_id=batch_id,
            row=row,
            system=system,
            reference=f"CF{digest[:8].upper()}{row:04}",
            payload=payment(first + row),
        )
        for row in range(2, count + 2)
    )
    document = Document(
        sha256=digest,
        name=name,
        size=1000,
        received_at=datetime.now(UTC),
        folder="payments",
        path=Path("received") / digest,
    )
    batch = Batch(
        batch_id=batch_id,
        document_sha256=digest,
        name=name,
        system=system,
        sheet_map="payments",
        maker=maker,
        items=items,
        findings=findings,
        rows_read=count,
    )
    return document, batch


@dataclass(slots=True)
class House:
    """One installation in a folder; a process of it is opened as often as needed."""

    folder: Path
    url: str
    redactor: Redactor = field(default_factory=Redactor)

    @property
    def vault(self) -> Vault:
        return Vault(read_or_make_key(self.folder / "keys" / "vault"))

    @contextmanager
    def ledger(
        self, *, boot: str | None = None, clock: Callable[[], datetime] | None = None
    ) -> Iterator[Ledger]:
        """A ledger with an audit log of its own, as one process has it."""
        with AuditLog.open(
            self.folder / "audit",
            host="test",
            bot=f"bot{secrets.token_hex(3)}",
            redactor=self.redactor,
        ) as audit:
            ledger = Ledger.open(
                self.url,
                boot=boot,
                audit=audit,
                vault=self.vault,
                redactor=self.redactor,
                clock=clock,
            )
            try:
                yield ledger
            finally:
                ledger.close()


def sqlite_house(folder: Path, *, worked: bool = False) -> House:
    """One on SQLite, as the migrations make it, without the time that they take.

    Args:
        worked: A worker was here once: the engine's tables and the queue are there, too.
    """
    path = folder / "ledger.sqlite"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_worked_ledger() if worked else _empty_ledger())
    return House(folder, f"sqlite:///{path}")


@cache
def _empty_ledger() -> bytes:
    with TemporaryDirectory() as name:
        path = Path(name) / "ledger.sqlite"
        Ledger.open(f"sqlite:///{path}").close()
        return path.read_bytes()


@cache
def _worked_ledger() -> bytes:
    with TemporaryDirectory() as name:
        house = sqlite_house(Path(name))
        with house.ledger() as ledger:
            worker = Worker(ledger, CardboardBank(), one_system(), data=house.folder, pace=FAST)
            asyncio.run(worker.run(until_done=True))
        return (house.folder / "ledger.sqlite").read_bytes()


@dataclass(slots=True)
class Clock:
    """Time that passes when told to."""

    at: datetime = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass(slots=True)
class CardboardBank:
    """The books of a bank in this process, and the ways in which it misbehaves."""

    booked: list[str] = field(default_factory=list)  # references, in order
    faults: dict[str, list[Exception]] = field(default_factory=dict)  # reference -> at commit
    lost_answers: set[str] = field(default_factory=set)  # booked, and the answer is lost
    at_commit: Callable[[WorkItem], None] | None = None  # a look over the bot's shoulder
    seconds: float = 0.0  # what one screen takes
    sessions: Counter[str] = field(default_factory=Counter)  # open now, by login
    most_sessions: int = 0
    signed_on: int = 0  # times, by anybody
    sign_on_trouble: list[Exception] = field(default_factory=list)
    looked_up: list[float] = field(default_factory=list)  # when, by the monotonic clock

    def doubled(self) -> list[str]:
        return [each for each, count in Counter(self.booked).items() if count > 1]

    async def sign_on(self, system: str, login: str) -> CardboardSession:
        if self.sign_on_trouble:
            raise self.sign_on_trouble.pop(0)
        self.sessions[login] += 1
        self.signed_on += 1
        assert self.sessions[login] == 1, f"{login} is signed on twice"
        self.most_sessions = max(self.most_sessions, sum(self.sessions.values()))
        return CardboardSession(self, login)


@dataclass(slots=True)
class CardboardSession:
    """One signed-on session; it is its own bank port."""

    books: CardboardBank
    login: str
    usable: bool = True

    @property
    def bank(self) -> CardboardSession:
        return self

    async def close(self) -> None:
        self.books.sessions[self.login] -= 1

    async def look_up(self, item: WorkItem) -> LookUp:
        self.books.looked_up.append(time.monotonic())
        await asyncio.sleep(self.books.seconds)
        found = [
            Booking(reference=item.reference, bank_reference=f"BK{place:06}", shown={})
            for place, reference in enumerate(self.books.booked, 1)
            if reference == item.reference
        ]
        return LookUp(bookings=tuple(found), read_at=datetime.now(UTC))

    async def prepare(self, item: WorkItem) -> tuple[Evidence, ...]:
        await asyncio.sleep(self.books.seconds)
        return ()

    async def identify(self, item: WorkItem) -> None:
        return None

    async def commit(self, item: WorkItem, *, click_before: float) -> Receipt:
        if self.books.at_commit is not None:
            self.books.at_commit(item)
        if troubles := self.books.faults.get(item.reference):
            trouble = troubles.pop(0)
            raise trouble
        self.books.booked.append(item.reference)
        bank_reference = f"BK{len(self.books.booked):06}"
        await asyncio.sleep(self.books.seconds)
        if item.reference in self.books.lost_answers:
            self.books.lost_answers.discard(item.reference)
            raise InDoubt("commit", "the answer was lost")
        return Receipt(
            bank_reference=bank_reference,
            read_at=datetime.now(UTC),
            source="receipt",
        )


def one_system(policy: Policy = QUICK, logins: tuple[str, ...] = ("OP1",)) -> dict[str, System]:
    return {CORE: System(policy=policy, logins=logins, sessions_max=len(logins))}


__all__ = [
    "CORE",
    "CREDITOR",
    "DEBTOR",
    "FAST",
    "QUICK",
    "CardboardBank",
    "Clock",
    "House",
    "Refused",
    "Unavailable",
    "a_batch",
    "one_system",
    "payment",
    "sqlite_house",
]
