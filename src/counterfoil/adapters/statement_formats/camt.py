"""CAMT: ISO 20022 statements (camt.053), interim reports (.052) and notifications (.054).

Versions 001.02 to 001.13 differ in what this reader needs by the namespace and by where the
status and the amount of a detail stand. What counts:

- the ends are the *booked* balances: OPBD or PRCD, and CLBD; ITBD ends a page or an interim
  report. Available and forward balances (CLAV, FWAV ...) are kept and never compared;
- an entry is a Ntry with the status BOOK. PDNG, INFO and FUTR are set aside;
- the sign is CdtDbtInd as it stands, also where RvslInd says that the entry is a reversal.

Source: ISO 20022 Message Definition Report, Bank-to-Customer Cash Management.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from counterfoil.adapters.statement_formats import camt_entries
from counterfoil.adapters.statement_formats.camt_values import signed, summary, the_day
from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.adapters.statement_formats.texts import broken, not_a_date
from counterfoil.adapters.statement_formats.xml_elements import Element, parse
from counterfoil.domain.statement_drafts import Balance, Draft, Problem
from counterfoil.domain.statements import Equation

#: Message element -> (kind, element of one account).
_MESSAGES = {
    "BkToCstmrStmt": ("camt.053", "Stmt"),
    "BkToCstmrAcctRpt": ("camt.052", "Rpt"),
    "BkToCstmrDbtCdtNtfctn": ("camt.054", "Ntfctn"),
}
_MESSAGE = re.compile(rb"<(?:[\w.-]+:)?(BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn))[\s>/]")
_VERSION = re.compile(rb"camt\.05[234]\.001\.([0-9]{2})")
_VERSIONS = range(2, 14)
_HEAD = 2**16  # the message element stands below an envelope at most
_WANTED = "ask the bank for camt.053 statements of this account"


def recognise(content: bytes) -> str | None:
    """``"camt.053.001.08"``; without a namespace ``"camt.053"``; None for another content."""
    head = content[:_HEAD].replace(b"\0", b"")  # UTF-16 too
    message = _MESSAGE.search(head)
    if message is None or b"<" not in head[:8]:
        return None
    kind = _MESSAGES[message[1].decode()][0]
    version = _VERSION.search(head)
    return f"{kind}.001.{version[1].decode()}" if version else kind


def read(content: bytes, options: ReadOptions) -> list[Draft]:
    """One draft of every statement in the message.

    Raises:
        Quarantined: Not well-formed, an unknown version, or no statement inside.
    """
    source = recognise(content) or ""
    version = source.partition(".001.")[2]
    if version and int(version) not in _VERSIONS:
        raise broken("unknown_version", f"{source} is not one of camt.05x.001.02 to .13")
    root = parse(content)
    drafts: list[Draft] = []
    for name, (kind, account) in _MESSAGES.items():
        for message in root.below(name):
            shortfalls = _message_shortfalls(message)
            drafts += [_draft(kind, each, shortfalls) for each in message.all(account)]
    if not drafts:
        raise broken("no_statement", f"the {source or 'camt'} message holds no statement")
    return drafts


def _message_shortfalls(message: Element) -> tuple[str, ...]:
    page = message.words("GrpHdr/MsgPgntn/PgNb")
    last = message.words("GrpHdr/MsgPgntn/LastPgInd")
    if page in ("", "1") and last in ("", "true", "1"):
        return ()
    return (f"the message is page {page} of several: its other accounts are in other files",)


def _draft(kind: str, statement: Element, shortfalls: tuple[str, ...]) -> Draft:
    balances = [_balance(each) for each in statement.all("Bal")]
    good = [each for each in balances if isinstance(each, Balance)]
    page, is_last = _page(statement)
    opening, closing, checks, problems = _ends(kind, good, page, is_last)
    currency = statement.words("Acct/Ccy") or next((each.currency for each in good), "")
    entries = camt_entries.read_entries(statement, currency)
    if kind != "camt.053":
        shortfalls += (f"a {kind} report is not the final statement of its days",)
    return Draft(
        account=statement.words("Acct/Id/IBAN") or statement.words("Acct/Id/Othr/Id"),
        currency=currency or entries.currency,
        number=_number(statement),
        page=page,
        period=_period(statement),
        opening=opening,
        closing=closing,
        transactions=entries.transactions,
        asides=entries.asides,
        totals=tuple(summary(statement)),
        balances=tuple(each for each in good if each not in (opening, closing)),
        checks=(*checks, *entries.checks),
        entries=sum(1 for _ in statement.below("Ntry")),
        problems=(
            *_wanting(kind, statement, good),
            *_wrong_period(statement),
            *(each for each in balances if isinstance(each, Problem)),
            *problems,
            *entries.problems,
        ),
        shortfalls=shortfalls + entries.shortfalls,
    )


def _wanting(kind: str, statement: Element, balances: list[Balance]) -> tuple[Problem, ...]:
    """Messages that are not made to carry balances, said in their own words."""
    if kind == "camt.053" or (kind == "camt.052" and balances):
        return ()
    what = "notifies single entries" if kind == "camt.054" else "is an interim report"
    return (
        Problem(
            code="no_balances",
            reason=f"a {kind} {what} and carries no booked balances to prove them by",
            place=statement.place(),
            remedy=_WANTED,
        ),
    )


def _number(statement: Element) -> str:
    return statement.words("ElctrncSeqNb") or statement.words("LglSeqNb") or statement.words("Id")


def _page(statement: Element) -> tuple[int | None, bool]:
    """(its number, whether it is the last); a statement in one piece is the last page 1."""
    for name in ("StmtPgntn", "RptPgntn", "NtfctnPgntn"):
        number = statement.words(f"{name}/PgNb")
        if number.isascii() and number.isdigit() and len(number) <= 5:
            return int(number), statement.words(f"{name}/LastPgInd") in ("true", "1")
    return None, True


def _period(statement: Element) -> tuple[date, date] | None:
    first = the_day(statement.one("FrToDt"), "FrDtTm", "FrDt")
    last = the_day(statement.one("FrToDt"), "ToDtTm", "ToDt")
    return (first, last) if first is not None and last is not None else None


def _wrong_period(statement: Element) -> tuple[Problem, ...]:
    element = statement.one("FrToDt")
    if element is None or _period(statement) is not None:
        return ()
    written = f"{element.words('FrDtTm')} to {element.words('ToDtTm')}"
    return (not_a_date(written, element.place()),)


def _balance(element: Element) -> Balance | Problem:
    amount = signed(element)
    if isinstance(amount, Problem):
        return amount
    day = the_day(element.one("Dt"), "Dt", "DtTm")
    if day is None and element.one("Dt") is not None:
        return not_a_date(element.words("Dt/Dt") or element.words("Dt/DtTm"), element.place())
    return Balance(
        amount=amount,
        place=element.place(),
        label=element.words("Tp/CdOrPrtry/Cd") or element.words("Tp/CdOrPrtry/Prtry"),
        currency=_attribute(element, "Ccy"),
        day=day,
        interim=element.words("Tp/SubTp/Cd") == "INTM",
    )


def _attribute(element: Element, name: str) -> str:
    amount = element.one("Amt")
    return amount.get(name, "") if amount is not None else ""


def _ends(
    kind: str, balances: list[Balance], page: int | None, is_last: bool
) -> tuple[Balance | None, Balance | None, list[Equation], list[Problem]]:
    """Which balances open and close, and what two of a kind must have in common."""
    named = {label: [each for each in balances if each.label == label] for label in _BOOKED}
    opens = named["OPBD"] or named["PRCD"]
    closes = named["CLBD"]
    inside = named["ITBD"]
    if not opens and (page or 1) > 1:
        opens = inside[:1]
    if not closes and (not is_last or kind == "camt.052"):
        closes = inside[-1:]
    checks = [
        Equation(
            kind="opening",
            says=f"{one.label} {one.amount:,} = {two.label} {two.amount:,}",
            left=one.amount,
            right=two.amount,
            places=(one.place, two.place),
        )
        for one, two in zip(named["OPBD"][:1], named["PRCD"][:1], strict=False)
    ]
    problems = [_several(each) for each in (opens, closes) if len(each) > 1]
    opening = _marked(opens[0], interim=(page or 1) > 1) if opens else None
    closing = _marked(closes[0], interim=not is_last) if closes else None
    return opening, closing, checks, problems


_BOOKED = ("OPBD", "PRCD", "CLBD", "ITBD")


def _marked(balance: Balance, *, interim: bool) -> Balance:
    return replace(balance, interim=balance.interim or interim)


def _several(balances: list[Balance]) -> Problem:
    return Problem(
        code="several_balances",
        reason=f"{len(balances)} balances of the kind {balances[0].label}: which one counts?",
        place=balances[1].place,
        remedy="ask the bank for one statement per account and currency",
    )
