"""Do the dates of a statement hold? Sums say nothing of them. Pure.

What holds a date: a printed period around it, the days of the two balances, the order of
the entries, and the value date beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from counterfoil.domain.statement_drafts import Draft, Problem
from counterfoil.domain.statements import Place, Transaction

#: Interest is corrected for a year back; nothing is valued further away than that.
VALUE_DATE_SPREAD = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """What holds the dates, what they lack, and what is wrong with them."""

    held: tuple[str, ...] = ()
    shortfalls: tuple[str, ...] = ()
    wrong: Problem | None = None


def check_dates(draft: Draft) -> Dates:
    """The evidence for every booking date of *draft*."""
    bounds, what = _bounds(draft)
    wrong = _wrong(draft, bounds, what)
    if wrong is not None or not draft.transactions:
        return Dates(wrong=wrong)
    held: list[str] = []
    shortfalls: list[str] = []
    if None in bounds:
        shortfalls.append("the document prints no period around the booking dates")
    else:
        held.append(f"all booking dates lie inside {what} {bounds[0]} to {bounds[1]}")
    if _in_order(draft.transactions):
        held.append("the booking dates are in order")
    elif any(each.balance is not None for each in draft.transactions):
        shortfalls.append("the booking dates do not follow the running balances")
    far = [each for each in draft.transactions if _is_far(each)]
    if far:
        shortfalls.append(f"{far[0].place}: value date {far[0].value_date} is far from booking")
    return Dates(held=tuple(held), shortfalls=tuple(shortfalls))


def _bounds(draft: Draft) -> tuple[tuple[date | None, date | None], str]:
    """The first and the last day that an entry can be booked on, and who says so."""
    if draft.period is not None:
        return draft.period, "the printed period"
    first = draft.opening.day if draft.opening is not None else None
    last = draft.closing.day if draft.closing is not None else None
    return (first, last), "the days of the two balances"


def _wrong(draft: Draft, bounds: tuple[date | None, date | None], what: str) -> Problem | None:
    first, last = bounds
    if first is not None and last is not None and first > last:
        return Problem(
            code="period_turned_round",
            reason=f"{what} runs from {first} to {last}",
            place=Place(),
            remedy="ask the bank for a correct file",
        )
    for each in draft.transactions:
        day = each.booking_date
        if (first is not None and day < first) or (last is not None and day > last):
            return Problem(
                code="outside_period",
                reason=f"booked on {day}, outside {what} ({first or '...'} to {last or '...'})",
                place=each.place,
                remedy="compare with the bank's own statement: the date or the period is wrong",
            )
    return None


def _in_order(transactions: tuple[Transaction, ...]) -> bool:
    return all(one.booking_date <= two.booking_date for one, two in pairwise(transactions))


def _is_far(each: Transaction) -> bool:
    return (
        each.value_date is not None and abs(each.value_date - each.booking_date) > VALUE_DATE_SPREAD
    )
