"""Cash position: balances and movements by value date make a projected closing. Pure.

Every movement ends in exactly one class. One whose value date has passed is not projected:
whether it is still to come is for a person to say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from counterfoil.domain.cash import (
    AccountBalance,
    AccountPosition,
    CashPosition,
    JudgedMovement,
    Movement,
    MovementClass,
    PositionDay,
)

Key = tuple[str, str]  # account, currency


def cash_position(
    balances: Sequence[AccountBalance], movements: Sequence[Movement], *, horizon: date
) -> CashPosition:
    """Project every account to *horizon*, a day like the others.

    Raises:
        ValueError: An account stands twice in one currency, a movement twice, or a balance
            is of a day after the horizon.
    """
    by_key: dict[Key, AccountBalance] = {}
    for balance in balances:
        key = balance.account, balance.currency
        if key in by_key:
            raise ValueError(f"the account {balance.account!r} stands twice in {key[1]}")
        if balance.day > horizon:
            raise ValueError(f"the balance of {balance.account!r} is of {balance.day}, too late")
        by_key[key] = balance
    ids = Counter(each.movement_id for each in movements)
    if twice := sorted(each for each, count in ids.items() if count > 1):
        raise ValueError(f"the movement {twice[0]!r} stands twice")
    judged = tuple(
        JudgedMovement(movement=each, kind=_kind(each, by_key, horizon)) for each in movements
    )
    by_day: dict[Key, dict[date, list[Decimal]]] = {key: defaultdict(list) for key in by_key}
    for each in judged:
        if each.kind is MovementClass.IN_POSITION:
            moved = each.movement
            by_day[moved.account, moved.currency][moved.value_date].append(moved.amount)
    return CashPosition(
        accounts=tuple(
            _position(each, by_day[each.account, each.currency], horizon) for each in balances
        ),
        movements=judged,
        horizon=horizon,
    )


def _kind(movement: Movement, balances: dict[Key, AccountBalance], horizon: date) -> MovementClass:
    balance = balances.get((movement.account, movement.currency))
    if balance is None:
        known = any(account == movement.account for account, _ in balances)
        return MovementClass.OTHER_CURRENCY if known else MovementClass.NO_ACCOUNT
    if movement.value_date <= balance.day:
        return MovementClass.OVERDUE
    return MovementClass.BEYOND if movement.value_date > horizon else MovementClass.IN_POSITION


def _position(
    balance: AccountBalance, by_day: Mapping[date, Sequence[Decimal]], horizon: date
) -> AccountPosition:
    days: list[PositionDay] = []
    opening = balance.balance
    for number in range(1, (horizon - balance.day).days + 1):
        day = balance.day + timedelta(days=number)
        amounts = by_day.get(day, ())
        money_in = sum((each for each in amounts if each > 0), Decimal(0))
        money_out = sum((each for each in amounts if each < 0), Decimal(0))
        closing = opening + money_in + money_out
        short = max(balance.floor - closing, Decimal(0))
        days.append(
            PositionDay(
                day=day,
                opening=opening,
                money_in=money_in,
                money_out=money_out,
                closing=closing,
                short=short,
            )
        )
        opening = closing
    return AccountPosition(balance=balance, days=tuple(days))
