"""One transaction of the ledger, and the audit record that goes with it.

Every change is told to the audit log inside its transaction, as the last thing; the
log is synced, and only then the transaction commits, with the record's stream, number
and hash in its rows. So the ledger never points at a record that could be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, Self

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, OperationalError

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor
from counterfoil.errors import CounterfoilError, LedgerLost, SetupError
from counterfoil.store import schema
from counterfoil.store.prepared import TELL


class Mark(Protocol):
    """Where a record stands in the audit log."""

    @property
    def stream(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def hash(self) -> str: ...


class Audit(Protocol):
    """As much of audit/log.py as the ledger needs. Both raise AuditLost."""

    def emit(  # noqa: PLR0913 - a record has these parts
        self,
        kind: str,
        *,
        obj: Mapping[str, Any],
        data: Mapping[str, Any],
        evidence: Sequence[Evidence] = (),
        actor: Mapping[str, str] | None = None,
        durable: bool = True,
    ) -> Mark:
        """Write one record."""

    def sync(self) -> None:
        """Return when every record written so far survives a power cut."""


class Sealer(Protocol):
    """As much of store/vault.py as the ledger needs."""

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Encrypt and authenticate; *context* says whose it is."""

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """The plain bytes again. Raises ValueError: altered, or somebody else's."""

    def mark(self, text: str, *, context: str) -> str:
        """The same text, the same mark; nobody without the key can tell which text."""


class Carrier(Protocol):
    """Whoever carries the work: an enqueue is part of the ledger's transaction."""

    def enqueue(
        self,
        connection: Connection,
        system: str,
        visits: Sequence[tuple[str, int]],
        after: float,
        *,
        urgency: int,
    ) -> None:
        """Have the items visited: (item id, visit number), *after* seconds from now.

        Args:
            urgency: The lower first: ``store.carrying.urgency_of``.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What happened, for the audit log and for the ledger's own history."""

    kind: str  # "item_posted": past tense, added but never renamed
    told: str  # one sentence for people; redacted before it is kept
    item_id: str | None = None
    batch_id: str | None = None
    arrival_id: str | None = None  # a fetched statement
    reconciliation: str | None = None  # a standing one, by name
    schedule: str | None = None  # by name
    occurrence: str | None = None  # one of its times, by key
    attempt: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    person: str | None = None  # who decided; None: the bot by itself


class Book:
    """The ledger's connection, clock and pen. Its verbs are in the modules beside it."""

    def __init__(  # noqa: PLR0913 - the ledger's whole environment, once
        self,
        engine: Engine,
        *,
        boot: str,
        audit: Audit | None,
        vault: Sealer | None,
        redactor: Redactor,
        carrier: Carrier | None,
        clock: Callable[[], datetime] | None,
    ) -> None:
        self.engine = engine
        self.boot = boot  # of this process: what claims, leases and heartbeats are held as
        self.audit = audit
        self.vault = vault
        self.redactor = redactor
        self.carrier = carrier
        self._clock = clock
        self.alone = engine.dialect.name == "sqlite"  # one worker process: the rest are dead

    @classmethod
    def _over(cls, ledger: Book) -> Self:
        """On *ledger*'s own connection, audit log, vault and clock; it enqueues nothing."""
        return cls(
            ledger.engine,
            boot=ledger.boot,
            audit=ledger.audit,
            vault=ledger.vault,
            redactor=ledger.redactor,
            carrier=None,
            clock=ledger._clock,
        )

    def now(self) -> datetime:
        """UTC by the ledger's clock: one for all machines."""
        if self._clock is not None:
            return self._clock()
        if self.alone:
            return datetime.now(UTC)
        with self.reading() as connection:
            now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
            return now.astimezone(UTC)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view. Raises LedgerLost."""
        try:
            with self.engine.connect() as connection, connection.begin():
                yield connection
        except OperationalError as trouble:
            raise _lost(trouble) from trouble

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Transaction]:
        """One transaction: all of it, told and durable, or nothing.

        Args:
            durable: False: a power cut may undo it, because all who care die with it (who
                has what in hand); nothing can be told in it. A kill undoes nothing.

        Raises:
            AuditLost: It could not be told; nothing is written.
            LedgerLost: The database did not say whether it is written.
        """
        transaction = self.begin(durable=durable)
        try:
            yield transaction
            transaction.commit()
        except OperationalError as trouble:
            raise _lost(trouble) from trouble
        finally:
            transaction.close()

    def begin(self, *, durable: bool = True) -> Transaction:
        """A transaction that stays open until :meth:`Transaction.close`. Raises LedgerLost."""
        try:
            connection = self.engine.connect().execution_options(writes=True, durable=durable)
        except OperationalError as trouble:
            raise _lost(trouble) from trouble
        try:
            connection.begin()
            now = self.now() if self.alone else None
            return Transaction(self, connection, now, durable=durable)
        except OperationalError as trouble:  # the clock is asked, too
            connection.close()
            raise _lost(trouble) from trouble

    def is_dead(self, tx: Transaction, holder: str) -> bool:
        """Whether *holder* can do nothing any more.

        With SQLite the one worker process holds the operating system's lock, so every
        other boot is dead. With PostgreSQL a worker is dead when its heartbeat expired.
        """
        if holder == self.boot:
            return False
        if self.alone:
            return True
        workers = schema.workers
        alive = select(workers.c.boot).where(
            workers.c.boot == holder, workers.c.expires_at > tx.now
        )
        return tx.connection.execute(alive).first() is None

    def sealer(self) -> Sealer:
        """The vault, or a plain refusal."""
        if self.vault is None:
            raise SetupError("the ledger was opened without the vault: payloads stay sealed")
        return self.vault


class Transaction:
    """Rows and records that become true together."""

    def __init__(
        self, book: Book, connection: Connection, now: datetime | None, *, durable: bool
    ) -> None:
        self.book = book
        self.connection = connection
        self._durable = durable
        if now is None:
            now = book._clock() if book._clock else _database_now(connection)
        self.now = now  # one instant for everything in here
        self._marks: list[Mark] = []

    def tell(self, fact: Fact) -> Mark:
        """Write *fact* to the audit log, and its witness into the ledger.

        Call it last: a record cannot be taken back.
        """
        audit = self.book.audit
        if audit is None:
            raise SetupError("the ledger was opened for reading: it has no audit log to write to")
        assert self._durable, f"{fact.kind} is told in a transaction that may be undone"
        told = self.book.redactor.text(fact.told)
        about = {
            "batch": fact.batch_id,
            "item": fact.item_id,
            "arrival": fact.arrival_id,
            "reconciliation": fact.reconciliation,
            "schedule": fact.schedule,
            "occurrence": fact.occurrence,
            "attempt": fact.attempt,
        }
        mark = audit.emit(
            fact.kind,
            obj={name: each for name, each in about.items() if each is not None},
            data={"told": told, **fact.data},
            evidence=fact.evidence,
            actor={"on_behalf": fact.person} if fact.person else None,
            durable=False,  # commit() syncs once for all
        )
        self._marks.append(mark)
        step = {
            "stream": mark.stream,
            "seq": mark.seq,
            "hash": mark.hash,
            "kind": fact.kind,
            "at": self.now,
            "batch_id": fact.batch_id,
            "item_id": fact.item_id,
            "arrival_id": fact.arrival_id,
            "reconciliation": fact.reconciliation,
            "schedule": fact.schedule,
            "occurrence": fact.occurrence,
            "told": told,
        }
        self.connection.execute(TELL, step)
        return mark

    def commit(self) -> None:
        """First the audit log, then the rows; an answer that was cut is read again.

        Raises:
            AuditLost: Nothing is written.
            LedgerLost: Nothing is written, as far as the ledger shows.
        """
        if self._marks and self.book.audit is not None:
            self.book.audit.sync()
        try:
            self.connection.commit()
        except DBAPIError as trouble:
            self.connection.invalidate()
            if not (self._marks and self._landed()):
                self._take_back()
                raise LedgerLost(f"the commit failed: {type(trouble).__name__}") from trouble

    def close(self) -> None:
        """Give the connection back; what was not committed never happened."""
        self.connection.close()

    def _landed(self) -> bool:
        """Whether a commit whose answer was cut is there after all. Read, never repeated."""
        mark = self._marks[-1]
        steps = schema.steps
        query = select(steps.c.hash).where(steps.c.stream == mark.stream, steps.c.seq == mark.seq)
        try:
            with self.book.reading() as connection:
                return connection.execute(query).scalar() == mark.hash
        except DBAPIError:
            return False  # not to be known: the caller must not act on it

    def _take_back(self) -> None:
        """Say in the audit log which records the ledger did not keep."""
        if self.book.audit is None:
            return
        for mark in self._marks:
            self.book.audit.emit(
                "step_not_kept",
                obj={},
                data={"seq": mark.seq, "hash": mark.hash},
                durable=False,
            )


def _database_now(connection: Connection) -> datetime:
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def _lost(trouble: OperationalError) -> LedgerLost:
    """Without the statement's parameters: they may hold what must not be seen."""
    return LedgerLost(f"{type(trouble.orig).__name__}: {trouble.orig}")


def context_of(item_id: str) -> str:
    """What an item's payload is bound to: no row can be passed off as another."""
    return f"item:{item_id}"


class Illegible(CounterfoilError):
    """A row was changed by another hand than ours; it is never worked on."""
