"""Is a statement read right? Its own arithmetic decides. Pure: no files, no clock, no database.

``prove`` takes what a reader found of one account and gives a verdict. An account is proved
only when everything in the document that can be compared agrees to the last digit; what
cannot be compared lowers the grade, and the proof says so in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from counterfoil.domain.currencies import DECIMALS
from counterfoil.domain.statement_drafts import Draft, Problem, Total, TotalKind
from counterfoil.domain.statements import (
    Equation,
    Grade,
    Place,
    Proof,
    Proved,
    Statement,
    Transaction,
    Unproved,
    Verdict,
    sum_of,
)
from counterfoil.rules.statement_amounts import (
    ASK_THE_BANK,
    amount_problems,
    identity_shortfalls,
    page_problems,
    plain,
    printed_ends,
)
from counterfoil.rules.statement_dates import check_dates
from counterfoil.rules.statement_sequence import is_repeat, join_pages

_DOCUMENT = Place()
_PREVIOUS_FIRST = "file the statement before this one first, its closing balance opens this one"
_BOOKED_BALANCES = "ask the bank for the statement with its booked balances"


def prove_all(drafts: Sequence[Draft], known: Sequence[Statement] = ()) -> tuple[Verdict, ...]:
    """A verdict on every account and statement of one document.

    Args:
        drafts: In the document's order. Pages of one statement are joined first.
        known: The last proved statement of each account, where there is one; it opens a
            statement that prints no opening balance.
    """
    latest = {(each.account, each.currency): each for each in known}
    seen: list[Statement] = []
    verdicts: list[Verdict] = []
    for draft in join_pages(drafts):
        verdict = prove(draft, previous=latest.get((draft.account, draft.currency)))
        if isinstance(verdict, Proved):
            if any(is_repeat(each, verdict.statement) for each in seen):
                verdict = _repeated(draft)
            else:
                seen.append(verdict.statement)
                latest[draft.account, draft.currency] = verdict.statement
        verdicts.append(verdict)
    return tuple(verdicts)


def prove(draft: Draft, *, previous: Statement | None = None) -> Verdict:
    """Proved with every equation and a grade, or Unproved with what fails and what to do.

    Args:
        previous: The proved statement before this one, of the same account. It stands in
            for an opening balance that is not printed; the grade is then C.
    """
    problem = next(chain(draft.problems, amount_problems(draft), page_problems(draft)), None)
    if problem is not None:
        return _unproved(draft, problem)
    ends = _ends(draft, previous)
    if isinstance(ends, Problem):
        return _unproved(draft, ends)
    equations = (*ends.equations, *_totals(draft), *_entries(draft), *draft.checks)
    failed = tuple(each for each in equations if not each.holds)
    if failed:
        return _does_not_add_up(draft, failed)
    dates = check_dates(draft)
    if dates.wrong is not None:
        return _unproved(draft, dates.wrong)
    shortfalls = ends.shortfalls + draft.shortfalls + dates.shortfalls + identity_shortfalls(draft)
    return Proved(
        statement=_statement(draft, ends),
        proof=Proof(
            grade=Grade.C if ends.shortfalls else Grade.B if shortfalls else Grade.A,
            equations=equations,
            dates=dates.held,
            shortfalls=shortfalls,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """Where the statement begins and ends, and what ties the two together."""

    opening: Decimal
    closing: Decimal
    equations: tuple[Equation, ...]
    shortfalls: tuple[str, ...]  # why an end is not printed; () when both are


def _ends(draft: Draft, previous: Statement | None) -> _Ends | Problem:
    before = _before_first(draft.transactions)
    after = draft.transactions[-1].balance if draft.transactions else None
    shortfalls: list[str] = []
    if draft.closing is not None:
        closing = draft.closing.amount
    elif after is not None:
        closing = after
        shortfalls.append("no closing balance is printed: nothing shows that the end is there")
    else:
        return _lacks(draft, "closing")
    if draft.opening is not None:
        opening = draft.opening.amount
    elif previous is not None:
        opening = previous.closing
        shortfalls.append("no opening balance is printed: it is the closing one of the one before")
    elif before is not None:
        opening = before
        shortfalls.append("no opening balance is printed: the first amount is not proved")
    else:
        return _lacks(draft, "opening")
    balance, running = _walk(opening, draft.transactions)
    if draft.opening is None and previous is None:
        if _is_one_step(draft):
            return _lacks(draft, "second")
        running = running[1:]  # the first one gave the opening balance: it proves nothing
    return _Ends(
        opening=opening,
        closing=closing,
        equations=(*running, _closing(draft, opening, balance, closing)),
        shortfalls=tuple(shortfalls),
    )


def _lacks(draft: Draft, what: str) -> Problem:
    nothing = draft.opening is None and draft.closing is None and what != "second"
    reason, remedy = {
        "closing": ("prints no closing balance", _BOOKED_BALANCES),
        "opening": ("prints no opening balance", _PREVIOUS_FIRST),
        "second": ("has one running balance and nothing to compare it with", _PREVIOUS_FIRST),
    }[what]
    return Problem(
        code="no_balances" if nothing else f"{what}_balance_missing",
        reason="the document prints no balances" if nothing else f"the document {reason}",
        place=_DOCUMENT,
        remedy=_BOOKED_BALANCES if nothing else remedy,
    )


def _before_first(transactions: Sequence[Transaction]) -> Decimal | None:
    """The balance before the first entry, by the first running balance."""
    waiting = Decimal(0)
    for each in transactions:
        waiting += each.amount
        if each.balance is not None:
            return each.balance - waiting
    return None


def _is_one_step(draft: Draft) -> bool:
    """Whether the only balance of the chain stands at its end."""
    return all(each.balance is None for each in draft.transactions[:-1])


def _walk(
    opening: Decimal, transactions: Sequence[Transaction]
) -> tuple[Decimal, tuple[Equation, ...]]:
    """The balance after the last entry, and an equation for every printed one."""
    balance, equations, waiting = opening, list[Equation](), list[Transaction]()
    for each in transactions:
        waiting.append(each)
        if each.balance is None:
            continue
        moved = sum_of([row.amount for row in waiting])
        equations.append(
            Equation(
                kind="running",
                says=f"{balance:,} {moved:+,} = {each.balance:,}",
                left=balance + moved,
                right=each.balance,
                places=tuple(row.place for row in waiting),
            )
        )
        balance, waiting = each.balance, []
    return balance + sum_of([row.amount for row in waiting]), tuple(equations)


def _closing(draft: Draft, opening: Decimal, balance: Decimal, closing: Decimal) -> Equation:
    """*balance* is the chain's own end; where all of it ties, it is opening + sum."""
    return Equation(
        kind="closing",
        says=f"{opening:,} {balance - opening:+,} in {len(draft.transactions)} entries"
        f" = {closing:,}",
        left=balance,
        right=closing,
        places=tuple(each.place for each in printed_ends(draft)),
    )


def _totals(draft: Draft) -> Iterator[Equation]:
    """What the document declares of all its entries, against the entries."""
    booked = [each.amount for each in draft.transactions]
    for total in draft.totals:
        amounts = booked + [each.amount for each in draft.asides if total.with_asides]
        yield Equation(
            kind=total.kind.value,
            says=f"{total.kind.value.replace('_', ' ')}: entries {_total(total, amounts):,}"
            f" = declared {total.value:,}",
            left=_total(total, amounts),
            right=total.value,
            places=(total.place,),
        )


def _total(total: Total, amounts: Sequence[Decimal]) -> Decimal:
    credits_ = [each for each in amounts if each > 0]
    debits = [each for each in amounts if each < 0]
    match total.kind:
        case TotalKind.CREDITS:
            return sum_of(credits_)
        case TotalKind.DEBITS:
            return -sum_of(debits)
        case TotalKind.GROSS:
            return sum_of(credits_) - sum_of(debits)
        case TotalKind.NET:
            return sum_of(amounts)
        case TotalKind.COUNT:
            return Decimal(len(amounts))
        case TotalKind.CREDIT_COUNT:
            return Decimal(len(credits_))
        case TotalKind.DEBIT_COUNT:
            return Decimal(len(debits))


def _entries(draft: Draft) -> Iterator[Equation]:
    """Every entry of the raw text was read; what was left out is said."""
    if draft.entries is None:
        return
    aside = ", ".join(
        f"{sum(each.why == why for each in draft.asides)} {why} (left out)"
        for why in sorted({each.why for each in draft.asides})
    )
    booked = len(draft.transactions)
    yield Equation(
        kind="entries",
        says=f"{draft.entries} entries in the document = {booked} booked"
        + (f" + {aside}" if aside else ""),
        left=Decimal(draft.entries),
        right=Decimal(booked + len(draft.asides)),
        places=tuple(each.place for each in draft.asides),
    )


def _statement(draft: Draft, ends: _Ends) -> Statement:
    rows = draft.transactions
    if all(each.balance is None for each in rows):  # no chain to keep: stable by day
        rows = tuple(sorted(rows, key=lambda each: each.booking_date))
    digits = DECIMALS.get(draft.currency)
    return Statement(
        account=draft.account,
        currency=draft.currency,
        opening=plain(ends.opening, digits),
        closing=plain(ends.closing, digits),
        transactions=tuple(
            replace(
                each,
                amount=plain(each.amount, digits),
                balance=None if each.balance is None else plain(each.balance, digits),
            )
            for each in rows
        ),
        period=draft.period,
        number=draft.number,
        opening_printed=draft.opening is not None,
        closing_printed=draft.closing is not None,
    )


def _unproved(draft: Draft, problem: Problem) -> Unproved:
    return Unproved(
        account=draft.account,
        code=problem.code,
        reason=f"{problem.place}: {problem.reason}"
        + (f" -> {problem.remedy}" if problem.remedy else ""),
        place=problem.place,
    )


def _does_not_add_up(draft: Draft, failed: tuple[Equation, ...]) -> Unproved:
    first = failed[0]
    place = first.places[-1] if first.places else _DOCUMENT
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    return Unproved(
        account=draft.account,
        code="does_not_add_up",
        reason=f"{place}: {first.says} does not hold, off by {first.left - first.right:,}{more}"
        f" -> {ASK_THE_BANK}",
        failed=failed,
        place=place,
    )


def _repeated(draft: Draft) -> Unproved:
    return Unproved(
        account=draft.account,
        code="duplicate",
        reason=f"statement {draft.number or 'of this period'} stands in the document twice"
        " -> file it once",
    )
