"""One account of a BAI2 file: records 03, 16 and 49.

What counts: the *ledger* balances 010 and 015. Available balances (040, 045) are kept and
never compared. Amounts are in minor units; the sign is the type code's: 100 to 399 is money
in, 400 to 699 money out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bai2.constants import AsOfDateModifier, GroupStatus, TypeCodeTransaction

from counterfoil.adapters.statement_formats.texts import exact, not_an_amount, one_line
from counterfoil.domain.currencies import DECIMALS
from counterfoil.domain.statement_drafts import Aside, Balance, Draft, Problem, Total, TotalKind
from counterfoil.domain.statements import Equation, Place, Transaction

_OPENING, _CLOSING = "010", "015"
_SUMS = {
    "100": (TotalKind.CREDIT_COUNT, TotalKind.CREDITS),
    "400": (TotalKind.DEBIT_COUNT, TotalKind.DEBITS),
}
_FINAL = (None, AsOfDateModifier.final_previous_day, AsOfDateModifier.final_same_day)
_SIGNS = {TypeCodeTransaction.credit: Decimal(1), TypeCodeTransaction.debit: Decimal(-1)}
_CORRECT_FILE = "ask the bank for a correct file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One logical record of the raw text."""

    code: str
    line: int
    fields: tuple[str, ...]  # of its first line
    size: int  # lines, with its continuations (88)

    def place(self) -> Place:
        """For a proof."""
        return Place(line=self.line, path=f"record {self.code}")


def account_draft(group: Any, account: Any, records: Sequence[Record], lines: int) -> Draft:
    """The draft of one account.

    Args:
        group: As bai2 read it: the day, the status and the currency are there.
        account: As bai2 read it.
        records: The raw ones: 03, each 16, and 49.
        lines: How many lines these are.
    """
    currency = account.header.currency or group.header.currency
    digits = DECIMALS.get(currency)
    problems = list(_group_problems(group.header, currency, records[0].place()))
    unit = Decimal(1).scaleb(-(digits if digits is not None else 2))
    balances = [
        _balance(each, unit, currency, group.header.as_of_date, records[0])
        for each in account.header.summary_items
        if each.type_code is not None and each.type_code.transaction is None
        if each.amount is not None
    ]
    entries = [
        _entry(each, record, group.header.as_of_date, unit)
        for each, record in zip(account.children, records[1:-1], strict=True)
    ]
    problems += [each for each in entries if isinstance(each, Problem)]
    opening = _ledger(balances, _OPENING, problems)
    closing = _ledger(balances, _CLOSING, problems)
    if opening is None and closing is None:
        problems.append(_no_ledger(records[0].place(), bool(balances)))
    return Draft(
        account=account.header.customer_account_number or "",
        currency=currency,
        opening=opening,
        closing=closing,
        transactions=tuple(each for each in entries if isinstance(each, Transaction)),
        asides=tuple(each for each in entries if isinstance(each, Aside)),
        totals=tuple(_totals(account.header.summary_items, unit, records[0].place())),
        balances=tuple(each for each in balances if each not in (opening, closing)),
        checks=tuple(_controls(account, records[-1].place(), lines)),
        entries=sum(each.code == "16" for each in records),
        problems=tuple(problems),
        shortfalls=_shortfalls(group.header),
    )


def _group_problems(header: Any, currency: str, place: Place) -> Iterator[Problem]:
    if header.group_status is not GroupStatus.update:
        yield Problem(
            code="not_an_update",
            reason=f"the group's status is {header.group_status}: a deletion, correction or test",
            place=place,
            remedy="a person compares it with what was filed before",
        )
    if currency not in DECIMALS:
        yield Problem(
            code="unknown_currency",
            reason=f"{ascii(currency)[:12]} is no currency of ISO 4217: where is the decimal mark?",
            place=place,
            remedy=_CORRECT_FILE,
        )
    if header.as_of_date is None:
        yield Problem(
            code="not_a_date",
            reason="the group has no as-of date",
            place=place,
            remedy=_CORRECT_FILE,
        )


def _shortfalls(header: Any) -> tuple[str, ...]:
    if header.as_of_date_modifier in _FINAL:
        return ()
    return ("the group is interim data, not the final report of its day",)


def _ledger(balances: Sequence[Balance], code: str, problems: list[Problem]) -> Balance | None:
    found = [each for each in balances if each.label == code]
    if len(found) > 1:
        problems.append(
            Problem(
                code="several_balances",
                reason=f"the balance {code} stands there {len(found)} times",
                place=found[1].place,
                remedy=_CORRECT_FILE,
            )
        )
    return found[0] if found else None


def _no_ledger(place: Place, others: bool) -> Problem:
    return Problem(
        code="no_balances",
        reason="no ledger balances (010, 015)"
        + (", only others, which differ from the booked ones by the float" if others else ""),
        place=place,
        remedy="ask the bank to report the codes 010 and 015",
    )


def _balance(item: Any, unit: Decimal, currency: str, day: date | None, record: Record) -> Balance:
    return Balance(
        amount=item.amount * unit,
        place=record.place(),
        label=item.type_code.code,
        currency=currency,
        day=day,
    )


def _entry(
    detail: Any, record: Record, day: date | None, unit: Decimal
) -> Transaction | Aside | Problem:
    written = exact(record.fields[1].strip().removeprefix("+")) if len(record.fields) > 1 else None
    amount = Decimal(detail.amount or 0)
    code = detail.type_code
    description = one_line([detail.text or "", "" if detail.text else code.description])
    if amount == 0 and (written is None or written == 0):
        why = "without an amount"
        return Aside(why=why, amount=amount, place=record.place(), description=description)
    if written != amount or amount < 0 or code.code != record.fields[0].strip():
        return not_an_amount(",".join(record.fields[:2]), record.place())
    sign = _SIGNS.get(code.transaction)
    if sign is None or day is None:
        return Problem(
            code="no_sign",
            reason=f"the type code {code.code} says neither credit nor debit",
            place=record.place(),
            remedy="ask the bank what it means",
        )
    return Transaction(
        booking_date=day,
        amount=amount * sign * unit,
        description=description,
        place=record.place(),
        value_date=(detail.availability or {}).get("date"),
        reference=(detail.bank_reference or detail.customer_reference or "").strip(),
    )


def _totals(items: Sequence[Any], unit: Decimal, place: Place) -> Iterator[Total]:
    """Codes 100 and 400: all credits and all debits, with their number where it is given."""
    for item in items:
        if item.type_code is None or item.type_code.code not in _SUMS or item.amount is None:
            continue
        count, total = _SUMS[item.type_code.code]
        yield Total(kind=total, value=item.amount * unit, place=place)
        if item.item_count is not None:
            yield Total(kind=count, value=Decimal(item.item_count), place=place, with_asides=True)


def _controls(account: Any, place: Place, lines: int) -> Iterator[Equation]:
    """Record 49: the sum of all amounts of the account, in minor units, and its lines."""
    amounts = [each.amount or 0 for each in (*account.header.summary_items, *account.children)]
    for kind, left, right in (
        ("control_total", sum(amounts), account.trailer.account_control_total),
        ("records", lines, account.trailer.number_of_records or 0),
    ):
        yield Equation(
            kind=kind,
            says=f"{kind.replace('_', ' ')} {left:,} = declared {right:,}",
            left=Decimal(left),
            right=Decimal(right),
            places=(place,),
        )
