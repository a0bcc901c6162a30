"""Results: the analyst gets their own workbook back, with the fate of every row.

Written from the ledger's rows alone, so that it can be written again at any time.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from counterfoil.adapters import parser_box
from counterfoil.adapters.dropped import safe_name
from counterfoil.adapters.sheets.outcome import RowResult
from counterfoil.adapters.whole_folder import fsync_folder

WRITER = "counterfoil.adapters.sheets.results:write"
LIMITS = parser_box.Limits(file_bytes=64 * 2**20, cpu_seconds=60, wall_seconds=90)
REFUSED_AT_INTAKE = "Refused"

#: The ledger's states in the analyst's words.
WORDS = {
    "NEW": "Read",
    "AWAITING_APPROVAL": "Awaiting approval",
    "READY": "Waiting to be keyed",
    "KEYING": "Being keyed",
    "IN_DOUBT": "In doubt",
    "POSTED": "Posted",
    "REFUSED": "Refused",
    "FAILED": "Failed",
    "ON_HOLD": "On hold",
    "CANCELLED": "Cancelled",
}


class ResultItem(Protocol):
    """One item as the ledger lists it."""

    @property
    def row(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def amount(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def bank_reference(self) -> str | None: ...
    @property
    def updated_at(self) -> datetime: ...


class ResultBatch(Protocol):
    """One batch as the ledger lists it."""

    @property
    def batch_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def system(self) -> str: ...
    @property
    def maker(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def rows_read(self) -> int: ...
    @property
    def filed_at(self) -> datetime: ...
    @property
    def needs_approval(self) -> bool: ...
    @property
    def approver(self) -> str | None: ...


class ResultsLedger(Protocol):
    """What the result workbook is made of."""

    def batch(self, batch_id: str) -> ResultBatch:
        """One batch. Raises KeyError when there is none."""

    def items(self, *, batch_id: str | None = None) -> Sequence[ResultItem]:
        """Its items by row."""

    def findings(self, batch_id: str) -> Sequence[Mapping[str, Any]]:
        """What was wrong or odd with its rows."""


def write_results(  # noqa: PLR0913 - a report's whole environment
    batch_id: str,
    *,
    ledger: ResultsLedger,
    document: Path,
    sheet_map: Path,
    folder: Path,
    now: datetime,
    emit: Callable[[str, Mapping[str, Any]], None],
) -> Path:
    """Write ``<name>.result.xlsx`` for *batch_id*, whole or not at all.

    Args:
        document: Our own copy of the dropped file.
        folder: ``results`` beside the dropped file; made if it is missing.

    Raises:
        Quarantined: Our copy cannot be read any more; it was, at intake.
    """
    batch, items = ledger.batch(batch_id), ledger.items(batch_id=batch_id)
    findings = ledger.findings(batch_id)
    target = result_path(folder, batch.name, batch_id)
    made = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    options = {
        "map": str(sheet_map.resolve()),
        "out": str(made.resolve()),
        "rows": {row: asdict(each) for row, each in row_results(batch, items, findings).items()},
        "facts": _facts(batch, now, findings),
        "totals": _totals(items, findings),
    }
    try:
        parser_box.run(WRITER, document, options, limits=LIMITS)
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.replace(target)
        fsync_folder(folder)
    finally:
        made.unlink(missing_ok=True)
    emit("result_written", {"batch": batch_id, "name": target.name})
    return target


def row_results(
    batch: ResultBatch, items: Sequence[ResultItem], findings: Sequence[Mapping[str, Any]]
) -> dict[int, RowResult]:
    """Row of the sheet -> what became of it: refused at intake, or as the item stands."""
    messages: dict[int, list[str]] = defaultdict(list)
    refused: set[int] = set()
    for each in findings:
        if each["row"] is not None:
            messages[each["row"]].append(str(each["message"]))
            if each["severity"] == "refuse":
                refused.add(each["row"])
    results = {
        row: RowResult(
            status=REFUSED_AT_INTAKE,
            reason="; ".join(messages[row]),
            at=batch.filed_at.isoformat(),
        )
        for row in refused
    }
    for item in items:
        results[item.row] = RowResult(
            status=WORDS[item.state],
            receipt=item.bank_reference or "",
            reason=item.reason or "; ".join(messages.get(item.row, [])),
            at=item.updated_at.isoformat(),
        )
    return dict(sorted(results.items()))


def _facts(
    batch: ResultBatch, now: datetime, findings: Sequence[Mapping[str, Any]]
) -> list[list[str]]:
    approved = batch.approver or ("nobody yet" if batch.needs_approval else "not needed")
    whole = "; ".join(str(each["message"]) for each in findings if each["row"] is None)
    return [
        ["File", batch.name],
        ["Batch", batch.batch_id],
        ["Keyed into", batch.system],
        ["Dropped by", batch.maker],
        ["Approved by", approved],
        ["Received (UTC)", f"{batch.filed_at:%Y-%m-%d %H:%M:%S}"],
        ["This report (UTC)", f"{now:%Y-%m-%d %H:%M:%S}"],
        ["Digest", batch.digest],
        *([["About the file", whole]] if whole else []),
    ]


def _totals(
    items: Sequence[ResultItem], findings: Sequence[Mapping[str, Any]]
) -> list[list[str | int | None]]:
    """(status, currency, count, sum), and the rows that never became an item."""
    sums: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for item in items:
        key = (WORDS[item.state], item.currency)
        count, total = sums.get(key, (0, Decimal(0)))
        sums[key] = (count + 1, total + Decimal(item.amount))
    lines: list[list[str | int | None]] = [
        [status, currency, count, f"{total:f}"]
        for (status, currency), (count, total) in sorted(sums.items())
    ]
    rows = {each["row"] for each in findings if each["severity"] == "refuse"} - {None}
    refused = len(rows - {item.row for item in items})
    if refused:
        lines.append([REFUSED_AT_INTAKE, "rows not taken at intake", refused, None])
    return lines


def result_path(folder: Path, name: str, batch_id: str) -> Path:
    """``<name>.result.xlsx`` in *folder*; a second batch of that name carries its id as well."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = Path(safe_name(name)).stem
    mark = folder / f".{stem}.batch"
    try:
        with mark.open("x", encoding="ascii") as file:
            file.write(batch_id)
    except FileExistsError:
        if mark.read_text("ascii") != batch_id:
            return folder / f"{stem}.{batch_id}.result.xlsx"
    return folder / f"{stem}.result.xlsx"
