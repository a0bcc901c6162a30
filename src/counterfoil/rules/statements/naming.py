"""What each account of a document is called: by its number or, where it shares that, its title."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import attrgetter

from counterfoil.rules.statements.accounts import own_number
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.document import Document, is_title
from counterfoil.rules.statements.end_columns import account_beside_ends

TITLE_MAX = 60  # characters


def names_of(document: Document, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """One name for each of *outcomes*; "" where nothing is printed.

    Where each of several has a number in its title, that is it, whatever heads them all.
    """
    titled = [own_number(outcome.block.runs[0].identity) for outcome in outcomes]
    if len(set(titled)) == len(titled) > 1 and all(titled):
        return tuple(titled)
    numbers = [_number(document, outcome) for outcome in outcomes]
    shared = Counter(number for number, _ in numbers)
    owners = Counter(number for number, own in numbers if own)
    return tuple(
        number
        if number and (shared[number] == 1 or (own and owners[number] == 1))
        else _with_title(document, number, outcome)
        for (number, own), outcome in zip(numbers, outcomes, strict=True)
    )


def _number(document: Document, outcome: Outcome) -> tuple[str, bool]:
    """The surest number of the account, and whether it stands with this account alone.

    Of equally sure ones it is the nearest above its entries.
    """
    block = outcome.block
    first = block.runs[0].events[0].line.index
    named = [each for each in document.accounts if each.line not in document.entry_lines]
    inside = [each for each in named if block.after < each.line < block.end]
    above = [each for each in inside if each.line < first]
    if not above and (boxed := account_beside_ends(document.lines[block.after + 1 : first])):
        return boxed, True
    before = [each for each in named if each.line < first]
    for chosen, own in ((above, True), (inside[:1], True), (before, False), (named[:1], False)):
        if chosen:
            return max(reversed(chosen), key=attrgetter("rank")).text, own
    return "", False


def titles_of(document: Document, outcome: Outcome) -> list[str]:
    """The lines that head the account's first table, the nearest last."""
    block = outcome.block
    first = block.runs[0].events[0].line.index
    lines = document.lines[block.after + 1 : first]
    return [line.text for line in lines if is_title(line)]


def heads_of(document: Document, outcome: Outcome) -> list[str]:
    """All short lines without money between the account before and this one's first entry."""
    block = outcome.block
    if block.after < 0:
        return []
    lines = document.lines[block.after + 1 : block.runs[0].events[0].line.index]
    return [line.text for line in lines if not line.amounts and len(line.text) <= TITLE_MAX]


def _with_title(document: Document, number: str, outcome: Outcome) -> str:
    titles = [outcome.block.runs[0].identity, *reversed(titles_of(document, outcome))]
    own = next((own for title in titles if (own := own_number(title))), "")
    if own and own != number:
        return own
    title = next(filter(None, titles), "")
    if number in title and len(title) > TITLE_MAX:
        title = title[title.index(number) :]  # what tells it from the others stands behind
    title = title[:TITLE_MAX]
    return title if number in title else f"{number} {title}".strip()
