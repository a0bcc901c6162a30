"""Reconciliations: runs, breaks, and what one proposed and another decides."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from counterfoil.console.asking import PAGE_ROWS, Answer, Ask, Go, NotThere, Page
from counterfoil.console.pages.batches import confirm_again, fresh_values
from counterfoil.domain.people import Right
from counterfoil.domain.reconciliation import day_of
from counterfoil.domain.reconciliation_decisions import DecisionState, Proposal
from counterfoil.domain.reconciliation_report import in_money
from counterfoil.domain.secrets import mask_account, mask_numbers
from counterfoil.errors import Refused
from counterfoil.rules.approval import person
from counterfoil.site import approval_policy
from counterfoil.store.deciding import Word
from counterfoil.store.reconciliation_reading import DecisionRow

WORDS = ("name", "reference", "text")
SIDES = ("bank", "ledger")
DAYS = ("day", "since")
CENTS = ("amount", "difference", "foreign_amount")


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


def line(ask: Ask) -> Answer:
    """One line of the open period: its match and the reason, or why it is a break."""
    from counterfoil.rules.reconciliation.looking import look_at
    from workflows.standing_reconciliation import stand

    name, side, line_id = _name(ask), ask.path["side"], _line_id(ask.path["line"])
    if side not in SIDES:
        raise NotThere
    books = ask.desk.reconciliations
    looked = look_at(stand(books, name).period, side, line_id)
    if looked is None:
        raise NotThere
    values = {
        "name": name,
        "side": side,
        "line_id": line_id,
        "facts": _facts(ask, looked.line),
        "match": looked.match and _facts(ask, looked.match),
        "broken": looked.broken and _facts(ask, looked.broken),
        "partners": _partners(looked.match, side, line_id),
        "held": books.held_lines(name).get((side, line_id), ""),
    }
    return Page("line.html", values)


def _line_id(text: str) -> str:
    """From an address, where it is hexadecimal: it may be any text."""
    try:
        return bytes.fromhex(text).decode()
    except ValueError:
        raise NotThere from None


def _facts(ask: Ask, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is known, as pairs; words only for whoever may read about people, numbers masked."""
    personal = ask.may(Right.PERSONAL)
    return [
        (name, _told(name, value))
        for name, value in row.items()
        if value not in (None, "", []) and (personal or name not in (*WORDS, "counterparty"))
    ]


def _told(name: str, value: Any) -> str:
    """A cell of a line, match or break for reading: there, days and money are whole numbers."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if name in DAYS:
            return day_of(value).isoformat()
        case int() if name in CENTS:
            return in_money(value)
        case list():
            return ", ".join(mask_numbers(str(each)) for each in value)
    return mask_account(str(value)) if name == "account" else mask_numbers(str(value))


def _partners(match: Mapping[str, Any] | None, side: str, line_id: str) -> list[tuple[str, str]]:
    """The lines that stand in one match with it: side and id."""
    found = [(each, str(one)) for each in SIDES for one in (match or {}).get(each) or ()]
    return [each for each in found if each != (side, line_id)]


def propose(ask: Ask) -> Answer:
    """Put what should be matched, taken apart or written off before a second person."""
    from workflows.reconciliation_decisions import (
        propose_match,
        propose_unmatch,
        propose_write_off,
    )
    from workflows.standing_reconciliation import stand

    name, books, what = _name(ask), ask.desk.reconciliations, ask.given("what")
    word = Word(person=ask.person, reason=ask.reason())
    lines = _ticked(ask)
    bank, entries = ([each for side, each in lines if side == one] for one in SIDES)
    standing = stand(books, name)
    if what == "match":
        made = propose_match(
            books, standing, word, bank=bank, entries=entries, difference=_difference(ask)
        )
    elif what == "write_off":
        made = propose_write_off(books, standing, word, bank=bank, entries=entries)
    elif what == "unmatch" and len(lines) == 1:
        made = propose_unmatch(books, standing, word, side=lines[0][0], line_id=lines[0][1])
    else:
        raise Refused("no_proposal", "say what is proposed: match, write_off, or unmatch one line")
    return Go(f"/decisions/{made.decision_id}", f"{made.decision_id} waits for a second person")


def _ticked(ask: Ask) -> list[tuple[str, str]]:
    """Side and id of the lines that are meant."""
    found = []
    for each in ask.form.get("line", ()):
        side, _, line_id = each.partition(":")
        if side not in SIDES:
            raise Refused("unknown_line", f"{each[:40]} names no line")
        found.append((side, line_id))
    return found


def _difference(ask: Ask) -> Decimal:
    text = ask.given("difference") or "0"
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Refused("difference", f"{text[:40]!r} is no amount: write it like -12.50") from None


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
        **fresh_values(ask),
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
