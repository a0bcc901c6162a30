"""What the ledger knows of standing reconciliations, as records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from counterfoil.domain.reconciliation_decisions import DecisionKind, DecisionState
from counterfoil.errors import Refused
from counterfoil.store import reconciliation_schema as schema
from counterfoil.store import schema as ledger_schema
from counterfoil.store.book import Book
from counterfoil.store.reading import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run."""

    reconciliation: str
    number: int
    as_of: date
    manifest_sha256: str
    told: Mapping[str, Any]
    proved: bool
    at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakRow:
    """One line without its counterpart, or one that found it."""

    break_id: str
    reconciliation: str
    side: str
    line_id: str
    account_shown: str
    currency: str
    day: date
    amount: str
    kind: str  # its class
    state: str  # OPEN or CLOSED
    since: date
    closed_on: date | None
    closed_by: str | None
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRow:
    """What somebody wrote about a break."""

    break_id: str
    person: str
    told: str
    at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """What was proposed, and what became of it."""

    decision_id: str
    reconciliation: str
    kind: DecisionKind
    state: DecisionState
    file_sha256: str
    proposer: str
    reason: str
    proposed_at: datetime  # UTC
    decided_by: str | None
    decided_reason: str | None
    decided_at: datetime | None
    approval_sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRow:
    """Frozen days."""

    number: int  # the run that was frozen
    through: date
    decision_id: str
    manifest_sha256: str
    told: Mapping[str, Any]
    at: datetime  # UTC


class ReconciliationReads(Book):
    """Lists and histories."""

    def last_run(self, name: str) -> RunRow | None:
        """The newest run of *name*; None: there is none yet."""
        runs = schema.runs
        query = select(runs).where(runs.c.reconciliation == name)
        rows = self._all(query.order_by(runs.c.number.desc()).limit(1))
        return RunRow(**rows[0]) if rows else None

    def runs(self, name: str) -> list[RunRow]:
        """Every run of *name*, the first one first."""
        runs = schema.runs
        query = select(runs).where(runs.c.reconciliation == name).order_by(runs.c.number)
        return [RunRow(**row) for row in self._all(query)]

    def breaks(self, name: str, *, open_only: bool = True) -> list[BreakRow]:
        """Breaks of *name*, the oldest line first."""
        table = schema.breaks
        columns = [table.c[each] for each in BreakRow.__slots__ if each != "kind"]
        query = select(*columns, table.c["class"].label("kind")).where(
            table.c.reconciliation == name
        )
        if open_only:
            query = query.where(table.c.state == "OPEN")
        rows = self._all(query.order_by(table.c.day, table.c.side, table.c.line_id))
        return [BreakRow(**row) for row in rows]

    def comments(self, break_ids: Collection[str] | None = None) -> list[CommentRow]:
        """What was written about these breaks (None: about any), the oldest first."""
        table = schema.comments
        columns = [table.c[each] for each in CommentRow.__slots__]
        query = select(*columns).order_by(table.c.comment_id)
        if break_ids is not None:
            query = query.where(table.c.break_id.in_(break_ids))
        return [CommentRow(**row) for row in self._all(query)]

    def decisions(
        self, name: str | None = None, *, states: Collection[DecisionState] | None = None
    ) -> list[DecisionRow]:
        """Decisions in the order in which they were proposed."""
        table = schema.decisions
        query = select(*_columns()).order_by(table.c.proposed_at, table.c.decision_id)
        if name is not None:
            query = query.where(table.c.reconciliation == name)
        if states is not None:
            query = query.where(table.c.state.in_(states))
        return [_decision(row) for row in self._all(query)]

    def decision(self, decision_id: str) -> DecisionRow:
        """One decision. Raises Refused: "unknown_decision"."""
        query = select(*_columns()).where(schema.decisions.c.decision_id == decision_id)
        rows = self._all(query)
        if not rows:
            raise Refused(
                "unknown_decision",
                f"there is no decision {decision_id} (counterfoil reconciliation decisions)",
            )
        return _decision(rows[0])

    def decisions_about(self, name: str, side: str, line_id: str) -> list[DecisionRow]:
        """What was ever proposed about one line, in order."""
        lines, table = schema.decision_lines, schema.decisions
        query = (
            select(*_columns())
            .join(lines, lines.c.decision_id == table.c.decision_id)
            .where(
                lines.c.reconciliation == name,
                lines.c.side == side,
                lines.c.line_id == line_id,
            )
            .order_by(table.c.proposed_at, table.c.decision_id)
        )
        return [_decision(row) for row in self._all(query)]

    def held_lines(self, name: str) -> dict[tuple[str, str], str]:
        """Which decision holds which line: (side, line) -> decision."""
        lines = schema.decision_lines
        query = select(lines.c.side, lines.c.line_id, lines.c.decision_id).where(
            lines.c.reconciliation == name, lines.c.holds
        )
        return {(row["side"], row["line_id"]): row["decision_id"] for row in self._all(query)}

    def closes(self, name: str) -> list[CloseRow]:
        """What was frozen of *name*, the first close first."""
        table = schema.closes
        columns = [table.c[each] for each in CloseRow.__slots__]
        query = select(*columns).where(table.c.reconciliation == name).order_by(table.c.number)
        return [CloseRow(**row) for row in self._all(query)]

    def reconciliation_history(self, name: str) -> list[Step]:
        """What happened to *name*, first to last."""
        steps = ledger_schema.steps
        query = (
            select(steps.c.at, steps.c.kind, steps.c.told, steps.c.stream, steps.c.seq)
            .where(steps.c.reconciliation == name)
            .order_by(steps.c.at, steps.c.seq)
        )
        return [Step(**row) for row in self._all(query)]

    def _all(self, query: Select[Any]) -> list[dict[str, Any]]:
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _columns() -> list[Any]:
    return [schema.decisions.c[each] for each in DecisionRow.__slots__]


def _decision(row: dict[str, Any]) -> DecisionRow:
    states = {"kind": DecisionKind(row["kind"]), "state": DecisionState(row["state"])}
    return DecisionRow(**row | states)
