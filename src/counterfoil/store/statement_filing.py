"""Statements are filed with their proof, or the reason why they are not believed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, update

from counterfoil.domain.secrets import bare, mask_account
from counterfoil.domain.statement_json import dump_place, dump_proof
from counterfoil.domain.statement_orders import ArrivalState, Filed, Judged, StatementState
from counterfoil.domain.statements import Transaction as Entry
from counterfoil.domain.values import canonical_json
from counterfoil.store import statement_schema as schema
from counterfoil.store.book import Fact, Transaction
from counterfoil.store.statement_arrivals import (
    Arrival,
    StatementArrivals,
    insert_exceptions,
    quarantine,
)


class StatementFiling(StatementArrivals):
    """What was read."""

    def file_reading(self, arrival: Arrival, judged: Judged) -> bool:
        """File what was read, or why it is not believed. False: somebody was faster."""
        arrivals = schema.arrivals
        state = ArrivalState.PROVED if judged.filed else ArrivalState.QUARANTINED
        with self.redactor.hiding([arrival.account]), self.writing() as tx:
            changed = tx.connection.execute(
                update(arrivals)
                .where(
                    arrivals.c.arrival_id == arrival.arrival_id,
                    arrivals.c.state == ArrivalState.FILED,
                )
                .values(
                    state=state,
                    source=judged.source or None,
                    pages=judged.pages or None,
                    read_at=tx.now,
                    updated_at=tx.now,
                )
            )
            if changed.rowcount != 1:
                return False
            for filed in judged.filed:
                self._file_statement(tx, arrival, filed)
            if judged.filed:
                insert_exceptions(tx, arrival.arrival_id, judged.exceptions)
            else:
                quarantine(tx, arrival.arrival_id, judged.exceptions)
            return True

    def _file_statement(self, tx: Transaction, arrival: Arrival, filed: Filed) -> None:
        """Held until it was compared with its neighbours."""
        statement = filed.proved.statement
        table, context = schema.statements, account_context(arrival.arrival_id)
        made = tx.connection.execute(
            insert(table)
            .values(
                arrival_id=arrival.arrival_id,
                system=arrival.system,
                account=self.sealer().seal(statement.account.encode(), context=context),
                account_mark=self.account_mark(arrival.account),
                account_shown=mask_account(bare(arrival.account)),
                format=arrival.format,
                state=StatementState.HELD,
                compared=False,
                filed_at=tx.now,
                updated_at=tx.now,
                **_plain_values(filed),
            )
            .returning(table.c.statement_id)
        ).scalar_one()
        self._file_entries(tx, made, statement.currency, statement.transactions)
        tx.tell(_proved(arrival, filed, made))

    def _file_entries(
        self, tx: Transaction, statement_id: int, currency: str, entries: Sequence[Entry]
    ) -> None:
        rows = [
            {
                "statement_id": statement_id,
                "line": line,
                "booking_date": each.booking_date,
                "value_date": each.value_date,
                "amount": f"{each.amount:f}",
                "currency": currency,
                "balance": None if each.balance is None else f"{each.balance:f}",
                "words": self.sealer().seal(
                    canonical_json({"description": each.description, "reference": each.reference}),
                    context=words_context(statement_id, line),
                ),
                "place": dump_place(each.place),
            }
            for line, each in enumerate(entries, 1)
        ]
        if rows:
            tx.connection.execute(insert(schema.transactions), rows)


def _plain_values(filed: Filed) -> dict[str, Any]:
    """What of a statement need not be sealed."""
    statement, proof = filed.proved.statement, filed.proved.proof
    return {
        "currency": statement.currency,
        "first_day": filed.first,
        "last_day": filed.last,
        "period_printed": statement.period is not None,
        "number": statement.number,
        "opening": f"{statement.opening:f}",
        "closing": f"{statement.closing:f}",
        "opening_printed": statement.opening_printed,
        "closing_printed": statement.closing_printed,
        "lines": len(statement.transactions),
        "grade": proof.grade,
        "proof": dump_proof(proof),
    }


def _proved(arrival: Arrival, filed: Filed, statement_id: int) -> Fact:
    statement, proof = filed.proved.statement, filed.proved.proof
    account, entries = mask_account(bare(arrival.account)), len(statement.transactions)
    return Fact(
        kind="statement_proved",
        told=f"{account} {filed.first} to {filed.last}: grade {proof.grade}, {entries} entries",
        arrival_id=arrival.arrival_id,
        data={
            "statement": statement_id,
            "grade": str(proof.grade),
            "currency": statement.currency,
            "opening": f"{statement.opening:f}",
            "closing": f"{statement.closing:f}",
            "entries": entries,
            "equations": len(proof.equations),
        },
    )


def account_context(arrival_id: str) -> str:
    """What the account as printed is bound to."""
    return f"statement account:{arrival_id}"


def words_context(statement_id: int, line: int) -> str:
    """What an entry's words are bound to."""
    return f"statement entry:{statement_id}:{line}"
