"""Accounts that are only pieces: their own ends are printed, and they do not come to them.

A page of another account within a statement leaves what stands before it, and what stands
behind, each a chain that holds. Of several accounts each must have its own printed ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.facts import Fact
from counterfoil.rules.statements.guards import Objection
from counterfoil.rules.statements.terms import Label


def ends_of_others(document: Document, outcomes: Sequence[Outcome]) -> Iterator[Objection]:
    """Ends that stand with one of several accounts, and that it does not come to."""
    if len(outcomes) < 2:
        return
    for outcome in outcomes:
        if (chain := outcome.chain) is None:
            continue
        for label, value, at in (
            (Label.OPENING, chain.opening, chain.opening_at),
            (Label.CLOSING, chain.closing, chain.closing_at),
        ):
            if at is not None and at.label is label:
                continue  # it is printed in the account itself
            said = list(_said(document, outcome, chain, label))
            if said and not any(abs(fact.value) == abs(value) for fact in said):
                yield _objection(document, said[0], value)


def _said(document: Document, outcome: Outcome, chain: Chain, label: Label) -> Iterator[Fact]:
    """What is printed as that end within the account's lines, its entries apart."""
    entries = {entry.event.line.index for entry in chain.entries}
    for fact in document.facts:
        within = outcome.block.start <= fact.line < outcome.block.end
        if within and fact.label is label and fact.beside and fact.line not in entries:
            yield fact


def _objection(document: Document, fact: Fact, value: Decimal) -> Objection:
    line = document.lines[fact.line]
    return Objection(
        "end_contradicts",
        f"page {line.row.page}: {fact.words[:50]!r} says {fact.value:,}, and the entries of its"
        f" account come to {value:,}: a page may be missing, or be another account's",
        line,
    )
