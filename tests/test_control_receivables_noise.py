"""Payers mistype, pay what everybody pays, or say nothing: none pays another debtor's invoice."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.domain.receivables import IncomingPayment, OpenItem
from counterfoil.rules.receivables import control_receivables
from tests.bank_support import ROOT

POLICY = load_policy(ROOT / "selectors/controls/receivables.toml")
DAY = date(2026, 5, 4)
PRICES = tuple(Decimal(each) for each in ("199.00", "299.00", "499.00", "990.00", "1490.00"))
COUNT, DEBTORS = 400, 130


def subscriptions(dice: random.Random) -> list[OpenItem]:
    """Numbers in a row, five prices, names that begin alike."""
    names = ("NOVAK", "DVORAK", "CERNY", "KRAL", "HORAK")
    return [
        OpenItem(
            invoice_no=str(20260000 + at),
            debtor_no=f"D{at % DEBTORS}",
            debtor_name=f"{names[at % DEBTORS % 5]} {chr(65 + at % DEBTORS % 26)}"
            f"{chr(65 + at % DEBTORS // 5)} SRO",
            day=DAY - timedelta(days=dice.randint(5, 40)),
            due=DAY,
            amount=dice.choice(PRICES),
            currency="CZK",
        )
        for at in range(COUNT)
    ]


def paid_badly(dice: random.Random, items: list[OpenItem]) -> list[IncomingPayment]:
    """A tenth with a wrong digit, a tenth without a number, some with another price, some never."""
    made: list[IncomingPayment] = []
    for at, item in enumerate(items):
        text, amount, luck = item.invoice_no, item.amount, dice.random()
        if luck < 0.1:
            place = dice.randrange(4, 8)
            text = f"{text[:place]}{dice.randrange(10)}{text[place + 1 :]}"
        elif luck < 0.2:
            text = "PLATBA"
        elif luck < 0.25:
            amount = dice.choice(PRICES)
        elif luck < 0.3:
            continue
        made.append(
            IncomingPayment(
                receipt_no=f"R{at:05}",
                day=DAY + timedelta(days=dice.randint(-3, 9)),
                payer=item.debtor_name,
                text=f"VS{text}",
                amount=amount,
                currency="CZK",
            )
        )
    return made


@pytest.mark.parametrize("seed", range(3))
def test_nobody_pays_what_another_debtor_owes(seed: int) -> None:
    dice = random.Random(seed)
    items = subscriptions(dice)
    payments = paid_badly(dice, items)
    control = control_receivables(payments, items, POLICY, as_of=DAY)

    payer = {each.receipt_no: each.payer for each in payments}
    made = control.allocations()
    assert [each for each in made if each.debtor_name != payer[each.receipt_no]] == []
    assert len(made) >= 240, "and most of it is allocated all the same"
    assert len({each.invoice_no for each in made}) == len(made)
