"""Exports: every statement that was read gets its workbook, every one that was not its reason.

Written from the ledger's rows alone, so that each can be written again at any time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from counterfoil.adapters.dropped import safe_name
from counterfoil.adapters.sheets.statement_book import StatementView, Value, write_statement
from counterfoil.adapters.whole_folder import fsync_folder
from counterfoil.config import StatementSettings, Suite
from counterfoil.domain.secrets import bare
from counterfoil.domain.statement_orders import ArrivalState, Exceptional, Filed, StatementState
from counterfoil.store.statement_arrivals import Arrival
from counterfoil.store.statement_ledger import StatementLedger
from counterfoil.store.statement_reading import ArrivalRow, StatementRow

STANDINGS = {
    StatementState.PASSED: "Passed",
    StatementState.HELD: "Held for a person",
    StatementState.ACCEPTED: "Accepted by a person",
}


#: An event and its data, for the audit log.
Emit = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class _Due:
    """One workbook that should be there."""

    path: Path
    row: ArrivalRow
    statement: StatementRow | None  # None: quarantined


def export_statements(suite: Suite, ledger: StatementLedger, *, emit: Emit) -> list[Path]:
    """Write what is missing or older than what the ledger knows; the files written."""
    written = []
    for due in _all_due(suite, ledger):
        if _is_stale(due):
            now = ledger.now()
            _write_whole(due.path, _view(ledger, due, now), now)
            emit("statement_exported", {"arrival": due.row.arrival_id})
            written.append(due.path)
    return written


def _all_due(suite: Suite, ledger: StatementLedger) -> Iterator[_Due]:
    """Statements first: one that is proved takes the name from one that is not."""
    arrivals = {each.arrival_id: each for each in ledger.arrivals()}
    rows = sorted(ledger.statements(), key=lambda each: each.statement_id)
    found: list[tuple[ArrivalRow, StatementRow | None]] = [
        (arrivals[each.arrival_id], each) for each in rows
    ]
    quarantined = [each for each in arrivals.values() if each.state is ArrivalState.QUARANTINED]
    found += [(each, None) for each in sorted(quarantined, key=lambda each: each.fetched_at)]
    taken: set[Path] = set()
    for row, statement in found:
        arrival = ledger.arrival(row.arrival_id)
        settings = _settings_of(suite, arrival)
        if settings is not None:
            path = next(
                each
                for each in _names(suite.path(settings.export), settings, arrival, statement)
                if each not in taken
            )
            taken.add(path)
            yield _Due(path, row, statement)


def _names(
    folder: Path, settings: StatementSettings, arrival: Arrival, statement: StatementRow | None
) -> Iterator[Path]:
    """``<account>_<from>_<to>.statement.xlsx``, and longer ones for when that is taken.

    Where several formats are fetched, each name says which one it was read from.
    """
    first = statement.first_day if statement else arrival.listed.first or arrival.listed.last
    last = statement.last_day if statement else arrival.listed.last
    stem = f"{safe_name(bare(arrival.account))}_{first}_{last}"
    if len(settings.formats) > 1:
        stem += f".{arrival.format}"
    yield folder / f"{stem}.statement.xlsx"
    if statement is not None and statement.currency:
        stem += f".{statement.currency}"
        yield folder / f"{stem}.statement.xlsx"
    yield folder / f"{stem}.{arrival.arrival_id}.statement.xlsx"
    number = statement.statement_id if statement else 0
    yield folder / f"{stem}.{arrival.arrival_id}.{number}.statement.xlsx"


def _settings_of(suite: Suite, arrival: Arrival) -> StatementSettings | None:
    """None: the account is not configured any more, and has no folder."""
    every = suite.config.statements.values()
    return next(
        (
            each
            for each in every
            if each.system == arrival.system and arrival.account in map(bare, each.accounts)
        ),
        None,
    )


def _is_stale(due: _Due) -> bool:
    if not due.path.exists():
        return True
    written = datetime.fromtimestamp(due.path.stat().st_mtime, UTC)
    return written < due.row.updated_at


def _view(ledger: StatementLedger, due: _Due, now: datetime) -> StatementView:
    arrival = ledger.arrival(due.row.arrival_id)
    filed = ledger.statement(due.statement.statement_id) if due.statement else None
    exceptions = tuple(
        Exceptional(
            code=each.code,
            reason=each.reason,
            remedy=each.remedy,
            place=each.place,
            failed=each.failed,
        )
        for each in ledger.exceptions(arrival_id=due.row.arrival_id)
    )
    return StatementView(
        account=arrival.account,
        standing=STANDINGS[due.statement.state] if due.statement else "Quarantined: not proved",
        facts=tuple(_facts(ledger, due, arrival, filed, now)),
        filed=filed,
        exceptions=exceptions,
    )


def _facts(
    ledger: StatementLedger, due: _Due, arrival: Arrival, filed: Filed | None, now: datetime
) -> Iterator[tuple[str, Value]]:
    row, listed = due.row, arrival.listed
    yield "Fetched from", row.system
    yield "Format", row.source or row.format
    yield "Pages", row.pages
    if filed is None:
        yield "Days on the bank's list", f"{listed.first or ''} to {listed.last}".strip()
        yield "Opening on the list", listed.opening
        yield "Closing on the list", listed.closing
    yield "Fetched (UTC)", f"{row.fetched_at:%Y-%m-%d %H:%M:%S}"
    yield "Read (UTC)", f"{row.read_at:%Y-%m-%d %H:%M:%S}" if row.read_at else "not read"
    yield "File (SHA-256)", row.document_sha256 or "nothing came"
    yield "Our number", row.arrival_id
    for decision in ledger.decisions(row.arrival_id):
        yield f"Decided: {decision.kind}", f"{decision.person}: {decision.reason}"
    yield "This report (UTC)", f"{now:%Y-%m-%d %H:%M:%S}"


def _write_whole(target: Path, view: StatementView, now: datetime) -> None:
    """The whole workbook or nothing, durably; its date is the ledger's."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        write_statement(made, view)
        os.utime(made, (now.timestamp(), now.timestamp()))
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.replace(target)
        fsync_folder(target.parent)
    finally:
        made.unlink(missing_ok=True)
