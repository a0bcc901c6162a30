"""Who takes care of what waits, until when, and what they last said; of any kind of exception.

It decides nothing: whatever is cared for waits as before. The history is the record's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from sqlalchemy import delete, insert, select

from counterfoil.domain.approvals import plain_name
from counterfoil.store.book import Book, Fact
from counterfoil.store.deciding import Word, need_reason
from counterfoil.store.people_schema import cares


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What is known about one thing that waits."""

    which: str  # "item:B-…", "arrival:A-…", "break:BR-…", "system:core", "run:nightly …"
    owner: str  # who takes care of it; "": nobody
    due_on: date | None  # by the end of that day, UTC
    told: str  # what was last said, redacted
    person: str  # who said so
    at: datetime  # UTC


class CareLedger(Book):
    """Owners, due dates and comments."""

    @classmethod
    def beside(cls, ledger: Book) -> Self:
        """On *ledger*'s own connection, audit log, vault and clock."""
        return cls._over(ledger)

    def care(
        self, which: str, word: Word, *, owner: str | None = None, due_on: date | None = None
    ) -> None:
        """Write down who takes care of *which*; None leaves owner or due date as they are.

        Raises:
            Refused: "no_reason".
        """
        need_reason(word)
        kind, _, name = which.partition(":")
        with self.writing() as tx:
            mine = cares.c.which == which
            old = tx.connection.execute(select(cares).where(mine).with_for_update()).first()
            given = plain_name(owner) if owner is not None else (old.owner if old else "")
            due = due_on or (old.due_on if old else None)
            tx.connection.execute(delete(cares).where(mine))
            tx.connection.execute(
                insert(cares).values(
                    which=which,
                    owner=given,
                    due_on=due,
                    told=self.redactor.text(word.reason),
                    person=word.person,
                    at=tx.now,
                )
            )
            by = f", {given or 'nobody'} by {due}" if due else f", {given or 'nobody'}"
            tx.tell(
                Fact(
                    kind="exception_noted",
                    told=f"{which}{by}: {word.reason}",
                    item_id=name if kind == "item" else None,
                    arrival_id=name if kind == "arrival" else None,
                    data={"which": which, "owner": given, "due": due.isoformat() if due else ""},
                    person=word.person,
                )
            )

    def cares_of(self, which: str) -> Care | None:
        """What is known about one thing; None: nobody said anything."""
        query = select(*(cares.c[each] for each in Care.__slots__)).where(cares.c.which == which)
        with self.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            return None if row is None else Care(**row)

    def cares(self) -> Mapping[str, Care]:
        """All that is known, by what it is about."""
        query = select(*(cares.c[each] for each in Care.__slots__))
        with self.reading() as connection:
            return {row["which"]: Care(**row) for row in connection.execute(query).mappings()}
