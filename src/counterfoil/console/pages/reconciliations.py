"""Reconciliations: runs, breaks, and what one proposed and another decides."""

from __future__ import annotations

from counterfoil.console.asking import PAGE_ROWS, Answer, Ask, Go, NotThere, Page
from counterfoil.console.pages.batches import confirm_again, needs_code
from counterfoil.domain.people import Right
from counterfoil.domain.reconciliation_decisions import DecisionState, Proposal
from counterfoil.domain.reconciliation_report import in_money
from counterfoil.domain.secrets import mask_numbers
from counterfoil.errors import Refused
from counterfoil.rules.approval import person
from counterfoil.site import approval_policy
from counterfoil.store.deciding import Word
from counterfoil.store.reconciliation_reading import DecisionRow

WORDS = ("name", "reference", "text")


def listing(ask: Ask) -> Answer:
    """Every standing reconciliation and how its last run ended."""
    books = ask.desk.reconciliations
    rows = [
        (name, books.last_run(name), len(books.breaks(name)))
        for name in sorted(ask.desk.suite.config.reconciliations)
    ]
    waiting = books.decisions(states=[DecisionState.PROPOSED])
    return Page("reconciliations.html", {"rows": rows, "waiting": waiting})


def reconciliation(ask: Ask) -> Answer:
    """Its runs and its breaks; open ones, or all."""
    name, books = _name(ask), ask.desk.reconciliations
    closed, page = ask.wanted("state") == "all", ask.page()
    breaks = books.breaks(name, open_only=not closed)
    shown = breaks[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    comments = books.comments([each.break_id for each in shown]) if shown else []
    values = {
        "name": name,
        "runs": list(reversed(books.runs(name)))[:20],
        "rows": shown,
        "count": len(breaks),
        "page": page,
        "page_rows": PAGE_ROWS,
        "closed": closed,
        "said": {each.break_id: f"{each.person}: {each.told}" for each in comments},
        "decisions": list(reversed(books.decisions(name)))[:50],
        "today": ask.desk.site.ledger.now().date(),
    }
    return Page("reconciliation.html", values)


def comment(ask: Ask) -> Answer:
    """Write about a break, and who answers for it where somebody is named."""
    name, books = _name(ask), ask.desk.reconciliations
    which, owner = ask.given("break"), ask.given("owner")[:60]
    if which not in {each.break_id for each in books.breaks(name)}:
        raise Refused("unknown_break", f"{which[:30]} is no open break of {name}")
    word = Word(person=ask.person, reason=ask.reason())
    if owner:
        books.assign_break(which, owner, word)
    else:
        books.comment_on_break(which, word)
    return Go(f"/reconciliations/{name}", f"{which}: noted")


def decision(ask: Ask) -> Answer:
    """A proposal as it was made: its lines, its difference, its digest."""
    row = _decision(ask)
    proposal = ask.desk.reconciliations.files.proposal(row)
    says = _says(ask, proposal) if ask.may(Right.PERSONAL) else {}
    lines = [
        (each, in_money(each.cents), says.get((each.side, each.line_id), ""))
        for each in proposal.lines
    ]
    values = {
        "row": row,
        "proposal": proposal,
        "lines": lines,
        "difference": in_money(proposal.difference),
        "digest": proposal.digest(),
        "waits": row.state is DecisionState.PROPOSED,
        "why_not": _why_not(ask, row),
        "needs_code": needs_code(ask),
    }
    return Page("decision.html", values)


def _says(ask: Ask, proposal: Proposal) -> dict[tuple[str, str], str]:
    """What stands in each line now, by side and id; account numbers masked."""
    from counterfoil.rules.reconciliation.looking import look_at
    from workflows.standing_reconciliation import stand

    standing = stand(ask.desk.reconciliations, proposal.reconciliation)
    found: dict[tuple[str, str], str] = {}
    for each in proposal.lines:
        looked = look_at(standing.period, each.side, each.line_id)
        line = looked.line if looked else {"text": "not there any more"}
        words = (line.get(name) for name in WORDS)
        found[each.side, each.line_id] = mask_numbers(" | ".join(filter(None, words)))
    return found


def approve(ask: Ask) -> Answer:
    """Let it stand; by a second person, of what they saw."""
    from workflows.reconciliation_decisions import approve as approve_proposal
    from workflows.standing_reconciliation import stand

    row, books = _decision(ask), ask.desk.reconciliations
    confirm_again(ask)
    proposal = books.files.proposal(row)
    who = approve_proposal(
        books,
        stand(books, proposal.reconciliation),
        proposal,
        approver=ask.person,
        digest=ask.given("digest"),
        policy=approval_policy(ask.desk.suite),
    )
    return Go(f"/decisions/{row.decision_id}", f"{row.decision_id} is approved by {who}")


def reject(ask: Ask) -> Answer:
    """Say no; whoever proposed it takes it back so."""
    row, books = _decision(ask), ask.desk.reconciliations
    books.reject(books.files.proposal(row), Word(person=ask.person, reason=ask.reason()))
    return Go(f"/decisions/{row.decision_id}", f"{row.decision_id} is rejected")


def _name(ask: Ask) -> str:
    name = ask.path["reconciliation"]
    if name not in ask.desk.suite.config.reconciliations:
        raise NotThere
    return name


def _decision(ask: Ask) -> DecisionRow:
    try:
        return ask.desk.reconciliations.decision(ask.path["decision"])
    except Refused:
        raise NotThere from None


def _why_not(ask: Ask, row: DecisionRow) -> str:
    """Why whoever looks cannot approve it; "": they can. The rules check again."""
    if not ask.may(Right.DECIDE):
        return f"a supervisor decides; you are signed on as {ask.account.role}"
    policy = approval_policy(ask.desk.suite)
    if person(ask.person, policy) == person(row.proposer, policy):
        return "you proposed this: somebody else looks"
    return ""
