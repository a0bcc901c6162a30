"""Direct debits against the register of mandates. Pure.

Every debit ends in exactly one class: the first thing that is wrong with it, in the order of
:class:`DebitClass`, or "allowed" when nothing is. All that is wrong is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from counterfoil.domain.mandates import (
    DebitClass,
    DirectDebit,
    Frequency,
    JudgedDebit,
    JudgedMandate,
    Mandate,
    MandateClass,
    MandateControl,
    MandateRules,
)
from counterfoil.domain.secrets import bare

Finding = tuple[DebitClass, str]
#: A collection belongs to one period; two of one mandate in one period are one too many.
PERIODS: dict[Frequency, Callable[[date], tuple[int, ...]]] = {
    "ONEOFF": lambda day: (),
    "WEEKLY": lambda day: day.isocalendar()[:2],
    "MONTHLY": lambda day: (day.year, day.month),
    "QUARTERLY": lambda day: (day.year, (day.month - 1) // 3),
    "HALFYEARLY": lambda day: (day.year, (day.month - 1) // 6),
    "YEARLY": lambda day: (day.year,),
}
MONTHS = 12


def control_mandates(
    debits: Sequence[DirectDebit], mandates: Sequence[Mandate], rules: MandateRules
) -> MandateControl:
    """Judge every debit, in the order of their days, and every mandate.

    Raises:
        ValueError: A debit or a mandate stands twice.
    """
    _refuse_twice("debit", (each.debit_id for each in debits))
    _refuse_twice("mandate", (each.mandate_ref for each in mandates))
    register = {each.mandate_ref: _History(each) for each in mandates}
    found = {
        each.debit_id: _judged(each, register.get(each.mandate_ref), rules)
        for each in sorted(debits, key=lambda each: (each.day, each.debit_id))
    }
    judged = tuple(found[each.debit_id] for each in debits)
    used: dict[str, list[JudgedDebit]] = {each.mandate_ref: [] for each in mandates}
    for each in judged:
        used.get(each.debit.mandate_ref, []).append(each)
    return MandateControl(
        debits=judged,
        mandates=tuple(_judged_mandate(each, used[each.mandate_ref]) for each in mandates),
    )


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"the {what} {name!r} stands twice")
        seen.add(name)


@dataclass(slots=True)
class _History:
    """A mandate, and the debits on it so far, by day."""

    mandate: Mandate
    presented: list[DirectDebit] = field(default_factory=list)
    allowed: list[date] = field(default_factory=list)

    def last_used(self) -> date | None:
        """The last collection that was allowed, of these debits or before them."""
        before = [self.mandate.last_used] if self.mandate.last_used else []
        return max([*self.allowed, *before], default=None)


def _judged(debit: DirectDebit, history: _History | None, rules: MandateRules) -> JudgedDebit:
    if history is None:
        said = (f"the register has no mandate {debit.mandate_ref}",)
        return JudgedDebit(debit=debit, kind=DebitClass.NO_MANDATE, findings=said)
    order = list(DebitClass)
    found = sorted(_findings(debit, history, rules), key=lambda each: order.index(each[0]))
    history.presented.append(debit)
    kind = found[0][0] if found else DebitClass.ALLOWED
    if kind is DebitClass.ALLOWED:
        history.allowed.append(debit.day)
    return JudgedDebit(
        debit=debit,
        kind=kind,
        findings=tuple(sentence for _, sentence in found),
        status=history.mandate.status,
    )


def _findings(debit: DirectDebit, history: _History, rules: MandateRules) -> Iterator[Finding]:
    yield from _other_parties(debit, history.mandate)
    yield from _out_of_force(debit, history.mandate, rules)
    yield from _lapsed(debit, history, rules)
    yield from _repeated(debit, history, rules)
    yield from _against_terms(debit, history)


def _other_parties(debit: DirectDebit, mandate: Mandate) -> Iterator[Finding]:
    if bare(debit.creditor_id) != bare(mandate.creditor_id):
        sentence = f"the mandate is of creditor {mandate.creditor_id}, not {debit.creditor_id}"
        yield DebitClass.OTHER_CREDITOR, sentence
    if bare(debit.debtor_account) != bare(mandate.debtor_account):
        yield DebitClass.OTHER_ACCOUNT, "the mandate is for another account of the debtor"
    if debit.currency != mandate.currency:
        sentence = f"the mandate is in {mandate.currency}, the debit in {debit.currency}"
        yield DebitClass.OTHER_CURRENCY, sentence


def _out_of_force(debit: DirectDebit, mandate: Mandate, rules: MandateRules) -> Iterator[Finding]:
    if mandate.revoked_on is not None and debit.day >= mandate.revoked_on:
        yield DebitClass.REVOKED, f"revoked on {mandate.revoked_on}"
    ended_by_day = mandate.revoked_on is not None or mandate.valid_to is not None
    status = mandate.status.upper()
    if status not in rules.usable and not (status in rules.ended and ended_by_day):
        yield DebitClass.NOT_USABLE, f"the register says {mandate.status}"
    begins = max(mandate.signed_on, mandate.valid_from or mandate.signed_on)
    if debit.day < begins:
        yield DebitClass.TOO_EARLY, f"valid from {begins}"
    if mandate.valid_to is not None and debit.day > mandate.valid_to:
        yield DebitClass.TOO_LATE, f"valid to {mandate.valid_to}"


def _lapsed(debit: DirectDebit, history: _History, rules: MandateRules) -> Iterator[Finding]:
    since = history.last_used() or history.mandate.signed_on
    if debit.day > months_later(since, rules.lapse_months):
        yield DebitClass.LAPSED, f"not used since {since}, longer than {rules.lapse_months} months"


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where there is none."""
    years, month = divmod(day.month - 1 + months, MONTHS)
    first = date(day.year + years, month + 1, 1)
    after = date(day.year + years + (month + 1) // MONTHS, (month + 1) % MONTHS + 1, 1)
    return min(first + timedelta(days=day.day - 1), after - timedelta(days=1))


def _repeated(debit: DirectDebit, history: _History, rules: MandateRules) -> Iterator[Finding]:
    for other in history.presented:
        same = bool(debit.end_to_end_id) and debit.end_to_end_id == other.end_to_end_id
        near = (debit.day - other.day).days <= rules.duplicate_days
        if same or (near and debit.amount == other.amount):
            why = "the same end-to-end id" if same else "the same amount"
            yield DebitClass.DUPLICATE, f"{why} as {other.debit_id} of {other.day}"
            return


def _against_terms(debit: DirectDebit, history: _History) -> Iterator[Finding]:
    mandate = history.mandate
    if mandate.limit is not None and debit.amount > mandate.limit:
        over = debit.amount - mandate.limit
        yield DebitClass.ABOVE_LIMIT, f"{over:,.2f} above the limit of {mandate.limit:,.2f}"
    period = PERIODS.get(mandate.frequency)
    if period is None:
        return
    used = [*history.allowed, *([mandate.last_used] if mandate.last_used else [])]
    if same := [each for each in used if period(each) == period(debit.day)]:
        sentence = f"{mandate.frequency.lower()}, and collected on {max(same)} already"
        yield DebitClass.TOO_OFTEN, sentence


def _judged_mandate(mandate: Mandate, mine: Sequence[JudgedDebit]) -> JudgedMandate:
    allowed = [each.debit.amount for each in mine if each.kind is DebitClass.ALLOWED]
    if len(allowed) < len(mine):
        kind = MandateClass.MISUSED
    elif mine:
        kind = MandateClass.USED
    else:
        ended = mandate.revoked_on is not None or mandate.valid_to is not None
        kind = MandateClass.ENDED if ended else MandateClass.UNUSED
    return JudgedMandate(
        mandate=mandate,
        kind=kind,
        debits=tuple(each.debit.debit_id for each in mine),
        collected=sum(allowed, Decimal(0)),
    )
