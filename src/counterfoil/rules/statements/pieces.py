"""Accounts that are only pieces: their own ends are printed, and they do not come to them.

A page of another account within a statement leaves what stands before it, and what stands
behind, each a chain that holds. Of several accounts each must have its own printed ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter

from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.facts import Fact
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.guards import Objection
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.terms import Label


def unnamed_neighbours(document: Document, outcomes: Sequence[Outcome]) -> Iterator[Objection]:
    """A balance brought forward that was not the one carried, and no other account is named."""
    for one, two in pairwise(outcomes):
        if one.chain is None or two.chain is None:
            continue
        joined = one.chain.closing == two.chain.opening or one.chain.opening == two.chain.closing
        last, first = max(_lines(one), key=_place), min(_lines(two), key=_place)
        between = range(last.index + 1, first.index)
        if joined or two.block.runs[0].identity or any(map(document.names_account, between)):
            continue
        line = two.block.runs[0].events[0].line
        if not any(_FORWARD.search(folded(each.text)) for each in (last, line)):
            continue
        yield Objection(
            "end_contradicts",
            f"page {line.row.page}: {line.text[:50]!r} begins with {two.chain.opening:,} behind"
            f" {one.chain.closing:,}, and no other account is named: a page may be another's",
            line,
        )


#: Of balances that go from one page, or one statement, to the next.
_FORWARD = re.compile(
    r"(?<!\w)(?:[bc]/f(?:wd)?|(?:brought|carried) f(?:or)?wa?r?d|balance forward|ubertrag|vortrag|"
    r"solde reporte|report|riporto|reporte|transporte?|do przeniesienia|z przeniesienia)(?!\w)"
)


_place = attrgetter("index")


def _lines(outcome: Outcome) -> Iterator[Line]:
    return (event.line for event in outcome.block.events())


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
