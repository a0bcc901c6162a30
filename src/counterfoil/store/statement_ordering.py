"""Statements are ordered: one account, one day, one format, once for ever."""

from __future__ import annotations

from base64 import b32encode
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import bare, mask_account
from counterfoil.domain.statement_orders import ArrivalState, StatementOrder
from counterfoil.store import statement_schema as schema
from counterfoil.store.book import Book, Fact, Transaction

#: States in which an arrival answers the orders of its days.
_ANSWERS = [each for each in ArrivalState if each is not ArrivalState.WANTED_AGAIN]


class StatementOrdering(Book):
    """What is wanted, and what is still wanted."""

    def account_mark(self, account: str) -> str:
        """What an account is found by."""
        return self.sealer().mark(bare(account), context="statement account")

    def order_statements(
        self, system: str, account: str, days: Iterable[date], formats: Collection[str]
    ) -> int:
        """Order *account* on each of *days* in each of *formats*; how many were new.

        What has been ordered before stays as it is. A day that a known file covers is
        answered at once.
        """
        mark, shown = self.account_mark(account), mask_account(bare(account))
        wanted = sorted(set(days))
        sealed = self.sealer().seal(bare(account).encode(), context=_order_context(mark))
        with self.writing() as tx:
            made = 0
            for day, name in product(wanted, formats):
                identity = (system, mark, str(day), name)
                row = {
                    "order_id": self.made_id("SO", "statement order", *identity),
                    "system": system,
                    "account": sealed,
                    "account_mark": mark,
                    "account_shown": shown,
                    "day": day,
                    "format": name,
                    "updated_at": tx.now,
                }
                made += _insert_once(tx, row)
            if made:
                answer_by_known(tx, system, mark)
                told = f"{shown}: {wanted[0]} to {wanted[-1]} ordered, {made} new"
                tx.tell(Fact(kind="statements_ordered", told=told, data={"system": system}))
            return made

    def wanted_statements(
        self, system: str, accounts: Collection[str] | None = None
    ) -> list[StatementOrder]:
        """What is still to be fetched, an order for each account."""
        orders = schema.orders
        query = (
            select(orders)
            .where(orders.c.system == system, orders.c.arrival_id.is_(None))
            .order_by(orders.c.account_mark, orders.c.day)
        )
        if accounts is not None:
            query = query.where(orders.c.account_mark.in_([self.account_mark(a) for a in accounts]))
        found: dict[str, dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
        sealed: dict[str, bytes] = {}
        with self.reading() as connection:
            for row in connection.execute(query).mappings():
                found[row["account_mark"]][row["format"]].add(row["day"])
                sealed[row["account_mark"]] = row["account"]
        return [
            StatementOrder(
                system=system,
                account=self.sealer().open(sealed[mark], context=_order_context(mark)).decode(),
                wanted={name: frozenset(days) for name, days in formats.items()},
            )
            for mark, formats in found.items()
        ]

    def nothing_came(
        self,
        wanted: Sequence[StatementOrder],
        reason: str,
        *,
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        """These orders stay wanted; *reason* says why nothing came for them just now."""
        accounts = [each.account for each in wanted]
        with self.redactor.hiding(accounts), self.writing() as tx:
            reason = self.redactor.text(reason)
            for each in wanted:
                self._note_trouble(tx, each, reason)
            shown = mask_account(bare(accounts[0]))
            who = shown if len(accounts) == 1 else f"{len(accounts)} accounts"
            first = min(each.days()[0] for each in wanted)
            last = max(each.days()[1] for each in wanted)
            tx.tell(
                Fact(
                    kind="statements_not_fetched",
                    told=f"{who}, {first} to {last}: {reason}",
                    data={"system": wanted[0].system},
                    evidence=evidence,
                )
            )

    def _note_trouble(self, tx: Transaction, order: StatementOrder, reason: str) -> None:
        orders, mark = schema.orders, self.account_mark(order.account)
        for name, days in order.wanted.items():
            tx.connection.execute(
                update(orders)
                .where(
                    orders.c.system == order.system,
                    orders.c.account_mark == mark,
                    orders.c.format == name,
                    orders.c.day.in_(days),
                    orders.c.arrival_id.is_(None),
                )
                .values(trouble=reason, updated_at=tx.now)
            )

    def made_id(self, letters: str, context: str, *parts: str) -> str:
        """The same parts, the same id; nobody can tell the account from it."""
        mark = self.sealer().mark("\n".join(parts), context=context)
        return f"{letters}-{b32encode(bytes.fromhex(mark)).decode()[:12]}"


def _order_context(mark: str) -> str:
    return f"statement order:{mark}"


def _insert_once(tx: Transaction, row: dict[str, Any]) -> bool:
    """False where the very order is there."""
    dialect = sqlite if tx.book.alone else postgresql
    made = dialect.insert(schema.orders).values(**row).on_conflict_do_nothing()
    return tx.connection.execute(made.returning(schema.orders.c.order_id)).first() is not None


def answer_by_known(tx: Transaction, system: str, mark: str) -> None:
    """Link what is wanted to the file that covers its day."""
    orders, arrivals = schema.orders, schema.arrivals
    fitting = (
        select(arrivals.c.arrival_id)
        .where(
            arrivals.c.system == orders.c.system,
            arrivals.c.account_mark == orders.c.account_mark,
            arrivals.c.format == orders.c.format,
            arrivals.c.state.in_(_ANSWERS),
            _covers(orders.c.day),
        )
        .order_by(arrivals.c.fetched_at.desc(), arrivals.c.arrival_id)
        .limit(1)
        .scalar_subquery()
    )
    tx.connection.execute(
        update(orders)
        .where(
            orders.c.system == system,
            orders.c.account_mark == mark,
            orders.c.arrival_id.is_(None),
            fitting.is_not(None),
        )
        .values(arrival_id=fitting, trouble=None, updated_at=tx.now)
    )


def _covers(day: Any) -> ColumnElement[bool]:
    arrivals = schema.arrivals
    return or_(
        and_(arrivals.c.first_day <= day, arrivals.c.last_day >= day),
        and_(arrivals.c.first_day.is_(None), arrivals.c.last_day == day),
    )
