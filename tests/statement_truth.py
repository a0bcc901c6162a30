"""Whether a reading is the truth that is filed beside a document: the tests' own judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from counterfoil.domain.statements import Statement, StatementReading


def differences(truth: Mapping[str, Any], reading: StatementReading) -> list[str]:
    """What the proved statements say otherwise than *truth*; empty where they are right.

    Accounts that are optional in the truth (loans) may be left out. Of an account without a
    printed currency none may be said; another one than the truth's never.
    """
    left = [each.statement for each in reading.proved()]
    said = []
    for account in truth["accounts"]:
        found = next((each for each in left if _rows(each) == _true_rows(account)), None)
        if found is None:
            said += [] if account.get("optional") else [f"{account['account']}: no such entries"]
            continue
        left.remove(found)
        said += _of(account, found)
    return said + [f"{each.account}: not there" for each in left if each.transactions]


def _of(account: Mapping[str, Any], found: Statement) -> list[str]:
    said = []
    for name in ("opening", "closing"):
        if account.get(name) is not None and Decimal(account[name]) != getattr(found, name):
            said.append(f"{account['account']}: {name} is {getattr(found, name)}")
    if found.currency not in ("", account["currency"]):
        said.append(f"{account['account']}: currency is {found.currency}")
    return said


def _rows(statement: Statement) -> Counter[tuple[str, Decimal]]:
    rows = [(str(each.booking_date), each.amount) for each in statement.transactions]
    return Counter(row for row in rows if row[1])  # a fee of nothing is a row to some


def _true_rows(account: Mapping[str, Any]) -> Counter[tuple[str, Decimal]]:
    rows = [(each["date"], Decimal(each["amount"])) for each in account["transactions"]]
    return Counter(row for row in rows if row[1])
