"""Does a filed statement fit between its neighbours? Gaps, repeats, contradictions. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from counterfoil.domain.statement_orders import Exceptional, Filed
from counterfoil.rules.statement_sequence import Continuity, Link, continuity

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5

_REMEDIES = {
    "duplicate": "set one of the two aside",
    "conflict": "ask the bank which one is right, and set the other aside",
    "out_of_order": "look at both; accept it where the bank numbers that way",
    "opening_differs": "ask the bank what lies between the two; accept or set aside",
    "gap": "order the days between; accept it where the bank has no statement for them",
    "missing_days": "order these days; accept it where the bank has no statement for them",
    "formats_disagree": "ask the bank which one is right, and set the other aside",
}


def joints(
    account: str, this: Filed, earlier: Sequence[Filed], twins: Sequence[Filed] = ()
) -> tuple[Exceptional, ...]:
    """What a person should know of *this* in the sequence of its account, each kind once.

    Args:
        account: As ordered; what the statements print may be spelled differently.
        earlier: The statements of the same account, currency and format that come before it
            or share days with it, by their days; of those with the same days, the ones filed
            before it.
        twins: The same statement in other formats.
    """
    found: dict[str, Exceptional] = {}
    for each in (*_with_earlier(account, this, earlier), *_with_twins(this, twins)):
        found.setdefault(each.code, each)
    return tuple(found.values())


def _with_earlier(account: str, this: Filed, earlier: Sequence[Filed]) -> Iterator[Exceptional]:
    sharing = [each for each in earlier if each.last >= this.first]
    before = [each for each in earlier if each.last < this.first]
    for each in sharing:
        link = continuity(each.normal(account), this.normal(account))
        if link.link is Link.DUPLICATE:
            yield _exception("duplicate", f"the same statement came in other bytes: {link.says}")
        elif link.link is not Link.FOLLOWS or not _touches(each, this):
            yield _exception("conflict", f"{each.first} to {each.last} is there: {link.says}")
    if before and not sharing:
        yield from _after(account, before[-1], this)


def _touches(one: Filed, two: Filed) -> bool:
    """Some banks end one statement on the day on which the next begins."""
    return one.last == two.first and one.first < two.first


def _after(account: str, previous: Filed, this: Filed) -> Iterator[Exceptional]:
    link = continuity(previous.normal(account), this.normal(account))
    between = _days_between(previous.last, this.first)
    step = _step(previous, this)
    if link.link in (Link.DUPLICATE, Link.CONFLICT):
        yield _exception("conflict", f"{previous.first} to {previous.last}: {link.says}")
    elif link.link is Link.BEFORE:
        yield _exception("out_of_order", link.says)
    elif link.link is Link.GAP and _differs(link) and (step == 1 or (not step and not between)):
        yield _exception("opening_differs", link.says)
    elif link.link is Link.GAP:
        yield _exception("gap", f"{link.says}{_of_days(previous, this)}", holds=False)
    elif between and step != 1:
        yield _exception("missing_days", f"nothing{_of_days(previous, this)}", holds=False)


def _differs(link: Continuity) -> bool:
    return link.equation is not None and not link.equation.holds


def _of_days(previous: Filed, this: Filed) -> str:
    first, last = previous.last + _ONE_DAY, this.first - _ONE_DAY
    return f" covers {first} to {last}" if first <= last else ""


def _days_between(last: date, first: date) -> bool:
    """Whether a day of the week from Monday to Friday lies between the two."""
    days = ((last + timedelta(days=after)) for after in range(1, min((first - last).days, 8)))
    return any(day.weekday() < _SATURDAY for day in days)


def _step(previous: Filed, this: Filed) -> int:
    """By how much the bank's number grew; 0 where it says nothing."""
    one, two = previous.proved.statement.number, this.proved.statement.number
    digits = one.isascii() and one.isdigit() and two.isascii() and two.isdigit()
    return max(int(two) - int(one), 0) if digits else 0


def _with_twins(this: Filed, twins: Sequence[Filed]) -> Iterator[Exceptional]:
    """Two formats of one statement: ends, days and amounts must be the same."""
    ours = this.proved.statement
    for each in twins:
        theirs = each.proved.statement
        if (ours.opening, ours.closing) != (theirs.opening, theirs.closing):
            said = (
                f"{ours.opening:,} to {ours.closing:,} and {theirs.opening:,} to {theirs.closing:,}"
            )
            yield _exception("formats_disagree", f"two formats show {said}")
        elif _entries(this) != _entries(each):
            lines = f"{len(ours.transactions)} and {len(theirs.transactions)} entries"
            yield _exception("formats_disagree", f"two formats book otherwise: {lines}")


def _entries(filed: Filed) -> Counter[tuple[date, object]]:
    return Counter((each.booking_date, each.amount) for each in filed.proved.statement.transactions)


def _exception(code: str, reason: str, *, holds: bool = True) -> Exceptional:
    return Exceptional(code=code, reason=reason, remedy=_REMEDIES[code], holds=holds)
