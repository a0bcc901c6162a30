"""Amounts, days and totals as CAMT writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from counterfoil.adapters.statement_formats.texts import exact, not_an_amount, shown
from counterfoil.adapters.statement_formats.xml_elements import Element
from counterfoil.domain.statement_drafts import Problem, Total, TotalKind

#: xs:date and xs:dateTime, each with or without a time zone. The day counts as it is written.
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]{5,18})?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_SIGNS = {"CRDT": Decimal(1), "DBIT": Decimal(-1)}


def the_day(element: Element | None, *names: str) -> date | None:
    """The day in the first of *names* that is there; None where it is none."""
    if element is None:
        return None
    text = next((words for name in names if (words := element.words(name))), "")
    return iso_day(text)


def iso_day(text: str) -> date | None:
    """``2026-10-31`` and ``2026-10-31T22:00:00+01:00``; None for anything else."""
    match = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def signed(element: Element, path: str = "Amt") -> Decimal | Problem:
    """The amount at *path*, negative where CdtDbtInd beside it says DBIT."""
    amount = exact(element.words(path))
    if amount is None:
        return not_an_amount(element.words(path), element.place())
    mark = element.words("CdtDbtInd")
    if mark not in _SIGNS:
        return Problem(
            code="no_sign",
            reason=f"CdtDbtInd is {shown(mark)}, neither CRDT nor DBIT",
            place=element.place(),
            remedy="ask the bank for a correct file",
        )
    return amount * _SIGNS[mark]


def summary(statement: Element) -> Iterator[Total]:
    """TxsSummry: number and sum of all entries of the statement, booked or not."""
    found = statement.one("TxsSummry")
    if found is None:
        return
    for name, count, total in (
        ("TtlNtries", TotalKind.COUNT, TotalKind.GROSS),
        ("TtlCdtNtries", TotalKind.CREDIT_COUNT, TotalKind.CREDITS),
        ("TtlDbtNtries", TotalKind.DEBIT_COUNT, TotalKind.DEBITS),
    ):
        for each in found.all(name):
            yield from _total(each, "NbOfNtries", count)
            yield from _total(each, "Sum", total)
            yield from _net(each)


def _total(element: Element, name: str, kind: TotalKind) -> Iterator[Total]:
    value = exact(element.words(name))
    if value is not None:
        yield Total(kind=kind, value=value, place=element.place(), with_asides=True)


def _net(element: Element) -> Iterator[Total]:
    """TtlNetNtryAmt beside its CdtDbtInd; from 001.04 on both are inside TtlNetNtry."""
    inside = element.one("TtlNetNtry")
    value = signed(inside) if inside is not None else signed(element, "TtlNetNtryAmt")
    if isinstance(value, Decimal):
        yield Total(kind=TotalKind.NET, value=value, place=element.place(), with_asides=True)
