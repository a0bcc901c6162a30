"""The entries of a CAMT statement: Ntry, its batch and its details (TxDtls)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from counterfoil.adapters.statement_formats.camt_values import signed, the_day
from counterfoil.adapters.statement_formats.texts import exact, not_a_date, one_line, shown
from counterfoil.adapters.statement_formats.xml_elements import Element
from counterfoil.domain.statement_drafts import Aside, Problem
from counterfoil.domain.statements import Equation, Place, Transaction

#: Entries that are not booked. Source: ISO 20022, EntryStatus: BOOK, PDNG, INFO, FUTR.
_ASIDE = {"PDNG": "pending", "INFO": "information", "FUTR": "future"}
_DETAILS_SHOWN = 20  # of a batch, in the description


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Everything that stands in the Ntry elements of one statement."""

    transactions: tuple[Transaction, ...] = ()
    asides: tuple[Aside, ...] = ()
    checks: tuple[Equation, ...] = ()
    problems: tuple[Problem, ...] = ()
    shortfalls: tuple[str, ...] = ()
    currency: str = ""  # of the first entry


@dataclass(slots=True)
class _Found:
    booked: list[Transaction] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    checks: list[Equation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    undated: list[Place] = field(default_factory=list)


def read_entries(statement: Element, currency: str) -> Entries:
    """Read every Ntry of *statement*, an account in *currency* ("" where it is not named)."""
    found = _Found()
    entries = statement.all("Ntry")
    own = currency or (_currency(entries[0]) if entries else "")
    for entry in entries:
        _read(entry, own, found)
    shortfalls: tuple[str, ...] = ()
    if found.undated:
        shortfalls = (
            f"{len(found.undated)} entries print no booking date ({found.undated[0]} is the"
            " first): the value date stands for it",
        )
    return Entries(
        transactions=tuple(_oldest_first(found.booked)),
        asides=tuple(found.asides),
        checks=tuple(found.checks),
        problems=tuple(found.problems),
        shortfalls=shortfalls,
        currency=own,
    )


def _read(entry: Element, currency: str, found: _Found) -> None:
    amount = signed(entry)
    if isinstance(amount, Problem):
        found.problems.append(amount)
        return
    if _currency(entry) != currency:
        found.problems.append(_two_currencies(entry, currency))
    status = entry.words("Sts/Cd") or entry.words("Sts")
    why = "without an amount" if amount == 0 and status == "BOOK" else _ASIDE.get(status, "")
    if why:
        found.asides.append(
            Aside(why=why, amount=amount, place=entry.place(), description=_description(entry))
        )
    elif status != "BOOK":
        found.problems.append(_unknown_status(entry, status))
    else:
        _book(entry, amount, found)
    found.checks += _details(entry, amount)


def _book(entry: Element, amount: Decimal, found: _Found) -> None:
    booked = the_day(entry.one("BookgDt"), "Dt", "DtTm")
    valued = the_day(entry.one("ValDt"), "Dt", "DtTm")
    for name, day in (("BookgDt", booked), ("ValDt", valued)):
        if day is None and entry.one(name) is not None:
            found.problems.append(not_a_date(_text(entry, name), entry.place()))
            return
    day = booked or valued
    if day is None:
        found.problems.append(not_a_date("", entry.place()))
        return
    if booked is None:
        found.undated.append(entry.place())
    found.booked.append(
        Transaction(
            booking_date=day,
            amount=amount,
            description=_description(entry),
            place=entry.place(),
            value_date=valued,
            reference=_reference(entry),
        )
    )


def _text(entry: Element, name: str) -> str:
    return entry.words(f"{name}/Dt") or entry.words(f"{name}/DtTm")


def _oldest_first(booked: list[Transaction]) -> list[Transaction]:
    """Turn a list round that runs from the newest entry to the oldest."""
    days = [each.booking_date for each in booked]
    falling = all(one >= two for one, two in pairwise(days)) and len(set(days)) > 1
    return booked[::-1] if falling else booked


def _currency(entry: Element) -> str:
    amount = entry.one("Amt")
    return amount.get("Ccy", "") if amount is not None else ""


def _reference(entry: Element) -> str:
    return (
        entry.words("AcctSvcrRef")
        or entry.words("NtryRef")
        or entry.words("NtryDtls/TxDtls/Refs/AcctSvcrRef")
        or entry.words("NtryDtls/TxDtls/Refs/EndToEndId")
    )


def _description(entry: Element) -> str:
    details = [each for block in entry.all("NtryDtls") for each in block.all("TxDtls")]
    words = [entry.words("AddtlNtryInf")]
    for detail in details[:_DETAILS_SHOWN]:
        words += _words(detail, entry.words("CdtDbtInd"))
    if len(details) > _DETAILS_SHOWN:
        words.append(f"and {len(details) - _DETAILS_SHOWN} more")
    return one_line(words)


def _words(detail: Element, mark: str) -> Iterator[str]:
    """The other party, and what it says."""
    party = "Dbtr" if mark == "CRDT" else "Cdtr"
    yield detail.words(f"RltdPties/{party}/Nm") or detail.words(f"RltdPties/{party}/Pty/Nm")
    for block in detail.all("RmtInf"):
        yield from ((each.text or "") for each in block.all("Ustrd"))
        for strict in block.all("Strd"):
            yield strict.words("CdtrRefInf/Ref")
            yield strict.words("AddtlRmtInf")
    yield detail.words("AddtlTxInf")


def _details(entry: Element, amount: Decimal) -> Iterator[Equation]:
    """A batch and its details must say what the entry says, where they say it in its currency."""
    for block in entry.all("NtryDtls"):
        details = block.all("TxDtls")
        count = exact(block.words("Btch/NbOfTxs"))
        if count is not None and details:
            yield _equation("batch_count", block, Decimal(len(details)), count)
        batch = block.one("Btch")
        if batch is not None and _batch_currency(batch) == _currency(entry):
            total = exact(batch.words("TtlAmt"))
            if total is not None and len(entry.all("NtryDtls")) == 1:
                yield _equation("batch_total", block, abs(amount), total)
    amounts = list(_detail_amounts(entry))
    charged = any(True for _ in entry.below("Chrgs"))  # charges make the two differ
    if amounts and None not in amounts and not charged:
        total = sum((each for each in amounts if each is not None), Decimal(0))
        yield _equation("details", entry, total, amount)


def _batch_currency(batch: Element) -> str:
    total = batch.one("TtlAmt")
    return total.get("Ccy", "") if total is not None else ""


def _detail_amounts(entry: Element) -> Iterator[Decimal | None]:
    """Signed amounts of the details; None for one that says nothing in this currency."""
    sign = Decimal(-1) if entry.words("CdtDbtInd") == "DBIT" else Decimal(1)
    for block in entry.all("NtryDtls"):
        for detail in block.all("TxDtls"):
            found = detail.one("Amt")
            if found is None:
                found = detail.one("AmtDtls/TxAmt/Amt")
            amount = exact((found.text or "").strip()) if found is not None else None
            if found is None or amount is None or found.get("Ccy", "") != _currency(entry):
                yield None
            elif detail.words("CdtDbtInd"):
                yield -amount if detail.words("CdtDbtInd") == "DBIT" else amount
            else:
                yield amount * sign


def _equation(kind: str, element: Element, left: Decimal, right: Decimal) -> Equation:
    return Equation(
        kind=kind,
        says=f"{kind.replace('_', ' ')}: {left:,} = {right:,}",
        left=left,
        right=right,
        places=(element.place(),),
    )


def _two_currencies(entry: Element, currency: str) -> Problem:
    return Problem(
        code="two_currencies",
        reason=f"the entry is in {shown(_currency(entry))}, the account in {shown(currency)}",
        place=entry.place(),
        remedy="ask the bank for one statement per account and currency",
    )


def _unknown_status(entry: Element, status: str) -> Problem:
    return Problem(
        code="unknown_status",
        reason=f"the entry's status is {shown(status)}: booked, or not?",
        place=entry.place(),
        remedy="ask the bank what it means",
    )
