"""What a person decides about a fetched statement, and what its place in the sequence says."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, insert, select, update

from counterfoil.domain.statement_orders import ArrivalState, Exceptional, StatementState
from counterfoil.errors import Refused
from counterfoil.store import statement_schema as schema
from counterfoil.store.book import Book, Fact, Transaction
from counterfoil.store.deciding import Word, need_reason
from counterfoil.store.statement_arrivals import insert_exceptions
from counterfoil.store.statement_reading import LIVE

#: What the sequence finds; these come and go with the neighbours of a statement.
SEQUENCE = frozenset(
    {
        "duplicate",
        "conflict",
        "out_of_order",
        "opening_differs",
        "gap",
        "missing_days",
        "formats_disagree",
    }
)


class StatementDeciding(Book):
    """Exceptions are closed by people, or by a neighbour that came later."""

    def requeue_statement(self, arrival_id: str, word: Word) -> None:
        """Have it fetched and read again; what was read of it does not count any more.

        Raises:
            Refused: "unknown_arrival", "wrong_state" or "no_reason".
        """
        with self.writing() as tx:
            self._decide_on(
                tx,
                arrival_id,
                word,
                kind="requeue",
                allowed=(ArrivalState.QUARANTINED, ArrivalState.PROVED, ArrivalState.SET_ASIDE),
                to=ArrivalState.WANTED_AGAIN,
            )
            orders = schema.orders
            tx.connection.execute(
                update(orders)
                .where(orders.c.arrival_id == arrival_id)
                .values(arrival_id=None, updated_at=tx.now)
            )
            _move(tx, arrival_id, StatementState.SUPERSEDED)
            _close(tx, arrival_id, "WANTED_AGAIN")
            self._tell(tx, arrival_id, word, "requeue")

    def set_statement_aside(self, arrival_id: str, word: Word) -> None:
        """It is not to be used, and not to be fetched again. Raises Refused."""
        with self.writing() as tx:
            self._decide_on(
                tx,
                arrival_id,
                word,
                kind="set_aside",
                allowed=(ArrivalState.QUARANTINED, ArrivalState.PROVED),
                to=ArrivalState.SET_ASIDE,
            )
            _move(tx, arrival_id, StatementState.SET_ASIDE)
            _close(tx, arrival_id, "SET_ASIDE")
            self._tell(tx, arrival_id, word, "set_aside")

    def accept_statement(self, arrival_id: str, word: Word) -> None:
        """A person looked: it may be used, as far as it is proved.

        Raises:
            Refused: "wrong_state" (nothing is proved), "nothing_open" or "no_reason".
        """
        with self.writing() as tx:
            self._decide_on(
                tx,
                arrival_id,
                word,
                kind="accept",
                allowed=(ArrivalState.PROVED,),
                to=ArrivalState.PROVED,
            )
            if not _close(tx, arrival_id, "ACCEPTED"):
                raise Refused("nothing_open", f"{arrival_id} waits for nobody")
            statements = schema.statements
            tx.connection.execute(
                update(statements)
                .where(
                    statements.c.arrival_id == arrival_id,
                    statements.c.state == StatementState.HELD,
                )
                .values(state=StatementState.ACCEPTED, updated_at=tx.now)
            )
            self._tell(tx, arrival_id, word, "accept")

    def note_sequence(self, statement_id: int, found: Sequence[Exceptional]) -> StatementState:
        """Open what the sequence shows now, close what it does not show any more; where it stands.

        What a person accepted stays accepted.
        """
        statements = schema.statements
        with self.writing() as tx:
            row = tx.connection.execute(
                select(statements.c.arrival_id, statements.c.state)
                .where(statements.c.statement_id == statement_id)
                .with_for_update()
            ).one()
            opened, cleared = _exchange(tx, row.arrival_id, found)
            before = StatementState(row.state)
            after = _standing(tx, row.arrival_id, before)
            tx.connection.execute(
                update(statements)
                .where(statements.c.statement_id == statement_id)
                .values(state=after, compared=True, updated_at=tx.now)
            )
            if before is not after or opened or cleared:
                _touch(tx, row.arrival_id)
                told = [each.reason for each in opened] + [f"{code} is cleared" for code in cleared]
                tx.tell(
                    Fact(
                        kind="statement_compared",
                        told=f"{after}: {'; '.join(told) or 'it fits its neighbours'}"[:2000],
                        arrival_id=row.arrival_id,
                        data={
                            "statement": statement_id,
                            "state": str(after),
                            "opened": [each.code for each in opened],
                            "cleared": cleared,
                        },
                    )
                )
            return after

    def _decide_on(  # noqa: PLR0913 - one decision has these parts
        self,
        tx: Transaction,
        arrival_id: str,
        word: Word,
        *,
        kind: str,
        allowed: Sequence[ArrivalState],
        to: ArrivalState,
    ) -> None:
        need_reason(word)
        arrivals = schema.arrivals
        mine = arrivals.c.arrival_id == arrival_id
        state = tx.connection.execute(
            select(arrivals.c.state).where(mine).with_for_update()
        ).scalar()
        if state is None:
            raise Refused("unknown_arrival", f"there is no fetched statement {arrival_id}")
        if state not in allowed:
            raise Refused("wrong_state", f"{arrival_id} is {state}: {kind} is not possible")
        tx.connection.execute(update(arrivals).where(mine).values(state=to, updated_at=tx.now))
        tx.connection.execute(
            insert(schema.decisions).values(
                arrival_id=arrival_id,
                kind=kind,
                person=word.person.strip(),
                reason=self.redactor.text(word.reason),
                at=tx.now,
            )
        )

    def _tell(self, tx: Transaction, arrival_id: str, word: Word, kind: str) -> None:
        tx.tell(
            Fact(
                kind="statement_decided",
                told=f"{kind}: {word.reason}",
                arrival_id=arrival_id,
                data={"decision": kind},
                person=word.person,
            )
        )


def _exchange(
    tx: Transaction, arrival_id: str, found: Sequence[Exceptional]
) -> tuple[list[Exceptional], list[str]]:
    """What is opened, and the codes of what is cleared."""
    exceptions = schema.exceptions
    mine = exceptions.c.arrival_id == arrival_id
    known = tx.connection.execute(
        select(exceptions.c.code, exceptions.c.state).where(
            mine, exceptions.c.code.in_(SEQUENCE), exceptions.c.state.in_(("OPEN", "ACCEPTED"))
        )
    ).all()
    codes, now = {code for code, _ in known}, {each.code for each in found}
    opened = [each for each in found if each.code not in codes]
    cleared = sorted({code for code, state in known if state == "OPEN" and code not in now})
    insert_exceptions(tx, arrival_id, opened)
    tx.connection.execute(
        update(exceptions)
        .where(mine, exceptions.c.state == "OPEN", exceptions.c.code.in_(cleared))
        .values(state="CLEARED", closed_at=tx.now)
    )
    return opened, cleared


def _standing(tx: Transaction, arrival_id: str, before: StatementState) -> StatementState:
    """Held while something open holds it; a person's word outlasts a new comparison."""
    if before not in LIVE:
        return before
    exceptions = schema.exceptions
    holding = tx.connection.execute(
        select(func.count()).where(
            exceptions.c.arrival_id == arrival_id,
            exceptions.c.state == "OPEN",
            exceptions.c.holds,
        )
    ).scalar_one()
    if holding:
        return StatementState.HELD
    accepted = before is StatementState.ACCEPTED
    return StatementState.ACCEPTED if accepted else StatementState.PASSED


#: A statement that goes leaves a gap before the next one, in each of so many formats.
_NEIGHBOURS = 12


def _move(tx: Transaction, arrival_id: str, state: StatementState) -> None:
    """Out of the sequence of its account; those that follow have to be compared again."""
    statements = schema.statements
    moved = tx.connection.execute(
        update(statements)
        .where(statements.c.arrival_id == arrival_id, statements.c.state.in_(LIVE))
        .values(state=state, updated_at=tx.now)
        .returning(statements.c.system, statements.c.account_mark, statements.c.first_day)
    ).all()
    for system, mark, first in moved:
        following = (
            select(statements.c.statement_id)
            .where(
                statements.c.system == system,
                statements.c.account_mark == mark,
                statements.c.first_day >= first,
                statements.c.state.in_(LIVE),
            )
            .order_by(statements.c.first_day, statements.c.statement_id)
            .limit(_NEIGHBOURS)
        )
        ids = list(tx.connection.execute(following).scalars())
        tx.connection.execute(
            update(statements).where(statements.c.statement_id.in_(ids)).values(compared=False)
        )


def _close(tx: Transaction, arrival_id: str, state: str) -> int:
    """How many were open."""
    exceptions = schema.exceptions
    closed = tx.connection.execute(
        update(exceptions)
        .where(exceptions.c.arrival_id == arrival_id, exceptions.c.state == "OPEN")
        .values(state=state, closed_at=tx.now)
    )
    return closed.rowcount


def _touch(tx: Transaction, arrival_id: str) -> None:
    """Its workbook is older than what is known now."""
    arrivals = schema.arrivals
    tx.connection.execute(
        update(arrivals).where(arrivals.c.arrival_id == arrival_id).values(updated_at=tx.now)
    )
