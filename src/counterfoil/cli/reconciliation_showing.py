"""What people see of a standing reconciliation: a run, its breaks, one line, a proposal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from counterfoil.cli.terminal import say, show_table
from counterfoil.domain.reconciliation import Policy, day_of
from counterfoil.domain.reconciliation_decisions import Proposal
from counterfoil.domain.reconciliation_report import age_buckets, in_money
from counterfoil.errors import Refused
from counterfoil.store.reconciliation_ledger import ReconciliationLedger
from counterfoil.store.reconciliation_reading import BreakRow, CommentRow

if TYPE_CHECKING:
    from counterfoil.rules.reconciliation.looking import Looked
    from counterfoil.rules.reconciliation.standing import Standing
    from workflows.standing_reconciliation import Ran

NAMED_MAX = 20  # lines named one by one


def tell_run(name: str, ran: Ran) -> None:
    """What came in, what it became, and what is left without a name."""
    run = ran.run
    say(f"{name}, run {ran.number} as of {day_of(run.period.as_of)}", style="bold")
    for side, joined in (("bank", run.bank), ("ledger", run.ledger)):
        say(f"{side}: {len(joined.new)} new lines, {joined.again} delivered before")
        _name(f"{side} line", joined.changed["id"].to_list(),
              "came again with other content: counterfoil reconciliation replace")  # fmt: skip
        _name(f"{side} line", ran.late[side], "came late, for a frozen day")
    for each in run.found.totals:
        say(
            f"{each.side} {each.currency}: {each.count} lines = "
            f"{each.matched_count} matched + {each.open_count} open, to the cent"
        )
    final = int(run.period.matches["final"].sum())
    say(f"{final} matches final, {len(run.period.matches) - final} provisional")
    for row in run.withdrawn.head(NAMED_MAX).to_dicts():
        was = "final" if row["final"] else "provisional"
        say(f"withdrawn ({was}): {_match(row)}", style="yellow")
    say(f"{len(run.closed)} breaks closed, {len(run.opened)} opened")
    for sentence in ran.voided:
        say(f"void: {sentence}", style="bold red")
    for currency, cents in ran.proof.differences.items():
        unnamed = ran.proof.unnamed.get(currency, 0)
        say(f"{currency}: bank less ledger {in_money(cents)}, without a name {in_money(unnamed)}")
    if ran.proof.proved:
        say("proved: every remainder has a name", style="bold green")
    else:
        say(f"not proved: {'; '.join(ran.proof.why_not)}", style="bold yellow")


def _name(what: str, ids: Sequence[str], told: str) -> None:
    for line_id in ids[:NAMED_MAX]:
        say(f"{what} {line_id} {told}", style="bold red")


def show_breaks(
    name: str,
    rows: Sequence[BreakRow],
    comments: Sequence[CommentRow],
    as_of: date,
    policy: Policy,
) -> None:
    """Breaks, the oldest first, and how many are in each bucket of age."""
    said: dict[str, list[str]] = defaultdict(list)
    for comment in comments:
        said[comment.break_id].append(f"{comment.person}: {comment.told}")
    ages = {each.break_id: (as_of - each.day).days for each in rows}
    columns = (
        *("break", "line", "account", "day", ">age", "class", ">amount", "owner"),
        *("since", "closed by", "last comment"),
    )
    table = [
        (each.break_id, f"{each.side}:{each.line_id}", each.account_shown, each.day,
         ages[each.break_id], each.kind, f"{each.amount} {each.currency}", each.owner or "",
         each.since, each.closed_by or "", said[each.break_id][-1] if said[each.break_id] else "")
        for each in rows
    ]  # fmt: skip
    show_table(f"{len(rows)} breaks of {name} as of {as_of}", columns, table)
    ends = policy.ageing_days
    counts = Counter(
        sum(ages[each.break_id] > end for end in ends) for each in rows if each.state == "OPEN"
    )
    for place, bucket in enumerate(age_buckets(ends)):
        say(f"{bucket}: {counts[place]}")


def show_line(ledger: ReconciliationLedger, standing: Standing, side: str, line_id: str) -> None:
    """All that is known of one line.

    Raises:
        Refused: "unknown_line".
    """
    from counterfoil.rules.reconciliation.looking import look_at

    looked = look_at(standing.period, side, line_id)
    frozen = look_at(standing.gone, side, line_id) if looked is None else None
    found = looked or frozen
    if found is None:
        raise Refused("unknown_line", f"{standing.name} never saw {side} line {line_id}")
    where = "in the open period" if looked else "frozen by a close"
    say(f"{side} line {line_id}, {where}", style="bold")
    rows = [*_content(found), *_standing(found), *_people(ledger, standing.name, side, line_id)]
    show_table("", ("", ""), rows)


def _content(looked: Looked) -> Iterator[tuple[str, str]]:
    line = looked.line
    yield "day", str(day_of(line["day"]))
    yield "amount", f"{in_money(line['amount'])} {line['currency']}"
    for name in ("account", "name", "reference", "document", "run", "text"):
        if line.get(name):
            yield name, line[name]


def _standing(looked: Looked) -> Iterator[tuple[str, str]]:
    if looked.match is not None:
        match = looked.match
        yield "match", _match(match)
        yield "since", f"{day_of(match['since'])}, {'final' if match['final'] else 'provisional'}"
        yield "tier", match["tier"]
        yield "evidence", match["evidence"] or ""
        yield "rivals", match["rivals_beaten"] or ""
        if match["by_chance"]:
            yield "expected by chance", f"{match['by_chance']} unrelated lines"
        if match["difference"]:
            yield "difference", f"{in_money(match['difference'])} {match['fee'] or ''}".strip()
    if looked.broken is not None:
        yield "break", looked.broken["class"]
        yield "open since", str(day_of(looked.broken["since"]))
        if looked.broken["other"]:
            yield "has to do with", ", ".join(looked.broken["other"])
    for each in looked.proposals:
        lead = "no rival" if each["lead"] is None else f"leads by {each['lead']} centibans"
        yield f"proposal {each['place']}", f"{_match(each)}; score {each['score']}, {lead}"
    for other in looked.aside:
        changed = [name for name in other if other[name] != looked.line[name]]
        yield "came again as", ", ".join(f"{name} {other[name]}" for name in changed)


def _people(
    ledger: ReconciliationLedger, name: str, side: str, line_id: str
) -> Iterator[tuple[str, str]]:
    """Who has it, what was decided about it, and what was written."""
    for each in ledger.breaks(name, open_only=False):
        if (each.side, each.line_id) == (side, line_id):
            yield "break number", each.break_id
            if each.owner:
                yield "owner", each.owner
            if each.closed_by:
                yield "closed", f"{each.closed_on}: {each.closed_by}"
            for comment in ledger.comments([each.break_id]):
                yield f"{comment.at:%Y-%m-%d %H:%M}Z {comment.person}", comment.told
    for decision in ledger.decisions_about(name, side, line_id):
        by = f", {decision.decided_by}" if decision.decided_by else ""
        told = f"{decision.kind} {decision.state} ({decision.proposer}{by}): {decision.reason}"
        yield decision.decision_id, told


def show_proposal(proposal: Proposal, standing: Standing) -> None:
    """What is approved: the lines as they were seen, and what it does to what stands."""
    from counterfoil.rules.reconciliation.looking import look_at

    rows = []
    for each in proposal.lines:
        looked = look_at(standing.period, each.side, each.line_id)
        line = looked.line if looked else {}
        words = [line.get(name) or "" for name in ("name", "reference", "text")]
        rows.append(
            (each.side, each.line_id, each.day, f"{in_money(each.cents)} {each.currency}",
             " | ".join(word for word in words if word), each.digest[:16])
        )  # fmt: skip
    title = f"{proposal.decision_id}: {proposal.kind} in {proposal.reconciliation}"
    show_table(title, ("side", "line", "day", ">amount", "says", "digest"), rows)
    say(f"proposed by {proposal.proposer}: {proposal.reason}")
    if proposal.kind == "close":
        say(f"freezes every day up to {proposal.through}; stays open: "
            f"{', '.join(proposal.carries) or 'nothing'}")  # fmt: skip
    elif proposal.difference:
        say(f"bank less ledger: {in_money(proposal.difference)}", style="bold")
    if proposal.told:
        say(proposal.told)
    say(f"digest {proposal.digest()}")


def _match(row: Mapping[str, Any]) -> str:
    return f"{', '.join(row['bank'])} = {', '.join(row['ledger'])} ({row['rule']})"
