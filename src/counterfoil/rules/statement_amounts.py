"""Amounts and ends that no statement can have, whatever they add up to. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from counterfoil.domain.currencies import DECIMALS
from counterfoil.domain.statement_drafts import Balance, Draft, Problem
from counterfoil.domain.statements import Place

#: Below it sums of a hundred thousand amounts with five decimals are exact in Decimal's
#: 28 digits. Source: ISO 20022, ActiveOrHistoricCurrencyAndAmount has 18 digits.
AMOUNT_LIMIT = Decimal(10) ** 18
DECIMALS_AT_MOST = 5

ASK_THE_BANK = "compare with the bank's own statement and ask the bank for a correct file"


def amount_problems(draft: Draft) -> Iterator[Problem]:
    """Amounts that no bank books: too many decimals, too large, of another currency."""
    digits = DECIMALS.get(draft.currency, DECIMALS_AT_MOST)
    for balance in printed_ends(draft):
        if balance.currency and balance.currency != draft.currency:
            yield Problem(
                code="two_currencies",
                reason=f"the balance {balance.label} is in {balance.currency},"
                f" the account in {draft.currency or 'no currency'}",
                place=balance.place,
                remedy=ASK_THE_BANK,
            )
    for amount, place in _all_amounts(draft):
        if abs(amount) >= AMOUNT_LIMIT:
            yield Problem(
                code="amount_too_large",
                reason=f"{amount:,} has more than 18 digits",
                place=place,
                remedy=ASK_THE_BANK,
            )
        elif not _fits(amount, digits):
            yield Problem(
                code="too_many_decimals",
                reason=f"{amount} has more than the {digits} decimals of its currency",
                place=place,
                remedy=ASK_THE_BANK,
            )


def printed_ends(draft: Draft) -> tuple[Balance, ...]:
    """The opening and the closing balance, where they are printed."""
    return tuple(each for each in (draft.opening, draft.closing) if each is not None)


def _all_amounts(draft: Draft) -> Iterator[tuple[Decimal, Place]]:
    yield from ((each.amount, each.place) for each in printed_ends(draft))
    for each in draft.transactions:
        yield each.amount, each.place
        if each.balance is not None:
            yield each.balance, each.place
    yield from ((each.amount, each.place) for each in draft.asides)


def _fits(amount: Decimal, digits: int) -> bool:
    """Whether nothing but zeros stands behind the last minor unit."""
    scaled = amount.scaleb(digits)
    return scaled == scaled.to_integral_value()


def page_problems(draft: Draft) -> Iterator[Problem]:
    """The ends of a page are no ends of a statement."""
    for balance, where in ((draft.opening, "before"), (draft.closing, "after")):
        if balance is not None and balance.interim:
            yield Problem(
                code="page_missing",
                reason=f"{balance.label or 'the balance'} is the end of a page:"
                f" the page {where} it is not in the file",
                place=balance.place,
                remedy="fetch the statement again with all its pages",
            )


def identity_shortfalls(draft: Draft) -> tuple[str, ...]:
    """Whose money it is, and of which kind: what is not printed cannot be checked."""
    found = [] if draft.account else ["no account is printed"]
    if not draft.currency:
        found.append("no currency is printed")
    elif draft.currency not in DECIMALS:
        found.append(f"{draft.currency} is no currency of ISO 4217: its decimals are unchecked")
    return tuple(found)


def plain(amount: Decimal, digits: int | None) -> Decimal:
    """With the currency's own number of decimals; :func:`_fits` has held already."""
    bare = abs(amount) if amount == 0 else amount  # never "-0"
    return bare if digits is None else bare.quantize(Decimal(1).scaleb(-digits))
