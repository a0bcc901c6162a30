"""What the intake tests share: documents, and an empty ledger for pure reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from counterfoil.domain.batches import Batch, Earlier
from counterfoil.domain.documents import Document
from counterfoil.domain.pauses import Terms
from counterfoil.rules.approval import ApprovalPolicy
from workflows.intake import IntakeOrder, read_batch

ROOT = Path(__file__).parent.parent
TODAY = date(2027, 1, 4)


def document(path: Path) -> Document:
    content = path.read_bytes()
    return Document(
        sha256=sha256(content).hexdigest(),
        name=path.name,
        size=len(content),
        received_at=datetime(2027, 1, 4, 8, tzinfo=UTC),
        folder="payments",
        path=path,
    )


def order(kind: str = "payments", system: str = "corebank") -> IntakeOrder:
    return IntakeOrder(
        sheet_map=ROOT / f"selectors/sheets/{kind}.toml",
        system=system,
        maker="analysts",
        approval=ApprovalPolicy(),
    )


class NothingBefore:
    """A ledger on its first day: for reading only."""

    def known_document(self, sha256: str) -> None:
        return None

    def file_document(self, document: Document) -> None:
        return None

    def quarantine_document(self, document: Document, reason: str) -> None:
        return None

    def earlier(self, batch: Batch) -> Sequence[Earlier]:
        return ()

    def file_batch(
        self, document: Document, batch: Batch, *, needs_approval: bool, terms: Terms
    ) -> str:
        return batch.batch_id


def nobody(event: str, facts: Mapping[str, Any]) -> None:
    """Nobody listens."""


def read(path: Path, kind: str = "payments") -> Batch:
    """The whole way from a file to a batch, through the real parser box."""
    return read_batch(document(path), order(kind), ledger=NothingBefore(), today=TODAY, emit=nobody)
