"""In what order, from when and until when: what a person says of a batch's items.

Only items of which nothing was begun are moved; what a worker has in hand goes on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, select, update

from counterfoil.domain.items import ItemState
from counterfoil.domain.pauses import Priority
from counterfoil.errors import Refused
from counterfoil.store import schema
from counterfoil.store.book import Book, Fact
from counterfoil.store.deciding import Word, need_reason


class Sequencing(Book):
    """Priorities, deferrals and deadlines."""

    def prioritise(self, batch_id: str, priority: Priority, word: Word) -> int:
        """Have what is left of the batch keyed before, or after, others; how many items."""
        told = f"priority {priority.name}"
        return self._change(batch_id, word, "batch_prioritised", told, {"priority": int(priority)})

    def defer(self, batch_id: str, until: datetime, word: Word) -> int:
        """Have what is left of the batch keyed from *until* (UTC) on; how many items."""
        told = f"not before {until:%Y-%m-%d %H:%M:%S}Z"
        due_at = case((schema.items.c.state == ItemState.READY, until), else_=None)
        values = {"not_before": until, "due_at": due_at}
        return self._change(batch_id, word, "batch_deferred", told, values)

    def set_deadline(self, batch_id: str, at: datetime | None, word: Word) -> int:
        """Have what is left keyed by *at* (UTC), or not at all; None: whenever it can be."""
        told = f"deadline {at:%Y-%m-%d %H:%M:%S}Z" if at else "no deadline"
        return self._change(batch_id, word, "batch_deadline_set", told, {"deadline_at": at})

    def _change(
        self, batch_id: str, word: Word, kind: str, told: str, values: dict[str, Any]
    ) -> int:
        """The visit's number grows, so that what the engine carries already counts no more."""
        need_reason(word)
        items, batches = schema.items, schema.batches
        with self.writing() as tx:
            known = select(batches.c.batch_id).where(batches.c.batch_id == batch_id)
            if tx.connection.execute(known).first() is None:
                raise Refused("unknown_batch", f"there is no batch {batch_id}")
            visit = case((items.c.state == ItemState.READY, items.c.visit + 1), else_=0)
            changed = tx.connection.execute(
                update(items)
                .where(items.c.batch_id == batch_id, _untouched())
                .values(visit=visit, updated_at=tx.now, **values)
            ).rowcount
            if not changed:
                raise Refused("nothing_left", f"{batch_id}: nothing is left that was not begun")
            tx.tell(
                Fact(
                    kind=kind,
                    told=f"{told}, {changed} items: {word.reason}",
                    batch_id=batch_id,
                    data={"items": changed},
                    person=word.person,
                )
            )
        return changed


def _untouched() -> ColumnElement[bool]:
    items = schema.items
    waiting = (ItemState.READY, ItemState.AWAITING_APPROVAL)
    return items.c.state.in_(waiting) & items.c.holder.is_(None)
