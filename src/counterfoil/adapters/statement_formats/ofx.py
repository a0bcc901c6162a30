"""OFX 1.x (SGML) and 2.x (XML), QFX included: bank and card statements.

An OFX statement has one booked balance, LEDGERBAL, and no opening one: it can be proved only
by the statement before it, and gets grade C. Amounts are signed as they stand.

Source: OFX 2.2, sections 3.2.9.2 (amounts), 11.4 (statement download).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from counterfoil.adapters.statement_formats.ofx_tree import Node, parse
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.adapters.statement_formats.texts import (
    broken,
    day_of,
    exact,
    not_a_date,
    not_an_amount,
    one_line,
    shown,
)
from counterfoil.domain.statement_drafts import Aside, Balance, Draft, Problem
from counterfoil.domain.statements import Place, Transaction

_HEAD = re.compile(rb"<OFX>", re.IGNORECASE)
_BODY = re.compile(r"<OFX\s*>", re.IGNORECASE)
_CHARSET = re.compile(rb"CHARSET:\s*([\w-]+)", re.IGNORECASE)
_VERSION = re.compile(rb"VERSION[:=]\s*\"?([12])", re.IGNORECASE)
_CODECS = {b"1252": "cp1252", b"ISO-8859-1": "latin-1"}
_ENTRY = re.compile(r"<STMTTRNP?\s*>", re.IGNORECASE)
#: YYYYMMDD, then a time and a zone that may be left out. The day counts as it is written.
_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{2,6}(?:\.[0-9]*)?)?(?:\[[^\]]*\])?")
_AMOUNT = re.compile(r"([+-]?)([0-9]*(?:[.,][0-9]*)?)")
_CORRECT_FILE = "ask the bank for a correct file"
#: Response -> where its account is named.
_STATEMENTS = {"STMTRS": "BANKACCTFROM", "CCSTMTRS": "CCACCTFROM"}


def recognise(content: bytes) -> str | None:
    """``"ofx"``, or None for another content."""
    return "ofx" if _HEAD.search(content[:4096]) else None


def read(content: bytes, options: ReadOptions) -> list[Draft]:
    """One draft of every account in the file.

    Raises:
        Quarantined: Broken markup, an error instead of statements, or investment accounts.
    """
    text = _decoded(content)
    begin = _BODY.search(text)
    if begin is None:
        raise broken("not_well_formed", "the file has no <OFX>")
    root = parse(text[begin.start() :], text.count("\n", 0, begin.start()) + 1)
    _refuse_errors(root)
    drafts = [_draft(each, _STATEMENTS[tag]) for tag in _STATEMENTS for each in root.below(tag)]
    if not drafts:
        raise broken("no_statement", "the file holds no bank or card statement")
    lost = len(_ENTRY.findall(text)) - sum(each.entries or 0 for each in drafts)
    if lost:
        raise broken("entries_lost", f"{abs(lost)} entries stand outside of the statements")
    return drafts


def _decoded(content: bytes) -> str:
    """By the header's own words; OFX 2 is always UTF-8."""
    charset = _CHARSET.search(content[:1024])
    version = _VERSION.search(content[:1024])
    codec = _CODECS.get(charset[1].upper()) if charset else None
    try:
        if codec is not None and version is not None and version[1] == b"1":
            return content.decode(codec)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        raise broken("not_well_formed", "the text is not in the encoding it names") from trouble


def _refuse_errors(root: Node) -> None:
    for status in root.below("STATUS"):
        if status.words("SEVERITY").upper() == "ERROR":
            code, words = status.words("CODE"), status.words("MESSAGE")
            raise broken(
                "bank_error", f"line {status.line}: error {shown(code)} {shown(words)} of the bank"
            )


@dataclass(slots=True)
class _Found:
    booked: list[Transaction] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _draft(statement: Node, account: str) -> Draft:
    found = _Found()
    for each in statement.below("STMTTRN"):
        _entry(each, found)
    for each in statement.below("STMTTRNP"):
        _pending(each, found)
    currency = statement.words("CURDEF")
    if not currency:
        found.problems.append(_no_currency(statement.place()))
    return Draft(
        account=statement.words(f"{account}/ACCTID"),
        currency=currency,
        period=_period(statement, found.problems),
        closing=_ledger_balance(statement, currency, found.problems),
        transactions=tuple(found.booked),
        asides=tuple(found.asides),
        entries=sum(1 for tag in ("STMTTRN", "STMTTRNP") for _ in statement.below(tag)),
        problems=tuple(found.problems),
    )


def _entry(entry: Node, found: _Found) -> None:
    amount = _amount(entry, "TRNAMT")
    day = _day(entry.words("DTPOSTED"))
    if isinstance(amount, Problem):
        found.problems.append(amount)
        return
    if day is None:
        found.problems.append(not_a_date(entry.words("DTPOSTED"), entry.place()))
        return
    if entry.one("CORRECTFITID") is not None:
        found.problems.append(_correction(entry))
        return
    if amount == 0:
        found.asides.append(_aside(entry, amount, "without an amount"))
        return
    found.booked.append(
        Transaction(
            booking_date=day,
            amount=amount,
            description=_description(entry),
            place=entry.place(),
            value_date=_day(entry.words("DTAVAIL")),
            reference=entry.words("FITID"),
        )
    )


def _pending(entry: Node, found: _Found) -> None:
    amount = _amount(entry, "TRNAMT")
    if isinstance(amount, Problem):
        found.problems.append(amount)
    else:
        found.asides.append(_aside(entry, amount, "pending"))


def _aside(entry: Node, amount: Decimal, why: str) -> Aside:
    return Aside(why=why, amount=amount, place=entry.place(), description=_description(entry))


def _description(entry: Node) -> str:
    cheque = entry.words("CHECKNUM")
    return one_line(
        (
            entry.words("NAME") or entry.words("PAYEE/NAME"),
            entry.words("MEMO"),
            f"cheque {cheque}" if cheque else "",
        )
    )


def _amount(node: Node, tag: str) -> Decimal | Problem:
    """One signed number with a point or a comma, no grouping."""
    values = node.all(tag)
    text = values[0].text.strip() if len(values) == 1 else ""
    match = _AMOUNT.fullmatch(text)
    amount = exact(match[2].replace(",", ".")) if match else None
    if match is None or amount is None:
        return not_an_amount(text, node.place())
    return -amount if match[1] == "-" else amount


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    return day_of(*match.groups()) if match else None


def _period(statement: Node, problems: list[Problem]) -> tuple[date, date] | None:
    """From the first DTSTART to the last DTEND; they stand in every list."""
    days: list[date] = []
    for tag in ("DTSTART", "DTEND"):
        for node in (each for block in statement.all("BANKTRANLIST") for each in block.all(tag)):
            day = _day(node.text.strip())
            if day is None:
                problems.append(not_a_date(node.text.strip(), node.place()))
                return None
            days.append(day)
    return (min(days), max(days)) if days else None


def _ledger_balance(statement: Node, currency: str, problems: list[Problem]) -> Balance | None:
    found = statement.one("LEDGERBAL")
    if found is None:
        return None
    amount = _amount(found, "BALAMT")
    if isinstance(amount, Problem):
        problems.append(amount)
        return None
    return Balance(
        amount=amount,
        place=found.place(),
        label="LEDGERBAL",
        currency=currency,
        day=_day(found.words("DTASOF")),
    )


def _correction(entry: Node) -> Problem:
    return Problem(
        code="correction",
        reason=f"the entry replaces or deletes another one ({shown(entry.words('CORRECTFITID'))})",
        place=entry.place(),
        remedy="a person compares it with what was filed before",
    )


def _no_currency(place: Place) -> Problem:
    return Problem(
        code="no_currency", reason="CURDEF is missing", place=place, remedy=_CORRECT_FILE
    )
