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

    def note_sequence(self, statement_id: int, found: Sequence[Exceptional]) -> bool:
        """Open what the sequence shows now and close what it does not show any more.

        What a person accepted stays accepted. True when something changed.
        """
        statements, exceptions = schema.statements, schema.exceptions
        with self.writing() as tx:
            row = tx.connection.execute(
                select(statements.c.arrival_id, statements.c.state)
                .where(statements.c.statement_id == statement_id)
                .with_for_update()
            ).one()
            mine = exceptions.c.arrival_id == row.arrival_id
            known = tx.connection.execute(
                select(exceptions.c.code, exceptions.c.state).where(
                    mine,
                    exceptions.c.code.in_(SEQUENCE),
                    exceptions.c.state.in_(("OPEN", "ACCEPTED")),
                )
            ).all()
            now = {each.code for each in found}
            new = [each for each in found if each.code not in {code for code, _ in known}]
            gone = [code for code, state in known if state == "OPEN" and code not in now]
            insert_exceptions(tx, row.arrival_id, new)
            if gone:
                tx.connection.execute(
                    update(exceptions)
                    .where(mine, exceptions.c.state == "OPEN", exceptions.c.code.in_(gone))
                    .values(state="CLEARED", closed_at=tx.now)
                )
            if not new and not gone:
                return False
            self._hold_or_pass(tx, statement_id, row.arrival_id, StatementState(row.state))
            said = [each.reason for each in new] + [f"{code} is cleared" for code in gone]
            tx.tell(
                Fact(
                    kind="statement_sequence_checked",
                    told="; ".join(said)[:2000],
                    arrival_id=row.arrival_id,
                    data={"opened": [each.code for each in new], "cleared": gone},
                )
            )
            return True

    def _hold_or_pass(
        self, tx: Transaction, statement_id: int, arrival_id: str, state: StatementState
    ) -> None:
        statements, exceptions = schema.statements, schema.exceptions
        holding = tx.connection.execute(
            select(func.count()).where(
                exceptions.c.arrival_id == arrival_id,
                exceptions.c.state == "OPEN",
                exceptions.c.holds,
            )
        ).scalar_one()
        if state not in LIVE:
            return
        if state is not StatementState.ACCEPTED or holding:
            after = StatementState.HELD if holding else StatementState.PASSED
            tx.connection.execute(
                update(statements)
                .where(statements.c.statement_id == statement_id)
                .values(state=after, updated_at=tx.now)
            )

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


def _move(tx: Transaction, arrival_id: str, state: StatementState) -> None:
    statements = schema.statements
    tx.connection.execute(
        update(statements)
        .where(statements.c.arrival_id == arrival_id, statements.c.state.in_(LIVE))
        .values(state=state, updated_at=tx.now)
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
