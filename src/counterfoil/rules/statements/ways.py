"""Ways to read a table's columns, and what a line's money comes to under each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import Label, Role


class Use(StrEnum):
    """What a hypothesis takes a column for."""

    BALANCE = "balance"
    DEBIT = "debit"
    CREDIT = "credit"
    AMOUNT = "amount"
    NOTHING = "nothing"


_MONEY = {Use.DEBIT, Use.CREDIT, Use.AMOUNT}
_OF_DAYS = {Label.BALANCE, Label.DAILY}


class Plain(StrEnum):
    """What an amount without a sign is, in a column of both."""

    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"  # the balances tell
    SECTION = "section"  # the title above tells
    COLOUR = "colour"  # red is out, or green is in


class Totals(StrEnum):
    """Which lines only sum up what stands above them."""

    SEEN = "seen"  # those that say so, and those without a date that hold such a sum
    SAID = "said"  # those that say so: an amount may be the sum of others by chance
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to read the columns of every table."""

    uses: Mapping[int, tuple[Use, ...]]  # by id of the table
    plain: Plain = Plain.IN
    signs: Mapping[int, int] = field(default_factory=dict)  # of sections, by their line
    newest_first: bool = False
    days_end: bool = False  # a balance that stands over its day's entries is that at its end
    plain_balance: int = 1  # the sign of a balance without a mark
    reversals: bool = False  # a minus in a column of debits takes the debit back
    black: int = 1  # the sign of an amount in no colour, where colours tell
    bare: bool = False  # a balance below zero is printed without its sign
    flipped: bool = False  # amounts count against the printed balances: a card's charges
    totals: Totals = Totals.SEEN

    def use_of(self, event: Event) -> tuple[Use, ...]:
        """What each column of the event's table is."""
        return self.uses[id(event.table)]


def in_order(events: Sequence[Event], hypothesis: Hypothesis) -> Sequence[Event]:
    """*events* from the oldest to the newest."""
    events = [*reversed(events)] if hypothesis.newest_first else events
    return ended_days(events) if hypothesis.days_end else events


def ended_days(events: Sequence[Event]) -> list[Event]:
    """*events* with the balance of each day behind the day's entries."""
    ordered: list[Event] = []
    for _, group in groupby(events, key=lambda event: event.date):
        day = list(group)
        ends = [event for event in day if event.label in _OF_DAYS and event.kind is Kind.LABEL]
        ordered += [event for event in day if event not in ends] + ends
    return ordered


def two_amounts(event: Event, uses: Sequence[Use]) -> bool:
    """Whether a line holds more money that moves than one amount and its fees."""
    moved = [
        index for index, amount in event.cells.items() if uses[index] in _MONEY and amount.value
    ]
    if len(moved) < 2:
        return False
    roles = event.table.roles()
    return sum(roles[index] is not Role.FEE for index in moved) > 1


def amount_of(event: Event, uses: Sequence[Use], hypothesis: Hypothesis) -> tuple[Decimal, bool]:
    """The event's money, signed, and whether that sign is still to be found."""
    total, unknown = Decimal(0), False
    for index, amount in event.cells.items():
        match uses[index]:
            case Use.DEBIT:
                total -= _one_way(amount, hypothesis)
            case Use.CREDIT:
                total += _one_way(amount, hypothesis)
            case Use.AMOUNT:
                signed, open_ = _two_way(amount, event, hypothesis)
                total += signed
                unknown = unknown or open_
    return (-total if hypothesis.flipped else total), unknown and bool(total)


def _one_way(amount: Amount, hypothesis: Hypothesis) -> Decimal:
    """In a column of debits a minus on every amount is only its print."""
    return amount.signed if hypothesis.reversals else amount.value


def _two_way(amount: Amount, event: Event, hypothesis: Hypothesis) -> tuple[Decimal, bool]:
    if amount.mark:
        return amount.signed, False
    if event.sign:
        return amount.value * event.sign, False
    match hypothesis.plain:
        case Plain.IN:
            return amount.value, False
        case Plain.OUT:
            return -amount.value, False
        case Plain.SECTION:
            sign = hypothesis.signs.get(event.section.line, event.section.sign)
            return amount.value * sign, sign == 0
        case Plain.COLOUR:
            return amount.value * (amount.hue or hypothesis.black), False
    return amount.value, True


def balance_of(event: Event, uses: Sequence[Use], hypothesis: Hypothesis) -> Decimal | None:
    for index, amount in event.cells.items():
        if uses[index] is Use.BALANCE:
            return signed_balance(amount, event, hypothesis)
    return None


def signed_balance(amount: Amount, event: Event, hypothesis: Hypothesis) -> Decimal:
    if amount.mark:
        return amount.signed
    if hypothesis.plain is Plain.COLOUR and amount.hue < 0 < hypothesis.black:
        return -amount.value  # red is out, and overdrawn
    said = event.sign if event.kind is Kind.LABEL else 0
    return amount.value * (said or hypothesis.plain_balance)


def use_of(event: Event, uses: Sequence[Use]) -> Use:
    """The column that the event's money is in."""
    return next(uses[index] for index in event.cells if uses[index] in _MONEY)
