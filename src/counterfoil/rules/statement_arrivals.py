"""Is a statement that was read the one that was ordered, and may it pass? Pure.

The bank's answer is held against the order (account, days) and against what the bank's own
list said of it (period, balances, currency). What does not agree is never filed as a
statement; what agrees with too low a grade is filed and held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from counterfoil.domain.secrets import bare, mask_account
from counterfoil.domain.statement_orders import Exceptional, Filed, Judged, ListedStatement
from counterfoil.domain.statements import Grade, Proved, StatementReading, Unproved

#: A shorter part of what is printed may be a branch, a bank code, a sub-account.
PART_MIN_CHARS = 6

_AGAIN = "have it fetched again (requeue); if it is the same again, ask the bank"
_LOOK = "look at the file (save), then requeue it or set it aside"
_PERIOD = "look at the file (save); set it aside, or order another format that prints its days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a file was fetched for."""

    account: str
    listed: ListedStatement
    lowest: Grade = Grade.A  # that passes without a person
    aliases: Mapping[str, str] = field(default_factory=dict)  # another spelling -> the account


def judge(reading: StatementReading, wanted: Wanted) -> Judged:
    """File what is ours and proved; everything else about our account is an exception."""
    mine = [each for each in reading.proved() if is_account(each.statement.account, wanted)]
    unproved = [each for each in reading.unproved() if _is_mine(each, wanted)]
    others = len(reading.verdicts) - len(mine) - len(unproved)
    filed = tuple(_filed(each, wanted.listed) for each in sorted(mine, key=_first_day))
    wrong = [_unproved(each) for each in unproved]
    if not mine and not unproved:
        wrong = [_other_account(reading, wanted)]
    wrong += _disagreements(filed, wanted.listed)
    return Judged(
        filed=() if wrong else filed,
        exceptions=tuple(wrong) or tuple(_too_low(filed, wanted.lowest)),
        source=reading.source,
        pages=reading.pages,
        others=others,
    )


def is_account(printed: str, wanted: Wanted) -> bool:
    """Whether *printed* is the ordered account, as it is, by a part of it, or by an alias.

    ``0300/1000000001`` has the part ``1000000001``. A masked number (``****0001``) is nobody's.
    """
    aliases = {_plain(other): _plain(account) for other, account in wanted.aliases.items()}
    parts = [_plain(each) for each in re.split(r"[^0-9A-Za-z* ]+", printed)]
    spellings = {_plain(printed), *(each for each in parts if len(each) >= PART_MIN_CHARS)}
    return any(aliases.get(each, each) == _plain(wanted.account) for each in spellings - {""})


def _plain(account: str) -> str:
    return re.sub(r"[^0-9A-Za-z*]", "", account).upper()


def _is_mine(verdict: Unproved, wanted: Wanted) -> bool:
    """A verdict on the whole document, or on an account without a number, is on ours too."""
    return not verdict.account or is_account(verdict.account, wanted)


def _first_day(proved: Proved) -> date:
    statement = proved.statement
    if statement.period is not None:
        return statement.period[0]
    return min((each.booking_date for each in statement.transactions), default=date.min)


def _filed(proved: Proved, listed: ListedStatement) -> Filed:
    """On the days that are printed; where none are, on those of the bank's list."""
    if (period := proved.statement.period) is not None:
        return Filed(proved=proved, first=period[0], last=period[1])
    first = listed.first or min(_first_day(proved), listed.last)
    return Filed(proved=proved, first=max(first, date(1900, 1, 1)), last=listed.last)


def _unproved(verdict: Unproved) -> Exceptional:
    return Exceptional(
        code=verdict.code,
        reason=verdict.reason,
        remedy=_LOOK,
        place=str(verdict.place) if verdict.place else "",
        failed=verdict.failed,
    )


def _other_account(reading: StatementReading, wanted: Wanted) -> Exceptional:
    found = sorted({each.statement.account for each in reading.proved()})
    found += sorted({each.account for each in reading.unproved()})
    shown = ", ".join(mask_account(bare(each)) if each else "no number" for each in found)
    ours = mask_account(bare(wanted.account))
    return Exceptional(
        code="account_not_shown" if found and not any(found) else "other_account",
        reason=f"ordered was account {ours}, the file shows {shown or 'none'}",
        remedy="add the bank's spelling to aliases where it is the same account; else requeue it",
    )


def _disagreements(filed: Sequence[Filed], listed: ListedStatement) -> Iterator[Exceptional]:
    """Where the file is not what the bank's list says of it."""
    if not filed:
        return
    for each in filed:
        yield from _other_days(each, listed)
        currency = each.proved.statement.currency
        if listed.currency and currency and currency != listed.currency:
            yield Exceptional(
                code="other_currency",
                reason=f"the list says {listed.currency}, the file is in {currency}",
                remedy=_AGAIN,
            )
    yield from _other_balances(filed, listed)


def _other_days(filed: Filed, listed: ListedStatement) -> Iterator[Exceptional]:
    statement = filed.proved.statement
    first, last = listed.first, listed.last
    if statement.period is not None:
        begins, ends = statement.period
        if (first is not None and begins < first) or ends > last or (not first and ends != last):
            yield _other_period(f"the file says {begins} to {ends}", listed)
        return
    days = [each.booking_date for each in statement.transactions]
    if any(day > last or (first is not None and day < first) for day in days):
        yield _other_period(f"its entries are of {min(days)} to {max(days)}", listed)
    elif listed.opening is None or listed.closing is None:
        yield Exceptional(
            code="period_not_shown",
            reason="the file prints no period, and the list no balances that would hold it",
            remedy=_PERIOD,
        )


def _other_period(found: str, listed: ListedStatement) -> Exceptional:
    days = f"{listed.first or ''} to {listed.last}".strip()
    return Exceptional(code="other_period", reason=f"the list says {days}, {found}", remedy=_AGAIN)


def _other_balances(filed: Sequence[Filed], listed: ListedStatement) -> Iterator[Exceptional]:
    opening, closing = filed[0].proved.statement.opening, filed[-1].proved.statement.closing
    for name, ours, theirs in (
        ("opening", opening, listed.opening),
        ("closing", closing, listed.closing),
    ):
        if theirs is not None and theirs != ours:
            yield Exceptional(
                code="other_balances",
                reason=f"the list's {name} balance is {theirs:,}, the file's is {ours:,}",
                remedy=_AGAIN,
            )


def _too_low(filed: Iterable[Filed], lowest: Grade) -> Iterator[Exceptional]:
    for each in filed:
        proof = each.proved.proof
        if proof.grade > lowest:
            why = "; ".join(proof.shortfalls) or "nothing of it is wrong"
            yield Exceptional(
                code="grade_too_low",
                reason=f"grade {proof.grade}, and {lowest} passes by itself: {why}",
                remedy="compare the export with the file, then accept it or set it aside",
            )
