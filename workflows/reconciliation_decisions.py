"""People decide about lines: one proposes, another approves what the first one saw.

What is approved counts from the next run on, and the matcher never undoes it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.adapters.reconciliation_carried import table_bytes
from counterfoil.domain.reconciliation import number_of
from counterfoil.domain.reconciliation_decisions import (
    DecisionKind,
    DecisionState,
    LineSeen,
    Proposal,
)
from counterfoil.errors import Refused
from counterfoil.rules.approval import ApprovalPolicy, check_second_person
from counterfoil.rules.reconciliation.closing import frozen_part, in_the_way, sums_of
from counterfoil.rules.reconciliation.looking import (
    SIDES,
    Looked,
    look_at,
    seen,
    seen_aside,
    unchanged,
)
from counterfoil.rules.reconciliation.standing import Standing
from counterfoil.store.deciding import Word
from counterfoil.store.reconciliation_deciding import Frozen
from counterfoil.store.reconciliation_ledger import ReconciliationLedger


def propose_match(  # noqa: PLR0913 - what can be said on the command line
    ledger: ReconciliationLedger,
    standing: Standing,
    word: Word,
    *,
    bank: Collection[str] = (),
    entries: Collection[str] = (),
    difference: Decimal = Decimal(0),
) -> Proposal:
    """Propose that these lines of the bank and of the ledger belong together.

    Args:
        difference: By what the bank's lines are more than the ledger's: it has to be said.

    Raises:
        Refused: "unknown_line", "line_taken", "too_few", "other_account" or "difference".
    """
    lines = _seen(standing, bank, entries)
    if len(lines) < 2:
        raise Refused("too_few", "a match has two lines at least; a single one is written off")
    _refuse_mixed(lines)
    proposal = _about_lines(ledger, standing, DecisionKind.MATCH, lines, word)
    found = Decimal(proposal.difference).scaleb(-2)
    if found != difference:
        raise Refused(
            "difference", f"bank less ledger is {found}: if that is meant, say --difference {found}"
        )
    return _put(ledger, proposal)


def propose_write_off(
    ledger: ReconciliationLedger,
    standing: Standing,
    word: Word,
    *,
    bank: Collection[str] = (),
    entries: Collection[str] = (),
) -> Proposal:
    """Propose that these lines have no counterpart and will have none.

    Raises:
        Refused: "unknown_line", "line_taken", "other_account" or "too_few".
    """
    lines = _seen(standing, bank, entries)
    if not lines:
        raise Refused("too_few", "name a line: --bank ID or --ledger ID")
    _refuse_mixed(lines)
    return _put(ledger, _about_lines(ledger, standing, DecisionKind.WRITE_OFF, lines, word))


def propose_unmatch(
    ledger: ReconciliationLedger, standing: Standing, word: Word, *, side: str, line_id: str
) -> Proposal:
    """Propose that what this line stands in is wrong.

    A match of the matcher: its lines are kept from the matcher from then on. What people
    decided: its lines are the matcher's again.

    Raises:
        Refused: "unknown_line", "not_matched" or "line_taken".
    """
    seen(standing.period, side, [line_id])
    held = ledger.held_lines(standing.name).get((side, line_id))
    if held is not None:
        before = ledger.files.approved(ledger.decision(held))
        told = f"takes back {held} ({before.kind}: {before.reason})"
        proposal = _proposal(
            ledger, standing, DecisionKind.UNMATCH, word, before.lines, told=told, undoes=held
        )
        return _put(ledger, proposal)
    looked = look_at(standing.period, side, line_id)
    if looked is None or looked.match is None:
        raise Refused("not_matched", f"{side} line {line_id} is in no match")
    lines = _seen(standing, looked.match["bank"], looked.match["ledger"])
    return _put(ledger, _about_lines(ledger, standing, DecisionKind.UNMATCH, lines, word))


def propose_replacement(
    ledger: ReconciliationLedger, standing: Standing, word: Word, *, side: str, line_id: str
) -> Proposal:
    """Propose that the new content of a changed line is right; rejected, the old one is.

    Raises:
        Refused: "unknown_line": no other content came under its id, or more than one.
    """
    lines = seen_aside(standing.period, side, [line_id])
    told = _difference(look_at(standing.period, side, line_id))
    return _put(ledger, _proposal(ledger, standing, DecisionKind.REPLACE, word, lines, told=told))


def propose_close(
    ledger: ReconciliationLedger,
    standing: Standing,
    word: Word,
    *,
    through: date,
    carries: Collection[str] = (),
) -> Proposal:
    """Propose to freeze all days up to *through*.

    Args:
        carries: What may stay open: "provisional", a class of breaks, or ``bank:ID``.

    Raises:
        Refused: "never_ran", "run_first", "closed_already", "undecided" or "not_settled".
    """
    _check_close(ledger, standing, through, carries)
    sums = sums_of(frozen_part(standing.period, number_of(through)))
    told = "; ".join(
        f"{side} {currency}: {each['lines']} lines, {Decimal(each['cents']).scaleb(-2)}"
        for side in SIDES
        for currency, each in sums[side].items()
    )
    proposal = _proposal(
        ledger,
        standing,
        DecisionKind.CLOSE,
        word,
        (),
        told=f"freezes {told or 'nothing'}",
        through=through.isoformat(),
        carries=tuple(sorted(carries)),
        run=standing.number,
    )
    return _put(ledger, proposal)


def approve(  # noqa: PLR0913 - who, what, as seen, by which rules
    ledger: ReconciliationLedger,
    standing: Standing,
    proposal: Proposal,
    *,
    approver: str,
    digest: str,
    policy: ApprovalPolicy,
) -> str:
    """Let *proposal* stand; the approver, by the one name we know them by.

    Args:
        digest: Of what the approver saw.

    Raises:
        Refused: "self_approval", "not_an_approver", "no_name", "digest_differs", "wrong_state",
            "overtaken", "line_taken", "line_changed" (it is void then), or what a close refuses.
    """
    try:
        who = check_second_person(approver=approver, proposer=proposal.proposer, policy=policy)
        if digest != proposal.digest():
            raise Refused("digest_differs", f"{proposal.decision_id} is not what was seen")
        if proposal.kind is DecisionKind.CLOSE:
            _refuse_other_run(standing, proposal)
            through = date.fromisoformat(proposal.through)
            _check_close(ledger, standing, through, proposal.carries, mine=proposal.decision_id)
    except Refused as refusal:
        ledger.note_refusal(proposal, approver, refusal)
        raise
    if why := _not_as_seen(standing, proposal):
        ledger.void(proposal, why)
        raise Refused("line_changed", f"{why}: {proposal.decision_id} is void, propose it anew")
    frozen = _frozen(ledger, standing, proposal)
    at = ledger.now().isoformat()
    ledger.approve(
        proposal,
        approver=who,
        approval_sha256=ledger.files.keep_approval(proposal, who, at),
        number=standing.number,
        frozen=frozen,
    )
    return who


def _refuse_other_run(standing: Standing, proposal: Proposal) -> None:
    if standing.number != proposal.run:
        raise Refused(
            "overtaken",
            f"run {standing.number} came after run {proposal.run}: reject it, close anew",
        )


def _not_as_seen(standing: Standing, proposal: Proposal) -> str:
    if proposal.kind is not DecisionKind.REPLACE:
        return unchanged(standing.period, proposal.lines)
    (line,) = proposal.lines
    seen(standing.period, line.side, [line.line_id])  # a frozen one keeps its content
    now = seen_aside(standing.period, line.side, [line.line_id])
    return "" if now == proposal.lines else f"{line.side} line {line.line_id} changed again"


def _frozen(ledger: ReconciliationLedger, standing: Standing, proposal: Proposal) -> Frozen | None:
    """Keep what a close freezes."""
    if proposal.kind is not DecisionKind.CLOSE:
        return None
    through = date.fromisoformat(proposal.through)
    part = frozen_part(standing.period, number_of(through))
    tables = {name: table_bytes(table) for name, table in part.tables().items()}
    manifest = ledger.files.keep_manifest(standing.name, standing.number, tables)
    told = {"frozen": sums_of(part), "carries": list(proposal.carries)}
    return Frozen(manifest_sha256=manifest, through=through, told=told)


def _check_close(
    ledger: ReconciliationLedger,
    standing: Standing,
    through: date,
    carries: Collection[str],
    *,
    mine: str = "",
) -> None:
    name, day = standing.name, number_of(through)
    if standing.ran_at is None:
        raise Refused("never_ran", f"{name} has not run yet")
    if day <= standing.gone.as_of:
        raise Refused("closed_already", f"{through} is frozen already")
    if day > standing.period.as_of:
        raise Refused("not_yet", f"{through} is after the last run's day")
    for row in ledger.decisions(name, states=(DecisionState.PROPOSED, DecisionState.APPROVED)):
        if row.state is DecisionState.APPROVED:
            if row.decided_at is not None and row.decided_at > standing.ran_at:
                raise Refused("run_first", f"{row.decision_id} counts from the next run: run it")
        elif row.decision_id != mine:
            _refuse_undecided(ledger.files.proposal(row), through)
    if found := in_the_way(standing.period, day, carries):
        raise Refused("not_settled", f"before {through}: {'; '.join(found)}")


def _refuse_undecided(proposal: Proposal, through: date) -> None:
    if any(each.day <= through for each in proposal.lines):
        raise Refused("undecided", f"{proposal.decision_id} waits: approve or reject it first")


# --- a proposal ------------------------------------------------------------------------


def _seen(
    standing: Standing, bank: Collection[str], entries: Collection[str]
) -> tuple[LineSeen, ...]:
    return (*seen(standing.period, "bank", bank), *seen(standing.period, "ledger", entries))


def _refuse_mixed(lines: Collection[LineSeen]) -> None:
    if len({(each.account, each.currency) for each in lines}) > 1:
        raise Refused("other_account", "these lines are of several accounts or currencies")


def _about_lines(
    ledger: ReconciliationLedger,
    standing: Standing,
    kind: DecisionKind,
    lines: tuple[LineSeen, ...],
    word: Word,
) -> Proposal:
    """Refuses a line that a person's match has; says which matches of the matcher it breaks."""
    held = ledger.held_lines(standing.name)
    told: set[str] = set()
    for each in lines:
        decision = held.get((each.side, each.line_id))
        if decision and ledger.decision(decision).kind is not DecisionKind.UNMATCH:
            raise Refused(
                "line_taken",
                f"{each.side} line {each.line_id} is held by {decision}: unmatch it first",
            )
        looked = look_at(standing.period, each.side, each.line_id)
        if looked is not None and looked.match is not None:
            told.add(f"takes apart {_match(looked.match)}")
    return _proposal(ledger, standing, kind, word, lines, told="; ".join(sorted(told)))


def _proposal(
    ledger: ReconciliationLedger,
    standing: Standing,
    kind: DecisionKind,
    word: Word,
    lines: Sequence[LineSeen],
    **more: Any,
) -> Proposal:
    return Proposal(
        reconciliation=standing.name,
        kind=kind,
        lines=tuple(lines),
        proposer=word.person.strip(),
        reason=word.reason.strip(),
        at=ledger.now().isoformat(),
        **more,
    )


def _put(ledger: ReconciliationLedger, proposal: Proposal) -> Proposal:
    """Keep its file, then put it before a second person."""
    ledger.files.keep_proposal(proposal)
    ledger.propose(proposal)
    return proposal


def _match(match: dict[str, Any]) -> str:
    return f"{', '.join(match['bank'])} = {', '.join(match['ledger'])} ({match['rule']})"


def _difference(looked: Looked | None) -> str:
    """What is other in the new content."""
    if looked is None:
        return "its day is frozen: it can only be rejected"
    (new,) = looked.aside
    changed = [name for name, value in new.items() if value != looked.line[name]]
    return "; ".join(f"{name}: {looked.line[name]} becomes {new[name]}" for name in changed)
