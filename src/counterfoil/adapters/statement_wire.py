"""A statement reading as JSON and back: the only thing that comes out of the parser box.

Amounts are text with every digit, days are ISO 8601. What is loaded is judged again: a
:class:`Statement` that does not add up, or a :class:`Proof` with an equation that does not
hold, cannot be constructed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import DecimalException
from typing import Any

from counterfoil.domain.statement_json import (
    dump_equations,
    dump_place,
    dump_proof,
    exactly,
    load_amount,
    load_equations,
    load_place,
    load_proof,
)
from counterfoil.domain.statements import (
    Proved,
    Statement,
    StatementReading,
    Transaction,
    Unproved,
    Verdict,
)


def dump(reading: StatementReading) -> dict[str, Any]:
    """Plain JSON types only."""
    return {
        "source": reading.source,
        "pages": reading.pages,
        "notes": list(reading.notes),
        "verdicts": [_dump_verdict(each) for each in reading.verdicts],
    }


def load(record: Mapping[str, Any]) -> StatementReading:
    """The reading again.

    Raises:
        ValueError, KeyError, TypeError: These are not bytes that :func:`dump` made.
    """
    try:
        return StatementReading(
            source=_text(record["source"]),
            pages=_whole(record["pages"]),
            notes=tuple(_text(each) for each in record["notes"]),
            verdicts=tuple(_load_verdict(each) for each in record["verdicts"]),
        )
    except DecimalException as trouble:
        raise ValueError("an amount is not a number") from trouble


def _dump_verdict(verdict: Verdict) -> dict[str, Any]:
    if isinstance(verdict, Proved):
        return {
            "proved": dump_statement(verdict.statement),
            "proof": dump_proof(verdict.proof),
        }
    return {
        "unproved": {
            "account": verdict.account,
            "code": verdict.code,
            "reason": verdict.reason,
            "failed": dump_equations(verdict.failed),
            "place": None if verdict.place is None else dump_place(verdict.place),
        }
    }


def _load_verdict(record: Mapping[str, Any]) -> Verdict:
    if "proved" in record:
        return Proved(statement=load_statement(record["proved"]), proof=load_proof(record["proof"]))
    found = record["unproved"]
    return Unproved(
        account=_text(found["account"]),
        code=_text(found["code"]),
        reason=_text(found["reason"]),
        failed=load_equations(found["failed"]),
        place=None if found["place"] is None else load_place(found["place"]),
    )


def dump_statement(statement: Statement) -> dict[str, Any]:
    """One statement: the box needs the one before to prove one without an opening balance."""
    return {
        "account": statement.account,
        "currency": statement.currency,
        "number": statement.number,
        "period": [day.isoformat() for day in statement.period] if statement.period else None,
        "opening": f"{statement.opening:f}",
        "closing": f"{statement.closing:f}",
        "opening_printed": statement.opening_printed,
        "closing_printed": statement.closing_printed,
        "transactions": [_dump_transaction(each) for each in statement.transactions],
    }


def load_statement(record: Mapping[str, Any]) -> Statement:
    """The statement again; raises like :func:`load`."""
    period = record["period"]
    return Statement(
        account=_text(record["account"]),
        currency=_text(record["currency"]),
        number=_text(record["number"]),
        period=(date.fromisoformat(period[0]), date.fromisoformat(period[1])) if period else None,
        opening=load_amount(record["opening"]),
        closing=load_amount(record["closing"]),
        opening_printed=_flag(record["opening_printed"]),
        closing_printed=_flag(record["closing_printed"]),
        transactions=tuple(_load_transaction(each) for each in record["transactions"]),
    )


def _dump_transaction(each: Transaction) -> dict[str, Any]:
    return {
        "booking_date": each.booking_date.isoformat(),
        "value_date": each.value_date.isoformat() if each.value_date else None,
        "amount": f"{each.amount:f}",
        "balance": None if each.balance is None else f"{each.balance:f}",
        "description": each.description,
        "reference": each.reference,
        "place": dump_place(each.place),
    }


def _load_transaction(record: Mapping[str, Any]) -> Transaction:
    value_date, balance = record["value_date"], record["balance"]
    return Transaction(
        booking_date=date.fromisoformat(record["booking_date"]),
        value_date=date.fromisoformat(value_date) if value_date is not None else None,
        amount=load_amount(record["amount"]),
        balance=load_amount(balance) if balance is not None else None,
        description=_text(record["description"]),
        reference=_text(record["reference"]),
        place=load_place(record["place"]),
    )


def _text(value: Any) -> str:
    return exactly(str, value)


def _whole(value: Any) -> int:
    return exactly(int, value)


def _flag(value: Any) -> bool:
    return exactly(bool, value)
