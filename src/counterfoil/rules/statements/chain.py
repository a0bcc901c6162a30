"""One reading of a table, walked from balance to balance: it holds at every one or dies.

A hypothesis says what each column is. Walking it, amounts wait until a balance comes;
then the balance before, plus what waited, must equal it. Where no sign is printed the
balances decide it, if they decide it in one way only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from counterfoil.domain.statements import Equation
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.terms import ENDS, TOTALS, Label
from counterfoil.rules.statements.ties import Tie, Waiting
from counterfoil.rules.statements.ways import (
    Hypothesis,
    Totals,
    Use,
    amount_of,
    balance_of,
    in_order,
    signed_balance,
    two_amounts,
    use_of,
)

TOTAL_FROM = 3  # entries: the sum of fewer is too often just another amount
UNKNOWN_MAX = 12  # amounts without a sign between two balances: 4,096 ways


class Entry(NamedTuple):
    """A transaction before its dates are settled."""

    event: Event
    amount: Decimal
    balance: Decimal | None
    guessed: bool  # the sign comes from the balances


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A walk that held to its end."""

    hypothesis: Hypothesis
    entries: tuple[Entry, ...]  # in the order of the walk, oldest first
    opening: Decimal
    closing: Decimal
    opening_at: Event | None  # the line that prints it; None: outside, or nowhere
    closing_at: Event | None
    opening_follows: bool  # it is not printed inside: the first balance less the first amount
    ties: tuple[Tie, ...]
    labels: tuple[Event, ...]  # lines that repeat a balance
    totals: tuple[Event, ...]
    balances: int  # that were tied

    @property
    def equations(self) -> tuple[Equation, ...]:
        """Its ties, written out."""
        return tuple(tie.equation() for tie in self.ties)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Where a walk died."""

    event: Event | None
    tie: Tie | None
    reason: str
    held: int  # balances that were tied before
    totals: tuple[Event, ...] = ()  # lines that were passed over

    @property
    def equation(self) -> Equation | None:
        """What does not hold, written out."""
        return None if self.tie is None else self.tie.equation()


@dataclass(slots=True)
class _Walk:
    """What is known while walking. Lives within one call."""

    hypothesis: Hypothesis
    balance: Decimal | None  # after the last event with one
    waiting: list[Waiting] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    labels: list[Event] = field(default_factory=list)
    totals: list[Event] = field(default_factory=list)
    opening: Decimal | None = None
    opening_at: Event | None = None
    closing_at: Event | None = None
    follows: bool = False
    tied: int = 0
    sums: list[tuple[Use, Decimal]] = field(default_factory=list)  # every amount so far
    since: int = 0  # of those, the first after the last balance
    beyond: int = 0  # the first after the last total
    section: int = -1  # the title that the last event stands under
    under: int = 0  # the first amount under that title

    def waited(self) -> Decimal:
        return sum([amount for _, amount, _ in self.waiting], Decimal(0))

    def stand_under(self, title: int) -> None:
        if title != self.section:
            self.section, self.under = title, len(self.sums)

    def unsure(self) -> bool:
        return any(unknown for _, _, unknown in self.waiting)


def walks(
    events: Sequence[Event],
    hypothesis: Hypothesis,
    opening: Decimal | None,
    closings: Sequence[Decimal | None],
) -> Iterator[Chain | Broken]:
    """Walk *events* under *hypothesis*, once, to each of the *closings* that it may end at.

    Where the last line with money prints a balance, that is the end, whatever else may be.

    Args:
        opening: As printed outside the table, if it is.
        closings: The same.
    """
    state = _Walk(hypothesis, opening, opening=opening)
    for event in in_order(events, hypothesis):
        broken = _step(state, event)
        if broken is not None:
            yield replace(broken, totals=tuple(state.totals))
            return
    totals = tuple(state.totals)
    if state.balance is None:
        yield Broken(event=None, tie=None, reason="no balance is printed", held=0, totals=totals)
    elif not state.waiting:
        yield _chain(state)
    else:
        for closing in closings:
            yield _close(state, closing)


def _step(state: _Walk, event: Event) -> Broken | None:
    uses = state.hypothesis.use_of(event)
    state.stand_under(event.section.line)
    amount, unknown = amount_of(event, uses, state.hypothesis)
    balance = balance_of(event, uses, state.hypothesis)
    if balance is None and _is_total(state, event, uses, amount):
        state.totals.append(event)
        state.beyond = len(state.sums)
        return None
    if balance is None and event.kind is Kind.LABEL and Use.BALANCE not in uses:
        balance = _labelled(event, uses, state)
        if balance is not None:
            amount, unknown = Decimal(0), False
    if balance is not None and not amount and _is_sum_of_one_way(event):
        state.totals.append(event)
        return None
    if balance is not None and amount and _repeats_totals(event, state, balance, amount):
        state.totals.append(event)
        amount = Decimal(0)
    if balance is None and _repeats_balance(event, state, uses):
        state.labels.append(event)
        return None
    if len(event.cells) > 1 and event.kind is Kind.ENTRY and two_amounts(event, uses):
        return Broken(
            event=event, tie=None, reason="two amounts stand on one line", held=state.tied
        )
    if amount:
        state.waiting.append((event, amount, unknown))
        state.sums.append((use_of(event, uses), amount))
    if balance is None:
        return None
    return _tie(state, event, balance, is_entry=bool(amount))


def _is_total(state: _Walk, event: Event, uses: Sequence[Use], amount: Decimal) -> bool:
    """A line that says so or, without a date, holds sums of what came before it."""
    moved = amount or two_amounts(event, uses)  # as much may have come as went
    if state.hypothesis.totals is Totals.NONE or not moved:
        return False
    if event.kind is Kind.TOTAL:
        return True
    says = event.label in TOTALS
    if not says and not _may_sum_up(state, event):
        return False
    starts = {0, state.since, state.beyond, state.under}
    return any(_holds(event, uses, sums) for start in starts if (sums := state.sums[start:]))


def _may_sum_up(state: _Walk, event: Event) -> bool:
    """A line that does not say so, without a date, behind enough entries that all have one."""
    if state.hypothesis.totals is Totals.SAID or event.dated:
        return False
    if event.line.label() and any(not each.event.dated for each in state.entries):
        return False  # where entries have no date either, words make it one of them
    return event.kind is Kind.ENTRY and len(state.sums) >= TOTAL_FROM


def _repeats_balance(event: Event, state: _Walk, uses: Sequence[Use]) -> bool:
    """A line of a summary below: without a date, and what it holds is the balance just reached."""
    if event.anchored or state.waiting or Use.BALANCE not in uses or len(event.cells) != 1:
        return False
    (amount,) = event.cells.values()
    return state.balance is not None and amount.value == abs(state.balance)


def _is_sum_of_one_way(event: Event) -> bool:
    """``Total paid in  49,629.30``, printed where the balances stand."""
    return event.label in (Label.TOTAL_CREDITS, Label.TOTAL_DEBITS) and not event.dated


def _holds(event: Event, uses: Sequence[Use], sums: Sequence[tuple[Use, Decimal]]) -> bool:
    """Whether every amount of the line is the sum of a column, of a way, or of both, in *sums*."""
    columns: dict[Use, Decimal] = {use: Decimal(0) for use in Use}
    ways = {1: Decimal(0), -1: Decimal(0)}
    for use, amount in sums:
        columns[use] += abs(amount)
        ways[1 if amount > 0 else -1] += abs(amount)
    return all(
        amount.value == columns[uses[index]]
        or amount.value in ways.values()
        or amount.signed == ways[1] - ways[-1]
        for index, amount in event.cells.items()
    )


def _tie(state: _Walk, event: Event, balance: Decimal, *, is_entry: bool) -> Broken | None:
    """The balance before, plus what waited, is this balance."""
    if state.balance is None and event.label is Label.OPENING and state.waiting and not is_entry:
        return None  # a summary behind the entries: an end that is printed outside
    if state.balance is None:
        return _begin(state, event, balance, is_entry=is_entry)
    if event.label is Label.OPENING and balance == state.opening and not is_entry:
        state.labels.append(event)
        return None  # a summary that repeats it
    if state.unsure() and _solve(state, balance - state.balance) is None:
        return _broken(state, event, balance, "no set of signs, or more than one, leads to it")
    expected = state.balance + state.waited()
    if state.hypothesis.bare and balance == -expected > 0:
        balance = expected
    if expected != balance:
        return _broken(state, event, balance, "it does not follow from the balance before it")
    state.ties.append(_tie_of(state, event, balance))
    state.tied += 1
    _take(state, balance)
    if not is_entry:
        state.labels.append(event)
    state.closing_at = event
    return None


def _begin(state: _Walk, event: Event, balance: Decimal, *, is_entry: bool) -> Broken | None:
    """The first balance of all."""
    if state.unsure() or len(state.waiting) > is_entry:
        return Broken(
            event=event,
            tie=None,
            reason="amounts stand before the first balance, and no opening balance is printed"
            if not state.unsure()
            else "the first amount has no sign, and no balance stands before it",
            held=0,
        )
    state.opening = balance - state.waited()
    state.follows = bool(state.waiting)
    if not state.waiting:
        state.opening_at = event
        if not is_entry:
            state.labels.append(event)
    state.closing_at = event
    _take(state, balance)
    return None


def _take(state: _Walk, balance: Decimal) -> None:
    """What waited becomes entries; the last of them carries the balance."""
    last = len(state.waiting) - 1
    for number, (event, amount, unknown) in enumerate(state.waiting):
        state.entries.append(
            Entry(
                event=event,
                amount=amount,
                balance=balance if number == last else None,
                guessed=unknown,
            )
        )
    state.waiting.clear()
    state.balance = balance
    state.since = len(state.sums)


def _close(open_: _Walk, closing: Decimal | None) -> Chain | Broken:
    """The walk *open_*, which stays as it is, tied to an end that is printed outside."""
    assert open_.balance is not None, "only walks with a balance come to their end"
    if closing is None:
        return Broken(
            event=open_.waiting[-1][0],
            tie=None,
            reason="amounts follow the last balance, and no closing balance is printed",
            held=open_.tied,
            totals=tuple(open_.totals),
        )
    if not open_.unsure() and open_.balance + open_.waited() != closing:
        return _broken(open_, None, closing, "the closing balance does not follow")
    state = replace(open_, waiting=[*open_.waiting], entries=[*open_.entries], ties=[*open_.ties])
    if state.unsure() and _solve(state, closing - open_.balance) is None:
        return _broken(state, None, closing, "no set of signs, or more than one, leads to it")
    state.ties.append(_tie_of(state, None, closing))
    _take(state, closing)
    state.closing_at = None
    state.tied += 1
    return _chain(state)


def _chain(state: _Walk) -> Chain:
    assert state.balance is not None, "it came to a balance"
    assert state.opening is not None, "a balance was set, and with it the opening"
    return Chain(
        hypothesis=state.hypothesis,
        entries=tuple(state.entries),
        opening=state.opening,
        closing=state.balance,
        opening_at=state.opening_at,
        closing_at=state.closing_at,
        opening_follows=state.follows,
        ties=tuple(state.ties),
        labels=tuple(state.labels),
        totals=tuple(state.totals),
        balances=state.tied,
    )


def _labelled(event: Event, uses: Sequence[Use], state: _Walk) -> Decimal | None:
    """A balance in a column of amounts: ``Kontostand am 29.08.2025   2.345,67+``."""
    cells = [(index, each) for index, each in event.cells.items() if uses[index] is not Use.NOTHING]
    if len(cells) != 1:
        return None
    index, amount = cells[0]
    value = signed_balance(amount, event, state.hypothesis)
    if not amount.mark and not event.sign and uses[index] is Use.DEBIT:
        value = -value
    first = state.balance is None and not state.waiting
    if event.label in ENDS or not event.dated or first:
        return value
    known = state.balance is not None and state.balance + state.waited() == value
    return value if known else None


def _repeats_totals(event: Event, state: _Walk, balance: Decimal, amount: Decimal) -> bool:
    """A closing line that repeats the sums of the columns beside the balance."""
    if event.kind not in (Kind.LABEL, Kind.TOTAL) or state.balance is None:
        return False
    return state.balance + state.waited() == balance != state.balance + state.waited() + amount


def _solve(state: _Walk, target: Decimal) -> bool | None:
    """Give every open amount the sign that leads to *target*; None unless one way does."""
    unknown = [index for index, (_, _, open_) in enumerate(state.waiting) if open_]
    if len(unknown) > UNKNOWN_MAX:
        return None
    known = sum((amount for _, amount, open_ in state.waiting if not open_), Decimal(0))
    sizes = [state.waiting[index][1] for index in unknown]
    found = _signs(sizes, target - known)
    if found is None:
        return None
    for index, sign in zip(unknown, found, strict=True):
        event, amount, _ = state.waiting[index]
        state.waiting[index] = (event, amount * sign, True)
    return True


def _signs(sizes: Sequence[Decimal], target: Decimal) -> list[int] | None:
    """The one choice of signs whose sum is *target*; None where there is none or another."""
    ways: dict[Decimal, list[list[int]]] = {Decimal(0): [[]]}
    for size in sizes:
        grown: dict[Decimal, list[list[int]]] = {}
        for total, choices in ways.items():
            for sign in (1, -1):
                kept = grown.setdefault(total + size * sign, [])
                kept += [[*choice, sign] for choice in choices][: 2 - len(kept)]
        ways = grown
    found = ways.get(target, [])
    return found[0] if len(found) == 1 else None


def _tie_of(state: _Walk, event: Event | None, balance: Decimal) -> Tie:
    assert state.balance is not None, "a tie is between two balances"
    return Tie(state.balance, tuple(state.waiting), event, balance)


def _broken(state: _Walk, event: Event | None, balance: Decimal, why: str) -> Broken:
    return Broken(
        event=event,
        tie=_tie_of(state, event, balance),
        reason=why,
        held=state.tied,
        totals=tuple(state.totals),
    )
