"""A summary that prints what was added and what was taken off, each number with its sign.

``Previous Balance  $2,841.55``, ``Payments/Credits  -$2,969.15``, ``New Charges  +$2,070.89``,
``New Balance  $1,943.29``: from the first number the others, or all but the subtotals among
them, lead to the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from counterfoil.rules.statements.blocks import Block
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.facts import Fact
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import Label

ALIGNED = 100  # hundredths of a point: the numbers end under each other
REACH = 12  # lines


def signed_summary_contradicts(document: Document, block: Block) -> str:
    """Why a summary of *block* in which every number has its sign does not add up; or ""."""
    for opening in document.facts:
        inside = block.start <= opening.line < block.end
        if not inside or opening.label is not Label.OPENING:
            continue
        below = list(_below(document.lines, opening))
        last = next((n for n, (line, _) in enumerate(below) if _closes(document, line)), 0)
        between = [amount for _, amount in below[:last]]
        if {amount.mark for amount in between} != {1, -1}:
            continue
        closing = below[last][1].signed
        reached = {opening.value}
        for amount in between:  # with it or, where it sums up others, without
            reached |= {each + amount.signed for each in reached}
        if closing not in reached:
            said = " ".join(f"{amount.signed:+,}" for amount in between)
            return f"{opening.words[:40]!r}: {opening.value:,} {said} does not come to {closing:,}"
    return ""


def _closes(document: Document, line: int) -> bool:
    return any(
        fact.line == line and fact.label is Label.CLOSING and fact.beside for fact in document.facts
    )


def _below(lines: Sequence[Line], opening: Fact) -> Iterator[tuple[int, Amount]]:
    """The numbers that end under that of *opening*, each with the index of its line."""
    first, page = opening.line, opening.place.page
    edges = [each.right for each in lines[first].amounts if each.value == abs(opening.value)]
    near = lines[first + 1 : first + 1 + REACH]
    for line in takewhile(lambda each: each.row.page == page, near):
        for amount in line.amounts:
            if edges and abs(amount.right - edges[-1]) <= ALIGNED:
                yield line.index, amount
