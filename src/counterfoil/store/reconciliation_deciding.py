"""What people say about lines: proposed by one, approved by another; owners and comments.

Whoever proposes and whoever approves are two people, and both saw the same lines: the
proposal is a file, its digest is what is approved, and a line that changed voids it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.approvals import plain_name
from counterfoil.domain.reconciliation_decisions import DecisionKind, DecisionState, Proposal
from counterfoil.errors import Refused
from counterfoil.store import reconciliation_schema as schema
from counterfoil.store.book import Book, Fact, Transaction
from counterfoil.store.deciding import Word, need_reason
from counterfoil.store.reconciliation_filing import locked, touch

_LIVE = (DecisionState.PROPOSED, DecisionState.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What a close freezes."""

    manifest_sha256: str
    through: date
    told: Mapping[str, Any]


class ReconciliationDeciding(Book):
    """Proposals, approvals, owners, comments."""

    def propose(self, proposal: Proposal) -> str:
        """Put *proposal*, whose file is kept already, before a second person; its id.

        Raises:
            Refused: "no_reason", or "line_taken": another proposal has one of the lines.
        """
        need_reason(Word(person=proposal.proposer, reason=proposal.reason))
        with self.writing() as tx:
            locked(tx, proposal.reconciliation)
            _refuse_taken(tx, proposal)
            tx.connection.execute(
                insert(schema.decisions).values(
                    decision_id=proposal.decision_id,
                    reconciliation=proposal.reconciliation,
                    kind=proposal.kind,
                    state=DecisionState.PROPOSED,
                    file_sha256=proposal.digest(),
                    proposer=plain_name(proposal.proposer),
                    reason=self.redactor.text(proposal.reason),
                    proposed_at=tx.now,
                    undoes=proposal.undoes or None,
                )
            )
            rows = [
                {
                    "decision_id": proposal.decision_id,
                    "side": each.side,
                    "line_id": each.line_id,
                    "reconciliation": proposal.reconciliation,
                    "holds": False,
                }
                for each in proposal.lines
            ]
            if rows:
                tx.connection.execute(insert(schema.decision_lines), rows)
            _tell(tx, proposal, "decision_proposed", proposal.proposer, proposal.reason)
            return proposal.decision_id

    def approve(
        self,
        proposal: Proposal,
        *,
        approver: str,
        approval_sha256: str,
        number: int,
        frozen: Frozen | None = None,
    ) -> None:
        """Let *proposal* stand.

        Args:
            approval_sha256: The approval, a file that is kept already.
            number: The run whose lines were compared with what was seen.
            frozen: What a close freezes.

        Raises:
            Refused: "unknown_decision", "wrong_state", "self_approval", "overtaken" or
                "line_taken"; nothing is changed, and the attempt is on the record.
        """
        try:
            with self.writing() as tx:
                self._approve(tx, proposal, approver, approval_sha256, number)
                _take_effect(tx, proposal, frozen)
                told = f"approved: {proposal.reason}"
                _tell(tx, proposal, "decision_approved", approver, told)
                if frozen is not None:
                    _tell_closed(tx, proposal, approver, frozen)
        except IntegrityError as trouble:
            refusal = Refused("line_taken", "a line of it is held by another decision: unmatch it")
            self.note_refusal(proposal, approver, refusal)
            raise refusal from trouble
        except Refused as refusal:
            self.note_refusal(proposal, approver, refusal)
            raise

    def _approve(
        self, tx: Transaction, proposal: Proposal, approver: str, approval: str, number: int
    ) -> None:
        row = _waiting(tx, proposal)
        if plain_name(approver) == row.proposer:
            raise Refused("self_approval", f"{approver} proposed this: somebody else looks")
        if locked(tx, proposal.reconciliation).number != number:
            raise Refused("overtaken", "another run was filed meanwhile: look at it again")
        _decide(
            tx,
            proposal.decision_id,
            state=DecisionState.APPROVED,
            decided_by=plain_name(approver),
            approval_sha256=approval,
        )

    def reject(self, proposal: Proposal, word: Word) -> None:
        """Say no; whoever proposed it may take it back so, too. Raises Refused."""
        need_reason(word)
        with self.writing() as tx:
            _waiting(tx, proposal)
            _decide(
                tx,
                proposal.decision_id,
                state=DecisionState.REJECTED,
                decided_by=plain_name(word.person),
                decided_reason=self.redactor.text(word.reason),
            )
            _tell(tx, proposal, "decision_rejected", word.person, f"rejected: {word.reason}")

    def void(self, proposal: Proposal, why: str) -> None:
        """It is not about the lines any more that were seen: it counts for nothing."""
        with self.writing() as tx:
            locked(tx, proposal.reconciliation)
            _decide(tx, proposal.decision_id, state=DecisionState.VOID, decided_reason=why)
            _release(tx, proposal.decision_id)
            _tell(tx, proposal, "decision_voided", None, why)

    def note_refusal(self, proposal: Proposal, person: str, refusal: Refused) -> None:
        """Who tried what, and why it was not done."""
        with self.writing() as tx:
            _tell(tx, proposal, "approval_refused", person, refusal.reason, code=refusal.code)

    def assign_break(self, break_id: str, owner: str, word: Word) -> None:
        """Have *owner* answer for it. Raises Refused: "unknown_break", "no_reason"."""
        need_reason(word)
        table = schema.breaks
        with self.writing() as tx:
            row = _break(tx, break_id)
            tx.connection.execute(
                update(table)
                .where(table.c.break_id == break_id)
                .values(owner=plain_name(owner), updated_at=tx.now)
            )
            self._comment(tx, break_id, word)
            tx.tell(
                Fact(
                    kind="break_assigned",
                    told=f"{break_id} to {owner}: {word.reason}",
                    reconciliation=row.reconciliation,
                    data={"break": break_id, "owner": owner},
                    person=word.person,
                )
            )

    def comment_on_break(self, break_id: str, word: Word) -> None:
        """Write down what is known of it. Raises Refused as :meth:`assign_break`."""
        need_reason(word)
        with self.writing() as tx:
            row = _break(tx, break_id)
            self._comment(tx, break_id, word)
            tx.tell(
                Fact(
                    kind="break_commented",
                    told=f"{break_id}: {word.reason}",
                    reconciliation=row.reconciliation,
                    data={"break": break_id},
                    person=word.person,
                )
            )

    def _comment(self, tx: Transaction, break_id: str, word: Word) -> None:
        tx.connection.execute(
            insert(schema.comments).values(
                break_id=break_id,
                person=plain_name(word.person),
                told=self.redactor.text(word.reason),
                at=tx.now,
            )
        )


def _refuse_taken(tx: Transaction, proposal: Proposal) -> None:
    """Another proposal that waits has one of the lines, or is about the same decision."""
    lines, decisions = schema.decision_lines, schema.decisions
    waiting = tx.connection.execute(
        select(decisions.c.decision_id, decisions.c.kind, lines.c.side, lines.c.line_id)
        .outerjoin(lines, lines.c.decision_id == decisions.c.decision_id)
        .where(
            decisions.c.reconciliation == proposal.reconciliation,
            decisions.c.state == DecisionState.PROPOSED,
        )
    ).all()
    mine = {(each.side, each.line_id) for each in proposal.lines}
    for each in waiting:
        both_close = proposal.kind == each.kind == DecisionKind.CLOSE
        if (each.side, each.line_id) in mine or both_close:
            what = f"{each.side} line {each.line_id}" if each.line_id else "a close"
            raise Refused(
                "line_taken", f"{what} waits in {each.decision_id}: approve or reject that first"
            )


def _waiting(tx: Transaction, proposal: Proposal) -> Row[Any]:
    table = schema.decisions
    locked(tx, proposal.reconciliation)
    row = tx.connection.execute(
        select(table).where(table.c.decision_id == proposal.decision_id)
    ).one_or_none()
    if row is None:
        raise Refused("unknown_decision", f"there is no decision {proposal.decision_id}")
    if row.state != DecisionState.PROPOSED:
        raise Refused("wrong_state", f"{proposal.decision_id} is {row.state} already")
    return row


def _decide(tx: Transaction, decision_id: str, **values: Any) -> None:
    table = schema.decisions
    tx.connection.execute(
        update(table).where(table.c.decision_id == decision_id).values(decided_at=tx.now, **values)
    )


def _take_effect(tx: Transaction, proposal: Proposal, frozen: Frozen | None) -> None:
    if proposal.undoes:
        _undo(tx, proposal.undoes)
    elif proposal.kind is DecisionKind.CLOSE:
        assert frozen is not None
        tx.connection.execute(
            insert(schema.closes).values(
                reconciliation=proposal.reconciliation,
                number=proposal.run,
                through=frozen.through,
                decision_id=proposal.decision_id,
                manifest_sha256=frozen.manifest_sha256,
                told=dict(frozen.told),
                at=tx.now,
            )
        )
        touch(tx, proposal.reconciliation, closed_through=frozen.through)
    elif proposal.kind is not DecisionKind.REPLACE:  # its content is taken, not its place
        _hold(tx, proposal)


def _undo(tx: Transaction, decision_id: str) -> None:
    """Its lines are the matcher's again."""
    table = schema.decisions
    changed = tx.connection.execute(
        update(table)
        .where(table.c.decision_id == decision_id, table.c.state == DecisionState.APPROVED)
        .values(state=DecisionState.UNDONE)
    )
    if changed.rowcount != 1:
        raise Refused("wrong_state", f"{decision_id} does not stand any more")
    _release(tx, decision_id)


def _release(tx: Transaction, decision_id: str) -> None:
    lines = schema.decision_lines
    tx.connection.execute(
        update(lines).where(lines.c.decision_id == decision_id).values(holds=False)
    )


def _hold(tx: Transaction, proposal: Proposal) -> None:
    """The matcher does not take these lines from now on; a match outdates an unmatch."""
    lines, decisions = schema.decision_lines, schema.decisions
    kept = select(decisions.c.decision_id).where(decisions.c.kind == DecisionKind.UNMATCH)
    for each in proposal.lines:
        same = (lines.c.side == each.side) & (lines.c.line_id == each.line_id)
        tx.connection.execute(
            update(lines)
            .where(
                lines.c.reconciliation == proposal.reconciliation,
                same,
                lines.c.decision_id.in_(kept),
            )
            .values(holds=False)
        )
    mine = lines.c.decision_id == proposal.decision_id
    tx.connection.execute(update(lines).where(mine).values(holds=True))


def _break(tx: Transaction, break_id: str) -> Row[Any]:
    table = schema.breaks
    row = tx.connection.execute(select(table).where(table.c.break_id == break_id)).one_or_none()
    if row is None:
        raise Refused("unknown_break", f"there is no break {break_id}")
    return row


def _tell(
    tx: Transaction,
    proposal: Proposal,
    kind: str,
    person: str | None,
    told: str,
    **more: str,
) -> None:
    tx.tell(
        Fact(
            kind=kind,
            told=f"{proposal.decision_id} {proposal.kind}: {told}",
            reconciliation=proposal.reconciliation,
            data={
                "decision": proposal.decision_id,
                "digest": proposal.digest(),
                "what": str(proposal.kind),
                **more,
            },
            person=person,
        )
    )


def _tell_closed(tx: Transaction, proposal: Proposal, approver: str, frozen: Frozen) -> None:
    tx.tell(
        Fact(
            kind="period_closed",
            told=f"frozen through {frozen.through}, by {proposal.proposer} and {approver}",
            reconciliation=proposal.reconciliation,
            data={
                "decision": proposal.decision_id,
                "through": frozen.through.isoformat(),
                "manifest": frozen.manifest_sha256,
                **frozen.told,
            },
            person=approver,
        )
    )
