"""A list of accounts with the balance of each, beside the accounts themselves.

``Foreign Currency Savings  USD  9,390.19`` in the overview of a portfolio is said again by the
account of that title. Where another line of the list is right, one that is not is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.currencies import is_code
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.guards import Objection
from counterfoil.rules.statements.lines import Line

LETTERS_MIN = 8  # of a title that tells an account from others
LINES_MAX = 12  # of one list


class _Listed(NamedTuple):
    """A line of a list, what the account of its title ends with, and whether it says so."""

    line: Line
    outcome: Outcome
    holds: bool


def contradicted_lists(document: Document, outcomes: Sequence[Outcome]) -> Iterator[Objection]:
    """The lines of lists whose account has another balance, where other lines hold."""
    listed = list(_listed(document, outcomes))
    for each in (each for each in listed if not each.holds):
        near = (abs(other.line.index - each.line.index) for other in listed if other.holds)
        if any(distance <= LINES_MAX for distance in near):
            chain = each.outcome.chain
            assert chain is not None, "only proved accounts are compared"
            line = each.line
            reason = (
                f"page {line.row.page}: {line.text[:60]!r}: the account of that title goes from"
                f" {chain.opening:,} to {chain.closing:,}"
            )
            yield Objection("end_contradicts", reason, line)


def _listed(document: Document, outcomes: Sequence[Outcome]) -> Iterator[_Listed]:
    proved = [each for each in outcomes if each.chain is not None]
    titles = [folded(each.block.runs[0].identity) for each in proved]
    for line in document.lines if len(proved) > 1 else ():
        amounts = {amount.value for amount in line.amounts if amount.alone}
        title = _title(line)
        if line.index in document.entry_lines or not amounts or len(title) < LETTERS_MIN:
            continue
        found = [each for each, own in zip(proved, titles, strict=True) if own.startswith(title)]
        if len(found) == 1 and found[0].chain is not None:
            chain = found[0].chain
            yield _Listed(line, found[0], bool(amounts & {abs(chain.opening), abs(chain.closing)}))


def _title(line: Line) -> str:
    """Its words, folded, without the code of a currency behind them."""
    words = line.label().split()
    while words and is_code(words[-1]):
        words.pop()
    return folded(" ".join(words))
