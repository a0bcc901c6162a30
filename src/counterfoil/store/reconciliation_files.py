"""The files of standing reconciliations: tables, manifests, proposals, approvals; all sealed.

A file is found by the SHA-256 of its plain bytes, so none can be exchanged for another, and
nobody makes one without the vault's key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil.domain.reconciliation_decisions import Proposal, proposal_of
from counterfoil.domain.values import canonical_json
from counterfoil.store.book import Illegible
from counterfoil.store.reconciliation_reading import CloseRow, DecisionRow, RunRow
from counterfoil.store.statement_files import StatementFiles

#: What to do about an altered file or row.
REMEDY = "somebody altered it: stop, keep the folder as it is, and tell whoever guards the record"


class ReconciliationFiles:
    """Keeps and checks them. Raises Illegible where a file is not what its row says."""

    def __init__(self, files: StatementFiles) -> None:
        self._files = files

    def put(self, content: bytes) -> str:
        """Keep *content*; its SHA-256. Durable on return."""
        return self._files.put(content)

    def keep_manifest(
        self, name: str, number: int, tables: Mapping[str, bytes], decisions: Sequence[str] = ()
    ) -> str:
        """Keep *tables*, and the file that names them and the *decisions* of run *number*."""
        named = {table: self.put(content) for table, content in tables.items()}
        record = {
            "reconciliation": name,
            "number": number,
            "tables": named,
            "decisions": sorted(decisions),
        }
        return self.put(canonical_json(record))

    def tables(self, name: str, row: RunRow | CloseRow) -> dict[str, bytes]:
        """The tables of a run, or of a close, as they were kept."""
        what = f"run {row.number} of {name}"
        return {
            table: self._get(digest, f"{what}: {table}")
            for table, digest in self._manifest(name, row)["tables"].items()
        }

    def decisions(self, name: str, row: RunRow) -> list[str]:
        """The decisions that the run went by."""
        found: list[str] = self._manifest(name, row)["decisions"]
        return found

    def _manifest(self, name: str, row: RunRow | CloseRow) -> dict[str, Any]:
        what = f"run {row.number} of {name}"
        record = self._json(row.manifest_sha256, what)
        if (record["reconciliation"], record["number"]) != (name, row.number):
            raise Illegible(f"{what} names the tables of another run: {REMEDY}")
        return record

    def keep_proposal(self, proposal: Proposal) -> str:
        """Keep *proposal*; its digest."""
        return self.put(proposal.content())

    def proposal(self, row: DecisionRow) -> Proposal:
        """What was proposed."""
        what = f"decision {row.decision_id}"
        proposal = proposal_of(self._json(row.file_sha256, what))
        told = (proposal.decision_id, proposal.reconciliation, proposal.kind)
        if told != (row.decision_id, row.reconciliation, row.kind):
            raise Illegible(f"{what} is not what was proposed: {REMEDY}")
        return proposal

    def keep_approval(self, proposal: Proposal, approver: str, at: str) -> str:
        """Keep who approved *proposal*; the file's digest."""
        return self.put(
            canonical_json({"approves": proposal.digest(), "approver": approver, "at": at})
        )

    def approved(self, row: DecisionRow) -> Proposal:
        """A proposal whose approval is a file, too; by the person whom the row names."""
        proposal, what = self.proposal(row), f"the approval of {row.decision_id}"
        approval = self._json(row.approval_sha256 or "", what)
        if (approval.get("approves"), approval.get("approver")) != (
            row.file_sha256,
            row.decided_by,
        ):
            raise Illegible(f"{what} is not what was approved: {REMEDY}")
        return proposal

    def _json(self, digest: str, what: str) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self._get(digest, what))
        return record

    def _get(self, digest: str, what: str) -> bytes:
        try:
            return self._files.get(digest)
        except (OSError, ValueError) as trouble:
            raise Illegible(f"{what} cannot be read ({trouble}): {REMEDY}") from trouble
