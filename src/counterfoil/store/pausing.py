"""Where nothing new is begun: maintenance, and circuits that open by themselves.

A pause stops what has not begun; visits in hand are finished. Frozen is another thing:
an alarm, after which a person has to find out what happened.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.pauses import EVERYWHERE, Breaker, Leave, Pause, PauseKind
from counterfoil.errors import Refused
from counterfoil.store import schema
from counterfoil.store.book import Book, Fact, Transaction
from counterfoil.store.deciding import Word, need_reason
from counterfoil.store.prepared import TROUBLES
from counterfoil.store.stops import in_maintenance, is_past, pauses_of


class Pausing(Book):
    """Pauses of systems, circuits, and the rate of visits."""

    def pauses(self) -> list[Pause]:
        """Every pause that is on, those of everything first."""
        query = select(schema.pauses).order_by(schema.pauses.c.system, schema.pauses.c.kind)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [Pause(**{**row, "kind": PauseKind(row["kind"])}) for row in rows]

    def troubles(self) -> dict[str, int]:
        """System -> system exceptions in a row until now, where there are any."""
        systems = schema.systems
        query = select(systems.c.system, systems.c.troubles).where(systems.c.troubles > 0)
        with self.reading() as connection:
            return {row.system: row.troubles for row in connection.execute(query)}

    def begin_maintenance(self, system: str, word: Word) -> None:
        """Let nothing new be begun in *system*, or EVERYWHERE. Raises Refused: it is on."""
        need_reason(word)
        try:
            with self.writing() as tx:
                self._pause(tx, system, PauseKind.MAINTENANCE, word.reason, person=word.person)
                self._tell(tx, "maintenance_began", system, word.reason, word.person)
        except IntegrityError:
            raise Refused("in_maintenance", f"{_named(system)}: maintenance is on") from None

    def end_maintenance(self, system: str, word: Word) -> None:
        """Undo it; the sweeper takes up what was due. Raises Refused: it is not on."""
        need_reason(word)
        with self.writing() as tx:
            if not self._lift(tx, system, PauseKind.MAINTENANCE):
                raise Refused("not_in_maintenance", f"{_named(system)}: no maintenance is on")
            self._tell(tx, "maintenance_ended", system, word.reason, word.person)

    def close_circuit(self, system: str, word: Word) -> None:
        """A person knows that the system works again. Raises Refused: it is not open."""
        need_reason(word)
        with self.writing() as tx:
            if not self._lift(tx, system, PauseKind.CIRCUIT):
                raise Refused("circuit_closed", f"{system}: its circuit is not open")
            self._count(tx, system, 0)
            self._tell(tx, "circuit_closed", system, word.reason, word.person)

    def in_maintenance(self) -> bool:
        """Whether nothing at all may be begun."""
        with self.reading() as connection:
            return in_maintenance(connection, EVERYWHERE)

    def leave(self, system: str, breaker: Breaker | None, *, probing: bool = False) -> Leave:
        """Whether a visit to *system* may begin now; a probe is given to one visit alone.

        Args:
            probing: This visit was given the probe before: an open circuit does not stop it.
        """
        with self.reading() as connection:
            found = pauses_of(connection, system)
        if PauseKind.MAINTENANCE in found:
            return Leave.STAY
        if probing or PauseKind.CIRCUIT not in found:
            return Leave.GO
        if breaker is None or not is_past(found[PauseKind.CIRCUIT], self.now()):
            return Leave.STAY
        return Leave.PROBE if self._take_probe(system, breaker) else Leave.STAY

    def _take_probe(self, system: str, breaker: Breaker) -> bool:
        pauses = schema.pauses
        with self.writing() as tx:
            taken = tx.connection.execute(
                update(pauses)
                .where(
                    pauses.c.system == system,
                    pauses.c.kind == PauseKind.CIRCUIT,
                    pauses.c.probe_at <= tx.now,
                )
                .values(probe_at=tx.now + breaker.probe_after)
            )
            if taken.rowcount != 1:
                return False
            self._tell(tx, "circuit_probed", system, "one visit is let through")
            return True

    def system_failed(self, system: str, reason: str, breaker: Breaker) -> bool:
        """One more system exception in a row; True when it opened the circuit."""
        with self.writing() as tx:
            troubles = self._count(tx, system, None)
            pauses = schema.pauses
            is_open = select(pauses.c.since).where(
                pauses.c.system == system, pauses.c.kind == PauseKind.CIRCUIT
            )
            if troubles < breaker.opens_after or tx.connection.execute(is_open).first():
                return False
            told = f"{troubles} system exceptions in a row, the last: {reason}"
            probe_at = tx.now + breaker.probe_after
            self._pause(tx, system, PauseKind.CIRCUIT, told, probe_at=probe_at)
            self._tell(tx, "circuit_opened", system, told)
            return True

    def system_answered(self, system: str) -> None:
        """It works: the row of exceptions is at an end, and so is an open circuit."""
        with self.reading() as connection:
            if not connection.execute(TROUBLES, {"the_system": system}).scalar():
                return
        with self.writing() as tx:
            self._count(tx, system, 0)
            if self._lift(tx, system, PauseKind.CIRCUIT):
                self._tell(tx, "circuit_closed", system, "a visit was answered")

    def take_turn(self, system: str, between: timedelta) -> float:
        """Seconds to wait for our turn: turns of one system are *between* apart, everywhere."""
        systems = schema.systems
        with self.writing(durable=False) as tx:
            lock_system(tx, system)
            query = select(systems.c.next_turn_at).where(systems.c.system == system)
            turn = max(tx.connection.execute(query).scalar() or tx.now, tx.now)
            tx.connection.execute(
                update(systems)
                .where(systems.c.system == system)
                .values(next_turn_at=turn + between)
            )
            return (turn - tx.now).total_seconds()

    def _count(self, tx: Transaction, system: str, value: int | None) -> int:
        """Set the row of exceptions to *value*, None: one more; what it is then."""
        systems = schema.systems
        lock_system(tx, system)
        changed = tx.connection.execute(
            update(systems)
            .where(systems.c.system == system)
            .values(troubles=systems.c.troubles + 1 if value is None else value)
            .returning(systems.c.troubles)
        )
        return int(changed.scalar_one())

    def _pause(
        self, tx: Transaction, system: str, kind: PauseKind, reason: str, **more: Any
    ) -> None:
        values = {"system": system, "kind": kind, "since": tx.now, **more}
        tx.connection.execute(
            insert(schema.pauses).values(reason=self.redactor.text(reason), **values)
        )

    def _lift(self, tx: Transaction, system: str, kind: PauseKind) -> bool:
        pauses = schema.pauses
        ended = tx.connection.execute(
            delete(pauses).where(pauses.c.system == system, pauses.c.kind == kind)
        )
        return ended.rowcount == 1

    def _tell(
        self, tx: Transaction, kind: str, system: str, told: str, person: str | None = None
    ) -> None:
        said = f"{_named(system)}: {told}"
        tx.tell(Fact(kind=kind, told=said, data={"system": system}, person=person))


def lock_system(tx: Transaction, system: str) -> None:
    """Its row, made if it is not there: one at a time may count on it."""
    systems = schema.systems
    locked = select(systems.c.system).where(systems.c.system == system).with_for_update()
    if tx.connection.execute(locked).first() is None:
        tx.connection.execute(insert(systems).values(system=system))


def _named(system: str) -> str:
    return system or "everything"
