"""Whether the text of a proved document has to be looked at, and what follows from a look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from counterfoil.domain.pages import Lie, PrintedPages
from counterfoil.domain.statements import Place, Proved, StatementReading, Unproved

REMEDY = "do not use its text; ask the bank for the statement, or for another format"


def worth_a_look(
    reading: StatementReading, printed: PrintedPages, above: Mapping[str, Decimal]
) -> bool:
    """Whether anything proved in it has to be seen as well as read.

    Args:
        above: ISO 4217 code -> the amount from which on. A currency that is not there is
            always looked at, and so is a document that hides text.
    """
    if any(page.hidden for page in printed.pages) and reading.proved():
        return True
    return any(_reaches(each, above) for each in reading.proved())


def _reaches(proved: Proved, above: Mapping[str, Decimal]) -> bool:
    limit = above.get(proved.statement.currency)
    if limit is None:
        return True
    found = proved.statement
    amounts = [found.opening, found.closing]
    for each in found.transactions:
        amounts += [each.amount, each.balance or Decimal(0)]
    return max(abs(each) for each in amounts) >= limit


def places_of(reading: StatementReading) -> Iterator[Place]:
    """Where everything stands that the proofs of *reading* rest on."""
    for proved in reading.proved():
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
    """What the reader left out because nobody sees it, page by page."""
    return tuple(
        f"page {page.number}: {page.hidden:,} characters that nobody can see were left out"
        for page in printed.pages
        if page.hidden
    )
