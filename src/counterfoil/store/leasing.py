"""Who is alive, and which worker uses which bank login: one each, across all machines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from counterfoil.store import schema
from counterfoil.store.book import Transaction
from counterfoil.store.claims import Claims, LeaseRow, lease_terms
from counterfoil.store.pausing import lock_system
from counterfoil.store.prepared import HOLDS_LEASE
from counterfoil.store.stops import in_maintenance

#: Between a worker's boot and what makes its child's another one.
CHILD = "+"

_REAPER = 73290412  # any number that no other advisory lock of ours has


class Leasing(Claims):
    """Heartbeats and bank logins."""

    def start_worker(self, *, host: str, pid: int, lease: timedelta) -> None:
        """Say that this boot works from now on."""
        with self.writing(durable=False) as tx:
            tx.connection.execute(
                insert(schema.workers).values(
                    boot=self.boot,
                    host=host,
                    pid=pid,
                    started_at=tx.now,
                    beat_at=tx.now,
                    expires_at=tx.now + lease,
                )
            )

    def beat(self, lease: timedelta) -> bool:
        """A sign of life: the worker and its bank logins live on. False: declared dead."""
        workers, leases = schema.workers, schema.leases
        with self.writing(durable=False) as tx:
            alive = tx.connection.execute(
                update(workers)
                .where(workers.c.boot == self.boot, workers.c.expires_at > tx.now)
                .values(beat_at=tx.now, expires_at=tx.now + lease)
            )
            if alive.rowcount == 1:
                tx.connection.execute(
                    update(leases)
                    .where(leases.c.holder == self.boot, leases.c.expires_at > tx.now)
                    .values(expires_at=tx.now + lease)
                )
            return alive.rowcount == 1

    @property
    def is_child(self) -> bool:
        """Whether a worker began this process: the worker holds the machine's lock for it."""
        return CHILD in self.boot

    def stop_worker(self, boot: str) -> None:
        """Forget *boot*: it is gone, its logins are free and its claims may be taken over."""
        workers, leases = schema.workers, schema.leases
        with self.writing() as tx:
            tx.connection.execute(delete(workers).where(workers.c.boot == boot))
            tx.connection.execute(
                delete(schema.lease_wishes).where(schema.lease_wishes.c.boot == boot)
            )
            tx.connection.execute(
                update(leases).where(leases.c.holder == boot).values(holder=None, expires_at=None)
            )

    def workers(self) -> set[str]:
        """Every boot that has not been stopped, silent or not."""
        with self.reading() as connection:
            return set(connection.execute(select(schema.workers.c.boot)).scalars())

    def dead_workers(self, *, host: str | None = None) -> list[str]:
        """Boots to be reaped: silent for too long, or, with *host*, an earlier one there.

        With *host* the caller holds that machine's worker lock: an earlier boot of the
        same machine cannot be alive, however young its heartbeat is.
        """
        workers = schema.workers
        query = select(workers.c.boot).where(workers.c.boot != self.boot)
        if host is None:
            query = query.where(workers.c.expires_at <= self.now())
        else:
            query = query.where(workers.c.host == host)
        with self.reading() as connection:
            return list(connection.execute(query).scalars())

    @contextmanager
    def sole_reaper(self) -> Iterator[bool]:
        """True for one process at a time, over all machines."""
        if self.alone:
            yield True
            return
        with self.reading() as connection:
            locked = select(func.pg_try_advisory_xact_lock(_REAPER))
            yield bool(connection.execute(locked).scalar())

    def take_lease(
        self,
        system: str,
        logins: Sequence[str],
        *,
        sessions_max: int,
        lease: timedelta,
        in_use: Collection[str] | None = None,
    ) -> LeaseRow | None:
        """The first free login of *logins*, or None.

        None: all are in use, or are wanted by others while we have no wish; there are enough
        sessions; or the system is in maintenance.

        Args:
            in_use: The logins that this worker has sessions for; what else it holds is
                left over from an answer that was cut, and free. None: all it holds.
        """
        try:
            with self.writing(durable=False) as tx:
                self._lock_system(tx, system, logins)
                if in_use is not None:
                    self._free_unused(tx, system, in_use)
                if in_maintenance(tx.connection, system):
                    return None
                held = self._held(tx, system)
                free = [each for each in logins if each not in held]
                wanted = self._wanted(tx.connection, tx.now, system)
                if min(sessions_max - len(held), len(free)) <= wanted:
                    return None
                return self._take(tx, system, free[0], lease)
        except IntegrityError:
            return None  # another machine made the same rows first: next time

    def _free_unused(self, tx: Transaction, system: str, in_use: Collection[str]) -> None:
        leases = schema.leases
        tx.connection.execute(
            update(leases)
            .where(
                leases.c.system == system,
                leases.c.holder == self.boot,
                leases.c.login.not_in(in_use),
            )
            .values(holder=None, expires_at=None)
        )

    def _lock_system(self, tx: Transaction, system: str, logins: Sequence[str]) -> None:
        """One taker per system at a time, so that the count holds."""
        leases = schema.leases
        lock_system(tx, system)
        query = select(leases.c.login).where(leases.c.system == system)
        known = set(tx.connection.execute(query).scalars())
        missing = [{"system": system, "login": each} for each in logins if each not in known]
        if missing:
            tx.connection.execute(insert(leases), missing)

    def _free(self, tx: Transaction) -> ColumnElement[bool]:
        """Given back, expired, or (SQLite) of a process that cannot be alive.

        There the worker and the processes that it began are all that can be.
        """
        leases = schema.leases
        free = or_(leases.c.holder.is_(None), leases.c.expires_at <= tx.now)
        if not self.alone:
            return free
        worker = self.boot.partition(CHILD)[0]
        child = leases.c.holder.startswith(f"{worker}{CHILD}", autoescape=True)
        return or_(free, and_(leases.c.holder != worker, ~child))

    def _held(self, tx: Transaction, system: str) -> set[str]:
        """The logins of *system* that somebody has a session for."""
        leases = schema.leases
        query = select(leases.c.login).where(leases.c.system == system, ~self._free(tx))
        return set(tx.connection.execute(query).scalars())

    def _take(self, tx: Transaction, system: str, login: str, lease: timedelta) -> LeaseRow | None:
        """*login*; None: its holder's heartbeat came in the same moment."""
        leases = schema.leases
        token = tx.connection.execute(
            update(leases)
            .where(leases.c.system == system, leases.c.login == login, self._free(tx))
            .values(holder=self.boot, token=leases.c.token + 1, expires_at=tx.now + lease)
            .returning(leases.c.token)
        ).scalar()
        if token is None:
            return None
        self._end_wish(tx, system)
        return LeaseRow(system=system, login=login, token=token)

    def wish_for_login(self, system: str, length: timedelta) -> None:
        """Say for *length* that we wait for a login of *system*; taking one ends it."""
        wishes = schema.lease_wishes
        with self.writing(durable=False) as tx:
            self._end_wish(tx, system)
            row = {"system": system, "boot": self.boot, "expires_at": tx.now + length}
            tx.connection.execute(insert(wishes).values(row))

    def _end_wish(self, tx: Transaction, system: str) -> None:
        wishes = schema.lease_wishes
        tx.connection.execute(
            delete(wishes).where(wishes.c.system == system, wishes.c.boot == self.boot)
        )

    def _wanted(self, connection: Connection, now: datetime, system: str) -> int:
        """How many logins of *system* we leave to others: none while we wait like them."""
        wishes = schema.lease_wishes
        waiting = select(wishes.c.boot).where(wishes.c.system == system, wishes.c.expires_at > now)
        boots = set(connection.execute(waiting).scalars())
        return 0 if self.boot in boots else len(boots)

    def is_login_wanted(self, system: str) -> bool:
        """Whether somebody else waits for a login of *system*: who has one gives it back."""
        with self.reading() as connection:
            return self._wanted(connection, self.now(), system) > 0

    def holds(self, lease: LeaseRow) -> bool:
        """Whether *lease* is still this worker's."""
        asked = lease_terms(self, lease, self.now())
        with self.reading() as connection:
            return connection.execute(HOLDS_LEASE, asked).first() is not None

    def give_lease_back(self, lease: LeaseRow) -> None:
        """The session is closed: the login is free, if it was still ours."""
        leases = schema.leases
        with self.writing(durable=False) as tx:
            tx.connection.execute(
                update(leases)
                .where(
                    leases.c.system == lease.system,
                    leases.c.login == lease.login,
                    leases.c.token == lease.token,
                    leases.c.holder == self.boot,
                )
                .values(holder=None, expires_at=None)
            )
