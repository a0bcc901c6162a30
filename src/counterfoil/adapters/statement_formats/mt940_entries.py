"""Fields 61 and 86: one entry each, read by mt-940 and held against the raw text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mt940.models import Transactions

from counterfoil.adapters.statement_formats.mt940_fields import Field, joined
from counterfoil.adapters.statement_formats.texts import (
    day_of,
    exact,
    not_a_date,
    not_an_amount,
    one_line,
    shown,
)
from counterfoil.domain.statement_drafts import Aside, Balance, Problem, Total, TotalKind
from counterfoil.domain.statements import Place, Transaction

#: 6!n value date, [4!n] entry date, 2a mark, [1!a] funds code, 15d amount, then the type.
_ENTRY = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4}| {4})?(?P<mark>RC|RD|C|D)[A-Z]?"
    r"(?P<amount>[0-9]+(?:,[0-9]*)?)(?=[A-Z])"
)
_BALANCE = re.compile(
    r"(?P<mark>[CD])(?P<day>[0-9]{6})(?P<currency>[A-Z]{3})(?P<amount>[0-9]+(?:,[0-9]*)?)"
)
_TOTAL = re.compile(r"(?P<count>[0-9]{1,5})(?P<currency>[A-Z]{3})(?P<amount>[0-9]+(?:,[0-9]*)?)")
#: RC takes a credit back, RD a debit. Source: SWIFT MT 940, field 61, subfield 3.
_SIGNS = {"C": Decimal(1), "RD": Decimal(1), "D": Decimal(-1), "RC": Decimal(-1)}
#: What mt-940 makes of a structured field 86, in the order people read it.
_STRUCTURED = ("posting_text", "purpose", "additional_purpose", "applicant_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Everything that stands in the fields 61 of one statement."""

    transactions: tuple[Transaction, ...] = ()
    asides: tuple[Aside, ...] = ()
    problems: tuple[Problem, ...] = ()
    shortfalls: tuple[str, ...] = ()


def balance_of(field: Field) -> Balance | Problem:
    """Fields 60, 62, 64 and 65."""
    match = _BALANCE.fullmatch(field.text)
    amount = exact(match["amount"], mark=",") if match else None
    if match is None or amount is None:
        return not_an_amount(field.text, field.place())
    day = _short_day(match["day"])
    if day is None:
        return not_a_date(match["day"], field.place())
    return Balance(
        amount=amount * _SIGNS[match["mark"]],
        place=field.place(),
        label=f":{field.tag}:",
        currency=match["currency"],
        day=day,
        interim=field.tag.endswith("M"),
    )


def totals_of(block: Sequence[Field]) -> Iterator[Total]:
    """Fields 90C and 90D: number and sum of the entries."""
    kinds = {
        "90C": (TotalKind.CREDIT_COUNT, TotalKind.CREDITS),
        "90D": (TotalKind.DEBIT_COUNT, TotalKind.DEBITS),
    }
    for field in block:
        match = _TOTAL.fullmatch(field.text) if field.tag in kinds else None
        amount = exact(match["amount"], mark=",") if match else None
        if match is not None and amount is not None:
            count, total = kinds[field.tag]
            yield Total(kind=count, value=Decimal(match["count"]), place=field.place())
            yield Total(kind=total, value=amount, place=field.place())


def entries_of(block: Sequence[Field], kept: Transactions | None) -> Entries:
    """Every field 61 of *block*; *kept* is what mt-940 made of the same block."""
    if kept is None:
        return Entries()
    raw = list(_with_details(block))
    if len(raw) != len(kept):
        return Entries(problems=(_lost(raw[0][0].place() if raw else Place(), len(kept)),))
    booked: list[Transaction] = []
    asides: list[Aside] = []
    problems: list[Problem] = []
    shortfalls: list[str] = []
    for (field, details), found in zip(raw, kept, strict=True):
        entry = _entry(field, details, found.data, shortfalls)
        if isinstance(entry, Problem):
            problems.append(entry)
        elif entry.amount == 0:
            asides.append(
                Aside(
                    why="without an amount",
                    amount=entry.amount,
                    place=entry.place,
                    description=entry.description,
                )
            )
        else:
            booked.append(entry)
    shortfalls += _undated([field for field, _ in raw], kept)
    return Entries(
        transactions=tuple(booked),
        asides=tuple(asides),
        problems=tuple(problems),
        shortfalls=tuple(shortfalls),
    )


def _undated(fields: Sequence[Field], kept: Transactions) -> Iterator[str]:
    pairs = zip(fields, kept, strict=True)
    found = [field for field, each in pairs if each.data.get("entry_date") is None]
    if found:
        yield (
            f"{len(found)} entries print no entry date ({found[0].place()} is the first):"
            " the value date stands for it"
        )


def _with_details(block: Sequence[Field]) -> Iterator[tuple[Field, list[str]]]:
    """Each field 61 with the lines of the fields 86 right behind it."""
    current: tuple[Field, list[str]] | None = None
    for field in block:
        if field.tag == "61":
            if current:
                yield current
            current = (field, [])
        elif field.tag == "86" and current:
            current[1].extend(field.lines)
        elif field.tag != "NS" and current:
            yield current
            current = None
    if current:
        yield current


def _entry(
    field: Field, details: list[str], data: Mapping[str, Any], shortfalls: list[str]
) -> Transaction | Problem:
    match = _ENTRY.match(field.text)
    amount = exact(match["amount"], mark=",") if match else None
    if match is None or amount is None:
        return not_an_amount(field.text, field.place())
    amount *= _SIGNS[match["mark"]]
    value, booked = data["date"], data.get("entry_date")
    if data["amount"].amount != amount or not _same_days(match, value, booked):
        return _two_readings(field, data)
    if _short_day(match["value"]) is None:
        shortfalls.append(f"{field.place()}: the value date {match['value']} is read as {value}")
    return Transaction(
        booking_date=_near(_plain_day(booked or value), _plain_day(value)),
        amount=amount,
        description=_description(data, details),
        place=field.place(),
        value_date=_plain_day(value),
        reference=_reference(data),
    )


def _same_days(match: re.Match[str], value: date, booked: date | None) -> bool:
    """Whether mt-940 read the days as they stand; 30 February is the last day of its month.

    Interest is counted in months of 30 days in many countries; only value dates know such days.
    """
    day = _short_day(match["value"])
    if day is None:
        is_february = match["value"][2:] in ("0229", "0230")
        day = day_of(match["value"][:2], "03", "01") if is_february else None
        if day is None or (day - value).days != 1:
            return False
    elif day != value:
        return False
    entry = (match["entry"] or "").strip()
    return (f"{booked:%m%d}" if booked is not None else "") == entry


def _short_day(text: str) -> date | None:
    return day_of(text[:2], text[2:4], text[4:6])


def _near(booked: date, value: date) -> date:
    """The entry date, printed without a year, in the year that puts it next to the value date.

    mt-940 sees another year only from 330 days on: 1 December and 6 January are 329 apart.
    """
    days = [
        day
        for year in (value.year, value.year - 1, value.year + 1)
        if (day := day_of(str(year), f"{booked:%m}", f"{booked:%d}")) is not None
    ]
    return min(days, key=lambda day: abs(day - value), default=booked)


def _plain_day(day: date) -> date:
    """A date of the standard library: mt-940 has its own class."""
    return date(day.year, day.month, day.day)


def _description(data: Mapping[str, Any], details: list[str]) -> str:
    structured = one_line(str(data.get(name) or "") for name in _STRUCTURED)
    if "transaction_details" not in data and structured:
        return structured
    return joined(details) or one_line([str(data.get("extra_details") or "")])


def _reference(data: Mapping[str, Any]) -> str:
    for name in ("bank_reference", "customer_reference"):
        text = str(data.get(name) or "").strip()
        if text and text != "NONREF":
            return text
    return ""


def _two_readings(field: Field, data: Mapping[str, Any]) -> Problem:
    return Problem(
        code="two_readings",
        reason=f"{shown(field.text)}: mt-940 reads {data['amount'].amount} of {data['date']}",
        place=field.place(),
        remedy="ask the bank for a correct file",
    )


def _lost(place: Place, found: int) -> Problem:
    return Problem(
        code="two_readings",
        reason=f"mt-940 reads {found} entries, the fields :61: are another number",
        place=place,
        remedy="ask the bank for a correct file",
    )
