"""``counterfoil reconciliation match`` and so on: one proposes, another approves."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.items import Person, Reason
from counterfoil.cli.reconciliation_parts import (
    Name,
    What,
    beside,
    line_of,
    proposing,
    reading,
)
from counterfoil.cli.reconciliation_showing import show_proposal
from counterfoil.cli.site import approval_policy, open_site
from counterfoil.cli.terminal import say, show_table
from counterfoil.domain.reconciliation_decisions import DecisionState, Proposal
from counterfoil.store.deciding import Word

if TYPE_CHECKING:
    from counterfoil.rules.reconciliation.standing import Standing

DecisionId = Annotated[str, typer.Argument(metavar="DECISION", help="Such as D-7K2M4QXN3PWE.")]
BankIds = Annotated[list[str] | None, typer.Option("--bank", help="A bank line; may be repeated.")]
LedgerIds = Annotated[
    list[str] | None, typer.Option("--ledger", help="A ledger line; may be repeated.")
]


def match(  # noqa: PLR0913 - a command line has these options
    name: Name,
    person: Person,
    reason: Reason,
    bank: BankIds = None,
    ledger: LedgerIds = None,
    difference: Annotated[
        str, typer.Option(help="By what the bank's lines are more; it has to be said.")
    ] = "0",
) -> None:
    """Propose that these lines belong together; somebody else approves.

    \b
        counterfoil reconciliation match nostro --bank B77 --ledger L12 --ledger L13 \\
            --as anna --reason "seen on the remittance advice"
    """
    from workflows.reconciliation_decisions import propose_match

    with proposing(name) as (book, standing):
        word = Word(person=person, reason=reason)
        proposal = propose_match(
            book,
            standing,
            word,
            bank=bank or (),
            entries=ledger or (),
            difference=_amount(difference),
        )
    _tell_proposed(proposal, standing)


def write_off(
    name: Name, person: Person, reason: Reason, bank: BankIds = None, ledger: LedgerIds = None
) -> None:
    """Propose that these lines have no counterpart and will have none; somebody else approves."""
    from workflows.reconciliation_decisions import propose_write_off

    with proposing(name) as (book, standing):
        word = Word(person=person, reason=reason)
        proposal = propose_write_off(book, standing, word, bank=bank or (), entries=ledger or ())
    _tell_proposed(proposal, standing)


def unmatch(name: Name, what: What, person: Person, reason: Reason) -> None:
    """Propose that the match of a line is wrong; somebody else approves.

    A match of the matcher: its lines are open, and kept for people from then on. A match or
    write-off of people, or such a keeping: the lines are the matcher's again.
    """
    from workflows.reconciliation_decisions import propose_unmatch

    with proposing(name) as (book, standing):
        side, line_id = line_of(book, name, what)
        word = Word(person=person, reason=reason)
        proposal = propose_unmatch(book, standing, word, side=side, line_id=line_id)
    _tell_proposed(proposal, standing)


def replace(name: Name, what: What, person: Person, reason: Reason) -> None:
    """Propose that a line's new content is right, where one came again changed.

    Approved, the new content counts, and what people decided about the old one is void;
    rejected, the old one stays.
    """
    from workflows.reconciliation_decisions import propose_replacement

    with proposing(name) as (book, standing):
        side, line_id = line_of(book, name, what)
        word = Word(person=person, reason=reason)
        proposal = propose_replacement(book, standing, word, side=side, line_id=line_id)
    _tell_proposed(proposal, standing)


def close(
    name: Name,
    through: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day that is frozen.")
    ],
    person: Person,
    reason: Reason,
    carry: Annotated[
        list[str] | None,
        typer.Option(help='What may stay open: "provisional", a class, bank:ID; may be repeated.'),
    ] = None,
) -> None:
    """Propose to freeze all days up to one; somebody else approves.

    Refused while something of those days is provisional, open or undecided, unless it is
    named. Settled lines leave the open period; named ones are carried on. A line that comes
    later for a frozen day is recognised as late, and open from the day on which it came.

    \b
        counterfoil reconciliation close nostro --through 2018-03-31 --as anna \\
            --reason "month end" --carry timing --carry provisional
    """
    from workflows.reconciliation_decisions import propose_close

    with proposing(name) as (book, standing):
        proposal = propose_close(
            book,
            standing,
            Word(person=person, reason=reason),
            through=through.date(),
            carries=carry or (),
        )
    _tell_proposed(proposal, standing)


def decisions(
    name: Annotated[str | None, typer.Argument(help="Only this reconciliation.")] = None,
    decided: Annotated[bool, typer.Option("--all", help="Those that are decided, too.")] = False,
) -> None:
    """List what waits for a second person, and with --all what was decided."""
    with reading() as (ledger, _):
        found = ledger.decisions(name, states=None if decided else [DecisionState.PROPOSED])
    rows = [
        (each.decision_id, each.reconciliation, each.kind, each.state, each.proposer, each.reason,
         each.decided_by or "", each.decided_reason or "")
        for each in found
    ]  # fmt: skip
    columns = ("decision", "of", "what", "state", "proposed by", "why", "decided by", "why")
    show_table(f"{len(rows)} decisions", columns, rows)


def approve(
    decision: DecisionId,
    person: Person,
    digest: Annotated[
        str | None, typer.Option(help="What you saw; without it you are shown and asked.")
    ] = None,
) -> None:
    """Let a proposal stand. You must not be who proposed it: four eyes.

    It is shown, and you are asked. What you approve is bound to the lines as they were seen:
    one that changed since voids it. It counts from the next run on.
    """
    from workflows.reconciliation_decisions import approve as approve_proposal
    from workflows.standing_reconciliation import stand

    with open_site("approve") as site:
        ledger = beside(site)
        proposal = ledger.files.proposal(ledger.decision(decision))
        standing = stand(ledger, proposal.reconciliation)
        if digest is None:
            show_proposal(proposal, standing)
            typer.confirm("Approve exactly this?", abort=True)
            digest = proposal.digest()
        who = approve_proposal(
            ledger,
            standing,
            proposal,
            approver=person,
            digest=digest,
            policy=approval_policy(site.suite),
        )
    say(
        f"{decision} approved by {who}: counterfoil reconciliation run {proposal.reconciliation}",
        style="green",
    )


def reject(decision: DecisionId, person: Person, reason: Reason) -> None:
    """Say no to a proposal; whoever made it takes it back so."""
    with open_site("decide") as site:
        ledger = beside(site)
        proposal = ledger.files.proposal(ledger.decision(decision))
        ledger.reject(proposal, Word(person=person, reason=reason))
    say(f"{decision} is rejected", style="green")


def _tell_proposed(proposal: Proposal, standing: Standing) -> None:
    show_proposal(proposal, standing)
    say(
        f"somebody else: counterfoil reconciliation approve {proposal.decision_id} --as NAME",
        style="yellow",
    )


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"{text!r} is no amount, such as -12.50") from None
