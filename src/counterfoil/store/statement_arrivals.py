"""Fetched files arrive: once each, and each by its order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, select, update

from counterfoil.domain.secrets import bare, mask_account
from counterfoil.domain.statement_json import dump_equations
from counterfoil.domain.statement_orders import (
    ArrivalState,
    Exceptional,
    FetchedFile,
    ListedStatement,
    StatementOrder,
)
from counterfoil.domain.values import as_text
from counterfoil.store import statement_schema as schema
from counterfoil.store.book import Fact, Transaction
from counterfoil.store.statement_ordering import StatementOrdering, answer_by_known


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One fetched file that is to be read."""

    arrival_id: str
    document_sha256: str
    system: str
    account: str  # as ordered, opened
    format: str
    listed: ListedStatement


class StatementArrivals(StatementOrdering):
    """What came, and what of it is not yet read."""

    def file_arrival(self, order: StatementOrder, file: FetchedFile) -> str:
        """File what came; the id under which it stands. The same again is the same arrival.

        The bytes must be durable by now. A spoiled file is quarantined at once.
        """
        mark = self.account_mark(order.account)
        identity = file.sha256 if file.path is not None else file.spoiled
        days = (str(file.listed.first), str(file.listed.last))
        arrival_id = self.made_id(
            "A", "statement arrival", order.system, mark, file.format, *days, identity
        )
        with self.redactor.hiding([order.account]), self.writing() as tx:
            _keep_document(tx, file)
            again = self._arrive(tx, arrival_id, mark, order, file)
            answer_by_known(tx, order.system, mark)
            self._tell_fetched(tx, arrival_id, file, again=again)
            if file.spoiled and not again:
                quarantine(tx, arrival_id, [_spoiled(file)])
        return arrival_id

    def _arrive(
        self, tx: Transaction, arrival_id: str, mark: str, order: StatementOrder, file: FetchedFile
    ) -> bool:
        """Whether it was there already, and nobody has asked for it again."""
        arrivals = schema.arrivals
        mine = arrivals.c.arrival_id == arrival_id
        known = tx.connection.execute(
            select(arrivals.c.state).where(mine).with_for_update()
        ).scalar()
        if known is not None and known != ArrivalState.WANTED_AGAIN:
            return True
        state = ArrivalState.QUARANTINED if file.spoiled else ArrivalState.FILED
        values = {"state": state, "fetched_at": tx.now, "updated_at": tx.now, "read_at": None}
        if known is not None:
            tx.connection.execute(update(arrivals).where(mine).values(**values))
            return False
        account = bare(order.account)
        tx.connection.execute(
            insert(arrivals).values(
                arrival_id=arrival_id,
                document_sha256=file.sha256 if file.path is not None else None,
                system=order.system,
                account=self.sealer().seal(account.encode(), context=_arrival_context(arrival_id)),
                account_mark=mark,
                account_shown=mask_account(account),
                format=file.format,
                first_day=file.listed.first,
                last_day=file.listed.last,
                listed=_dump_listed(file.listed),
                evidence=[
                    {"kind": each.kind, "sha256": each.sha256, "size": each.size}
                    for each in file.evidence
                ],
                **values,
            )
        )
        return False

    def _tell_fetched(
        self, tx: Transaction, arrival_id: str, file: FetchedFile, *, again: bool
    ) -> None:
        first, last = file.listed.first or file.listed.last, file.listed.last
        came = "the same again" if again else f"{file.size:,} bytes"
        account = mask_account(bare(file.listed.account))
        tx.tell(
            Fact(
                kind="statement_fetched",
                told=f"{account} {first} to {last} as {file.format}: {came}",
                arrival_id=arrival_id,
                data={
                    "sha256": file.sha256,
                    "size": file.size,
                    "format": file.format,
                    "first": str(first),
                    "last": str(last),
                    "again": again,
                },
                evidence=file.evidence,
            )
        )

    def unread_arrivals(self, system: str | None = None) -> list[Arrival]:
        """Files that were kept and not yet read, in the order of their days."""
        arrivals = schema.arrivals
        query = (
            select(arrivals)
            .where(arrivals.c.state == ArrivalState.FILED)
            .order_by(arrivals.c.last_day, arrivals.c.arrival_id)
        )
        if system is not None:
            query = query.where(arrivals.c.system == system)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [self.arrival_of(row) for row in rows]

    def arrival_of(self, row: Any) -> Arrival:
        """One row of the table, with its account opened."""
        context = _arrival_context(row["arrival_id"])
        account = self.sealer().open(row["account"], context=context).decode()
        return Arrival(
            arrival_id=row["arrival_id"],
            document_sha256=row["document_sha256"] or "",
            system=row["system"],
            account=account,
            format=row["format"],
            listed=_load_listed(row, account),
        )


def quarantine(tx: Transaction, arrival_id: str, exceptions: Sequence[Exceptional]) -> None:
    """Nothing of it is believed: a person decides."""
    insert_exceptions(tx, arrival_id, exceptions)
    tx.tell(
        Fact(
            kind="statement_quarantined",
            told="; ".join(f"{each.code}: {_seemly(tx, each.reason)}" for each in exceptions)[
                :2000
            ],
            arrival_id=arrival_id,
            data={"codes": [each.code for each in exceptions]},
        )
    )


def insert_exceptions(tx: Transaction, arrival_id: str, exceptions: Sequence[Exceptional]) -> None:
    """Open them all."""
    rows = [
        {
            "arrival_id": arrival_id,
            "code": each.code,
            "reason": _seemly(tx, each.reason),
            "place": _seemly(tx, each.place),
            "remedy": _seemly(tx, each.remedy),
            "failed": dump_equations(each.failed),
            "holds": each.holds,
            "state": "OPEN",
            "opened_at": tx.now,
        }
        for each in exceptions
    ]
    if rows:
        tx.connection.execute(insert(schema.exceptions), rows)


#: A reader's reason may quote a line, and a line somebody's account.
_LONG_NUMBER = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}|[0-9]{10,}")


def _seemly(tx: Transaction, text: str) -> str:
    """Without secrets, and without whole account numbers, whosever they are."""
    return _LONG_NUMBER.sub(lambda found: mask_account(found[0]), tx.book.redactor.text(text))


def _arrival_context(arrival_id: str) -> str:
    return f"statement arrival:{arrival_id}"


def _keep_document(tx: Transaction, file: FetchedFile) -> None:
    documents = schema.documents
    if file.path is None or _is_known(tx.connection, file.sha256):
        return
    tx.connection.execute(
        insert(documents).values(sha256=file.sha256, size=file.size, fetched_at=tx.now)
    )


def _is_known(connection: Connection, sha256: str) -> bool:
    documents = schema.documents
    query = select(documents.c.sha256).where(documents.c.sha256 == sha256)
    return connection.execute(query).first() is not None


_REMEDIES = {
    "truncated": "have it fetched again; if it is cut again, ask the bank for the file",
    "empty": "have it fetched again; if it is empty again, ask the bank for the file",
    "page_instead": "open the list by hand: the bank may say there why it has no file",
    "wrong_type": "look what it is; mend the map where another format is meant",
    "too_large": "raise bytes_max in config.toml where so large a file is right",
    "not_offered": "order another format, or ask the bank for this one",
}


def _spoiled(file: FetchedFile) -> Exceptional:
    return Exceptional(
        code=file.spoiled,
        reason=file.reason,
        remedy=_REMEDIES[file.spoiled],
        place="the whole file",
    )


def _dump_listed(listed: ListedStatement) -> dict[str, str]:
    known = {
        "number": listed.number,
        "currency": listed.currency,
        "opening": listed.opening,
        "closing": listed.closing,
    }
    return {name: as_text(each) for name, each in known.items() if each not in (None, "")}


def _load_listed(row: Any, account: str) -> ListedStatement:

    listed = row["listed"]
    return ListedStatement(
        account=account,
        first=row["first_day"],
        last=row["last_day"],
        number=listed.get("number", ""),
        currency=listed.get("currency", ""),
        opening=Decimal(listed["opening"]) if "opening" in listed else None,
        closing=Decimal(listed["closing"]) if "closing" in listed else None,
    )
