"""A standing reconciliation runs: what was delivered joins the open period, day after day.

A run takes the deliveries, and what people decided since, into the open period and matches
all of it anew. Nothing is half done: tables are kept under their digests first, then one
transaction makes them the reconciliation's, and tells the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from counterfoil.adapters.reconciliation_carried import table_bytes, table_of
from counterfoil.domain.reconciliation import RuleBook, day_of, number_of
from counterfoil.domain.reconciliation_decisions import DecisionKind, DecisionState, Proposal
from counterfoil.reconciliation_sides import read_side
from counterfoil.rules.reconciliation.carrying import (
    Period,
    Run,
    carry_forward,
    nothing_yet,
    refuse_lost,
    told_of,
    with_replaced,
)
from counterfoil.rules.reconciliation.closing import less_gone, together
from counterfoil.rules.reconciliation.decided import Decided, Settled
from counterfoil.rules.reconciliation.looking import present, unchanged
from counterfoil.rules.reconciliation.proving import Proof, proof_of
from counterfoil.rules.reconciliation.standing import Standing
from counterfoil.store.book import Illegible
from counterfoil.store.reconciliation_files import REMEDY
from counterfoil.store.reconciliation_filing import NewRun, OpenLine
from counterfoil.store.reconciliation_ledger import ReconciliationLedger
from counterfoil.store.reconciliation_reading import CloseRow, DecisionRow, RunRow

SELECTORS = Path(__file__).parent.parent / "selectors"  # this suite's
#: How a match is called that people made.
RULES = {
    DecisionKind.MATCH: "matched by people",
    DecisionKind.WRITE_OFF: "written off by people",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run that was filed."""

    number: int
    run: Run
    proof: Proof
    late: Mapping[str, Sequence[str]]  # new lines of frozen days, by side
    voided: tuple[str, ...]  # decisions whose lines changed, and how


def stand(ledger: ReconciliationLedger, name: str) -> Standing:
    """Read where *name* stands. Raises Illegible: a file of it was altered."""
    closes, row = ledger.closes(name), ledger.last_run(name)
    gone = together([_period(ledger, name, each) for each in closes])
    if closes:
        gone = replace(gone, as_of=number_of(closes[-1].through))
    period = less_gone(_period(ledger, name, row), gone) if row else nothing_yet()
    return Standing(
        name=name,
        number=row.number if row else 0,
        ran_at=row.at if row else None,
        period=period,
        gone=gone,
    )


def _period(ledger: ReconciliationLedger, name: str, row: RunRow | CloseRow) -> Period:
    day = row.as_of if isinstance(row, RunRow) else row.through
    tables = ledger.files.tables(name, row)
    return Period(
        as_of=number_of(day), **{table: table_of(content) for table, content in tables.items()}
    )


def run_reconciliation(  # noqa: PLR0913 - what can be said on the command line
    ledger: ReconciliationLedger,
    name: str,
    rules: RuleBook,
    *,
    bank_file: Path | None = None,
    ledger_file: Path | None = None,
    as_of: date | None = None,
    selectors: Path = SELECTORS,
) -> Ran:
    """Take what is delivered into *name*, match its open period anew, and file the run.

    Without a delivery, what people decided since takes effect.

    Args:
        selectors: The suite's maps.

    Raises:
        Quarantined: A file cannot be read as a whole; nothing is changed.
        Refused: "as_of_too_early", or "overtaken": another run came first; nothing is changed.
        Illegible: A file of an earlier run, or of a decision, was altered; nothing is changed.
    """
    before = stand(ledger, name)
    decided, voided = _decided(ledger, name, before.period)
    none = nothing_yet()
    ours = read_side("bank", bank_file, selectors) if bank_file else None
    theirs = read_side("ledger", ledger_file, selectors) if ledger_file else None
    run = carry_forward(
        before.period,
        ours.lines if ours else none.bank,
        theirs.lines if theirs else none.ledger,
        rules,
        as_of=None if as_of is None else number_of(as_of),
        decided=decided,
        gone=before.gone,
    )
    refuse_lost(run, [total for each in (ours, theirs) if each for total in each.totals])
    owned = {(each.side, each.line_id) for each in ledger.breaks(name) if each.owner}
    proof, late = proof_of(run.period, owned), _late(run, before.gone)
    told = told_of(run) | _told_of_proof(proof) | {"late": late}
    told["delivered"] = [_delivered(each) for each in (bank_file, ledger_file) if each]
    number = _file(ledger, before, run, decided, told, proof.proved)
    return Ran(number=number, run=run, proof=proof, late=late, voided=voided)


def _file(  # noqa: PLR0913 - a run has these parts
    ledger: ReconciliationLedger,
    before: Standing,
    run: Run,
    decided: Decided,
    told: Mapping[str, Any],
    proved: bool,
) -> int:
    """Keep the tables, then make them the reconciliation's."""
    tables = {name: table_bytes(table) for name, table in run.period.tables().items()}
    return ledger.file_run(
        NewRun(
            reconciliation=before.name,
            after=before.number,
            as_of=day_of(run.period.as_of),
            manifest_sha256=ledger.files.keep_manifest(
                before.name, before.number + 1, tables, decided.decisions()
            ),
            told=told,
            proved=proved,
            opened=[_open_line(each) for each in run.opened.to_dicts()],
            closed=[
                (each["side"], each["id"], each["by"] or "its line is another one now")
                for each in run.closed.to_dicts()
            ],
        )
    )


def _told_of_proof(proof: Proof) -> dict[str, Any]:
    return {
        "difference_cents": proof.differences,
        "unnamed_cents": proof.unnamed,
        "unnamed": proof.unnamed_count,
        "why_not": list(proof.why_not),
    }


def _late(run: Run, gone: Period) -> dict[str, list[str]]:
    """New lines of days that a close has frozen: they are open, and in no frozen total."""
    return {
        side: joined.new.filter(joined.new["day"] <= gone.as_of)["id"].to_list()
        for side, joined in (("bank", run.bank), ("ledger", run.ledger))
    }


def _delivered(path: Path) -> dict[str, str]:
    return {"name": path.name, "sha256": sha256(path.read_bytes()).hexdigest()}


def _open_line(row: Mapping[str, Any]) -> OpenLine:
    return OpenLine(
        side=row["side"],
        line_id=row["id"],
        account=row["account"],
        currency=row["currency"],
        day=day_of(row["day"]),
        cents=row["amount"],
        kind=row["class"],
    )


def _decided(
    ledger: ReconciliationLedger, name: str, period: Period
) -> tuple[Decided, tuple[str, ...]]:
    """What people decided about *period*; and the decisions that its lines do not bear out."""
    rows, held = ledger.decisions(name), ledger.held_lines(name)
    changes = _changes(ledger, rows)
    period = with_replaced(period, changes)
    approved = {
        row.decision_id: ledger.files.approved(row)
        for row in rows
        if row.state is DecisionState.APPROVED
    }
    _refuse_unmade(ledger, name, period, approved, held)
    settled: list[Settled] = []
    kept: dict[str, set[str]] = {"bank": set(), "ledger": set()}
    keepers: list[str] = []
    voided: list[str] = []
    for decision_id in sorted(set(held.values()) & approved.keys()):
        proposal = approved[decision_id]
        if not present(period, proposal.lines):
            continue  # a close has frozen it
        if why := unchanged(period, proposal.lines):
            ledger.void(proposal, why)
            voided.append(f"{decision_id}: {why}")
        elif proposal.kind is DecisionKind.UNMATCH:
            keepers.append(decision_id)
            for (side, line_id), holder in held.items():
                if holder == decision_id:
                    kept[side].add(line_id)
        else:
            settled.append(_settled(proposal))
    decided = replace(
        changes,
        settled=tuple(settled),
        kept_bank=frozenset(kept["bank"]),
        kept_ledger=frozenset(kept["ledger"]),
        keepers=tuple(keepers),
    )
    return decided, tuple(voided)


def _refuse_unmade(
    ledger: ReconciliationLedger,
    name: str,
    period: Period,
    approved: Mapping[str, Proposal],
    held: Mapping[tuple[str, str], str],
) -> None:
    """What the run before went by still stands, unless people took it back or a line changed.

    Raises:
        Illegible: Somebody took it out of the rows.
    """
    last = ledger.last_run(name)
    undone = {each.undoes for each in approved.values()}
    for decision_id in ledger.files.decisions(name, last) if last else ():
        proposal = ledger.files.proposal(ledger.decision(decision_id))
        holders = {held.get((each.side, each.line_id)) for each in proposal.lines}
        outdated = proposal.kind is DecisionKind.UNMATCH and holders <= approved.keys()
        if holders == {decision_id} & approved.keys() or outdated or decision_id in undone:
            continue
        if not unchanged(period, proposal.lines):
            raise Illegible(f"decision {decision_id} was taken out of the rows: {REMEDY}")


def _settled(proposal: Proposal) -> Settled:
    return Settled(
        decision=proposal.decision_id,
        rule=RULES[proposal.kind],
        bank=proposal.ids("bank"),
        ledger=proposal.ids("ledger"),
    )


def _changes(ledger: ReconciliationLedger, rows: Sequence[DecisionRow]) -> Decided:
    """Which changed lines people took, and which they refused."""
    mine = [row for row in rows if row.kind is DecisionKind.REPLACE]
    files = ledger.files
    taken = [files.approved(row) for row in mine if row.state is DecisionState.APPROVED]
    refused = [
        files.proposal(row)
        for row in mine
        if row.state is DecisionState.REJECTED and row.decided_by != row.proposer  # not taken back
    ]
    return Decided(taken=_digests(taken), dropped=_digests(refused))


def _digests(proposals: Sequence[Proposal]) -> tuple[str, ...]:
    return tuple(each.digest for proposal in proposals for each in proposal.lines)
