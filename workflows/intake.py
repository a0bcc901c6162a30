"""Intake: a dropped workbook becomes one checked batch in the ledger, or is set aside.

document -> rows (parser box) -> findings -> batch -> filed, in that order. The same
bytes are one batch for ever; running this twice on one document files nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from counterfoil.adapters import parser_box
from counterfoil.adapters.bank_codes import bic_problem, iban_problem
from counterfoil.adapters.sheets import wire
from counterfoil.adapters.sheets.maps import SheetMap, load_sheet_map
from counterfoil.domain.batches import Batch, Earlier
from counterfoil.domain.documents import Document, SheetReading
from counterfoil.domain.pauses import Terms
from counterfoil.errors import MapError, Quarantined
from counterfoil.rules.approval import ApprovalPolicy, why_approval
from counterfoil.rules.batching import Order, make_batch, with_earlier
from counterfoil.rules.validation import Expectations, FieldRule

PARSER = "counterfoil.adapters.sheets.reading:read"


class Known(Protocol):
    """What the ledger says of bytes that came before."""

    @property
    def batch_id(self) -> str | None:
        """The batch they became, if they did."""


class IntakeLedger(Protocol):
    """What intake needs of the ledger; each verb is one transaction."""

    def known_document(self, sha256: str) -> Known | None:
        """The same bytes received before, if any."""

    def file_document(self, document: Document) -> Known | None:
        """Note that it arrived; what it was already, if its bytes are known."""

    def quarantine_document(self, document: Document, reason: str) -> None:
        """It was set aside as a whole."""

    def earlier(self, batch: Batch) -> Sequence[Earlier]:
        """Items of earlier batches that look like one of *batch*."""

    def file_batch(
        self, document: Document, batch: Batch, *, needs_approval: bool, terms: Terms
    ) -> str:
        """File everything or nothing; the id of the batch that stands."""


#: An event and its data, for the audit log.
Emit = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeOrder:
    """What is dropped in one folder, and what becomes of it."""

    sheet_map: Path  # selectors/sheets/<kind>.toml
    system: str
    maker: str
    approval: ApprovalPolicy
    terms: Terms = field(default_factory=Terms)  # when its items are to be keyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one document."""

    batch_id: str
    again: bool  # the same bytes were this batch already
    batch: Batch | None = None  # None: it was filed before


def take_in(
    document: Document,
    order: IntakeOrder,
    *,
    ledger: IntakeLedger,
    today: date,
    emit: Emit,
) -> Taken:
    """Read, check and file *document*.

    Args:
        today: The calendar day where the bank is.

    Raises:
        Quarantined: The file as a whole cannot be trusted; this is on record.
    """
    known = ledger.file_document(document)
    if known is not None and known.batch_id is not None:
        return Taken(batch_id=known.batch_id, again=True)
    try:
        batch = read_batch(document, order, ledger=ledger, today=today, emit=emit)
        needs = why_approval(batch, order.approval)
        filed = ledger.file_batch(document, batch, needs_approval=bool(needs), terms=order.terms)
    except Quarantined as trouble:
        ledger.quarantine_document(document, str(trouble))
        raise
    return Taken(batch_id=filed, again=False, batch=batch)


def read_batch(
    document: Document,
    order: IntakeOrder,
    *,
    ledger: IntakeLedger,
    today: date,
    emit: Emit,
) -> Batch:
    """Read and check; nothing is filed yet."""
    sheet_map = load_sheet_map(order.sheet_map)
    reading = read_sheet(document.path, order.sheet_map)
    emit("batch_read", {"document": document.sha256, "rows": len(reading.rows)})
    batch = make_batch(
        document,
        reading,
        Order(system=order.system, sheet_map=order.sheet_map.stem, maker=order.maker),
        expectations(sheet_map, today),
    )
    batch = with_earlier(batch, ledger.earlier(batch), reading.rows)
    _apply_policy(batch, sheet_map)
    emit(
        "batch_checked",
        {
            "batch": batch.batch_id,
            "rows": batch.rows_read,
            "items": len(batch.items),
            "refused": len(batch.refused_rows()),
            "held": len(batch.held_rows()),
            "digest": batch.digest(),
        },
    )
    return batch


def read_sheet(path: Path, sheet_map: Path) -> SheetReading:
    """The rows of the workbook at *path*, read in the parser box. Raises Quarantined."""
    return wire.load(parser_box.run(PARSER, path, {"map": str(sheet_map.resolve())}))


def expectations(sheet_map: SheetMap, today: date) -> Expectations:
    """The map's columns in the words of the rules. Raises MapError: nothing is keyed by it."""
    if sheet_map.item == "entry":
        raise MapError(f"{sheet_map.title!r} maps entries, which are compared and never keyed")
    return Expectations(
        item=sheet_map.item,
        fields=tuple(
            FieldRule(
                name=name,
                kind=column.kind,
                required=column.required,
                default=column.default,
                max_chars=column.max_chars,
                choices=column.choices,
                days_back=column.days_back,
                days_ahead=column.days_ahead,
                header=column.headers[0],
            )
            for name, column in sheet_map.columns.items()
        ),
        today=today,
        iban_problem=iban_problem,
        bic_problem=bic_problem,
        group=sheet_map.group,
    )


def _apply_policy(batch: Batch, sheet_map: SheetMap) -> None:
    """Some desks want all rows or none."""
    refused = [each for each in batch.findings if each.severity == "refuse"]
    if not batch.items:
        why = "; ".join(each.message for each in refused[:5]) or "the table is empty"
        raise Quarantined("no_rows", f"no row can be keyed: {why}", remedy="mend it, drop it again")
    if refused and sheet_map.on_bad_rows == "refuse_batch":
        said = "; ".join(f"{each.cell or each.row}: {each.message}" for each in refused[:20])
        raise Quarantined(
            "bad_rows",
            f"{len(batch.refused_rows())} rows are refused: {said}",
            remedy="mend them all and drop the file again",
        )
