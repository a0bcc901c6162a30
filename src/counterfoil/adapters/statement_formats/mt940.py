"""MT940 statements and MT942 interim reports of SWIFT. The home of mt-940.

mt-940 reads each statement, and every amount, sign and day that it returns is held against
the raw field: the library is lenient. It merges a ``:61:`` without a type code into the one
before, reads ``5.00`` as 5, cuts off the 16th digit of an amount, makes 30 February the 29th,
all without a word. It also merges the statements of one file, so they are cut apart at
``:20:`` before it sees them.

Source: SWIFT Category 9, MT 940 and MT 942, fields 20, 25, 28C, 60a, 61, 62a, 86, 90a.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import DecimalException

from mt940 import Options
from mt940.models import Transactions

from counterfoil.adapters.statement_formats.mt940_entries import (
    balance_of,
    entries_of,
    totals_of,
)
from counterfoil.adapters.statement_formats.mt940_fields import (
    Field,
    account_of,
    blocks_of,
    fields_of,
)
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.adapters.statement_formats.texts import broken, decoded
from counterfoil.domain.statement_drafts import Balance, Draft, Problem
from counterfoil.domain.statements import Place

logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)  # it quotes the fields it cannot read

#: What mt-940 raises at a field that it cannot read.
_UNREADABLE = (
    RuntimeError,
    ValueError,
    DecimalException,
    TypeError,
    AttributeError,  # a field 90 without C or D
    LookupError,
    OverflowError,
)
_FIRST = re.compile(rb"(?:^|[\r\n])(?:\xef\xbb\xbf)?\x01?:20:")
_BALANCES = re.compile(rb"[\r\n]:6[02][FM]?:")
_INTERIM = re.compile(rb"[\r\n]:(?:34F|90[CD]|13D?):")
#: What can only be the head of a field 61, wherever it stands: its tag may be damaged.
_ENTRY = re.compile(r"[0-9]{6}(?:[0-9]{4})?R?[CD][A-Z]?[0-9]{1,15},[0-9]{0,15}[NSF][A-Z0-9]{3}")
#: Field -> where mt-940 keeps its balance.
_KEPT_AS = {
    "60F": "final_opening_balance",
    "60M": "intermediate_opening_balance",
    "62F": "final_closing_balance",
    "62M": "intermediate_closing_balance",
}


def recognise(content: bytes) -> str | None:
    """``"mt940"`` with balances, ``"mt942"`` without; None for another content."""
    if not _FIRST.search(content):
        return None
    if _BALANCES.search(content):
        return "mt940"
    return "mt942" if _INTERIM.search(content) else None


def read(content: bytes, options: ReadOptions) -> list[Draft]:
    """One draft of every ``:20:`` in the file.

    Raises:
        Quarantined: There is no statement inside.
    """
    text, shortfall = decoded(content, options.encoding)
    drafts = [_draft(block) for block in blocks_of(fields_of(text))]
    if not drafts:
        raise broken("no_statement", "no field :20: begins a statement")
    entries = sum(each.entries or 0 for each in drafts)
    lost = max(text.count(":61:"), len(_ENTRY.findall(text))) - entries
    problems = (_lost(lost),) if lost else ()
    shortfalls = (shortfall,) if shortfall else ()
    return [
        replace(each, problems=each.problems + problems, shortfalls=each.shortfalls + shortfalls)
        for each in drafts
    ]


def _draft(block: Sequence[Field]) -> Draft:
    kept, unreadable = _library(block)
    entries = entries_of(block, kept)
    balances: list[Balance] = []
    problems = [*_no_balances(block), *unreadable, *entries.problems]
    for each in block:
        if each.tag[:2] in ("60", "62", "64", "65"):
            balance = balance_of(each)
            if isinstance(balance, Problem):
                problems.append(balance)
            else:
                balances.append(balance)
    opening, closing = _end(balances, "60", problems), _end(balances, "62", problems)
    problems += _compare(kept, (opening, closing), unreadable)
    number, _, page = next((each.text for each in block if each.tag[:2] == "28"), "").partition("/")
    return Draft(
        account=account_of(block),
        currency=balances[0].currency if balances else "",
        number=number.strip(),
        page=_whole(page),
        opening=opening,
        closing=closing,
        transactions=entries.transactions,
        asides=entries.asides,
        totals=tuple(totals_of(block)),
        balances=tuple(each for each in balances if each not in (opening, closing)),
        entries=sum(each.tag == "61" for each in block),
        problems=tuple(problems),
        shortfalls=entries.shortfalls,
    )


def _whole(text: str) -> int | None:
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) <= 5 else None


def _library(block: Sequence[Field]) -> tuple[Transactions | None, list[Problem]]:
    """The statement as mt-940 reads it. What comes behind the last entry is not an entry's."""
    kept, inside = [], False
    for each in block:
        inside = each.tag == "61" or (inside and each.tag in ("86", "NS"))
        if each.tag != "86" or inside:
            kept.append(each)
    statement = Transactions(options=Options.all())
    try:
        statement.parse("\n".join(each.raw() for each in kept))
    except _UNREADABLE as trouble:
        return None, [
            Problem(
                code="unreadable",
                reason=f"a field is not as SWIFT writes it ({type(trouble).__name__})",
                place=block[0].place(),
                remedy="ask the bank for a correct file",
            )
        ]
    return statement, []


def _no_balances(block: Sequence[Field]) -> Iterator[Problem]:
    if not any(each.tag[:2] in ("60", "62") for each in block):
        yield Problem(
            code="no_balances",
            reason="an MT942 is an interim report and carries no balances to prove it by",
            place=block[0].place(),
            remedy="ask the bank for the MT940 of these days",
        )


def _end(balances: Sequence[Balance], tag: str, problems: list[Problem]) -> Balance | None:
    found = [each for each in balances if each.label.startswith(f":{tag}")]
    if len(found) > 1:
        problems.append(
            Problem(
                code="several_balances",
                reason=f"{len(found)} balances {found[0].label}: which one counts?",
                place=found[1].place,
                remedy="ask the bank for a correct file",
            )
        )
    return found[0] if found else None


def _compare(
    kept: Transactions | None, ends: tuple[Balance | None, ...], unreadable: list[Problem]
) -> Iterator[Problem]:
    """mt-940 must have read the same balances."""
    for balance in ends:
        if balance is None or kept is None or unreadable:
            continue
        name = _KEPT_AS.get(balance.label.strip(":"), "")
        found = kept.data.get(name)
        amount = getattr(getattr(found, "amount", None), "amount", None)
        if amount != balance.amount or getattr(found, "date", None) != balance.day:
            yield Problem(
                code="two_readings",
                reason=f"mt-940 reads another balance than {balance.amount:,}",
                place=balance.place,
                remedy="ask the bank for a correct file",
            )


def _lost(number: int) -> Problem:
    return Problem(
        code="entries_lost",
        reason=f"{number} entries (:61:) do not stand at the beginning of a line",
        place=Place(path="field 61"),
        remedy="fetch the file again: its line ends are damaged",
    )
