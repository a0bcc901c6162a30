"""Cash position: what an account will hold, day by day, as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from counterfoil.domain.statements import sum_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBalance:
    """What an account held at the end of *day*, in the books that say so."""

    account: str
    currency: str  # ISO 4217
    day: date
    balance: Decimal  # signed: owed money is negative
    floor: Decimal = Decimal(0)  # it should not fall below: a minimum, or a credit line (negative)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money that is to come in (positive) or to go out, at a value date."""

    movement_id: str
    account: str
    currency: str
    value_date: date
    amount: Decimal  # signed
    text: str = ""


class MovementClass(StrEnum):
    """Where a movement stands in the position."""

    IN_POSITION = "in the position"
    OVERDUE = "value date passed"  # not booked by the day of the balance: is it still to come?
    BEYOND = "beyond the horizon"
    OTHER_CURRENCY = "another currency"  # the account has no balance in it
    NO_ACCOUNT = "no such account"


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionDay:
    """One account on one day: opening + in + out = closing, always."""

    day: date
    opening: Decimal
    money_in: Decimal
    money_out: Decimal  # negative
    closing: Decimal
    short: Decimal = Decimal(0)  # by so much below the floor; 0: it is not

    def __post_init__(self) -> None:
        if self.opening + self.money_in + self.money_out != self.closing:
            raise ValueError(f"{self.day}: the day does not add up")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPosition:
    """One account in one currency, from the day after its balance to the horizon."""

    balance: AccountBalance
    days: tuple[PositionDay, ...]

    def __post_init__(self) -> None:
        before, day = self.balance.balance, self.balance.day
        for each in self.days:
            if each.opening != before or each.day != day + timedelta(days=1):
                raise ValueError(f"{self.balance.account} on {each.day}: no chain of days")
            before, day = each.closing, each.day

    @property
    def closing(self) -> Decimal:
        """What it will hold at the horizon."""
        return self.days[-1].closing if self.days else self.balance.balance

    def lowest(self) -> PositionDay | None:
        """The day on which it holds least; the first of several."""
        return min(self.days, key=lambda each: each.closing, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMovement:
    """One movement and its one class."""

    movement: Movement
    kind: MovementClass


@dataclass(frozen=True, slots=True, kw_only=True)
class CashPosition:
    """All accounts and all movements; the projected closings are what the movements make."""

    accounts: tuple[AccountPosition, ...]
    movements: tuple[JudgedMovement, ...]
    horizon: date

    def __post_init__(self) -> None:
        for currency in {each.balance.currency for each in self.accounts}:
            mine = [each for each in self.accounts if each.balance.currency == currency]
            grown = sum_of([each.closing - each.balance.balance for each in mine])
            moved = sum_of(
                [
                    each.movement.amount
                    for each in self.movements
                    if each.kind is MovementClass.IN_POSITION and each.movement.currency == currency
                ]
            )
            if grown != moved:
                raise ValueError(f"{currency}: balances grow by {grown}, movements make {moved}")

    def unplaced(self) -> bool:
        """Whether a movement is neither counted nor beyond the horizon."""
        known = (MovementClass.IN_POSITION, MovementClass.BEYOND)
        return any(each.kind not in known for each in self.movements)
