"""What is due: which items the engine is to carry now, in what order, and what comes too late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update

from counterfoil.domain.items import ItemState
from counterfoil.domain.pauses import EVERYWHERE
from counterfoil.store import schema
from counterfoil.store.carrying import schedule, urgency_of
from counterfoil.store.claims import WORKABLE, Claims
from counterfoil.store.stops import is_past, paused


class Due(Claims):
    """Items on their way to the engine."""

    def due(self, *, limit: int) -> list[tuple[str, str, int, datetime]]:
        """Items that nobody alive holds and that are due: (id, system, visit, due at).

        Those of systems where nothing may be begun are left out; where an open circuit
        is to be probed, all but one.
        """
        items, systems, workers = schema.items, schema.systems, schema.workers
        now = self.now()
        live = select(workers.c.boot).where(workers.c.expires_at > now)
        if self.alone:
            free = or_(items.c.holder.is_(None), items.c.holder != self.boot)
        else:
            free = or_(items.c.holder.is_(None), items.c.holder.not_in(live))
        frozen = select(systems.c.system).where(systems.c.frozen)
        with self.reading() as connection:
            resting, probed = paused(connection, now)
            if EVERYWHERE in resting:
                return []
            query = (
                select(items.c.item_id, items.c.system, items.c.visit, items.c.due_at)
                .where(
                    items.c.due_at <= now,
                    items.c.state.in_([str(each) for each in WORKABLE]),
                    free,
                    items.c.system.not_in(frozen),
                    items.c.system.not_in(resting),
                )
                .order_by(items.c.priority, items.c.due_at)
                .limit(limit)
            )
            return _one_probe_each([(*row,) for row in connection.execute(query)], probed)

    def held_by(self, boot: str) -> list[tuple[str, int]]:
        """What *boot* has in hand: (id, visit)."""
        items = schema.items
        query = select(items.c.item_id, items.c.visit).where(
            items.c.holder == boot, items.c.due_at.is_not(None)
        )
        with self.reading() as connection:
            return [(*row,) for row in connection.execute(query)]

    def requeue(self, item_id: str, visit: int, *, anew: bool) -> None:
        """Have the due item visited now; *anew* under the next number, else under *visit*.

        Nothing happens when the item moved on in the meantime.
        """
        items = schema.items
        number = visit + (1 if anew else 0)
        with self.writing(durable=False) as tx:
            row = tx.connection.execute(
                update(items)
                .where(
                    items.c.item_id == item_id,
                    items.c.visit == visit,
                    items.c.due_at.is_not(None),
                )
                .values(visit=number)
                .returning(items.c.system, items.c.state, items.c.priority)
            ).first()
            if row is not None:
                urgency = urgency_of(ItemState(row.state), row.priority)
                schedule(tx, row.system, [(item_id, number)], tx.now, urgency=urgency)

    def park_overdue(self, *, limit: int = 500) -> int:
        """What nobody keyed before its deadline waits for a person; how many."""
        items = schema.items
        query = (
            select(items.c.item_id)
            .where(
                items.c.due_at.is_not(None),
                items.c.state == ItemState.READY,
                items.c.deadline_at <= self.now(),
            )
            .limit(limit)
        )
        with self.reading() as connection:
            late = list(connection.execute(query).scalars())
        return sum(self._park_overdue(each) for each in late)

    def _park_overdue(self, item_id: str) -> bool:
        items = schema.items
        with self.writing() as tx:
            row = tx.connection.execute(
                select(items.c.state, items.c.deadline_at)
                .where(items.c.item_id == item_id)
                .with_for_update()
            ).one()
            if row.state != ItemState.READY or not is_past(row.deadline_at, tx.now):
                return False
            told = f"not keyed by {row.deadline_at:%Y-%m-%d %H:%M:%S}Z, its deadline"
            self._park(tx, item_id, "deadline_passed", told)
            return True


def _one_probe_each(
    due: list[tuple[str, str, int, datetime]], probed: set[str]
) -> list[tuple[str, str, int, datetime]]:
    left = set(probed)
    found = []
    for each in due:
        system = each[1]
        if system not in probed or system in left:
            found.append(each)
            left.discard(system)
    return found
