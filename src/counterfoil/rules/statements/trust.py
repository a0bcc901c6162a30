"""Whether the text of a proved document has to be looked at, and what follows from a look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from counterfoil.domain.pages import Lie, PrintedPages
from counterfoil.domain.statements import Place, Proved, StatementReading, Unproved

ANY = "*"  # of all currencies that are not named
SAMPLE = 10  # rows
REMEDY = "do not use its text; ask the bank for the statement, or for another format"


def to_look_at(
    reading: StatementReading, printed: PrintedPages, above: Mapping[str, Decimal]
) -> tuple[Place, ...]:
    """Where the things stand that have to be seen as well as read.

    Args:
        above: ISO 4217 code -> the amount from which on a statement is looked at, all of it.
            Of others ``*`` is the amount from which on a row is; the first rows always are.
            Where neither is given, and where a document hides text, all is looked at.
    """
    hides = any(page.hidden for page in printed.pages)
    found: list[Place] = []
    for proved in reading.proved():
        limit = above.get(proved.statement.currency)
        if not hides and limit is None and ANY in above:
            found += _samples(proved, above[ANY])
        elif hides or limit is None or _largest(proved) >= limit:
            found += _all_of(proved)
    return tuple(found)


def _largest(proved: Proved) -> Decimal:
    found = proved.statement
    amounts = [found.opening, found.closing]
    for each in found.transactions:
        amounts += [each.amount, each.balance or Decimal(0)]
    return max(abs(each) for each in amounts)


def _samples(proved: Proved, limit: Decimal) -> Iterator[Place]:
    """A lie of a whole font shows in any few rows; one that pays stands beside much money."""
    for number, transaction in enumerate(proved.statement.transactions):
        if number < SAMPLE or abs(transaction.amount) >= limit:
            yield transaction.place


def places_of(reading: StatementReading) -> Iterator[Place]:
    """Where everything stands that the proofs of *reading* rest on."""
    for proved in reading.proved():
        yield from _all_of(proved)


def _all_of(proved: Proved) -> Iterator[Place]:
    for transaction in proved.statement.transactions:
        yield transaction.place
    for equation in proved.proof.equations:
        yield from equation.places


def after_a_look(reading: StatementReading, lies: Sequence[Lie]) -> StatementReading:
    """*reading*, or nothing of it: a document that lies once is not believed at all."""
    if not lies:
        return reading
    found = tuple(
        Unproved(
            account="",
            code="text_is_not_what_is_seen",
            reason=f"{lie.place}: the text says {lie.says!r}, seen is {_quoted(lie)}; {REMEDY}",
            place=lie.place,
        )
        for lie in lies
    )
    return replace(reading, verdicts=(*found, *reading.unproved()))


def _quoted(lie: Lie) -> str:
    return repr(lie.seen) if " " not in lie.seen else lie.seen


def hidden_notes(printed: PrintedPages) -> tuple[str, ...]:
    """What the reader left out, page by page: what nobody sees, and watermarks."""
    hidden = (
        f"page {page.number}: {page.hidden:,} characters that nobody can see were left out"
        for page in printed.pages
        if page.hidden
    )
    askew = (
        f"page {page.number}: {page.askew:,} characters that run across the page were left out"
        for page in printed.pages
        if page.askew
    )
    return (*hidden, *askew)
