"""A run of a standing reconciliation is filed: its manifest, and what became of each break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from counterfoil.domain.reconciliation_decisions import break_id
from counterfoil.domain.secrets import bare, mask_account
from counterfoil.errors import Refused
from counterfoil.store import reconciliation_schema as schema
from counterfoil.store.book import Book, Fact, Transaction

#: Matches that are named in one record of the audit log; the manifest names all.
NAMED_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """A line without its counterpart."""

    side: str
    line_id: str
    account: str
    currency: str
    day: date
    cents: int
    kind: str  # its class


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """What is filed of a run."""

    reconciliation: str
    after: int  # the run before; another one since then voids this one
    as_of: date
    manifest_sha256: str
    told: Mapping[str, Any]
    proved: bool
    opened: Sequence[OpenLine]  # also those that are of another class now
    closed: Sequence[tuple[str, str, str]]  # side, line, what closed it


class ReconciliationFiling(Book):
    """Runs."""

    def file_run(self, run: NewRun) -> int:
        """File *run*; its number.

        Raises:
            Refused: "overtaken": another run was filed since this one began.
        """
        with self.writing() as tx:
            number: int = locked(tx, run.reconciliation).number + 1
            if number != run.after + 1:
                raise Refused(
                    "overtaken",
                    f"run {number - 1} of {run.reconciliation} came first: run it again",
                )
            tx.connection.execute(
                insert(schema.runs).values(
                    reconciliation=run.reconciliation,
                    number=number,
                    as_of=run.as_of,
                    manifest_sha256=run.manifest_sha256,
                    told=dict(run.told),
                    proved=run.proved,
                    at=tx.now,
                )
            )
            touch(tx, run.reconciliation, number=number)
            _open(tx, run)
            _close(tx, run)
            self._tell(tx, run, number)
            return number

    def _tell(self, tx: Transaction, run: NewRun, number: int) -> None:
        withdrawn = run.told["withdrawn"]
        if withdrawn:
            tx.tell(
                Fact(
                    kind="matches_withdrawn",
                    told=f"run {number}: {len(withdrawn)} matches are none any more",
                    reconciliation=run.reconciliation,
                    data={"count": len(withdrawn), "first": withdrawn[:NAMED_MAX]},
                )
            )
        matches, breaks = run.told["matches"], run.told["breaks"]
        tx.tell(
            Fact(
                kind="account_reconciled",
                told=f"run {number} as of {run.as_of}: {matches['final']} matches final, "
                f"{matches['provisional']} provisional, {breaks['open']} lines open; "
                f"{'proved' if run.proved else 'not proved'}",
                reconciliation=run.reconciliation,
                data={
                    "run": number,
                    "as_of": run.as_of.isoformat(),
                    "manifest": run.manifest_sha256,
                    "proved": run.proved,
                    "lines": run.told["lines"],
                    "matches": matches,
                    "breaks": breaks,
                },
            )
        )


def locked(tx: Transaction, name: str) -> Row[Any]:
    """The row of *name*, made at need; whoever changes anything of it waits here."""
    table = schema.reconciliations
    dialect = sqlite if tx.book.alone else postgresql
    tx.connection.execute(
        dialect.insert(table)
        .values(reconciliation=name, number=0, updated_at=tx.now)
        .on_conflict_do_nothing()
    )
    return tx.connection.execute(
        select(table).where(table.c.reconciliation == name).with_for_update()
    ).one()


def touch(tx: Transaction, name: str, **values: Any) -> None:
    """Change the row of *name*."""
    table = schema.reconciliations
    tx.connection.execute(
        update(table).where(table.c.reconciliation == name).values(updated_at=tx.now, **values)
    )


def _open(tx: Transaction, run: NewRun) -> None:
    """A line that was open before keeps its day, its owner and its comments."""
    rows = [
        {
            "break_id": break_id(run.reconciliation, each.side, each.line_id),
            "reconciliation": run.reconciliation,
            "side": each.side,
            "line_id": each.line_id,
            "account_shown": mask_account(bare(each.account)),
            "currency": each.currency,
            "day": each.day,
            "amount": f"{Decimal(each.cents).scaleb(-2):f}",
            "class": each.kind,
            "state": "OPEN",
            "since": run.as_of,
            "updated_at": tx.now,
        }
        for each in run.opened
    ]
    if not rows:
        return
    dialect = sqlite if tx.book.alone else postgresql
    made = dialect.insert(schema.breaks)
    again = {
        "state": "OPEN",
        "class": made.excluded["class"],
        "closed_on": None,
        "closed_by": None,
        "updated_at": tx.now,
    }
    tx.connection.execute(made.on_conflict_do_update(index_elements=["break_id"], set_=again), rows)


def _close(tx: Transaction, run: NewRun) -> None:
    table = schema.breaks
    rows = [
        {"which": break_id(run.reconciliation, side, line_id), "by": by}
        for side, line_id, by in run.closed
    ]
    if rows:
        tx.connection.execute(
            update(table)
            .where(table.c.break_id == bindparam("which"))
            .values(
                state="CLOSED",
                closed_on=run.as_of,
                closed_by=bindparam("by"),
                updated_at=tx.now,
            ),
            rows,
        )
