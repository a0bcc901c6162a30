"""Totals of both ways on one line, of which one is a sum of the entries and one is none.

``Page Total: Dr 1,25,497.99 Cr 6,44,904.51``, or two numbers under ``Paid in | Paid out``. What one
of them says bears out that the other is a sum, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.captions import behind_the_last
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.terms import TOTALS, Role
from counterfoil.rules.statements.totalling import sums_of_rows
from counterfoil.rules.statements.vocabulary import label_of, way_of

NEAR = 3  # lines around it that may have what is missing: "Charges"
_SIDES = {Role.DEBIT: -1, Role.CREDIT: 1}
Pair = dict[int, Decimal]  # by the way: -1 money out, +1 money in


def paired_total_contradicts(
    document: Document, outcome: Outcome, outcomes: Sequence[Outcome]
) -> str:
    """The first such line; "" where there is none."""
    chain, block = outcome.chain, outcome.block
    assert chain is not None, "only proved accounts have sums"
    used = {each.line.index for each in chain.totals}
    used |= {entry.event.line.index for entry in chain.entries}
    whole = {*_both_ways([outcome]), *_both_ways(outcomes)}
    sums = whole | {*sums_of_rows(chain)}
    for line in document.lines[block.start : block.end]:
        if line.index in used or line.dates or label_of(line.label()) not in TOTALS:
            continue
        for pair in (_by_words(line), *_by_columns(document, line)):
            if len(pair) < len(_SIDES) or not all(pair.values()):
                continue
            wrong = [value for value in pair.values() if value not in sums]
            if len(wrong) == 1 and not _is_explained(document, line, wrong[0], whole):
                page, said = line.row.page, line.text[:60]
                return f"page {page}: {said}: no entries come to {wrong[0]:,}"
    return ""


def _by_words(line: Line) -> Pair:
    """The amounts with a word for a side before each: ``Dr``, ``Cr``."""
    pair: Pair = {}
    for amount in line.amounts:
        words = line.row.words[behind_the_last(line, amount) : amount.first]
        ways = {way_of(word.text.strip(".:")) for word in words} - {0}
        if len(ways) != 1 or (way := ways.pop()) in pair:
            return {}
        pair[way] = amount.value
    return pair


def _by_columns(document: Document, line: Line) -> Iterator[Pair]:
    """The amounts below headings of money in and money out."""
    for table, _ in document.tables:
        if table.lines and table.lines[0].index <= line.index <= table.lines[-1].index:
            roles = table.roles()
            yield {
                _SIDES[role]: amount.value
                for index, amount in table.cells(line).items()
                if (role := roles[index]) in _SIDES
            }


def _both_ways(outcomes: Sequence[Outcome]) -> Iterator[Decimal]:
    """What came in over all of *outcomes*, and what went out."""
    chains = [each.chain for each in outcomes if each.chain is not None]
    amounts = [entry.amount for chain in chains for entry in chain.entries]
    yield sum_of([each for each in amounts if each > 0])
    yield -sum_of([each for each in amounts if each < 0])


def _is_explained(document: Document, line: Line, value: Decimal, whole: set[Decimal]) -> bool:
    """Whether what is missing, or too much, is printed near it."""
    near = document.lines[max(line.index - NEAR, 0) : line.index + NEAR + 1]
    printed = {amount.value for each in near for amount in each.amounts} - {value}
    return any(abs(value - each) in printed for each in whole)
