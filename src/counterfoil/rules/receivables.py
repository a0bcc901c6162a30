"""Incoming payments against open receivables: allocated where it is certain, else a named break.

Pure. Every payment and every open item ends in exactly one class; an allocation is proposed
only where the whole of a payment meets the whole of what it pays, to the cent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from string import ascii_uppercase
from typing import TypeVar

from counterfoil.domain.allocations import Allocation
from counterfoil.domain.receivables import (
    IncomingPayment,
    ItemClass,
    JudgedItem,
    JudgedReceipt,
    OpenItem,
    ReceiptClass,
    ReceivablesControl,
)
from counterfoil.domain.reconciliation import Policy
from counterfoil.domain.statements import sum_of
from counterfoil.rules.reconciliation.records import Found, Line, Match, Open, match_records

T = TypeVar("T")

#: The matcher compares within an account; receivables have one.
ACCOUNT = "receivables"
_NOT_A_WORD = re.compile(r"[^A-Z0-9]+")
#: Shorter numbers stand in too many texts that mean something else.
NUMBER_CHARS_MIN = 4


def control_receivables(
    payments: Sequence[IncomingPayment],
    items: Sequence[OpenItem],
    policy: Policy,
    *,
    as_of: date,
) -> ReceivablesControl:
    """Judge every payment and every open item.

    Args:
        as_of: What was due before it is overdue.

    Raises:
        ValueError: A number of a receipt or of an invoice stands twice.
    """
    case = _Case(payments, items)
    for payment in payments:
        case.take_listed(payment)
    found = match_records(
        [_bank_line(each) for each in payments if each.receipt_no not in case.settled],
        [_ledger_line(each) for each in items if each.invoice_no not in case.paid_by],
        policy,
    )
    for match in found.matches:
        case.take_match(match)
    left = {each.id: each for each in found.bank}
    judged = tuple(case.judged(each, left.get(each.receipt_no)) for each in payments)
    return ReceivablesControl(receipts=judged, items=tuple(_items(case, judged, found, as_of)))


def _bank_line(payment: IncomingPayment) -> Line:
    return Line(
        id=payment.receipt_no,
        account=ACCOUNT,
        currency=payment.currency,
        day=payment.day,
        amount=payment.amount,
        name=payment.payer,
        text=payment.text,
    )


def _ledger_line(item: OpenItem) -> Line:
    return Line(
        id=item.invoice_no,
        account=ACCOUNT,
        currency=item.currency,
        day=item.day,
        amount=item.amount,
        name=item.debtor_name,
        reference=item.invoice_no,
        document=item.invoice_no,
        text=item.debtor_no,
    )


def _folded(number: str) -> str:
    return _NOT_A_WORD.sub("", number.upper())


def _words(text: str) -> frozenset[str]:
    """Whole words of a text, blanks between them: "FV-2026/7" and "VS20260103" are one each.

    A word is also its parts, and also what follows the letters that it begins with.
    """
    words = {_folded(each) for each in text.split()} | set(_NOT_A_WORD.split(text.upper()))
    return frozenset(words | {each.lstrip(ascii_uppercase) for each in words})


@dataclass(slots=True)
class _Case:
    """What is known so far."""

    payments: Sequence[IncomingPayment]
    items: Sequence[OpenItem]
    by_number: Mapping[str, OpenItem] = field(init=False)
    by_receipt: Mapping[str, IncomingPayment] = field(init=False)
    named: Mapping[str, tuple[OpenItem, ...]] = field(init=False)  # by receipt
    naming: dict[str, list[IncomingPayment]] = field(init=False)  # by invoice
    settled: dict[str, JudgedReceipt] = field(default_factory=dict)
    paid_by: dict[str, list[Allocation]] = field(default_factory=dict)  # by invoice
    credited: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.by_number = _once((each.invoice_no, each) for each in self.items)
        self.by_receipt = _once((each.receipt_no, each) for each in self.payments)
        words = _only_ones((_folded(each.invoice_no), each) for each in self.items)
        self.named = {
            payment.receipt_no: tuple(
                words[word]
                for word in sorted(_words(payment.text) & words.keys())
                if len(word) >= NUMBER_CHARS_MIN
            )
            for payment in self.payments
        }
        self.naming = {}
        for payment in self.payments:
            for item in self.named[payment.receipt_no]:
                self.naming.setdefault(item.invoice_no, []).append(payment)

    def take_listed(self, payment: IncomingPayment) -> None:
        """Several invoices of one debtor that it names, nobody else does, and whose sum it is."""
        named = self.named[payment.receipt_no]
        if (
            len(named) > 1
            and {each.currency for each in named} == {payment.currency}
            and len({(each.debtor_no, each.debtor_name) for each in named}) == 1
            and min(each.amount for each in named) > 0
            and sum_of(each.amount for each in named) == payment.amount
            and all(self.naming[each.invoice_no] == [payment] for each in named)
        ):
            why = f"names {len(named)} invoices; their sum is its amount"
            self._allocate(payment, [(each, each.amount) for each in named], why)

    def take_match(self, match: Match) -> None:
        """What the matcher is certain of, and can be said invoice by invoice."""
        payments = [self.by_receipt[each] for each in match.ours]
        items = [self.by_number[each] for each in match.theirs]
        why = f"{match.rule}: {match.evidence}"
        if not items:
            for payment in payments:
                self._settle(payment, ReceiptClass.TAKEN_BACK, why)
        elif not payments:
            self.credited.update(match.theirs)
        elif match.difference or not _all_owed(payments, items):
            for payment in payments:
                self._settle(payment, ReceiptClass.TO_DECIDE, why, match)
        elif len(payments) == 1:
            self._allocate(payments[0], [(each, each.amount) for each in items], why)
        elif len(items) == 1:
            for payment in payments:
                self._allocate(payment, [(items[0], payment.amount)], why)
        else:  # who pays which part of what is not said
            for payment in payments:
                self._settle(payment, ReceiptClass.TO_DECIDE, why, match)

    def _settle(
        self, payment: IncomingPayment, kind: ReceiptClass, why: str, match: Match | None = None
    ) -> None:
        self.settled[payment.receipt_no] = JudgedReceipt(
            payment=payment,
            kind=kind,
            invoices=match.theirs if match else (),
            difference=match.difference if match else None,
            why=why,
        )

    def _allocate(
        self, payment: IncomingPayment, parts: Sequence[tuple[OpenItem, Decimal]], why: str
    ) -> None:
        made = tuple(
            Allocation(
                allocation_id=f"{payment.receipt_no}/{item.invoice_no}",
                receipt_no=payment.receipt_no,
                invoice_no=item.invoice_no,
                debtor_name=item.debtor_name,
                amount=amount,
                currency=payment.currency,
            )
            for item, amount in parts
        )
        for each in made:
            self.paid_by.setdefault(each.invoice_no, []).append(each)
        self.settled[payment.receipt_no] = JudgedReceipt(
            payment=payment, kind=ReceiptClass.ALLOCATED, allocations=made, why=why
        )

    def judged(self, payment: IncomingPayment, left: Open | None) -> JudgedReceipt:
        """Its one class."""
        if payment.receipt_no in self.settled:
            return self.settled[payment.receipt_no]
        assert left is not None, "a payment is neither matched nor open"
        if "duplicate" in left.kind:
            why = f"as {', '.join(left.others)}"
            return JudgedReceipt(payment=payment, kind=ReceiptClass.DUPLICATE, why=why)
        named = self.named[payment.receipt_no]
        ours = [each for each in named if each.currency == payment.currency]
        if ours:
            return self._named_break(payment, ours)
        if named:
            return JudgedReceipt(
                payment=payment,
                kind=ReceiptClass.OTHER_CURRENCY,
                invoices=tuple(each.invoice_no for each in named),
                why=f"paid in {payment.currency}, owed in {named[0].currency}",
            )
        return _unnamed_break(payment, left)

    def _named_break(self, payment: IncomingPayment, named: Sequence[OpenItem]) -> JudgedReceipt:
        """It names open invoices of its currency, and is not what they make."""
        others = {
            each.receipt_no: each
            for item in named
            for each in self.naming[item.invoice_no]
            if each.currency == payment.currency
        }
        paid = sum_of(each.amount for each in others.values())
        difference = paid - sum_of(each.amount for each in named)
        together = f"; with {', '.join(sorted(others.keys() - {payment.receipt_no}))}"
        kind, why = ReceiptClass.TO_DECIDE, "number and amount agree; name or day do not"
        if difference < 0:
            kind, why = ReceiptClass.PARTIAL, f"{-difference:,.2f} less than what it names"
        elif difference > 0 and len(others) > 1:
            kind, why = ReceiptClass.PAID_TWICE, f"{difference:,.2f} more than what it names"
        elif difference > 0:
            kind, why = ReceiptClass.OVER, f"{difference:,.2f} more than what it names"
        return JudgedReceipt(
            payment=payment,
            kind=kind,
            invoices=tuple(each.invoice_no for each in named),
            difference=difference,
            why=why + (together if len(others) > 1 else ""),
        )


def _unnamed_break(payment: IncomingPayment, left: Open) -> JudgedReceipt:
    """No number that we could read as it stands: what the matcher has to say."""
    if left.difference:
        kind = ReceiptClass.PARTIAL if left.difference < 0 else ReceiptClass.OVER
        why = f"{left.kind}: a number much like {', '.join(left.others)}"
        return JudgedReceipt(
            payment=payment,
            kind=kind,
            invoices=left.others,
            difference=left.difference,
            why=why,
        )
    if not left.proposals:
        why = "nothing that is open fits its text, payer or amount"
        return JudgedReceipt(payment=payment, kind=ReceiptClass.NO_INVOICE, why=why)
    best = left.proposals[0]
    alone = best.difference == 0 and len(best.ours) == 1
    return JudgedReceipt(
        payment=payment,
        kind=ReceiptClass.NOT_NAMED if alone else ReceiptClass.TO_DECIDE,
        invoices=best.theirs,
        difference=best.difference,
        why=f"the likeliest: {best.rule}",
    )


def _all_owed(payments: Sequence[IncomingPayment], items: Sequence[OpenItem]) -> bool:
    """A credit note among the items, or a return among the payments, is a person's business."""
    return all(each.amount > 0 for each in payments) and all(each.amount > 0 for each in items)


def _items(
    case: _Case, judged: Sequence[JudgedReceipt], found: Found, as_of: date
) -> Iterator[JudgedItem]:
    asked: dict[str, list[str]] = {}
    for each in judged:
        for number in each.invoices:
            asked.setdefault(number, []).append(each.payment.receipt_no)
    repeated = {each.id for each in found.ledger if "duplicate" in each.kind}
    for item in case.items:
        number = item.invoice_no
        if paid := case.paid_by.get(number):
            receipts = tuple(each.receipt_no for each in paid)
            amount = sum_of(each.amount for each in paid)
            yield JudgedItem(item=item, kind=ItemClass.PAID, receipts=receipts, allocated=amount)
        elif number in case.credited:
            yield JudgedItem(item=item, kind=ItemClass.CREDITED)
        elif number in asked or number in repeated:
            receipts = tuple(asked.get(number, ()))
            yield JudgedItem(item=item, kind=ItemClass.IN_QUESTION, receipts=receipts)
        else:
            late = ItemClass.OVERDUE if item.due < as_of else ItemClass.NOT_DUE
            yield JudgedItem(item=item, kind=late)


def _only_ones(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """What alone has its word: 2026-1 and 20261 would be the same one in a text."""
    found: dict[str, list[T]] = {}
    for word, each in pairs:
        found.setdefault(word, []).append(each)
    return {word: alone[0] for word, alone in found.items() if len(alone) == 1}


def _once(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Raises ValueError: a number stands twice."""
    found: dict[str, T] = {}
    for number, each in pairs:
        if number in found:
            raise ValueError(f"the number {number!r} stands twice")
        found[number] = each
    return found
