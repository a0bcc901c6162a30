"""What people, rules and workbooks read of statements. Nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from counterfoil.domain.statement_json import load_equations, load_place, load_proof
from counterfoil.domain.statement_orders import ArrivalState, Filed, StatementState
from counterfoil.domain.statements import Equation, Proved, Statement
from counterfoil.domain.statements import Transaction as Entry
from counterfoil.store import schema as ledger_schema
from counterfoil.store import statement_schema as schema
from counterfoil.store.reading import Step
from counterfoil.store.statement_arrivals import Arrival, StatementArrivals
from counterfoil.store.statement_filing import account_context, words_context

ALIKE_MAX = 500  # entries of one amount

#: States in which a statement has its place in the sequence of its account.
LIVE = (StatementState.PASSED, StatementState.HELD, StatementState.ACCEPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One filed statement as lists show it."""

    statement_id: int
    arrival_id: str
    system: str
    account_mark: str
    account_shown: str  # masked
    format: str
    currency: str
    first_day: date
    last_day: date
    number: str
    opening: str  # decimal text
    closing: str  # decimal text
    lines: int
    grade: str
    state: StatementState
    updated_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRow:
    """One thing that a person has to look at, or has looked at."""

    exception_id: int
    arrival_id: str
    system: str
    account_shown: str  # masked
    format: str
    first_day: date | None
    last_day: date
    code: str
    reason: str
    place: str
    remedy: str
    failed: tuple[Equation, ...]
    holds: bool
    state: str
    opened_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalRow:
    """One fetched file as lists show it."""

    arrival_id: str
    document_sha256: str | None
    system: str
    account_shown: str  # masked
    format: str
    first_day: date | None
    last_day: date
    state: ArrivalState
    source: str | None
    pages: int | None
    fetched_at: datetime  # UTC
    read_at: datetime | None  # UTC
    updated_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """Days of one account for which nothing came yet."""

    account_shown: str  # masked
    day: date
    format: str
    trouble: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """What a person decided about one fetched file."""

    kind: str
    person: str
    reason: str
    at: datetime  # UTC


class StatementReads(StatementArrivals):
    """Lists, and whole statements."""

    def statements(
        self, system: str | None = None, *, states: Collection[StatementState] = LIVE
    ) -> list[StatementRow]:
        """Filed statements by account and period."""
        table = schema.statements
        query = select(*(table.c[each] for each in StatementRow.__slots__)).where(
            table.c.state.in_(states)
        )
        if system is not None:
            query = query.where(table.c.system == system)
        order = (table.c.system, table.c.account_mark, table.c.format, table.c.first_day)
        return [self._row(each) for each in self._all(query.order_by(*order))]

    def statement(self, statement_id: int) -> Filed:
        """One statement whole, with its proof, equal to what was filed.

        Raises:
            KeyError: There is none.
            ValueError: A row was changed by another hand than ours: it does not add up, or
                is not sealed by our vault.
        """
        table = schema.statements
        rows = self._all(select(table).where(table.c.statement_id == statement_id))
        if not rows:
            raise KeyError(statement_id)
        (row,) = rows
        period = (row["first_day"], row["last_day"])
        statement = Statement(
            account=self._opened(row["account"], account_context(row["arrival_id"])),
            currency=row["currency"],
            opening=Decimal(row["opening"]),
            closing=Decimal(row["closing"]),
            transactions=self._entries(statement_id),
            period=period if row["period_printed"] else None,
            number=row["number"],
            opening_printed=row["opening_printed"],
            closing_printed=row["closing_printed"],
        )
        proved = Proved(statement=statement, proof=load_proof(row["proof"]))
        return Filed(proved=proved, first=period[0], last=period[1])

    def arrival(self, arrival_id: str) -> Arrival:
        """One fetched file with its account opened. Raises KeyError."""
        table = schema.arrivals
        rows = self._all(select(table).where(table.c.arrival_id == arrival_id))
        if not rows:
            raise KeyError(arrival_id)
        return self.arrival_of(rows[0])

    def statement_row(self, statement_id: int) -> StatementRow:
        """The head of one statement. Raises KeyError."""
        table = schema.statements
        query = select(*(table.c[each] for each in StatementRow.__slots__))
        rows = self._all(query.where(table.c.statement_id == statement_id))
        if not rows:
            raise KeyError(statement_id)
        return self._row(rows[0])

    def statements_of(self, arrival_id: str) -> list[StatementRow]:
        """The statements that were read from one file and still stand."""
        table = schema.statements
        query = select(*(table.c[each] for each in StatementRow.__slots__)).where(
            table.c.arrival_id == arrival_id, table.c.state.in_(LIVE)
        )
        return [self._row(each) for each in self._all(query.order_by(table.c.statement_id))]

    def statements_before(self, arrival: Arrival) -> list[StatementRow]:
        """The last statement before the listed days, of the same format, in each currency."""
        table = schema.statements
        query = select(*(table.c[each] for each in StatementRow.__slots__)).where(
            table.c.system == arrival.system,
            table.c.account_mark == self.account_mark(arrival.account),
            table.c.format == arrival.format,
            table.c.last_day < (arrival.listed.first or arrival.listed.last),
            table.c.state.in_(LIVE),
        )
        rows = [self._row(each) for each in self._all(query.order_by(table.c.last_day))]
        return list({each.currency: each for each in rows}.values())

    def uncompared_statements(self, system: str | None = None) -> list[StatementRow]:
        """Those that have not been held against their neighbours, by their days."""
        table = schema.statements
        query = select(*(table.c[each] for each in StatementRow.__slots__)).where(
            ~table.c.compared, table.c.state.in_(LIVE)
        )
        if system is not None:
            query = query.where(table.c.system == system)
        order = (table.c.first_day, table.c.last_day, table.c.statement_id)
        return [self._row(each) for each in self._all(query.order_by(*order))]

    def same_account(self, row: StatementRow) -> list[StatementRow]:
        """All live statements of its account and currency, in every format, by their days."""
        table = schema.statements
        query = select(*(table.c[each] for each in StatementRow.__slots__)).where(
            table.c.system == row.system,
            table.c.account_mark == row.account_mark,
            table.c.currency == row.currency,
            table.c.state.in_(LIVE),
        )
        order = (table.c.first_day, table.c.last_day, table.c.statement_id)
        return [self._row(each) for each in self._all(query.order_by(*order))]

    def arrivals(self, system: str | None = None) -> list[ArrivalRow]:
        """Every fetched file, the newest first."""
        table = schema.arrivals
        query = select(*(table.c[each] for each in ArrivalRow.__slots__))
        if system is not None:
            query = query.where(table.c.system == system)
        rows = self._all(query.order_by(table.c.fetched_at.desc(), table.c.arrival_id))
        return [ArrivalRow(**{**row, "state": ArrivalState(row["state"])}) for row in rows]

    def exceptions(
        self, *, arrival_id: str | None = None, open_only: bool = True
    ) -> list[ExceptionRow]:
        """What waits for a person, the oldest first."""
        table, arrivals = schema.exceptions, schema.arrivals
        query = select(
            table,
            *(arrivals.c[each] for each in ("system", "account_shown", "format")),
            arrivals.c.first_day,
            arrivals.c.last_day,
        ).join(arrivals, arrivals.c.arrival_id == table.c.arrival_id)
        if arrival_id is not None:
            query = query.where(table.c.arrival_id == arrival_id)
        if open_only:
            query = query.where(table.c.state == "OPEN")
        names = ExceptionRow.__slots__
        return [
            ExceptionRow(
                **{name: row[name] for name in names if name != "failed"},
                failed=load_equations(row["failed"]),
            )
            for row in self._all(query.order_by(table.c.exception_id))
        ]

    def decisions(self, arrival_id: str) -> list[DecisionRow]:
        """What people decided about one file, first to last."""
        table = schema.decisions
        query = (
            select(*(table.c[each] for each in DecisionRow.__slots__))
            .where(table.c.arrival_id == arrival_id)
            .order_by(table.c.decision_id)
        )
        return [DecisionRow(**row) for row in self._all(query)]

    def unanswered_orders(self, system: str | None = None) -> list[OrderRow]:
        """Days for which nothing came yet, and why, as far as that is known."""
        table = schema.orders
        query = select(*(table.c[each] for each in OrderRow.__slots__)).where(
            table.c.arrival_id.is_(None)
        )
        if system is not None:
            query = query.where(table.c.system == system)
        rows = self._all(query.order_by(table.c.account_mark, table.c.format, table.c.day))
        return [OrderRow(**row) for row in rows]

    def arrival_history(self, arrival_id: str) -> list[Step]:
        """What happened to one fetched file, first to last."""
        steps = ledger_schema.steps
        query = (
            select(steps.c.at, steps.c.kind, steps.c.told, steps.c.stream, steps.c.seq)
            .where(steps.c.arrival_id == arrival_id)
            .order_by(steps.c.at, steps.c.seq)
        )
        return [Step(**row) for row in self._all(query)]

    def entries_of_amount(
        self, system: str, amount: Decimal, currency: str, since: date
    ) -> list[tuple[int, int, Entry]]:
        """Booked entries of *amount* (signed) from *since* on: statement, line and entry.

        Of statements of *system* that stand; ten years' worth of the same amount is cut off.
        """
        table, statements = schema.transactions, schema.statements
        query = (
            select(table)
            .join(statements, statements.c.statement_id == table.c.statement_id)
            .where(
                table.c.amount == f"{amount:f}",
                table.c.booking_date >= since,
                table.c.currency == currency,
                statements.c.system == system,
                statements.c.state.in_(LIVE),
            )
            .order_by(table.c.booking_date, table.c.statement_id, table.c.line)
            .limit(ALIKE_MAX)
        )
        return [(row["statement_id"], row["line"], self._entry(row)) for row in self._all(query)]

    def _entries(self, statement_id: int) -> tuple[Entry, ...]:
        table = schema.transactions
        query = select(table).where(table.c.statement_id == statement_id).order_by(table.c.line)
        return tuple(self._entry(row) for row in self._all(query))

    def _entry(self, row: Any) -> Entry:
        words = json.loads(
            self._opened(row["words"], words_context(row["statement_id"], row["line"]))
        )
        return Entry(
            booking_date=row["booking_date"],
            value_date=row["value_date"],
            amount=Decimal(row["amount"]),
            balance=None if row["balance"] is None else Decimal(row["balance"]),
            description=words["description"],
            reference=words["reference"],
            place=load_place(row["place"]),
        )

    def _opened(self, sealed: bytes, context: str) -> str:
        return self.sealer().open(sealed, context=context).decode()

    def _all(self, query: Select[Any]) -> Sequence[Any]:
        with self.reading() as connection:
            return connection.execute(query).mappings().all()

    def _row(self, row: Any) -> StatementRow:
        return StatementRow(**{**row, "state": StatementState(row["state"])})
