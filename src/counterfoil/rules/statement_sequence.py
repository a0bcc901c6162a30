"""Does one statement follow the other? Pages of one are joined, gaps and repeats found. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from counterfoil.domain.statement_drafts import Draft
from counterfoil.domain.statements import Equation, Statement, Transaction


class Link(StrEnum):
    """How a statement stands to the one that was filed before it."""

    FOLLOWS = "follows"
    GAP = "gap"  # something between the two is missing
    DUPLICATE = "duplicate"  # the same statement again: file it once
    CONFLICT = "conflict"  # the same number or days, but another content
    BEFORE = "before"  # it is older than the one before it
    OTHER_ACCOUNT = "other_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuity:
    """Whether the sequence of an account's statements is whole at one joint."""

    link: Link
    says: str  # a sentence for people
    equation: Equation | None = None  # closing before = opening now; None for other accounts


def continuity(previous: Statement, this: Statement) -> Continuity:
    """Closing before = opening now, and the numbers and the days follow.

    Numbers count when both are digits; they begin again with 1. Days without an entry
    between two statements are no gap where the balances are equal.
    """
    if (previous.account, previous.currency) != (this.account, this.currency):
        return Continuity(link=Link.OTHER_ACCOUNT, says="the statements are of two accounts")
    tie = Equation(
        kind="continuity",
        says=f"closing before {previous.closing:,} = opening now {this.opening:,}",
        left=previous.closing,
        right=this.opening,
    )
    link, says = _judge(previous, this, tie)
    return Continuity(link=link, says=says, equation=tie)


def _judge(previous: Statement, this: Statement, tie: Equation) -> tuple[Link, str]:
    if is_repeat(previous, this):
        return Link.DUPLICATE, f"statement {this.number or this.closing} was filed before"
    step = _step(previous, this)
    later = _is_earlier(this, previous)
    if step == 0 and not (later and tie.holds):  # some banks call every statement number 1
        return Link.CONFLICT, f"statement {this.number} again, with another content"
    if step is None and previous.period and previous.period == this.period:
        return Link.CONFLICT, "another statement of the same period"
    if _is_before(previous, this, step):
        return Link.BEFORE, "it is older than the statement before it"
    if step is not None and step > 1:
        return Link.GAP, f"{step - 1} statements are missing before number {this.number}"
    if not tie.holds:
        return Link.GAP, f"{tie.says} does not hold: something between them is missing"
    if _overlaps(previous, this) and step is None:
        return Link.CONFLICT, "the periods of the two statements overlap"
    return Link.FOLLOWS, tie.says


def is_repeat(one: Statement, two: Statement) -> bool:
    """Whether the two say the same, wherever it stands."""
    return _content(one) == _content(two)


def join_pages(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Parts of one statement (``:62M:`` then ``:60M:``) become one draft, in the order given."""
    joined: list[Draft] = []
    for draft in drafts:
        if joined and _is_next_page(joined[-1], draft):
            joined[-1] = _join(joined[-1], draft)
        else:
            joined.append(draft)
    return tuple(joined)


def _is_next_page(one: Draft, two: Draft) -> bool:
    ends, begins = one.closing, two.opening
    return (
        ends is not None
        and begins is not None
        and ends.interim
        and begins.interim
        and (one.account, one.currency, one.number) == (two.account, two.currency, two.number)
        and (one.page is None or two.page is None or two.page == one.page + 1)
    )


def _join(one: Draft, two: Draft) -> Draft:
    assert one.closing is not None
    assert two.opening is not None
    seam = Equation(
        kind="page",
        says=f"end of page {one.closing.amount:,} = begin of page {two.opening.amount:,}",
        left=one.closing.amount,
        right=two.opening.amount,
        places=(one.closing.place, two.opening.place),
    )
    entries = None
    if one.entries is not None and two.entries is not None:
        entries = one.entries + two.entries
    return replace(
        one,
        page=two.page,
        closing=two.closing,
        transactions=one.transactions + two.transactions,
        asides=one.asides + two.asides,
        totals=one.totals + two.totals,
        balances=one.balances + two.balances,
        checks=(*one.checks, *two.checks, seam),
        entries=entries,
        problems=one.problems + two.problems,
        shortfalls=one.shortfalls
        + tuple(each for each in two.shortfalls if each not in one.shortfalls),
    )


def _step(previous: Statement, this: Statement) -> int | None:
    """By how much the bank's number grew; None where it says nothing, or begins again."""
    if not (_is_number(previous.number) and _is_number(this.number)):
        return None
    one, two = int(previous.number), int(this.number)
    begins_again = two in (0, 1) and one > 1 and not _is_earlier(previous, this)
    return None if begins_again or one == two == 0 else two - one


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _is_earlier(previous: Statement, this: Statement) -> bool:
    """Whether *this* begins before *previous* does, as far as its days are known."""
    one, two = _first_day(previous), _first_day(this)
    return one is not None and two is not None and two < one


def _is_before(previous: Statement, this: Statement, step: int | None) -> bool:
    return step < 0 if step is not None else _is_earlier(previous, this)


def _overlaps(previous: Statement, this: Statement) -> bool:
    if previous.period is None or this.period is None:
        return False
    one_day = timedelta(days=1)
    # Statements of a day may touch: the balances at the joint say whether they overlap.
    return this.period[0] < previous.period[1] - one_day


def _first_day(statement: Statement) -> date | None:
    if statement.period is not None:
        return statement.period[0]
    return min((each.booking_date for each in statement.transactions), default=None)


def _content(statement: Statement) -> tuple[object, ...]:
    return (
        statement.account,
        statement.currency,
        statement.number,
        statement.period,
        statement.opening,
        statement.closing,
        tuple(map(_row, statement.transactions)),
    )


def _row(each: Transaction) -> tuple[object, ...]:
    return (each.booking_date, each.amount, each.description, each.reference)
